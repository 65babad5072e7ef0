"""The bearer confirmation: that this assertion was meant for this address, this moment and this login."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, failed, passed, rule, skipped
from ssocli.checks.saml_response.context import SamlResponseContext, on_assertion, on_response
from ssocli.checks.saml_response.moments import is_over, moment
from ssocli.checks.saml_response.reading import Reading
from ssocli.checks.saml_tree import SAML, Element, attribute, child, children, instant
from ssocli.clock import iso
from ssocli.steps import Step
from ssocli.text import difference, fingerprint, printable

_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"


def chosen_confirmation(assertion: Element, context: SamlResponseContext) -> Element | None:
    """The bearer SubjectConfirmation that counts: the first that holds in everything, else the first, or None.

    One that holds is enough (SAML Profiles 4.1.4.3).
    """
    subject = child(assertion, f"{SAML}Subject")
    found = [] if subject is None else children(subject, f"{SAML}SubjectConfirmation")
    bearer = [each for each in found if each.get("Method") == _BEARER]
    return next((each for each in bearer if _holds(each, context)), bearer[0] if bearer else None)


def _holds(confirmation: Element, context: SamlResponseContext) -> bool:
    data = child(confirmation, f"{SAML}SubjectConfirmationData")
    end = instant(attribute(data, "NotOnOrAfter"))
    return (
        data is not None
        and data.get("Recipient") == context.acs_url
        and end is not None
        and not is_over(end, context)
        and data.get("NotBefore") is None
        and data.get("InResponseTo") == context.request_id
    )


def _data(assertion: Element, context: SamlResponseContext) -> Element | None:
    return child(chosen_confirmation(assertion, context), f"{SAML}SubjectConfirmationData")


@rule(
    "SRS050",
    "missing-bearer-confirmation",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.2",
    owner=Owner.IDP,
    fix="Let the identity provider put a SubjectConfirmation of the method bearer, with its data, in the Subject.",
)
@on_assertion
def missing_bearer_confirmation(assertion: Element, context: SamlResponseContext) -> Judgement:
    """The subject has no confirmation of the method bearer with data: nothing says that the browser may present it."""
    subject = child(assertion, f"{SAML}Subject")
    expected = "a SubjectConfirmation of the method bearer, with SubjectConfirmationData"
    if subject is None:
        return skipped("there is no Subject (SRS034)")
    if _data(assertion, context) is not None:
        return passed(expected, "one")
    methods = [printable(str(each.get("Method")), 80) for each in children(subject, f"{SAML}SubjectConfirmation")]
    return failed(
        expected, f"without data: {', '.join(methods)}" if _BEARER in methods else ", ".join(methods) or "none"
    )


@rule(
    "SRS051",
    "wrong-recipient",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.2 and 4.1.4.3 (Recipient)",
    owner=Owner.IDP,
    fix="Register the assertion consumer service (ACS) URL at the identity provider exactly as expected here. If only "
    "scheme or port differ, the application does not know its public address behind its proxy.",
)
@on_assertion
def wrong_recipient(assertion: Element, context: SamlResponseContext) -> Judgement:
    """The assertion was made for another assertion consumer service, or does not say for which."""
    data = _data(assertion, context)
    if data is None:
        return skipped("there is no bearer confirmation (SRS050)")
    recipient, expected = data.get("Recipient"), printable(context.acs_url)
    if recipient is None:
        return failed(expected, "no Recipient")
    if recipient == context.acs_url:
        return passed(expected, printable(recipient))
    if context.reading is not None and context.reading.response.get("Destination") == recipient:
        return skipped("the Destination of the response is the same wrong address (SRS009)")
    return failed(expected, printable(recipient) or "an empty one", evidence=difference(context.acs_url, recipient))


@rule(
    "SRS052",
    "missing-confirmation-expiry",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.2 (NotOnOrAfter)",
    owner=Owner.IDP,
    fix="Let the identity provider say in NotOnOrAfter of SubjectConfirmationData until when it may be presented.",
)
@on_assertion
def missing_confirmation_expiry(assertion: Element, context: SamlResponseContext) -> Judgement:
    """The bearer confirmation does not say until when the assertion may be presented."""
    data = _data(assertion, context)
    if data is None:
        return skipped("there is no bearer confirmation (SRS050)")
    found = data.get("NotOnOrAfter")
    return failed("NotOnOrAfter", "none") if found is None else passed("NotOnOrAfter", printable(found, 40))


@rule(
    "SRS053",
    "expired-confirmation",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.3 (NotOnOrAfter)",
    owner=Owner.IDP,
    fix="Start the login again and finish it within the time. If it happens each time, synchronize both clocks (NTP).",
)
@on_assertion
def expired_confirmation(assertion: Element, context: SamlResponseContext) -> Judgement:
    """The time in which the assertion may be presented is over, by more than the leeway."""
    end = instant(attribute(_data(assertion, context), "NotOnOrAfter"))
    if end is None:
        return skipped("no readable NotOnOrAfter (SRS013, SRS052)")
    expected = f"NotOnOrAfter after {iso(context.now)} (leeway {context.leeway:g} s)"
    if not is_over(end, context):
        return passed(expected, moment(end, context))
    whole = instant(attribute(child(assertion, f"{SAML}Conditions"), "NotOnOrAfter"))
    if whole is not None and is_over(whole, context):
        return skipped("the assertion as a whole is expired (SRS041)")
    return failed(expected, moment(end, context))


@rule(
    "SRS054",
    "confirmation-with-start",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.2 (NotBefore)",
    owner=Owner.IDP,
    fix="Let the identity provider leave NotBefore out of SubjectConfirmationData; it belongs in Conditions.",
)
@on_assertion
def confirmation_with_start(assertion: Element, context: SamlResponseContext) -> Judgement:
    """The bearer confirmation has a NotBefore, which the profile forbids."""
    data = _data(assertion, context)
    if data is None:
        return skipped("there is no bearer confirmation (SRS050)")
    found = data.get("NotBefore")
    return passed("no NotBefore", "none") if found is None else failed("no NotBefore", printable(found, 40))


@rule(
    "SRS055",
    "wrong-in-response-to",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 3.2.2 (InResponseTo); SAML Profiles 4.1.4.3",
    owner=Owner.USER,
    fix="Start the login again, in this browser, and finish it there: it expired, was finished already, or was begun "
    "elsewhere. If it happens each time, the cookie of the pending login is lost (SameSite on the cross-site POST).",
)
@on_response
def wrong_in_response_to(reading: Reading, context: SamlResponseContext) -> Judgement:
    """The response answers another request than the one of this browser's pending login."""
    found = reading.response.get("InResponseTo")
    if found is None:
        return skipped("the response answers no request (SRS057)")
    if context.request_id is None:
        return failed("a login that this browser began", f"none for the request {fingerprint(found)}")
    expected = f"the request {fingerprint(context.request_id)}"
    return passed(expected, "the same") if found == context.request_id else failed(expected, fingerprint(found))


@rule(
    "SRS056",
    "wrong-confirmation-request",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.2 and 4.1.4.3 (InResponseTo)",
    owner=Owner.IDP,
    fix="Let the identity provider put the ID of the AuthnRequest in InResponseTo of SubjectConfirmationData as well. "
    "If only the assertion is signed, that is the only one that nobody can change: do not go without it.",
)
@on_assertion
def wrong_confirmation_request(assertion: Element, context: SamlResponseContext) -> Judgement:
    """The bearer confirmation names another request than the pending login's, or none though the response does."""
    data = _data(assertion, context)
    if data is None or context.reading is None:
        return skipped("there is no bearer confirmation (SRS050)")
    found, around = data.get("InResponseTo"), context.reading.response.get("InResponseTo")
    if found == around and (found is None or found != context.request_id):
        return skipped("the response says the same (SRS055, SRS057)")
    if context.request_id is None:
        expected, good = "no InResponseTo, since no login is pending", found is None
    else:
        expected, good = f"the request {fingerprint(context.request_id)}", found == context.request_id
    actual = "no InResponseTo" if found is None else f"the request {fingerprint(found)}"
    return passed(expected, actual) if good else failed(expected, actual)


@rule(
    "SRS057",
    "unsolicited-response",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.5",
    owner=Owner.APP,
    fix="Start the login at the application, or let it accept logins that start at the identity provider "
    "(allow_idp_initiated). If it was started at the application, the identity provider must send InResponseTo.",
)
@on_response
def unsolicited_response(reading: Reading, context: SamlResponseContext) -> Judgement:
    """The response answers no request: the login was started at the identity provider, and that is not allowed."""
    if reading.response.get("InResponseTo") is not None:
        return passed("the answer to a request", "InResponseTo")
    if context.request_id is not None:
        return failed("InResponseTo, since a login is pending", "none", owner=Owner.IDP)
    if context.allow_unsolicited:
        return passed("the answer to a request, or a login that starts at the identity provider", "the latter")
    return failed("the answer to a request", "no InResponseTo")


@rule(
    "SRS058",
    "replayed-assertion",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.5",
    owner=Owner.USER,
    fix="Start the login again: this response was used already (the back button, a double click, or a thief).",
)
@on_assertion
def replayed_assertion(assertion: Element, context: SamlResponseContext) -> Judgement:
    """An assertion with this ID was accepted before: each may be used once."""
    identifier = assertion.get("ID")
    if not identifier:
        return skipped("the assertion has no ID (SRS007)")
    actual = printable(identifier, 80)
    expected = "an assertion that was not used before"
    return failed(expected, f"{actual}, used before") if context.was_seen(identifier) else passed(expected, actual)
