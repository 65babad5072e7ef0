"""The times of a response. Every offset is seconds between its value and the clock of the judging side."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.saml_response.context import SamlResponseContext, on_assertion, on_response
from ssocli.checks.saml_response.moments import is_ahead, is_over, moment
from ssocli.checks.saml_response.reading import Reading
from ssocli.checks.saml_tree import SAML, Element, attribute, child, instant, is_element, local_name
from ssocli.clock import iso
from ssocli.steps import Step
from ssocli.text import printable

_CLOCKS = "Synchronize both clocks (NTP); until then the leeway can be raised, to a few minutes at most."
_TIMES = ("IssueInstant", "NotBefore", "NotOnOrAfter", "AuthnInstant", "SessionNotOnOrAfter")


@rule(
    "SRS013",
    "malformed-time",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 1.3.3",
    owner=Owner.IDP,
    fix="Let the identity provider write times in UTC, as 2026-01-31T09:30:00Z.",
)
@on_response
def malformed_time(reading: Reading, _: SamlResponseContext) -> Judgement:
    """A time in the response or its assertion is absent where one is required, or cannot be read."""
    wrong = []
    roots = [reading.response, *([] if reading.assertion is None else [reading.assertion])]
    for root in roots:
        if root.get("IssueInstant") is None:
            wrong.append(f"{local_name(root)} without IssueInstant")
        for element in root.iter():
            if is_element(element):
                if element.tag == f"{SAML}AuthnStatement" and element.get("AuthnInstant") is None:
                    wrong.append("AuthnStatement without AuthnInstant")
                wrong += [
                    f"{local_name(element)} with {name} {printable(value, 40)!r}"
                    for name in _TIMES
                    if (value := element.get(name)) is not None and instant(value) is None
                ]
    expected = "times in UTC, as 2026-01-31T09:30:00Z"
    return failed(expected, "; ".join(dict.fromkeys(wrong))) if wrong else passed(expected, "all of them")


@rule(
    "SRS014",
    "response-from-the-future",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.3.3 and 3.2.2 (IssueInstant)",
    owner=Owner.CLOCK,
    severity=Severity.WARNING,
    fix=_CLOCKS,
)
@on_response
def issued_in_the_future(reading: Reading, context: SamlResponseContext) -> Judgement:
    """The response says that it was issued later than now, by more than the leeway: the two clocks differ."""
    issued = instant(reading.response.get("IssueInstant"))
    if issued is None:
        return skipped("no readable IssueInstant (SRS013)")
    start = instant(attribute(child(reading.assertion, f"{SAML}Conditions"), "NotBefore"))
    if start is not None and is_ahead(start, context):
        return skipped("the assertion is not valid yet (SRS042)")
    expected = f"IssueInstant not after {iso(context.now)} ({_leeway(context)})"
    actual = moment(issued, context)
    return failed(expected, actual) if is_ahead(issued, context) else passed(expected, actual)


@rule(
    "SRS041",
    "expired-assertion",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.5.1.2 (NotOnOrAfter)",
    owner=Owner.IDP,
    fix="Start the login again and finish it within the time; if the assertion was fresh, see to the clocks.",
)
@on_assertion
def expired_assertion(assertion: Element, context: SamlResponseContext) -> Judgement:
    """The assertion is past its end by more than the leeway.

    One that was just issued and is already expired means that the two clocks differ.
    """
    conditions = child(assertion, f"{SAML}Conditions")
    start, end = instant(attribute(conditions, "NotBefore")), instant(attribute(conditions, "NotOnOrAfter"))
    if end is None:
        return skipped("no readable NotOnOrAfter in Conditions")
    if start is not None and start >= end:
        return skipped("it ends before it begins (SRS043)")
    expected = f"NotOnOrAfter after {iso(context.now)} ({_leeway(context)})"
    if not is_over(end, context):
        return passed(expected, moment(end, context))
    issued = instant(assertion.get("IssueInstant"))
    if context.request_id is not None and issued is not None and issued < context.now - context.leeway:
        evidence = f"an assertion that answers this login says IssueInstant {moment(issued, context)}"
        return failed(expected, moment(end, context), evidence=evidence, owner=Owner.CLOCK, fix=_CLOCKS)
    return failed(expected, moment(end, context))


@rule(
    "SRS042",
    "assertion-not-yet-valid",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.5.1.2 (NotBefore)",
    owner=Owner.CLOCK,
    fix=_CLOCKS + " The identity provider may also set NotBefore a few minutes back.",
)
@on_assertion
def assertion_not_yet_valid(assertion: Element, context: SamlResponseContext) -> Judgement:
    """The assertion must not be used before NotBefore, and that is later than now by more than the leeway."""
    conditions = child(assertion, f"{SAML}Conditions")
    start, end = instant(attribute(conditions, "NotBefore")), instant(attribute(conditions, "NotOnOrAfter"))
    if start is None:
        return skipped("no readable NotBefore in Conditions")
    if end is not None and start >= end:
        return skipped("it ends before it begins (SRS043)")
    expected = f"NotBefore not after {iso(context.now)} ({_leeway(context)})"
    actual = moment(start, context)
    return failed(expected, actual) if is_ahead(start, context) else passed(expected, actual)


@rule(
    "SRS043",
    "inverted-conditions",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.5.1.2",
    owner=Owner.IDP,
    fix="Let the identity provider set NotOnOrAfter some minutes after NotBefore.",
)
@on_assertion
def inverted_conditions(assertion: Element, _: SamlResponseContext) -> Judgement:
    """The assertion ends before it begins: it is never valid."""
    conditions = child(assertion, f"{SAML}Conditions")
    start, end = instant(attribute(conditions, "NotBefore")), instant(attribute(conditions, "NotOnOrAfter"))
    if start is None or end is None:
        return skipped("Conditions has no readable NotBefore or no NotOnOrAfter")
    actual = f"NotBefore {iso(start)}, NotOnOrAfter {iso(end)}"
    return (
        passed("NotBefore before NotOnOrAfter", actual)
        if start < end
        else failed("NotBefore before NotOnOrAfter", actual)
    )


@rule(
    "SRS061",
    "expired-session",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.7.2 (SessionNotOnOrAfter)",
    owner=Owner.IDP,
    fix="Log out at the identity provider and log in again. If it happens each time, let it set SessionNotOnOrAfter "
    "to the end of its session, or leave it out.",
)
@on_assertion
def expired_session(assertion: Element, context: SamlResponseContext) -> Judgement:
    """The session that the assertion speaks of is over already: SessionNotOnOrAfter is past by more than the leeway."""
    end = instant(attribute(child(assertion, f"{SAML}AuthnStatement"), "SessionNotOnOrAfter"))
    if end is None:
        return skipped("the assertion has no readable SessionNotOnOrAfter, which is allowed")
    whole = instant(attribute(child(assertion, f"{SAML}Conditions"), "NotOnOrAfter"))
    if whole is not None and is_over(whole, context):
        return skipped("the assertion as a whole is expired (SRS041)")
    expected = f"SessionNotOnOrAfter after {iso(context.now)} ({_leeway(context)})"
    actual = moment(end, context)
    return failed(expected, actual) if is_over(end, context) else passed(expected, actual)


def _leeway(context: SamlResponseContext) -> str:
    return f"leeway {context.leeway:g} s"
