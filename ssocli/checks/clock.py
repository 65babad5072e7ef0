"""The identity provider's clock, as the Date header of its answers tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.exchange import Response
from ssocli.steps import Step
from ssocli.text import printable

# Clients allow for about a minute; beyond five, tokens and assertions are over before they are used.
_NOTICEABLE = 60.0
_UNUSABLE = 300.0


@dataclass(frozen=True, slots=True)
class ClockContext:
    """A response, and between which moments of this machine's clock it was made (seconds since the epoch)."""

    response: Response
    asked: float
    answered: float

    @property
    def offset(self) -> float | None:
        """How far the other clock is ahead, in seconds (behind, if negative); None if it cannot be told.

        It is 0 where the clocks may agree: the header names whole seconds, and the answer took its time.
        """
        shown = _seconds(self.response.header("Date"))
        if shown is None:
            return None
        # What a cache answers was made that much earlier (RFC 9111 5.1).
        age = self.response.header("Age") or "0"
        shown += float(age) if age.isascii() and age.isdigit() else 0.0
        least, most = shown - self.answered, shown + 1 - self.asked
        return 0.0 if least <= 0 <= most else (least + most) / 2


@rule(
    "CLK001",
    "clock-offset",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 9110 6.6.1; OIDC Core 3.1.3.7 items 9 and 10; SAML Core 2.5.1.2",
    owner=Owner.CLOCK,
    fix="Let both machines take their time from NTP and compare them with a third. A whole hour is a time zone taken "
    "for UTC. A leeway of a minute helps with less than that, and with no more.",
)
def clock_offset(context: ClockContext) -> Judgement:
    """The identity provider's clock and this machine's differ by more than clients allow for.

    Times in tokens and assertions then lie in the future or are past. Up to 5 minutes it is a warning.
    """
    offset = context.offset
    if offset is None:
        return skipped("the answer has no Date that can be read")
    expected = f"within {_NOTICEABLE:.0f} s of this machine's clock"
    where = "ahead" if offset > 0 else "behind"
    actual = f"{abs(offset):.0f} s {where}" if offset else "no difference that can be seen"
    if abs(offset) <= _NOTICEABLE:
        return passed(expected, actual)
    severity = Severity.WARNING if abs(offset) <= _UNUSABLE else Severity.ERROR
    date = printable(context.response.header("Date") or "", 40)
    return failed(expected, actual, evidence=f"Date: {date}", severity=severity)


def _seconds(date: str | None) -> float | None:
    """An HTTP date as seconds since the epoch; None if it is none."""
    try:
        moment = parsedate_to_datetime(date or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
