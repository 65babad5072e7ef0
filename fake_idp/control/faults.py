"""Faults: the catalogue, what is armed, and what fired."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from fake_idp.control.problem import ProblemError, unknown
from fake_idp.control.route import Asked, Done, Model
from fake_idp.faults import armed as arming
from fake_idp.faults import fault as declared
from fake_idp.faults.fault import Reject

if TYPE_CHECKING:
    from fake_idp.control.call import Call
    from fake_idp.faults.armed import Armed
    from fake_idp.faults.fault import Fault
    from fake_idp.faults.ledger import Fired

Count = Annotated[int, Meta(ge=1, le=2**31)]


class FaultPage(Model, frozen=True, kw_only=True):
    """A fault of the catalogue. `finding` is what a judge of the login must report in `step`; None if nothing."""

    id: str
    point: str
    spec: str
    reject: Reject
    doc: str
    finding: str | None
    step: str | None


class Match(Asked, frozen=True, kw_only=True):
    """Whom a fault is for; anybody if nothing is said. `issuer` is the name or the URL."""

    client: str | None = None
    user: str | None = None
    issuer: str | None = None
    flow: str | None = None


class Schedule(Asked, frozen=True, kw_only=True):
    """Which of the matching logins are struck; all if nothing is said. `times` makes it a one-shot that queues."""

    nth: Count | None = None
    first: Count | None = None
    after: Annotated[int, Meta(ge=0, le=2**31)] = 0
    every: Count = 1
    times: Count | None = None
    probability: Annotated[float, Meta(ge=0, le=1)] | None = None
    per: Literal["flow", "request"] = "flow"


class Arm(Asked, frozen=True, kw_only=True):
    """Which fault, for whom, when."""

    fault: str
    match: Match = Match()
    schedule: Schedule = Schedule()


class ArmedFault(Model, frozen=True, kw_only=True):
    """`seen` counts the logins (or requests) that were asked about, `fired` those that were struck.

    `preset` is true for what was armed at the start.
    """

    number: int
    fault: str
    point: str
    match: Match
    schedule: Schedule
    preset: bool
    seen: int
    fired: int


class FiredFault(Model, frozen=True, kw_only=True):
    """A line of the ledger: a fault that was served. `before` and `after` are the message, without secrets."""

    number: int
    time: float
    fault: str
    point: str
    endpoint: str
    issuer: str
    flow: str | None
    client: str | None
    user: str | None
    before: dict[str, Any]
    after: dict[str, Any]


class CatalogueFilter(Asked, frozen=True, kw_only=True):
    """Which part of the catalogue."""

    point: str | None = None
    reject: Reject | None = None


class ArmedFilter(Asked, frozen=True, kw_only=True):
    """Which of the armed faults."""

    fault: str | None = None
    point: str | None = None
    fired: bool | None = None


class LedgerFilter(Asked, frozen=True, kw_only=True):
    """Which lines of the ledger."""

    fault: str | None = None
    flow: str | None = None


def catalogue(call: Call, query: CatalogueFilter) -> list[FaultPage]:  # noqa: ARG001  # one signature for all handlers
    """All faults that can be armed."""
    return [
        _page(fault)
        for fault in declared.catalogue().values()
        if query.point in (None, fault.point) and query.reject in (None, fault.reject)
    ]


def page(call: Call, fault: str) -> FaultPage:  # noqa: ARG001  # one signature for all handlers
    """One fault of the catalogue."""
    return _page(named(fault))


def listing(call: Call, query: ArmedFilter) -> list[ArmedFault]:
    """What is armed, with its counters; within a point in the order in which it is asked."""
    return [
        shown(armed)
        for armed in call.namespace.faults.armed()
        if query.fault in (None, armed.fault.id)
        and query.point in (None, armed.fault.point)
        and query.fired in (None, armed.fired > 0)
    ]


def arm(call: Call, body: Arm) -> ArmedFault:
    """Arm a fault."""
    if body.match.user is not None:
        call.person(body.match.user)
    values = {**msgspec.structs.asdict(body.match), **msgspec.structs.asdict(body.schedule)}
    match, schedule = arming.conditions({name: value for name, value in values.items() if value is not None})
    return shown(call.namespace.faults.arm(named(body.fault), match, schedule))


def get(call: Call, number: int) -> ArmedFault:
    """One armed fault, with its counters."""
    return shown(_armed(call, number))


def disarm(call: Call, number: int) -> None:
    """Disarm one fault."""
    call.namespace.faults.disarm(_armed(call, number))


def clear(call: Call) -> Done:
    """Disarm everything and empty the ledger."""
    count = len(call.namespace.faults.armed())
    call.namespace.faults.clear()
    return Done(count=count)


def queue(call: Call) -> dict[str, list[ArmedFault]]:
    """The one-shots that still wait, by point; the first in a line that matches a login is served to it."""
    waiting: dict[str, list[ArmedFault]] = {}
    for armed in call.namespace.faults.armed():
        if armed.schedule.times is not None and armed.fired < armed.schedule.times:
            waiting.setdefault(armed.fault.point, []).append(shown(armed))
    return waiting


def never_fired(call: Call) -> list[ArmedFault]:
    """What is armed and changed nothing so far: a test that relies on it proves nothing."""
    return [shown(armed) for armed in call.namespace.faults.never_fired()]


def ledger(call: Call, query: LedgerFilter) -> list[FiredFault]:
    """What fired, oldest first."""
    return [fired(line) for line in call.namespace.faults.ledger(query.fault, flow=query.flow)]


def shown(armed: Armed) -> ArmedFault:
    """An armed fault, for the answer."""
    return ArmedFault(
        number=armed.number,
        fault=armed.fault.id,
        point=armed.fault.point,
        match=Match(**dataclasses.asdict(armed.match)),
        schedule=Schedule(**dataclasses.asdict(armed.schedule)),
        preset=armed.preset,
        seen=armed.seen,
        fired=armed.fired,
    )


def fired(line: Fired) -> FiredFault:
    """A line of the ledger, for the answer."""
    return FiredFault(**dataclasses.asdict(line))


def _page(fault: Fault) -> FaultPage:
    finding, step = fault.finding or (None, None)
    return FaultPage(
        id=fault.id,
        point=fault.point,
        spec=fault.spec,
        reject=fault.reject,
        doc=fault.doc,
        finding=finding,
        step=step,
    )


def named(fault_id: str) -> Fault:
    """The fault of that id; a problem that suggests the nearest if there is none."""
    known = declared.catalogue()
    if fault_id not in known:
        raise unknown("fault", fault_id, known, fix="GET /_idp/v1/faults/catalogue lists them")
    return known[fault_id]


def _armed(call: Call, number: int) -> Armed:
    for armed in call.namespace.faults.armed():
        if armed.number == number:
            return armed
    known = ", ".join(str(armed.number) for armed in call.namespace.faults.armed())
    raise ProblemError(404, "No armed fault has this number.", expected=known or "none is armed", seen=str(number))
