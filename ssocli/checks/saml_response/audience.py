"""The conditions of an assertion: for whom it is meant."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, failed, passed, rule, skipped
from ssocli.checks.saml_response.context import SamlResponseContext, on_assertion
from ssocli.checks.saml_tree import SAML, Element, child, children, is_element, local_name, text_of
from ssocli.steps import Step
from ssocli.text import difference, printable

_KNOWN = tuple(SAML + name for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction"))


@rule(
    "SRS040",
    "missing-conditions",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.2",
    owner=Owner.IDP,
    fix="Let the identity provider put Conditions with an AudienceRestriction and times in the assertion.",
)
@on_assertion
def missing_conditions(assertion: Element, _: SamlResponseContext) -> Judgement:
    """The assertion has no Conditions (or several): nothing limits for whom and for how long it is good."""
    count = len(children(assertion, f"{SAML}Conditions"))
    return passed("one Conditions", "one") if count == 1 else failed("one Conditions", str(count) if count else "none")


@rule(
    "SRS044",
    "missing-audience",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.2 (AudienceRestriction)",
    owner=Owner.IDP,
    fix="Let the identity provider name the application's entity ID as Audience. Without it an assertion for any "
    "other application opens this one.",
)
@on_assertion
def missing_audience(assertion: Element, _: SamlResponseContext) -> Judgement:
    """The assertion does not say for which application it is meant."""
    conditions = child(assertion, f"{SAML}Conditions")
    if conditions is None:
        return skipped("there are no Conditions (SRS040)")
    found = [each for group in _audiences(conditions) for each in group]
    return passed("an Audience", ", ".join(map(printable, found))) if found else failed("an Audience", "none")


@rule(
    "SRS045",
    "wrong-assertion-audience",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.5.1.4; SAML Profiles 4.1.4.2",
    owner=Owner.IDP,
    fix="Register the application's entity ID at the identity provider exactly as expected here (audience, identifier, "
    "SP entity ID: letter case and a slash at the end count).",
)
@on_assertion
def wrong_audience(assertion: Element, context: SamlResponseContext) -> Judgement:
    """The assertion is meant for another application. Each AudienceRestriction must name this one."""
    conditions = child(assertion, f"{SAML}Conditions")
    groups = [] if conditions is None else _audiences(conditions)
    if not any(groups):
        return skipped("there is no Audience (SRS040, SRS044)")
    expected = printable(context.sp_entity_id)
    for group in groups:
        if context.sp_entity_id not in group:
            evidence = difference(context.sp_entity_id, group[0]) if group else ""
            actual = ", ".join(map(printable, group)) or "an AudienceRestriction without Audience"
            return failed(expected, actual, evidence=evidence)
    return passed(expected, " and ".join(", ".join(map(printable, group)) for group in groups))


@rule(
    "SRS046",
    "unknown-condition",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.5.1.1",
    owner=Owner.IDP,
    fix="Let the identity provider leave the condition out: whoever does not understand one must not accept the "
    "assertion.",
)
@on_assertion
def unknown_condition(assertion: Element, _: SamlResponseContext) -> Judgement:
    """The assertion has a condition that nobody here understands, so it cannot be said to hold."""
    conditions = child(assertion, f"{SAML}Conditions")
    if conditions is None:
        return skipped("there are no Conditions (SRS040)")
    unknown = [local_name(each) for each in conditions if is_element(each) and each.tag not in _KNOWN]
    expected = "AudienceRestriction, OneTimeUse, ProxyRestriction"
    return failed(expected, printable(", ".join(unknown))) if unknown else passed(expected, "no others")


def _audiences(conditions: Element) -> list[tuple[str, ...]]:
    """The audiences of each AudienceRestriction."""
    return [
        tuple((text_of(each) or "").strip() for each in children(group, f"{SAML}Audience"))
        for group in children(conditions, f"{SAML}AudienceRestriction")
    ]
