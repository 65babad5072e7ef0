"""Logins: all that was asked in one, across endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.control import faults, requests, transcript
from fake_idp.control.problem import unknown
from fake_idp.control.requests import SecretsQuery
from fake_idp.control.route import Asked, Model

if TYPE_CHECKING:
    from fake_idp.control.call import Call
    from fake_idp.recorder import Entry


class FlowFilter(Asked, frozen=True, kw_only=True):
    """Which logins."""

    client: str | None = None
    user: str | None = None
    accepted: bool | None = None


class FlowSummary(Model, frozen=True, kw_only=True):
    """A login. `accepted` is false if any of its requests was refused; `faults` are those that struck it."""

    flow: str
    started: float
    issuer: str
    client: str | None
    user: str | None
    accepted: bool
    endpoints: tuple[str, ...]
    faults: tuple[str, ...]


class Flow(FlowSummary, frozen=True, kw_only=True):
    """A login with its requests and what the faults changed in them."""

    requests: tuple[transcript.Recorded, ...]
    fired: tuple[faults.FiredFault, ...]


def listing(call: Call, query: FlowFilter) -> list[FlowSummary]:
    """The logins that are still recorded, oldest first."""
    found = [_summary(flow, entries) for flow, entries in _flows(call).items()]
    return [
        flow
        for flow in found
        if query.client in (None, flow.client)
        and query.user in (None, flow.user)
        and query.accepted in (None, flow.accepted)
    ]


def get(call: Call, flow: str, query: SecretsQuery) -> Flow:
    """One login's transcript: its requests with the verdicts, and the faults that struck it."""
    flows = _flows(call)
    if flow not in flows:
        raise unknown("flow", flow, reversed(flows))
    summary = _summary(flow, flows[flow])
    return Flow(
        **{name: getattr(summary, name) for name in FlowSummary.__struct_fields__},
        requests=tuple(requests.shown(call, entry, secrets=query.secrets) for entry in flows[flow]),
        fired=tuple(faults.fired(line) for line in call.namespace.faults.ledger(flow=flow)),
    )


def _flows(call: Call) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in call.namespace.recorder.requests():
        if entry.flow is not None and entry.complete:
            found.setdefault(entry.flow, []).append(entry)
    return found


def _summary(flow: str, entries: list[Entry]) -> FlowSummary:
    return FlowSummary(
        flow=flow,
        started=entries[0].time,
        issuer=entries[0].issuer,
        client=next((entry.client for entry in reversed(entries) if entry.client), None),
        user=next((entry.user for entry in reversed(entries) if entry.user), None),
        accepted=all(entry.accepted for entry in entries),
        endpoints=tuple(entry.endpoint for entry in entries),
        faults=tuple(dict.fromkeys(fault for entry in entries for fault in entry.faults)),
    )
