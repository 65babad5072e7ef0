"""The trace as plain, redacted data: the one document that JSON, files and other tools read.

Its types are here; the JSON Schema in the documentation is made from them.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field, to_builtins

from ssocli.checks.check import Check
from ssocli.clock import iso
from ssocli.report.redact import Redactor
from ssocli.report.redacted import redacted_step
from ssocli.report.schema import schema_of
from ssocli.trace import Failure, StepOutcome, Trace

SCHEMA = "ssocli.trace/1"

StatusName = Literal["passed", "warned", "failed", "skipped", "not_reached", "tool_error"]


class CheckEntry(Struct, frozen=True):
    """One check result."""

    code: str
    name: str
    status: StatusName
    severity: Literal["error", "warning", "info"]
    expected: str
    actual: str
    evidence: str
    owner: Literal["app", "idp", "network", "clock", "user"]
    fix: str
    spec: str


class StepEntry(Struct, frozen=True):
    """One of the ten steps. `started` is UTC; `elapsed_ms` is null for a step that was not reached."""

    number: int
    id: str
    title: str
    status: StatusName
    summary: str
    started: str | None
    elapsed_ms: float | None
    checks: list[CheckEntry]
    exchanges: list[dict[str, Any]]


class FailureEntry(Struct, frozen=True):
    """Why the login ended early."""

    step: str
    code: str
    message: str
    user_message: str
    action: Literal["return_to_login", "retry_or_contact_support", "contact_support"]


class TraceDocument(Struct, frozen=True):
    """A whole login."""

    schema: Literal["ssocli.trace/1"]
    trace_id: str
    outcome: Literal["authenticated", "refused", "error"]
    exit_code: int
    steps: list[StepEntry]
    failure: FailureEntry | None = None
    user: dict[str, Any] | None = None
    session: dict[str, Any] | None = None
    access: dict[str, Any] | None = field(default=None)


def document(trace: Trace, exit_code: int, redactor: Redactor) -> dict[str, Any]:
    """The trace document as plain data."""
    return to_builtins(trace_entry(trace, exit_code, redactor))  # type: ignore[no-any-return]  # a struct becomes a dict


def trace_entry(trace: Trace, exit_code: int, redactor: Redactor) -> TraceDocument:
    """The trace document."""
    return TraceDocument(
        schema="ssocli.trace/1",
        trace_id=trace.trace_id,
        outcome=trace.outcome.value,
        exit_code=int(exit_code),
        steps=[step_entry(outcome, redactor) for outcome in trace.steps],
        failure=None if trace.failure is None else _failure(trace.failure, redactor),
        user=trace.user,
        session=trace.session,
        access=trace.access,
    )


def step_entry(outcome: StepOutcome, redactor: Redactor) -> StepEntry:
    """One step as it stands in the document and in the event stream."""
    outcome = redacted_step(outcome, redactor)
    return StepEntry(
        number=outcome.step.number,
        id=outcome.step.value,
        title=outcome.step.title,
        status=outcome.status.value,
        summary=outcome.summary,
        started=None if outcome.started is None else iso(outcome.started),
        elapsed_ms=None if outcome.elapsed is None else round(outcome.elapsed * 1000, 2),
        checks=[check_entry(check) for check in outcome.checks],
        exchanges=[redactor.exchange(exchange) for exchange in outcome.exchanges],
    )


def check_entry(check: Check) -> CheckEntry:
    """One check result as it stands in every document."""
    return CheckEntry(
        check.code,
        check.name,
        check.status.value,
        check.severity.value,
        check.expected,
        check.actual,
        check.evidence,
        check.owner.value,
        check.fix,
        check.spec,
    )


def _failure(failure: Failure, redactor: Redactor) -> FailureEntry:
    message, user_message = redactor.text(failure.message), redactor.text(failure.user_message)
    return FailureEntry(failure.step.value, failure.code, message, user_message, failure.action.value)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the trace document."""
    return schema_of(TraceDocument, SCHEMA)
