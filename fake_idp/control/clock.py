"""The namespace's time. All times are seconds since the epoch."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from fake_idp.control.problem import ProblemError
from fake_idp.control.route import Asked, Model, Nothing

if TYPE_CHECKING:
    from fake_idp.clock import Clock
    from fake_idp.control.call import Call

END = 253370764800  # the year 9999: what expires a year later can still be written
Instant = Annotated[float, Meta(ge=0, le=END)]
Seconds = Annotated[float, Meta(ge=-END, le=END)]


class ClockState(Model, frozen=True, kw_only=True):
    """`ahead` is how many seconds it runs ahead of the machine's clock; in a namespace, of the default one's."""

    now: float
    iso: str
    frozen: bool
    ahead: float


class Freeze(Asked, frozen=True, kw_only=True):
    """At which time; at the present one without."""

    at: Instant | None = None


class Set(Asked, frozen=True, kw_only=True):
    """From which time it runs on."""

    at: Instant


class Move(Asked, frozen=True, kw_only=True):
    """By how many seconds; negative ones go back."""

    seconds: Seconds


def state(clock: Clock) -> ClockState:
    """What a clock shows."""
    now = clock.now()
    return ClockState(
        now=now, iso=datetime.fromtimestamp(now, UTC).isoformat(), frozen=clock.frozen, ahead=round(clock.ahead, 3)
    )


def get(call: Call) -> ClockState:
    """The time."""
    return state(call.namespace.clock)


def freeze(call: Call, body: Freeze) -> ClockState:
    """Stop the clock."""
    call.namespace.clock.freeze(body.at)
    return state(call.namespace.clock)


def set_time(call: Call, body: Set) -> ClockState:
    """Set the clock; it runs on from there."""
    call.namespace.clock.set(body.at)
    return state(call.namespace.clock)


def advance(call: Call, body: Move) -> ClockState:
    """Move the clock forward or back."""
    clock = call.namespace.clock
    _check(clock.now() + body.seconds)
    clock.advance(body.seconds)
    return state(clock)


def skew(call: Call, body: Move) -> ClockState:
    """Let the clock run ahead of the machine's (or behind it), whatever was set before."""
    clock = call.namespace.clock
    _check(clock.now() - clock.ahead + body.seconds)
    clock.unfreeze()
    clock.skew(body.seconds)
    return state(clock)


def reset(call: Call, body: Nothing) -> ClockState:  # noqa: ARG001  # an empty body is still a body
    """Let the clock follow the machine's again."""
    call.namespace.clock.reset()
    return state(call.namespace.clock)


def _check(time: float) -> None:
    if not 0 <= time <= END:
        raise ProblemError(
            409, "The clock cannot go there.", expected="a time from 1970 to 9999", seen=f"{time:.0f} seconds"
        )
