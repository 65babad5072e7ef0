"""The faults of one namespace: what is armed, which of them an artefact gets, and the ledger of what happened."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fake_idp.clock import Clock
    from fake_idp.faults.armed import Armed, Match, Schedule, Situation
    from fake_idp.faults.fault import Fault
    from fake_idp.faults.ledger import Fired
    from fake_idp.randomness import Randomness

MAX_LEDGER = 2000
MAX_SELECTED = 512  # faults that were armed by requests: by user name, hint, page or path


class Faults:
    """Arm, choose, remember. Within a point, the first armed fault that matches and strikes is the one.

    `active` is false as long as nothing is armed: then no endpoint asks.
    """

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        self.active = False
        self._clock = clock
        self._randomness = randomness
        self._lock = threading.RLock()
        self._lines: dict[str, list[Armed]] = {}
        self._selected: deque[Armed] = deque()
        self._ledger: deque[Fired] = deque(maxlen=MAX_LEDGER)
        self._count = self._armed_so_far = 0
        self._latest: Situation | None = None

    def arm(
        self,
        fault: Fault,
        match: Match | None = None,
        schedule: Schedule | None = None,
        *,
        preset: bool = False,
    ) -> Armed:
        """Arm `fault`, for everybody and always if nothing is said.

        It goes behind those of the same rank at its point: one-shots of a point queue up.
        """
        from fake_idp.faults.armed import Armed, Match, Schedule

        armed = Armed(fault, match or Match(), schedule or Schedule(), preset)
        with self._lock:
            self._armed_so_far += 1
            armed.number = self._armed_so_far
            line = self._lines.setdefault(fault.point, [])
            line.append(armed)
            line.sort(key=lambda other: other.rank)
            self.active = True
        return armed

    def select(self, faults: Iterable[Fault], match: Match) -> None:
        """Arm what a request chose, for `match`; what is armed for it already stays as it is."""
        with self._lock:
            for fault in faults:
                if any(other.fault is fault and other.match == match for other in self._selected):
                    continue
                self._selected.append(self.arm(fault, match))
                if len(self._selected) > MAX_SELECTED:
                    self.disarm(self._selected[0])

    def disarm(self, armed: Armed) -> None:
        """Take it away; nothing happens if it is not there any more."""
        with self._lock:
            line = self._lines.get(armed.fault.point, [])
            line[:] = [other for other in line if other is not armed]
            self._selected = deque(other for other in self._selected if other is not armed)
            self.active = any(self._lines.values())

    def clear(self) -> None:
        """Disarm everything and empty the ledger."""
        with self._lock:
            self._lines.clear()
            self._selected.clear()
            self._ledger.clear()
            self._latest = None
            self.active = False

    def armed(self) -> list[Armed]:
        """What is armed, by point in the order in which it is asked."""
        with self._lock:
            return [armed for line in self._lines.values() for armed in line]

    def never_fired(self) -> list[Armed]:
        """What is armed and changed nothing so far: a test that relies on it proves nothing."""
        return [armed for armed in self.armed() if not armed.fired]

    def ledger(self, fault: str | None = None, *, flow: str | None = None) -> list[Fired]:
        """What fired, oldest first; of one fault, in one login."""
        with self._lock:
            lines = list(self._ledger)
        return [line for line in lines if fault in (None, line.fault) and flow in (None, line.flow)]

    def pick(self, point: str, situation: Situation) -> Fault | None:
        """The fault that the artefact at `point` gets now, if any.

        Discovery and JWKS requests belong to no login. They count to the one that was last under way, and each
        counts for itself.
        """
        with self._lock:
            own_flow = situation.flow
            if own_flow is not None:
                self._latest = situation
            elif self._latest is not None:
                situation = situation.within(self._latest)
            for armed in self._lines.get(point, ()):
                if armed.match.covers(situation) and armed.decide(own_flow, self._randomness.fraction):
                    return armed.fault
        return None

    def note(
        self, fault: Fault, endpoint: str, situation: Situation, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        """Write into the ledger that `fault` was served."""
        from fake_idp.faults.ledger import Fired

        with self._lock:
            self._count += 1
            self._ledger.append(
                Fired(
                    self._count,
                    self._clock.now(),
                    fault.id,
                    fault.point,
                    endpoint,
                    situation.issuer_url,
                    situation.flow,
                    situation.client,
                    situation.user,
                    before,
                    after,
                )
            )
