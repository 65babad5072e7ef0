"""What a look at the identity provider from here shows beside its documents: its clock, its endpoints, its TLS."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.clock import iso
from ssocli.steps import Step
from ssocli.text import printable

_SOON = 14 * 86400.0
# The header has whole seconds, and the response was on its way.
_COARSE = 2.0


@dataclass(frozen=True, slots=True)
class ReachabilityContext:
    """One hop to the address `url`, which is the provider's `purpose` (`token endpoint`, ...).

    `status` is that of the response, `date` its Date header. `now` is when it arrived, and `leeway` what differences
    of clocks the application forgives, both in seconds. `certificate_until` is when the server's certificate ends.
    """

    purpose: str
    url: str
    now: float
    status: int | None = None
    date: str | None = None
    leeway: float = 60.0
    certificate_until: float | None = None


@rule(
    "LIVE001",
    "clock-offset",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 9110 6.6.1 (Date); OIDC Core 3.1.3.7 item 9",
    owner=Owner.CLOCK,
    fix="Synchronize both machines with NTP. Times in tokens and assertions are judged by the application's clock.",
)
def clock_offset(context: ReachabilityContext) -> Judgement:
    """The identity provider's clock and this machine's differ by more than is forgiven."""
    moment = _moment(context.date)
    if moment is None:
        return skipped("the response has no Date that can be read")
    offset = moment - context.now
    expected = f"within {context.leeway:g} s of {iso(context.now)}"
    actual = f"{iso(moment)}, {abs(offset):.0f} s {'ahead' if offset > 0 else 'behind'}"
    return failed(expected, actual) if abs(offset) > context.leeway + _COARSE else passed(expected, actual)


@rule(
    "LIVE002",
    "endpoint-not-answering",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 8414 2; SAML Metadata 2.4.3",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Check the address in the identity provider's metadata, and its log: a service that is there refuses a request "
    "without parameters with 4xx, but not with 404 or 5xx.",
)
def endpoint_not_answering(context: ReachabilityContext) -> Judgement:
    """An advertised address answers an empty request with 404 or 5xx: nothing serves it."""
    if context.status is None:
        return skipped("no response came (NET001 to NET019)")
    expected = f"the {context.purpose} at {printable(context.url)}"
    actual = f"HTTP {context.status}"
    is_absent = context.status in (404, 410) or context.status >= 500
    return failed(expected, actual) if is_absent else passed(expected, actual)


@rule(
    "LIVE003",
    "tls-certificate-soon-expired",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 5280 4.1.2.5",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let whoever runs the identity provider's web server renew its certificate now.",
)
def tls_certificate_soon_expired(context: ReachabilityContext) -> Judgement:
    """The TLS certificate of the identity provider's server ends within 14 days."""
    if context.certificate_until is None:
        return skipped("no TLS certificate was seen")
    left = context.certificate_until - context.now
    actual = f"{left / 86400:.0f} days, until {iso(context.certificate_until)}"
    return failed("more than 14 days", actual) if left < _SOON else passed("more than 14 days", actual)


def _moment(date: str | None) -> float | None:
    try:
        return None if date is None else parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
