"""Would Sentry accept this response? The checks of the library it uses, in the library's order; the first failure wins.

It is python3-saml in strict mode. What differs from the specification: 300 s of leeway for Conditions and none for the
confirmation, an InResponseTo that is never compared with the request, no memory of used assertions, addresses compared
by their beginning, an absent Destination or audience accepted, SHA-1 accepted; the signature is verified last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ssocli.checks.saml_response.context import SamlResponseContext
from ssocli.checks.saml_response.reading import Reading
from ssocli.checks.saml_response.status_codes import STATUS
from ssocli.checks.saml_tree import DS, SAML, SAMLP, XENC, Element, attribute, child, children, instant, text_of
from ssocli.text import printable

_CONDITIONS_DRIFT = 300.0
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"


@dataclass(frozen=True, slots=True)
class SentryVerdict:
    """The first of the library's checks that fails, by its number, and the reason as Sentry shows it.

    `check` is 0 and `reason` empty if Sentry accepts the response. Of check 5 (schema) only the place of signatures is
    made here, of check 6 (InResponseTo, which Sentry never passes) nothing.
    """

    check: int = 0
    reason: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether Sentry would log the user in."""
        return self.check == 0


@dataclass(frozen=True, slots=True)
class _Case:
    """What a check looks at. `assertion` is an element without content if there is none."""

    context: SamlResponseContext
    reading: Reading
    response: Element
    assertion: Element


def sentry_verdict(context: SamlResponseContext) -> SentryVerdict:
    """Judge the response as Sentry does today, whatever the profile of the context. Never raises."""
    if context.profile != "sentry":
        context = replace(context, profile="sentry")
    reading = context.reading
    if reading is None:
        return SentryVerdict(1, "Invalid SAML Response: it cannot be read")
    from lxml import etree

    nothing = etree.Element(f"{SAML}Assertion")
    assertion = nothing if reading.assertion is None else reading.assertion
    case = _Case(context, reading, reading.response, assertion)
    for number, check in _CHECKS:
        if reason := check(case):
            return SentryVerdict(number, reason)
    return SentryVerdict()


def _version(case: _Case) -> str:
    return "" if case.response.get("Version") == "2.0" else "Unsupported SAML version"


def _identifier(case: _Case) -> str:
    return "Missing ID attribute on SAML Response" if case.response.get("ID") is None else ""


def _decryption(case: _Case) -> str:
    if case.reading.undecryptable:
        return f"The assertion {case.reading.undecryptable}"
    encrypted = case.reading.encrypted
    if encrypted is not None and child(encrypted, f"{XENC}EncryptedData", f"{DS}KeyInfo") is None:
        return "No KeyInfo present, invalid Assertion"
    return ""


def _status(case: _Case) -> str:
    status = child(case.response, f"{SAMLP}Status")
    code = attribute(child(status, f"{SAMLP}StatusCode"), "Value")
    if status is None:
        return "Missing Status on response"
    if code is None:
        return "Missing Status Code on response"
    if code == f"{STATUS}Success":
        return ""
    message = text_of(child(status, f"{SAMLP}StatusMessage"))
    second = attribute(child(status, f"{SAMLP}StatusCode", f"{SAMLP}StatusCode"), "Value")
    # Without a message the library shows the second-level code in its place, as the whole URI.
    shown = (second or "") if message is None else message
    reason = f"The status code of the Response was not Success, was {printable(code.rpartition(':')[2], 80)}"
    return f"{reason} -> {printable(shown)}" if shown else reason


def _one_assertion(case: _Case) -> str:
    found = [*case.response.iter(f"{SAML}Assertion", f"{SAML}EncryptedAssertion")]
    return "" if len(found) == 1 and case.reading.assertion is not None else "SAML Response must contain 1 assertion"


def _signature_form(case: _Case) -> str:
    if case.reading.stray:
        return f"Invalid Signature Element {printable(case.reading.stray[0])} SAML Response rejected"
    if case.reading.repeated_ids:
        return "Duplicated ID. SAML Response rejected"
    for _, signature, _ in case.reading.signatures:
        if signature.references and signature.references[0] and not signature.covers_parent:
            return "Found an invalid Signed Element. SAML Response rejected"
    return ""


def _schema(case: _Case) -> str:
    wrong = any(signature.misplaced for _, signature, _ in case.reading.signatures)
    return "Invalid SAML Response. Not match the saml-schema-protocol-2.0.xsd" if wrong else ""


def _one_conditions(case: _Case) -> str:
    one = len(children(case.assertion, f"{SAML}Conditions")) == 1
    return "" if one else "The Assertion must include a Conditions element"


def _conditions_times(case: _Case) -> str:
    conditions = child(case.assertion, f"{SAML}Conditions")
    start, end = instant(attribute(conditions, "NotBefore")), instant(attribute(conditions, "NotOnOrAfter"))
    if start is not None and start > case.context.now + _CONDITIONS_DRIFT:
        return "Could not validate timestamp: not yet valid. Check system clock."
    if end is not None and end + _CONDITIONS_DRIFT <= case.context.now:
        return "Could not validate timestamp: expired. Check system clock."
    return ""


def _one_authn_statement(case: _Case) -> str:
    one = len(children(case.assertion, f"{SAML}AuthnStatement")) == 1
    return "" if one else "The Assertion must include an AuthnStatement element"


def _attribute_statement(case: _Case) -> str:
    some = child(case.assertion, f"{SAML}AttributeStatement") is not None
    return "" if some else "There is no AttributeStatement on the Response"


def _encrypted_attribute(case: _Case) -> str:
    found = case.assertion.findall(f"{SAML}AttributeStatement/{SAML}EncryptedAttribute")
    return "There is an EncryptedAttribute in the Response and this SP not support them" if found else ""


def _destination(case: _Case) -> str:
    destination, url = case.response.get("Destination"), case.context.acs_url
    if destination == "":
        return "The response has an empty Destination value"
    if destination is None or _normal(destination).startswith(_normal(url)):
        return ""
    return f"The response was received at {url} instead of {printable(destination)}"


def _audience(case: _Case) -> str:
    found = case.assertion.findall(f"{SAML}Conditions/{SAML}AudienceRestriction/{SAML}Audience")
    audiences = {text_of(each) for each in found}
    if not audiences or case.context.sp_entity_id in audiences:
        return ""
    return f"{case.context.sp_entity_id} is not a valid audience for this Response"


def _issuers(case: _Case) -> str:
    if len(children(case.response, f"{SAML}Issuer")) > 1:
        return "Issuer of the Response is multiple."
    if len(children(case.assertion, f"{SAML}Issuer")) != 1:
        return "Issuer of the Assertion not found or multiple."
    for element in (case.response, case.assertion):
        issuer = text_of(child(element, f"{SAML}Issuer"))
        if issuer and issuer != case.context.idp_entity_id:
            return (
                "Invalid issuer in the Assertion/Response "
                f"(expected {case.context.idp_entity_id}, got {printable(issuer)})"
            )
    return ""


def _session(case: _Case) -> str:
    end = instant(attribute(child(case.assertion, f"{SAML}AuthnStatement"), "SessionNotOnOrAfter"))
    if end is None or end > case.context.now:
        return ""
    return "The attributes have expired, based on the SessionNotOnOrAfter of the AttributeStatement of this Response"


def _confirmation(case: _Case) -> str:
    around = case.response.get("InResponseTo")
    for confirmation in case.assertion.findall(f"{SAML}Subject/{SAML}SubjectConfirmation"):
        data = child(confirmation, f"{SAML}SubjectConfirmationData")
        if data is None or confirmation.get("Method") not in (None, "", _BEARER):
            continue
        request, recipient = data.get("InResponseTo"), data.get("Recipient")
        start, end = instant(data.get("NotBefore")), instant(data.get("NotOnOrAfter"))
        if (
            (not around or not request or request == around)
            and (not recipient or case.context.acs_url in recipient)
            and (end is None or end > case.context.now)
            and (start is None or start <= case.context.now)
        ):
            return ""
    return "A valid SubjectConfirmation was not found on this Response"


def _wanted_signatures(case: _Case) -> str:
    if case.context.want_signed_assertion and case.reading.assertion_signature is None:
        return "The Assertion of the Response is not signed and the SP require it"
    if case.context.want_signed_response and case.reading.response_signature is None:
        return "The Message of the Response is not signed and the SP require it"
    return ""


def _no_signature(case: _Case) -> str:
    return "" if case.reading.signatures else "No Signature found. SAML Response rejected"


def _bad_signature(case: _Case) -> str:
    return "" if case.reading.is_verified else "Signature validation failed. SAML Response rejected"


def _normal(url: str) -> str:
    """The URL with scheme and host in lower case, as the library compares it."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{mark}{host.lower()}{slash}{path}" if mark else url


# The numbers are those of the library's checks; it decrypts first, and looks at the status before it counts assertions.
_CHECKS: tuple[tuple[int, Callable[[_Case], str]], ...] = (
    (3, _decryption),
    (1, _version),
    (2, _identifier),
    (4, _status),
    (3, _one_assertion),
    (4, _signature_form),
    (5, _schema),
    (8, _one_conditions),
    (9, _conditions_times),
    (10, _one_authn_statement),
    (11, _attribute_statement),
    (12, _encrypted_attribute),
    (13, _destination),
    (14, _audience),
    (15, _issuers),
    (16, _session),
    (17, _confirmation),
    (18, _wanted_signatures),
    (19, _no_signature),
    (20, _bad_signature),
)
