"""The messages that Sentry sends: AuthnRequest, LogoutRequest, LogoutResponse (SAML Core 3.4.1, 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from ssocli.clock import iso
from ssocli.sentry import secrets
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
# A LogoutRequest that arrives later than this was held back by somebody.
_LOGOUT_SECONDS = 300
_FORMATS = {
    "emailAddress": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "unspecified": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    "persistent": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "transient": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
}


@dataclass(frozen=True, slots=True)
class Message:
    """A message before it is signed and encoded. `header` ends with the Issuer, after which a signature has its place.

    `parameter` is SAMLRequest or SAMLResponse.
    """

    id: str
    destination: str
    parameter: str
    header: str
    rest: str

    @property
    def document(self) -> str:
        """The message as XML."""
        return self.header + self.rest


@dataclass(frozen=True, slots=True)
class Subject:
    """A person by the name that the identity provider gave, with all that belongs to it (SAML Core 2.2.3)."""

    value: str
    format: str | None = None
    name_qualifier: str | None = None
    sp_name_qualifier: str | None = None


def authn_request(sp: ServiceProvider, destination: str, now: float, login_hint: str = "") -> Message:
    """The request to authenticate somebody; `login_hint` names the person who is expected."""
    provider = sp.provider
    attributes = {
        "ForceAuthn": "true" if provider.force_authn else None,
        "IsPassive": "true" if provider.is_passive else None,
        "ProtocolBinding": POST,
        "AssertionConsumerServiceURL": sp.at.acs,
    }
    rest = ""
    if login_hint:
        name_format = _FORMATS["emailAddress" if "@" in login_hint else "unspecified"]
        rest += f"<saml:Subject>{_name_id(Subject(login_hint, name_format))}</saml:Subject>"
    if provider.name_id_format:
        policy = {"Format": _FORMATS[provider.name_id_format], "AllowCreate": "true"}
        rest += f"<samlp:NameIDPolicy{_attributes(policy)}/>"
    if provider.authn_context:
        classes = (f"<saml:AuthnContextClassRef>{escape(name)}</saml:AuthnContextClassRef>" for name in
                   provider.authn_context)  # fmt: skip
        rest += f'<samlp:RequestedAuthnContext Comparison="exact">{"".join(classes)}</samlp:RequestedAuthnContext>'
    return _message(sp, "AuthnRequest", destination, now, attributes, rest)


def logout_request(
    sp: ServiceProvider, destination: str, now: float, subject: Subject, session_index: str | None
) -> Message:
    """The request to end a session: the same name and session as in the assertion (SAML Core 3.7.1)."""
    index = f"<samlp:SessionIndex>{escape(session_index)}</samlp:SessionIndex>" if session_index else ""
    attributes = {"NotOnOrAfter": iso(now + _LOGOUT_SECONDS)}
    return _message(sp, "LogoutRequest", destination, now, attributes, _name_id(subject) + index)


def logout_response(
    sp: ServiceProvider, destination: str, now: float, in_response_to: str, status: tuple[str, str]
) -> Message:
    """The answer to a LogoutRequest. `status` is a code, and a sentence for people or nothing (SAML Core 3.7.2)."""
    code, text = status
    said = f"<samlp:StatusMessage>{escape(text)}</samlp:StatusMessage>" if text else ""
    content = f'<samlp:Status><samlp:StatusCode Value="{STATUS}{code}"/>{said}</samlp:Status>'
    return _message(sp, "LogoutResponse", destination, now, {"InResponseTo": in_response_to}, content)


def _message(
    sp: ServiceProvider, name: str, destination: str, now: float, attributes: Mapping[str, str | None], content: str
) -> Message:
    identifier = f"_{secrets.token()}"
    common = {"ID": identifier, "Version": "2.0", "IssueInstant": iso(now), "Destination": destination}
    header = (
        f'<samlp:{name} xmlns:samlp="{PROTOCOL}" xmlns:saml="{ASSERTION}"{_attributes({**common, **attributes})}>'
        f"<saml:Issuer>{escape(sp.at.entity_id)}</saml:Issuer>"
    )
    parameter = "SAMLResponse" if name.endswith("Response") else "SAMLRequest"
    return Message(identifier, destination, parameter, header, f"{content}</samlp:{name}>")


def _name_id(subject: Subject) -> str:
    attributes = {
        "Format": subject.format,
        "NameQualifier": subject.name_qualifier,
        "SPNameQualifier": subject.sp_name_qualifier,
    }
    return f"<saml:NameID{_attributes(attributes)}>{escape(subject.value)}</saml:NameID>"


def _attributes(values: Mapping[str, str | None]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in values.items() if value is not None)
