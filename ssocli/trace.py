"""The trace of one login: ten step outcomes into which every actor reports; every report renders it.

The emulated Sentry and the browser report into the same `TraceBuilder` as things happen. An exchange belongs to the
step in which it completed; a step is closed when the next one begins or the trace is finished.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ssocli.checks.check import Check, Severity, Status
from ssocli.exchange import Exchange
from ssocli.steps import Step


class Action(Enum):
    """What the flow lets the user do after a failure."""

    RETURN_TO_LOGIN = "return_to_login"
    RETRY_OR_CONTACT_SUPPORT = "retry_or_contact_support"
    CONTACT_SUPPORT = "contact_support"


class Outcome(Enum):
    """How the login as a whole ended. `error` is this tool's own trouble."""

    AUTHENTICATED = "authenticated"
    REFUSED = "refused"
    ERROR = "error"


def action_after(step: Step) -> Action:
    """What a failure in this step offers the user: the flow's three error rules."""
    if step.number <= Step.TOKEN_GENERATION.number:
        return Action.RETURN_TO_LOGIN
    if step is Step.TOKEN_VALIDATION:
        return Action.RETRY_OR_CONTACT_SUPPORT
    return Action.CONTACT_SUPPORT


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the login ended early. `message` is for the person who diagnoses, `user_message` is what the page showed."""

    step: Step
    code: str
    message: str
    user_message: str
    action: Action


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """How one step went. `started` is seconds since the epoch, `elapsed` seconds; both None if it was not reached."""

    step: Step
    status: Status
    summary: str = ""
    checks: tuple[Check, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    started: float | None = None
    elapsed: float | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """A finished login: always ten steps. `user`, `session` and `access` are plain data once they exist."""

    trace_id: str
    outcome: Outcome
    steps: tuple[StepOutcome, ...]
    failure: Failure | None = None
    user: dict[str, Any] | None = None
    session: dict[str, Any] | None = None
    access: dict[str, Any] | None = None

    def step(self, step: Step) -> StepOutcome:
        """The outcome of one step."""
        return self.steps[step.number - 1]


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step began."""

    step: Step


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A step is closed; nothing is added to it any more."""

    outcome: StepOutcome


@dataclass(frozen=True, slots=True)
class TraceFinished:
    """The login is over."""

    trace: Trace


Event = StepStarted | StepFinished | TraceFinished
Listener = Callable[[Event], None]


@dataclass(slots=True)
class _Open:
    """The step in progress."""

    step: Step
    started: float
    ticks: float
    checks: list[Check] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    status: Status | None = None
    summary: str = ""


class TraceBuilder:
    """The trace while the login runs. Safe to use from several threads; listeners hear every event in order."""

    def __init__(self, listeners: Iterable[Listener] = ()) -> None:
        self.trace_id = secrets.token_hex(8)
        self.user: dict[str, Any] | None = None
        self.session: dict[str, Any] | None = None
        self.access: dict[str, Any] | None = None
        self._listeners = tuple(listeners)
        self._lock = threading.RLock()
        self._closed: dict[Step, StepOutcome] = {}
        self._open: _Open | None = None
        self._failure: Failure | None = None
        self._trace: Trace | None = None

    @property
    def current(self) -> Step | None:
        """The step in progress."""
        return self._open.step if self._open else None

    @property
    def concluded(self) -> bool:
        """Whether the step in progress already has its verdict."""
        return self._open is not None and self._open.status is not None

    @property
    def failure(self) -> Failure | None:
        """Why the login ended early, as soon as that is known."""
        return self._failure

    def begin(self, step: Step) -> None:
        """Close the step in progress and start this one; nothing happens if it is already in progress and open.

        A step that was closed before starts afresh, with all that came after it: a person at the login page may try
        again, and the last attempt counts.
        """
        with self._lock:
            if self._open is not None and self._open.step is step and self._open.status is None:
                return
            self._close()
            self._trace = None
            self._failure = None
            self._closed = {done: outcome for done, outcome in self._closed.items() if done.number < step.number}
            self._open = _Open(step, time.time(), time.perf_counter())
            self._emit(StepStarted(step))

    def begin_after(self, previous: Step, step: Step) -> None:
        """Start this step if `previous` is in progress and has its verdict; otherwise somebody else went on already."""
        with self._lock:
            if self.current is previous and self.concluded and self._failure is None:
                self.begin(step)

    def add_checks(self, checks: Iterable[Check]) -> None:
        """Add check results to the step in progress."""
        with self._lock:
            if self._open is not None:
                self._open.checks.extend(checks)

    def add_exchange(self, exchange: Exchange) -> None:
        """Add a completed HTTP hop to the step in progress."""
        with self._lock:
            if self._open is not None:
                self._open.exchanges.append(exchange)

    def conclude(self, summary: str, status: Status | None = None) -> None:
        """Give the step in progress its verdict; without `status` the worst of its checks decides (passed or warned).

        The first verdict of a step stands.
        """
        with self._lock:
            if self._open is None or self._open.status is not None:
                return
            self._open.summary = summary
            self._open.status = status or _verdict(self._open.checks)

    def skip(self, step: Step, reason: str) -> None:
        """Record that this login has no such step."""
        with self._lock:
            self.begin(step)
            self.conclude(reason, Status.SKIPPED)

    def fail(self, code: str, message: str, user_message: str, *, step: Step | None = None) -> Failure:
        """End the login in the step in progress (or in `step`, which is begun for it). The first failure stands."""
        with self._lock:
            if step is not None:
                self.begin(step)
            if self._failure is None and self._open is not None:
                where = self._open.step
                self._failure = Failure(where, code, message, user_message, action_after(where))
                self._open.status, self._open.summary = Status.FAILED, message
            if self._failure is None:
                raise RuntimeError("a login cannot fail before its first step begins")
            return self._failure

    def tool_error(self, message: str) -> None:
        """Record that this tool itself broke in the step in progress; it says nothing about the target."""
        with self._lock:
            if self._open is None:
                self.begin(Step.USER_SELECTION)
            if self._open is not None:
                self._open.status, self._open.summary = Status.TOOL_ERROR, message

    def finish(self) -> Trace:
        """Close the trace and return it; further calls return the same trace."""
        with self._lock:
            if self._trace is not None:
                return self._trace
            if self._open is not None and self._open.status is None:
                self.tool_error("the login stopped in the middle of this step")
            self._close()
            steps = tuple(self._closed.get(step, StepOutcome(step, Status.NOT_REACHED)) for step in Step)
            self._trace = Trace(
                self.trace_id, _outcome(steps), steps, self._failure, self.user, self.session, self.access
            )
            self._emit(TraceFinished(self._trace))
            return self._trace

    def _close(self) -> None:
        opened, self._open = self._open, None
        if opened is None:
            return
        outcome = StepOutcome(
            step=opened.step,
            status=opened.status or _verdict(opened.checks),
            summary=opened.summary,
            checks=tuple(opened.checks),
            exchanges=tuple(opened.exchanges),
            started=opened.started,
            elapsed=time.perf_counter() - opened.ticks,
        )
        self._closed[opened.step] = outcome
        self._emit(StepFinished(outcome))

    def _emit(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)


def _verdict(checks: Iterable[Check]) -> Status:
    """The status of a step that ran to its end: a failed warning colours it, what is only worth knowing does not."""
    found = any(
        check.status in {Status.FAILED, Status.WARNED} and check.severity is not Severity.INFO for check in checks
    )
    return Status.WARNED if found else Status.PASSED


def _outcome(steps: tuple[StepOutcome, ...]) -> Outcome:
    statuses = [outcome.status for outcome in steps]
    if Status.TOOL_ERROR in statuses:
        return Outcome.ERROR
    if Status.FAILED in statuses or Status.NOT_REACHED in statuses:
        return Outcome.REFUSED
    return Outcome.AUTHENTICATED
