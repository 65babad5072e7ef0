"""Logout messages that arrive: read, and judged for who sent them (SAML Core 3.7, SAML Profiles 4.4.4)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import parse_qsl

from werkzeug.wrappers import Request

from ssocli.checks.document import Undecodable
from ssocli.checks.saml_metadata import IdpDescription
from ssocli.checks.saml_tree import SAML, SAMLP, Element, attribute, child, children, instant, local_name, text_of
from ssocli.checks.saml_xml import Binding, decode_message
from ssocli.sentry.auth.saml2 import signature
from ssocli.sentry.auth.saml2.messages import STATUS
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider
from ssocli.sentry.saml_records import SamlLogin

_KINDS = {"SAMLRequest": "LogoutRequest", "SAMLResponse": "LogoutResponse"}


@dataclass(frozen=True, slots=True)
class QuerySignature:
    """The signature that a Redirect carries beside the message; `octets` are what it is over, as received."""

    octets: bytes
    algorithm: str
    value: bytes


@dataclass(frozen=True, slots=True)
class LogoutMessage:
    """A LogoutRequest or LogoutResponse as it arrived. Nothing of it is verified yet."""

    root: Element
    binding: Binding
    relay_state: str
    query_signature: QuerySignature | None

    @property
    def is_request(self) -> bool:
        """Whether it asks for a logout, and does not answer to one."""
        return local_name(self.root) == "LogoutRequest"

    @property
    def id(self) -> str:
        """Its ID."""
        return attribute(self.root, "ID") or ""

    @property
    def issuer(self) -> str:
        """Who says to have sent it."""
        return (text_of(child(self.root, SAML + "Issuer")) or "").strip()

    @property
    def status(self) -> str:
        """How the logout went: the top-level code without what all have in common, and the second if there is one."""
        code = child(self.root, SAMLP + "Status", SAMLP + "StatusCode")
        codes = (attribute(code, "Value"), attribute(child(code, SAMLP + "StatusCode"), "Value"))
        return " ".join(value.removeprefix(STATUS) for value in codes if value)


def receive(request: Request) -> LogoutMessage | str:
    """The message in a request, or half a sentence about what is there instead."""
    binding: Binding = "POST" if request.method == "POST" else "Redirect"
    parameters = request.form if binding == "POST" else request.args
    names = [name for name in _KINDS for _ in parameters.getlist(name)]
    if len(names) != 1:
        return f"expected one SAMLRequest or one SAMLResponse, found {len(names)}"
    decoded = decode_message(parameters[names[0]], binding)
    if isinstance(decoded, Undecodable):
        return f"the {names[0]} {decoded.reason}"
    if decoded.root.tag != SAMLP + _KINDS[names[0]]:
        return f"expected a {_KINDS[names[0]]}, found another document"
    query_signature = _query_signature(request.query_string, names[0]) if binding == "Redirect" else None
    return LogoutMessage(decoded.root, binding, parameters.get("RelayState", ""), query_signature)


def authentic_root(message: LogoutMessage, sp: ServiceProvider, idp: IdpDescription) -> Element | None:
    """The message as its sender signed it; None if it is not signed by the identity provider.

    As at the real Sentry, an unsigned request is taken for authentic with the profile `sentry`.
    """
    certificates = [certificate.load() for certificate in idp.certificates]
    given = message.query_signature
    if given is not None:
        verifies = signature.verifies_octets(given.octets, given.algorithm, given.value, certificates)
        return message.root if verifies else None
    if message.binding == "POST" and (root := signature.verified_root(message.root, certificates)) is not None:
        return root
    return message.root if sp.is_as_sentry else None


def problem(root: Element, sp: ServiceProvider, idp: IdpDescription, now: float, leeway: float) -> str:
    """What is wrong with an authentic message, as half a sentence; empty if nothing is."""
    if attribute(root, "Version") != "2.0":
        return f"expected Version 2.0, found {attribute(root, 'Version')}"
    issuer = (text_of(child(root, SAML + "Issuer")) or "").strip()
    if issuer != idp.entity_id:
        return f"expected the issuer {idp.entity_id}, found {issuer or 'none'}"
    destination = attribute(root, "Destination")
    # A signed message must say where it goes (SAML Bindings 3.4.5.2, 3.5.5.2); Sentry takes it without.
    if destination != sp.at.sls and not (sp.is_as_sentry and destination is None):
        return f"expected the Destination {sp.at.sls}, found {destination or 'none'}"
    until = attribute(root, "NotOnOrAfter")
    end = instant(until)
    if until is not None and (end is None or now >= end + leeway):
        return f"expected a NotOnOrAfter that has not passed, found {until}"
    return ""


def meant(root: Element, sp: ServiceProvider, idp: IdpDescription) -> tuple[SamlLogin, list[str]] | None:
    """Whose sessions a LogoutRequest means, and which; None if it names nobody (SAML Core 3.7.1)."""
    name_id = child(root, SAML + "NameID")
    value = text_of(name_id)
    if not value:
        return None
    login = SamlLogin(
        provider=sp.key,
        issuer=idp.entity_id,
        name_id=value.strip(),
        name_id_format=attribute(name_id, "Format"),
        name_qualifier=attribute(name_id, "NameQualifier"),
        sp_name_qualifier=attribute(name_id, "SPNameQualifier"),
        session_index=None,
    )
    indexes = [(text_of(index) or "").strip() for index in children(root, SAMLP + "SessionIndex")]
    return login, indexes


def _query_signature(query: bytes, parameter: str) -> QuerySignature | None:
    """The signature in a query; it is over the parameters exactly as they were encoded (SAML Bindings 3.4.4.1)."""
    raw = dict(reversed([part.partition(b"=")[::2] for part in query.split(b"&")]))
    if b"Signature" not in raw:
        return None
    signed = (parameter.encode(), b"RelayState", b"SigAlg")
    octets = b"&".join(b"%s=%s" % (name, raw[name]) for name in signed if name in raw)
    values = dict(reversed(parse_qsl(query.decode("latin-1"))))
    try:
        value = base64.b64decode(values.get("Signature", ""), validate=True)
    except (binascii.Error, ValueError):
        value = b""
    return QuerySignature(octets, values.get("SigAlg", ""), value)
