"""The one rule that decides in the profile `sentry`."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, failed, passed, rule, skipped
from ssocli.checks.saml_response.context import SamlResponseContext
from ssocli.checks.saml_response.sentry import sentry_verdict
from ssocli.steps import Step


@rule(
    "SRS070",
    "refused-by-sentry",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.3, as python3-saml checks it",
    owner=Owner.IDP,
    fix="Mend what the other checks of this step say; Sentry shows only the first failure in its own order, and a "
    "wrong clock hides a wrong audience.",
)
def refused_by_sentry(context: SamlResponseContext) -> Judgement:
    """Sentry would refuse this response; `actual` is the reason that its user sees."""
    if context.profile != "sentry":
        return skipped("the response is judged by the specification")
    if context.reading is None or not context.reading.is_response:
        return skipped("there is no response to judge (SRS001, SRS002)")
    if not context.reading.is_success:
        return skipped("the response is an error (SRS004, SRS005)")
    verdict = sentry_verdict(context)
    expected = "all checks of Sentry's SAML library"
    if verdict.is_accepted:
        return passed(expected, "accepted")
    return failed(expected, f"check {verdict.check}: {verdict.reason}")
