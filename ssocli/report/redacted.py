"""Checks, steps and traces without secrets; apart from the findings of a diagnosis, which no login needs."""

from __future__ import annotations

from dataclasses import replace

from ssocli.checks.check import Check
from ssocli.report.redact import Redactor
from ssocli.trace import StepOutcome, Trace


def redacted_check(check: Check, redactor: Redactor) -> Check:
    """The check result without secrets."""
    text = redactor.text
    return replace(
        check,
        expected=text(check.expected),
        actual=text(check.actual),
        evidence=text(check.evidence),
        fix=text(check.fix),
    )


def redacted_trace(trace: Trace, redactor: Redactor) -> Trace:
    """The trace without secrets, except for its exchanges: `Redactor.exchange` shows those."""
    failure = trace.failure and replace(
        trace.failure,
        message=redactor.text(trace.failure.message),
        user_message=redactor.text(trace.failure.user_message),
    )
    return replace(trace, steps=tuple(redacted_step(step, redactor) for step in trace.steps), failure=failure)


def redacted_step(outcome: StepOutcome, redactor: Redactor) -> StepOutcome:
    """The step without secrets, except for its exchanges."""
    checks = tuple(redacted_check(check, redactor) for check in outcome.checks)
    return replace(outcome, summary=redactor.text(outcome.summary), checks=checks)
