"""Who issued a response and its assertion."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, failed, passed, rule, skipped
from ssocli.checks.saml_response.context import SamlResponseContext, on_assertion, on_response
from ssocli.checks.saml_response.reading import Reading
from ssocli.checks.saml_tree import ENTITY_NAME_ID, SAML, Element, child, text_of
from ssocli.steps import Step
from ssocli.text import difference, printable

_FIX = (
    "Configure the identity provider's entity ID exactly as it writes it (letter case and a slash at the end count). "
    "If it is right already, the response comes from another identity provider or tenant."
)


@rule(
    "SRS011",
    "missing-message-issuer",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.2",
    owner=Owner.IDP,
    fix="Let the identity provider put its entity ID in the Issuer of the response.",
)
@on_response
def missing_response_issuer(reading: Reading, _: SamlResponseContext) -> Judgement:
    """The response is signed, or its assertion encrypted, and it does not say who issued it."""
    if child(reading.response, f"{SAML}Issuer") is not None:
        return passed("an Issuer", "an Issuer")
    if reading.response_signature is None and reading.encrypted is None:
        return skipped("the response is not signed and the assertion not encrypted, so it needs no Issuer")
    return failed("an Issuer, since the response is signed or its assertion encrypted", "no Issuer")


@rule(
    "SRS012",
    "wrong-message-issuer",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.2; SAML Core 3.2.2 (Issuer)",
    owner=Owner.APP,
    fix=_FIX,
)
@on_response
def wrong_response_issuer(reading: Reading, context: SamlResponseContext) -> Judgement:
    """The response was issued by another identity provider than the configured one."""
    issuer = child(reading.response, f"{SAML}Issuer")
    return skipped("no Issuer (SRS011)") if issuer is None else _judge(issuer, context)


@rule(
    "SRS033",
    "wrong-assertion-issuer",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.2; SAML Core 2.3.3 (Issuer)",
    owner=Owner.APP,
    fix=_FIX,
)
@on_assertion
def wrong_assertion_issuer(assertion: Element, context: SamlResponseContext) -> Judgement:
    """The assertion was issued by another identity provider than the configured one, or by nobody."""
    issuer = child(assertion, f"{SAML}Issuer")
    if issuer is None:
        return failed(printable(context.idp_entity_id), "no Issuer", owner=Owner.IDP)
    around = None if context.reading is None else child(context.reading.response, f"{SAML}Issuer")
    if around is not None and text_of(around) == text_of(issuer) != context.idp_entity_id:
        return skipped("the response names the same wrong issuer (SRS012)")
    return _judge(issuer, context)


def _judge(issuer: Element, context: SamlResponseContext) -> Judgement:
    expected, found = context.idp_entity_id, text_of(issuer) or ""
    if issuer.get("Format") not in (None, ENTITY_NAME_ID):
        return failed(f"an Issuer of the format {ENTITY_NAME_ID}", printable(issuer.get("Format")), owner=Owner.IDP)
    if found == expected:
        return passed(printable(expected), printable(found))
    return failed(printable(expected), printable(found) or "an empty Issuer", evidence=difference(expected, found))
