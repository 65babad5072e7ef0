"""RelayState: what the application sent along with its request must come back with the response."""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule
from ssocli.steps import Step
from ssocli.text import difference, printable


@dataclass(frozen=True, slots=True)
class RelayStateContext:
    """The RelayState of the request and that of the response, None where there was none."""

    sent: str | None
    returned: str | None


@rule(
    "SRL001",
    "lost-relay-state",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Bindings 3.4.3 and 3.5.3",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider send RelayState back exactly as it came; look for a proxy or a login page in "
    "between that drops or decodes it.",
)
def lost_relay_state(context: RelayStateContext) -> Judgement:
    """The RelayState of the request does not come back with the response, or not as it was.

    Applications that keep the login, or the page to return to, under it take the response for one that nobody asked
    for, or send the user elsewhere.
    """
    if context.sent is None:
        expected = "no RelayState, or one of the identity provider's own"
        return passed(expected, printable(context.returned or "none", 80))
    expected = printable(context.sent, 80)
    if context.returned is None:
        return failed(expected, "none")
    if context.returned == context.sent:
        return passed(expected, "the same")
    return failed(
        expected, printable(context.returned, 80) or "an empty one", evidence=difference(context.sent, context.returned)
    )
