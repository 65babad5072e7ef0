"""One case of one rule: what was observed, and what the rule has to say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ssocli.checks.check import Check, Owner, Severity, Status, evaluate


@dataclass(frozen=True)
class Case:
    """`also` names the other rules that fail with it: a root cause with ten symptoms shows here."""

    rule: str
    status: str
    observed: Any
    says: str = ""
    also: tuple[str, ...] = ()
    owner: Owner | None = None
    severity: Severity | None = None


def name(case: Any) -> str:
    return f"{case.rule}-{case.status}" if isinstance(case, Case) else str(case)


def judge(area: str, case: Case) -> Check:
    """Evaluate the whole area, compare with the case, and return the result of its rule."""
    checks = {check.name: check for check in evaluate(area, case.observed)}
    assert not [check for check in checks.values() if check.status is Status.TOOL_ERROR]
    result = checks[case.rule]
    assert result.status is Status(case.status), result
    failing = {check.name for check in checks.values() if check.status is Status.FAILED}
    assert failing == {*case.also, *((case.rule,) if case.status == "failed" else ())}
    assert case.says in f"{result.expected} | {result.actual} | {result.evidence}"
    assert case.owner in (None, result.owner)
    assert case.severity in (None, result.severity)
    if result.status is Status.FAILED:
        assert result.expected
        assert result.actual
        assert result.fix
    return result


def findings(area: str, observed: Any) -> list[Check]:
    """What is neither passed nor skipped."""
    return [check for check in evaluate(area, observed) if check.status not in (Status.PASSED, Status.SKIPPED)]
