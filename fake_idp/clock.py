"""The time, as the identity provider sees it."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """A clock that can be frozen, moved and set wrong.

    `source` gives seconds since the epoch; another clock's `now` makes this one follow it.
    """

    __slots__ = ("_frozen", "_offset", "_source")

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._offset = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        """Seconds since the epoch."""
        return (self._source() if self._frozen is None else self._frozen) + self._offset

    def freeze(self, at: float | None = None) -> None:
        """Stop the clock, at `at` (seconds since the epoch) or at the present moment."""
        self._frozen, self._offset = (self.now() if at is None else at), 0.0

    def unfreeze(self) -> None:
        """Let it run again, from the source's time plus the skew set since."""
        self._frozen = None

    def advance(self, seconds: float) -> None:
        """Move forward (or back, if negative) from where it is."""
        self._offset += seconds

    def set(self, at: float) -> None:
        """Run on from `at` (seconds since the epoch)."""
        self._frozen, self._offset = None, at - self._source()

    def reset(self) -> None:
        """Follow the source again."""
        self._frozen, self._offset = None, 0.0

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen is not None

    @property
    def ahead(self) -> float:
        """How many seconds it is ahead of its source now; negative if behind."""
        return self.now() - self._source()

    def skew(self, seconds: float) -> None:
        """Run this much ahead of the source (behind, if negative), whatever was set before."""
        self._offset = seconds
