"""SAML requests and responses, judged against the two parties' metadata or configuration."""

from __future__ import annotations

from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from ssocli.checks import relay_state, saml_logout, saml_request, saml_response
from ssocli.checks.check import Check, evaluate
from ssocli.checks.document import Undecodable
from ssocli.checks.saml_certificate import Certificate
from ssocli.checks.saml_metadata import IdpDescription
from ssocli.checks.saml_response.status_codes import STATUS
from ssocli.checks.saml_tree import SAML, SAMLP, Element, attribute, instant, local_name, text_of
from ssocli.checks.saml_xml import XmlMessage, decode_message, read_xml
from ssocli.diagnose import blind
from ssocli.diagnose.blind import Blind, blinded
from ssocli.diagnose.judged import Judged
from ssocli.diagnose.known import Known
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Kind
from ssocli.sentry.auth.saml2.judging import attributes

Message = XmlMessage | Undecodable
_LEEWAY = 60.0
_LOGOUT = {"LogoutRequest", "LogoutResponse"}


def judge(thing: Thing, known: Known, now: float | None, clock: float) -> Judged:
    """A request or response. Without `now` it is judged at its own moment: in a ticket every message is old."""
    message = decode_message(thing.packed, thing.binding)
    is_bare = isinstance(message, XmlMessage) and message.root.tag == f"{SAML}Assertion"
    if isinstance(message, XmlMessage) and is_bare:
        message = _in_a_response(message)
    moment = now if now is not None else _issued(message) or clock
    if isinstance(message, XmlMessage) and local_name(message.root) in _LOGOUT:
        return Judged(thing.place, _logout(thing, message, known, moment), observed=True)
    if isinstance(message, XmlMessage) and local_name(message.root) == "ArtifactResponse":
        return Judged(thing.place, ())
    if thing.kind is Kind.SAML_REQUEST:
        checks, unknown, said = *_request(thing, message, known, moment), ""
    else:
        checks, unknown, said = _response(message, known, moment)
        if known.asked is not None and known.asked.request_id is not None:
            states = relay_state.RelayStateContext(known.asked.relay_state, thing.first("RelayState"))
            checks += evaluate("relay_state", states) if thing.parameters else ()
    unknown = (*unknown, blind.ENVELOPE) if is_bare else unknown
    return Judged(thing.place, blinded(checks, unknown), True, unknown, said)


def _issued(message: Message) -> float | None:
    return instant(message.root.get("IssueInstant")) if isinstance(message, XmlMessage) else None


def _response(message: Message, known: Known, now: float) -> tuple[tuple[Check, ...], tuple[Blind, ...], str]:
    sp = known.configured.service_provider if known.configured else None
    root = message.root if isinstance(message, XmlMessage) else None
    answered = root.get("InResponseTo") if root is not None else None
    asked = known.asked.request_id if known.asked else None
    issuer = _said(root, f"{SAML}Issuer")
    unknown = [
        *((blind.REQUEST,) if answered and asked is None else ()),
        *(() if known.idp else (blind.IDP, blind.SIGNERS)),
        *(() if known.acs_url else (blind.APPLICATION,)),
        *(() if sp else (blind.BEGINNING,)),
    ]
    context = saml_response.SamlResponseContext(
        message=message,
        idp_entity_id=known.idp.entity_id if known.idp else issuer,
        certificates=known.idp.certificates if known.idp else (),
        acs_url=known.acs_url or "",
        sp_entity_id=known.sp_entity_id or "",
        now=now,
        request_id=asked or answered,
        allow_unsolicited=sp.takes_unsolicited if sp else True,
        leeway=known.configured.leeway if known.configured else _LEEWAY,
        want_signed_assertion=bool(sp and sp.provider.want_signed_assertion),
        want_signed_response=bool(sp and sp.provider.want_signed_response),
        decryption_key=sp.private_key if sp else None,
        requested_authn_contexts=tuple(sp.provider.authn_context) if sp else (),
        profile=sp.provider.profile if sp else "specification",
    )
    if known.idp is None and context.reading is not None:
        # Who signed is not judged then; that the message is intact can be told with the certificate in it.
        context = replace(context, certificates=_brought(context))
    checks = evaluate("saml_response", context)
    assertion = saml_response.verified_assertion(context)
    if sp and assertion:
        checks += attributes(sp, assertion)
    return checks, tuple(unknown), _said(root, f"{SAMLP}Status/{SAMLP}StatusMessage")


def _brought(context: saml_response.SamlResponseContext) -> tuple[Certificate, ...]:
    signatures = context.reading.signatures if context.reading else ()
    return tuple(dict.fromkeys(each for _, signature, _ in signatures for each in signature.certificates))


def _in_a_response(message: XmlMessage) -> Message:
    """An assertion that was sent alone, in the response that it must have come in; what that said is not known."""
    assertion = message.root
    issuer = escape(_said(assertion, f"{SAML}Issuer"))
    data = assertion.find(f"{SAML}Subject/{SAML}SubjectConfirmation/{SAML}SubjectConfirmationData")
    answered = attribute(data, "InResponseTo")
    parts = {"IssueInstant": assertion.get("IssueInstant") or "", **({"InResponseTo": answered} if answered else {})}
    said = " ".join(f"{name}={quoteattr(value)}" for name, value in parts.items())
    text = (
        f'<samlp:Response xmlns:samlp="{SAMLP.strip("{}")}" ID="_around" Version="2.0" {said}>'
        f'<saml:Issuer xmlns:saml="{SAML.strip("{}")}">{issuer}</saml:Issuer>'
        f'<samlp:Status><samlp:StatusCode Value="{STATUS}Success"/></samlp:Status>'
    )
    octets = f"{text}{etree.tostring(assertion, encoding='unicode')}</samlp:Response>".encode()
    root = read_xml(octets)
    return root if isinstance(root, Undecodable) else XmlMessage(octets, "POST", root)


def _logout(thing: Thing, message: XmlMessage, known: Known, now: float) -> tuple[Check, ...]:
    context = saml_logout.SamlLogoutContext(
        message,
        now,
        known.idp,
        known.sp_entity_id,
        is_signed_outside=thing.first("Signature") is not None,
    )
    return evaluate("saml_logout", context)


def _request(thing: Thing, message: Message, known: Known, now: float) -> tuple[tuple[Check, ...], tuple[Blind, ...]]:
    root = message.root if isinstance(message, XmlMessage) else None
    destination = (root.get("Destination") if root is not None else None) or ""
    # Without a configuration the address that is asked for can still be judged for itself.
    named = root.get("AssertionConsumerServiceURL") if root is not None else None
    unknown = (
        *(() if known.idp else (blind.RECEIVER,)),
        *(() if known.acs_url else (blind.REQUESTER,)),
        *(() if known.acs_url or named else (blind.RETURN,)),
    )
    idp = known.idp or IdpDescription("", {thing.binding: thing.url or destination}, {}, (), (), False)
    context = saml_request.SamlRequestContext(
        message=message,
        url=thing.url or destination,
        idp=idp,
        sp_entity_id=known.sp_entity_id or "",
        acs_url=known.acs_url or named or "",
        now=now,
        relay_state=thing.first("RelayState"),
        signature_algorithm=thing.first("SigAlg"),
    )
    return evaluate("saml_request", context), unknown


def _said(root: Element | None, path: str) -> str:
    """The text of an element; "" if there is none."""
    found = None if root is None else root.find(path)
    return "" if found is None else (text_of(found) or "").strip()
