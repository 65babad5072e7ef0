"""When a fault strikes: for whom, and which times."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from fake_idp.faults.fault import Fault

MAX_FLOWS = 1024  # logins whose decision is remembered, per armed fault
PER = ("flow", "request")


@dataclass(frozen=True, slots=True)
class Situation:
    """The circumstances of one artefact: for whom, by which issuer (name and URL), in which login."""

    client: str | None
    user: str | None
    issuer: str
    issuer_url: str
    flow: str | None

    def within(self, login: Situation) -> Situation:
        """The circumstances of a request that names no login, if it belongs to `login`."""
        return replace(
            login,
            client=self.client or login.client,
            user=self.user or login.user,
            issuer=self.issuer,
            issuer_url=self.issuer_url,
        )


@dataclass(frozen=True, slots=True)
class Match:
    """Whom a fault is for; None is anybody. `issuer` is the name or the URL."""

    client: str | None = None
    user: str | None = None
    issuer: str | None = None
    flow: str | None = None

    def covers(self, situation: Situation) -> bool:
        """Whether everything that is asked for is so."""
        return (
            (self.issuer is None or self.issuer in (situation.issuer, situation.issuer_url))
            and (self.client is None or self.client == situation.client)
            and (self.user is None or self.user == situation.user)
            and (self.flow is None or self.flow == situation.flow)
        )


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which of the matching logins are struck; without anything, all.

    `nth` only that one, `first` the first so many, `after` those beyond the first so many, `every` each so-manieth of
    them, `times` at most so many in all, `probability` each with that chance (repeatable with the provider's seed).
    `per="request"` counts messages instead of logins. Raises ValueError for numbers that make no sense.
    """

    nth: int | None = None
    first: int | None = None
    after: int = 0
    every: int = 1
    times: int | None = None
    probability: float | None = None
    per: Literal["flow", "request"] = "flow"

    def __post_init__(self) -> None:
        for name, least in (("nth", 1), ("first", 1), ("after", 0), ("every", 1), ("times", 1)):
            number = getattr(self, name)
            if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < least):
                raise ValueError(f"{name}: expected a whole number of at least {least}, got {number!r}")
        chance = self.probability
        if chance is not None and (isinstance(chance, bool) or not 0 <= chance <= 1):
            raise ValueError(f"probability: expected a number from 0 to 1, got {chance!r}")
        if self.per not in PER:
            raise ValueError(f"per: expected {' or '.join(PER)}, got {self.per!r}")

    def strikes(self, number: int, fired: int, draw: Callable[[], float]) -> bool:
        """Whether the `number`-th (from 1) is struck, when `fired` were before it. `draw` gives a number below 1."""
        return (
            (self.nth is None or number == self.nth)
            and (self.first is None or number <= self.first)
            and number > self.after
            and (number - self.after) % self.every == 0
            and (self.times is None or fired < self.times)
            and (self.probability is None or draw() < self.probability)
        )


@dataclass(slots=True)
class Armed:
    """A fault that is armed. `seen` counts the logins (or requests) asked about, `fired` those that were struck.

    What was decided for a login holds until its end. `preset` is true for what the start-up configuration armed.
    `number` tells it from all others that were armed in the namespace.
    """

    fault: Fault
    match: Match = Match()
    schedule: Schedule = Schedule()
    preset: bool = False
    number: int = 0
    seen: int = 0
    fired: int = 0
    _decided: OrderedDict[str, bool] = field(default_factory=OrderedDict, repr=False)

    @property
    def rank(self) -> int:
        """The place in the line of its point: one login's own, then one-shots, then the rest, then the presets."""
        if self.match.flow is not None:
            return 0
        return 3 if self.preset else 1 if self.schedule.times is not None else 2

    def decide(self, flow: str | None, draw: Callable[[], float]) -> bool:
        """Whether this artefact is struck. Not safe between threads: `Faults` holds its lock."""
        known = self._decided.get(flow) if flow is not None and self.schedule.per == "flow" else None
        if known is not None:
            return known
        self.seen += 1
        strikes = self.schedule.strikes(self.seen, self.fired, draw)
        self.fired += strikes
        if flow is not None:
            self._decided[flow] = strikes
            if len(self._decided) > MAX_FLOWS:
                self._decided.popitem(last=False)
        return strikes

    def describe(self) -> str:
        """One line: the fault, for whom and when."""
        parts = [
            f"{part.name}={value}"
            for conditions in (self.match, self.schedule)
            for part in fields(conditions)
            if (value := getattr(conditions, part.name)) != part.default
        ]
        return " ".join([self.fault.id, *parts])


MATCH_KEYS = tuple(part.name for part in fields(Match))
SCHEDULE_KEYS = tuple(part.name for part in fields(Schedule))


def conditions(values: dict[str, Any]) -> tuple[Match, Schedule]:
    """Match and schedule from their members by name. Raises ValueError, for names that neither has as well."""
    unknown = sorted(set(values) - {*MATCH_KEYS, *SCHEDULE_KEYS})
    if unknown:
        raise ValueError(f"{unknown[0]}: expected one of {', '.join((*MATCH_KEYS, *SCHEDULE_KEYS))}")
    return (
        Match(**{key: value for key, value in values.items() if key in MATCH_KEYS}),
        Schedule(**{key: value for key, value in values.items() if key in SCHEDULE_KEYS}),
    )
