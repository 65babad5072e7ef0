"""The AuthnRequest that the service provider sends (SAML Core 3.4.1), judged before the identity provider does."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import Undecodable
from ssocli.checks.metadata import is_insecure, url_problem
from ssocli.checks.saml_metadata.idp import IdpDescription
from ssocli.checks.saml_signature import SIGNATURE_METHODS, method_name, read_signature
from ssocli.checks.saml_tree import (
    BINDINGS,
    SAML,
    SAMLP,
    UNSPECIFIED_NAME_ID,
    Element,
    attribute,
    child,
    instant,
    is_id,
    local_name,
    text_of,
)
from ssocli.checks.saml_xml import XmlMessage
from ssocli.clock import iso
from ssocli.steps import Step
from ssocli.text import difference, printable

_RELAY_STATE_LIMIT = 80


@dataclass(frozen=True, slots=True)
class SamlRequestContext:
    """An AuthnRequest as it is sent to `url`, with what is known of both sides.

    `signature_algorithm` is the SigAlg parameter of a signed redirect, None if there is none; in a POST the signature
    is in the XML. `now` is in seconds since the epoch; `leeway`, in seconds, is forgiven between clocks.
    """

    message: XmlMessage | Undecodable
    url: str
    idp: IdpDescription
    sp_entity_id: str
    acs_url: str
    now: float
    relay_state: str | None = None
    signature_algorithm: str | None = None
    leeway: float = 180.0


def _on_request(
    judge: Callable[[Element, XmlMessage, SamlRequestContext], Judgement],
) -> Callable[[SamlRequestContext], Judgement]:
    """Make a rule of the AuthnRequest: skipped when there is none."""

    @functools.wraps(judge)
    def guarded(context: SamlRequestContext) -> Judgement:
        if isinstance(context.message, Undecodable) or context.message.root.tag != f"{SAMLP}AuthnRequest":
            return skipped("there is no AuthnRequest to judge (SAR001)")
        return judge(context.message.root, context.message, context)

    return guarded


@rule(
    "SAR001",
    "unreadable-request",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Bindings 3.4.4.1 and 3.5.4",
    owner=Owner.APP,
    fix="Send an AuthnRequest: XML, deflated for HTTP-Redirect, in base64, URL-encoded once.",
)
def unreadable_request(context: SamlRequestContext) -> Judgement:
    """What is sent as SAMLRequest cannot be read, or is another message."""
    if isinstance(context.message, Undecodable):
        return failed("an AuthnRequest", f"it {context.message.reason}")
    found = local_name(context.message.root)
    is_request = context.message.root.tag == f"{SAMLP}AuthnRequest"
    return passed("an AuthnRequest", found) if is_request else failed("an AuthnRequest", printable(found))


@rule(
    "SAR002",
    "wrong-request-destination",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Core 3.2.1 (Destination)",
    owner=Owner.APP,
    fix="Send the request to the SingleSignOnService of the identity provider's metadata; Destination is that URL.",
)
@_on_request
def wrong_request_destination(request: Element, message: XmlMessage, context: SamlRequestContext) -> Judgement:
    """The request goes to, or is addressed to, another URL than the identity provider offers for this binding."""
    wanted = context.idp.sso.get(message.binding)
    if wanted is None:
        offered = ", ".join(f"HTTP-{each}" for each in context.idp.sso) or "none"
        return failed(f"a binding that is offered: {offered}", f"HTTP-{message.binding}")
    for found in (context.url, request.get("Destination")):
        if found is not None and found != wanted:
            return failed(printable(wanted), printable(found), evidence=difference(wanted, found))
    return passed(printable(wanted), printable(context.url))


@rule(
    "SAR003",
    "wrong-request-issuer",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Profiles 4.1.4.1",
    owner=Owner.APP,
    fix="Send the service provider's entity ID as Issuer, exactly as it is registered at the identity provider.",
)
@_on_request
def wrong_request_issuer(request: Element, _: XmlMessage, context: SamlRequestContext) -> Judgement:
    """The request does not name the service provider, or names another."""
    found, expected = text_of(child(request, f"{SAML}Issuer")), context.sp_entity_id
    if found == expected:
        return passed(printable(expected), printable(found))
    return failed(printable(expected), printable(found or "none"), evidence=difference(expected, found or ""))


@rule(
    "SAR004",
    "wrong-request-acs",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Core 3.4.1 (AssertionConsumerServiceURL)",
    owner=Owner.APP,
    fix="Ask for the ACS URL that is in the service provider's metadata, with the binding HTTP-POST, and not for an "
    "index as well.",
)
@_on_request
def wrong_request_acs(request: Element, _: XmlMessage, context: SamlRequestContext) -> Judgement:
    """The request asks for the answer at another address, by another binding than HTTP-POST, or in two ways at once."""
    url, binding = request.get("AssertionConsumerServiceURL"), request.get("ProtocolBinding")
    expected = f"{printable(context.acs_url)} by HTTP-POST"
    if request.get("AssertionConsumerServiceIndex") is not None:
        if url is not None or binding is not None:
            return failed("an ACS URL or an index", "both")
        return skipped("the request names the ACS by its index")
    if binding is not None and BINDINGS.get(binding) != "POST":
        return failed(expected, printable(binding))
    if url in (None, context.acs_url):
        return passed(expected, printable(url or "not named: the one registered"))
    return failed(expected, printable(url), evidence=difference(context.acs_url, url))


@rule(
    "SAR005",
    "insecure-acs",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Bindings 3.5.5.2",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Serve the application over https. Behind a proxy it has to be told that it is reached by https: many identity "
    "providers refuse an http address.",
)
def insecure_acs(context: SamlRequestContext) -> Judgement:
    """The answer is wanted at a plain http URL beyond this machine, or at none."""
    expected = "an https URL (http only on this machine)"
    if (problem := url_problem(context.acs_url)) is not None:
        return failed(expected, problem)
    actual = printable(context.acs_url)
    return failed(expected, actual) if is_insecure(context.acs_url) else passed(expected, actual)


@rule(
    "SAR006",
    "malformed-request-header",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Core 3.2.1, 1.3.3 and 1.3.4",
    owner=Owner.APP,
    fix="Give each request a new ID that starts with a letter or underscore, Version 2.0, and IssueInstant in UTC.",
)
@_on_request
def malformed_request_header(request: Element, _: XmlMessage, context: SamlRequestContext) -> Judgement:
    """The ID, version or time of issue of the request is absent or wrong."""
    issued = instant(request.get("IssueInstant"))
    wrong = []
    if not is_id(request.get("ID")):
        wrong.append(f"ID {printable(str(request.get('ID')), 80)}")
    if request.get("Version") != "2.0":
        wrong.append(f"Version {printable(str(request.get('Version')), 20)}")
    if issued is None:
        wrong.append(f"IssueInstant {printable(str(request.get('IssueInstant')), 40)}")
    elif abs(issued - context.now) > context.leeway:
        wrong.append(f"IssueInstant {iso(issued)}, and it is {iso(context.now)}")
    expected = "an XML name as ID, Version 2.0, IssueInstant now in UTC"
    return failed(expected, "; ".join(wrong)) if wrong else passed(expected, "such")


@rule(
    "SAR007",
    "unsupported-name-id-format",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Core 3.4.1.1 (NameIDPolicy); SAML Metadata 2.4.2",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Ask for a NameID format that the identity provider lists, or for `unspecified`, or for none.",
)
@_on_request
def unsupported_name_id_format(request: Element, _: XmlMessage, context: SamlRequestContext) -> Judgement:
    """The request asks for a NameID format that the identity provider does not list (InvalidNameIDPolicy)."""
    wanted = attribute(child(request, f"{SAMLP}NameIDPolicy"), "Format")
    if wanted in (None, UNSPECIFIED_NAME_ID) or not context.idp.name_id_formats:
        return skipped("no format is asked for, or the identity provider lists none")
    expected = " or ".join(map(printable, context.idp.name_id_formats))
    known = wanted in context.idp.name_id_formats
    return passed(expected, printable(wanted)) if known else failed(expected, printable(wanted))


@rule(
    "SAR008",
    "unsigned-request",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.3 (WantAuthnRequestsSigned); SAML Bindings 3.4.4.1",
    owner=Owner.APP,
    fix="Let the application sign its requests with SHA-256, and give the identity provider its certificate.",
)
@_on_request
def unsigned_request(request: Element, message: XmlMessage, context: SamlRequestContext) -> Judgement:
    """The identity provider wants signed requests and this one is not, or it is signed with an outdated algorithm."""
    signature = read_signature(request)
    inside = None if signature is None else signature.method
    method = context.signature_algorithm if message.binding == "Redirect" else inside
    if method is None:
        wants = context.idp.wants_signed_requests
        return failed("a signed request", "not signed") if wants else passed("signed or not", "not signed")
    expected = " or ".join(map(method_name, SIGNATURE_METHODS))
    known = method in SIGNATURE_METHODS
    return passed(expected, method_name(method)) if known else failed(expected, printable(method))


@rule(
    "SAR009",
    "requested-authn-context",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Core 3.3.2.2.1; Kantara SAML Deployment Profile SP07",
    owner=Owner.APP,
    severity=Severity.INFO,
    fix="Leave RequestedAuthnContext out unless it is needed: a user who logged in another way (a second factor, "
    "Windows) is refused with NoAuthnContext (Entra ID: AADSTS75011).",
)
@_on_request
def requested_authn_context(request: Element, _: XmlMessage, __: SamlRequestContext) -> Judgement:
    """The request insists on one way to authenticate."""
    wanted = child(request, f"{SAMLP}RequestedAuthnContext")
    if wanted is None:
        return passed("no RequestedAuthnContext", "none")
    found = ", ".join(printable(text_of(each) or "", 80) for each in wanted.iterchildren(f"{SAML}AuthnContextClassRef"))
    comparison = wanted.get("Comparison", "exact")
    if comparison == "minimum":
        return passed("no RequestedAuthnContext, or a minimum", f"at least {found}")
    return failed("no RequestedAuthnContext", f"{printable(comparison, 20)} {found}")


@rule(
    "SAR010",
    "long-relay-state",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Bindings 3.4.3 and 3.5.3",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Send a short opaque handle as RelayState and keep what it stands for on the server.",
)
def long_relay_state(context: SamlRequestContext) -> Judgement:
    """The RelayState is longer than 80 bytes, or a URL that everybody can read and change."""
    expected = f"an opaque RelayState of at most {_RELAY_STATE_LIMIT} bytes"
    if context.relay_state is None:
        return skipped("there is no RelayState, which is allowed")
    size = len(context.relay_state.encode("utf-8", "replace"))
    if "://" in context.relay_state:
        return failed(expected, "a URL")
    return passed(expected, f"{size} bytes") if size <= _RELAY_STATE_LIMIT else failed(expected, f"{size} bytes")
