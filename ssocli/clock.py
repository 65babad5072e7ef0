"""Time as something that is passed in: a login is judged at a moment, and a wrong clock is a finding like any other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """A wall clock that may be off on purpose. `skew` is in seconds; positive means ahead."""

    skew: float = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.skew


def iso(moment: float) -> str:
    """The moment (seconds since the epoch) in UTC as people and machines read it: `2026-01-31T09:30:00Z`.

    A value that no calendar holds (a token may carry any number) comes back as the number itself.
    """
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return repr(moment)
