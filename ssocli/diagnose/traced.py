"""A login that was driven or recorded: every check of its trace is taken over, in the step in which it was made."""

from __future__ import annotations

from typing import Any

from ssocli.checks.check import Check, Owner, Severity, Status
from ssocli.diagnose.judged import Judged
from ssocli.diagnosis import Finding
from ssocli.steps import Step
from ssocli.trace import Trace


def take_trace(trace: Trace, place: str, judged: Judged) -> None:
    """Take over the checks of a trace."""
    for outcome in trace.steps:
        _take(outcome.checks, outcome.step, f"{place}, step {outcome.step.number}", judged)


def take_document(document: dict[str, Any], place: str, judged: Judged) -> None:
    """Take over the checks of a trace that was stored as JSON; what does not fit the format is left out."""
    steps = document.get("steps")
    for entry in steps if isinstance(steps, list) else ():
        try:
            step = Step(entry["id"])
            checks = tuple(_check(check) for check in entry["checks"])
        except (KeyError, TypeError, ValueError):
            continue
        _take(checks, step, f"{place}, step {step.number}", judged)


def _take(checks: tuple[Check, ...], step: Step, place: str, judged: Judged) -> None:
    for check in checks:
        if check.status is Status.TOOL_ERROR:
            judged.trouble.append(check)
        elif check.status is Status.FAILED:
            judged.add_finding(Finding(check, step, place))
        elif judged.wants(check):
            judged.checked.append(check)


def _check(entry: dict[str, Any]) -> Check:
    texts = {name: str(entry[name]) for name in ("code", "name", "expected", "actual", "evidence", "fix", "spec")}
    return Check(
        status=Status(entry["status"]), severity=Severity(entry["severity"]), owner=Owner(entry["owner"]), **texts
    )
