"""How a login is expected to end: `authenticated`, `STEP`, or `STEP:CODE`, held against what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ssocli.checks.check import Status
from ssocli.config.problem import nearest
from ssocli.steps import Step
from ssocli.trace import Outcome, Trace

if TYPE_CHECKING:
    from ssocli.checks.check import Rule

AUTHENTICATED = "authenticated"
TOOL_ERROR = "tool error"


@dataclass(frozen=True, slots=True)
class Expectation:
    """The step in which the login must fail, None if it must succeed, and the rule that must be broken there."""

    step: Step | None = None
    rule: Rule | None = None

    def is_met_by(self, trace: Trace) -> bool:
        """Whether the login ended so. This tool's own trouble is never what was expected."""
        if self.step is None:
            return trace.outcome is Outcome.AUTHENTICATED
        if trace.outcome is not Outcome.REFUSED or trace.failure is None or trace.failure.step is not self.step:
            return False
        broken = {check.code for check in trace.step(self.step).checks if check.status is Status.FAILED}
        return self.rule is None or self.rule.code in broken | {trace.failure.code}

    def __str__(self) -> str:
        if self.step is None:
            return AUTHENTICATED
        return f"{self.step.value}: {self.rule.name}" if self.rule else self.step.value


def parse(text: str) -> Expectation:
    """Read `authenticated`, `STEP` or `STEP:CODE`, where CODE is the code or the name of a finding.

    Raises ValueError with a sentence that suggests the nearest name.
    """
    name, _, code = text.strip().partition(":")
    if name == AUTHENTICATED:
        if code:
            raise ValueError(f"expected no finding after {AUTHENTICATED}, found {code!r}")
        return Expectation()
    steps = {step.value: step for step in Step}
    if name not in steps:
        hint = nearest(name, [*steps, AUTHENTICATED]) or f"the steps are {', '.join(steps)}"
        raise ValueError(f"expected a step or {AUTHENTICATED}, found {name!r}; {hint}")
    if not code.strip():
        return Expectation(steps[name])
    # Every rule there is, and so only where one is named.
    from ssocli.checks import catalogue

    rule = catalogue.find(code)
    if rule is None:
        near = catalogue.nearest(code.strip())
        hint = f"did you mean {near}?" if near else "docs/reference/checks.md lists them"
        raise ValueError(f"expected the code or name of a finding after {name}, found {code.strip()!r}; {hint}")
    return Expectation(steps[name], rule)


def outcome_of(trace: Trace) -> str:
    """How the login ended, in the same words."""
    if trace.outcome is Outcome.AUTHENTICATED:
        return AUTHENTICATED
    if trace.failure is None:
        return TOOL_ERROR
    step = trace.step(trace.failure.step)
    name = next((check.name for check in step.checks if check.code == trace.failure.code), trace.failure.code)
    return f"{trace.failure.step.value}: {name}"
