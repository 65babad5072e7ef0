"""A trace that `ssocli login --format json` wrote, read back: what somebody's own run of this tool saw."""

from __future__ import annotations

import contextlib
from datetime import datetime

import msgspec
from msgspec import Struct

from ssocli.checks.check import Check, Owner, Severity, Status
from ssocli.steps import Step
from ssocli.trace import Action, Failure, Outcome, StepOutcome, Trace

_SCHEMA = "ssocli.trace/1"
_LIMIT = 64_000_000


class _Check(Struct):
    code: str
    name: str
    status: Status
    severity: Severity
    expected: str
    actual: str
    evidence: str
    owner: Owner
    fix: str
    spec: str


class _Step(Struct):
    id: Step
    status: Status
    summary: str
    checks: list[_Check]
    started: str | None = None
    elapsed_ms: float | None = None


class _Failure(Struct):
    step: Step
    code: str
    message: str
    user_message: str
    action: Action


class _Document(Struct):
    schema: str
    trace_id: str
    outcome: Outcome
    steps: list[_Step]
    failure: _Failure | None = None


def read_trace(data: bytes) -> Trace | str:
    """The trace, without its exchanges; or, in half a sentence, why it is none. Never raises."""
    if len(data) > _LIMIT:
        return f"is larger than {_LIMIT // 1_000_000} MB"
    try:
        document = msgspec.json.decode(data, type=_Document)
    except (msgspec.DecodeError, RecursionError) as error:
        return f"is no trace of this tool that can be read: {error}"
    if document.schema != _SCHEMA:
        return f"is a trace of another version: expected {_SCHEMA}"
    if [step.id for step in document.steps] != list(Step):
        return "is a trace without the ten steps in their order"
    steps = tuple(_outcome(step) for step in document.steps)
    return Trace(document.trace_id, document.outcome, steps, _ending(document.failure))


def _ending(found: _Failure | None) -> Failure | None:
    if found is None:
        return None
    return Failure(found.step, found.code, found.message, found.user_message, found.action)


def _outcome(step: _Step) -> StepOutcome:
    checks = tuple(Check(*(getattr(check, name) for name in _Check.__struct_fields__)) for check in step.checks)
    started = None
    with contextlib.suppress(ValueError, TypeError):
        started = datetime.fromisoformat(step.started or "").timestamp()
    elapsed = None if step.elapsed_ms is None else step.elapsed_ms / 1000
    return StepOutcome(step.id, step.status, step.summary, checks, (), started, elapsed)
