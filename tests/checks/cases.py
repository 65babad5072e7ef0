"""How the rules of an area are tested: a table of cases, each with the one rule that it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ssocli.checks.check import Check, Severity, Status, evaluate, rule_named, rules

PASSED, FAILED, SKIPPED = Status.PASSED, Status.FAILED, Status.SKIPPED


@dataclass(frozen=True, slots=True)
class Case:
    """A rule, how it must answer to what `observe` makes, and a piece of text that the answer must contain.

    A failing case must be the only failure of the area (one cause, one finding), but for the rules in `along`.
    """

    rule: str
    status: Status
    observe: Callable[[], Any]
    text: str = ""
    severity: Severity | None = None
    along: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.rule}-{self.status.value}"


def check_case(area: str, case: Case) -> Check:
    """Judge the case and compare; the whole area must have an answer without tool trouble."""
    results = evaluate(area, case.observe())
    assert not [found for found in results if found.status is Status.TOOL_ERROR]
    [about] = [found for found in results if found.name == case.rule]
    assert about.status is case.status, about
    assert case.text in f"{about.expected} | {about.actual} | {about.evidence} | {about.fix}"
    if case.severity is not None:
        assert about.severity is case.severity
    if case.status is FAILED:
        assert {found.name for found in results if found.status is FAILED} == {case.rule, *case.along}
        assert about.expected
        assert about.actual
        assert about.fix
        assert about.spec
    return about


def assert_complete(area: str, cases: list[Case]) -> None:
    """Every declared rule of the area must be shown failing and passing."""
    for status in (FAILED, PASSED):
        shown = {rule_named(case.rule).name for case in cases if case.status is status}
        assert shown == {entry.name for entry in rules(area)}


def assert_healthy(area: str, observed: Any) -> None:
    """What is right must raise no finding of any kind, not even a notice."""
    assert [found for found in evaluate(area, observed) if found.status not in (PASSED, SKIPPED)] == []
