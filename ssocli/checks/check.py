"""What a check is: a declared, pure judgement of one rule, and the registry in which every rule stands once.

A rule is one function with `@rule(...)` in `ssocli/checks/<area>.py`. It is given what was observed and answers with a
`Judgement`; it opens no socket and reads no clock. Its docstring is its catalogue page. The code is permanent and never
reused; the name says the bad pattern.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from ssocli.steps import Step


class Status(Enum):
    """How one check, or one step, ended."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_REACHED = "not_reached"
    TOOL_ERROR = "tool_error"


class Severity(Enum):
    """What a failure of the rule means: `error` ends the login, `warning` does not, `info` is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Owner(Enum):
    """Who can mend it."""

    APP = "app"
    IDP = "idp"
    NETWORK = "network"
    CLOCK = "clock"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one rule: the finding, if it failed."""

    code: str
    name: str
    status: Status
    severity: Severity
    expected: str
    actual: str
    evidence: str = ""
    owner: Owner = Owner.IDP
    fix: str = ""
    spec: str = ""

    @property
    def is_blocking(self) -> bool:
        """Whether this result alone ends the login."""
        return self.status is Status.FAILED and self.severity is Severity.ERROR


@dataclass(frozen=True, slots=True)
class Judgement:
    """A rule's answer. `owner`, `fix` and `severity` replace the declared ones where the observation knows better."""

    status: Status
    expected: str
    actual: str
    evidence: str = ""
    owner: Owner | None = None
    fix: str | None = None
    severity: Severity | None = None


def passed(expected: str, actual: str) -> Judgement:
    """The rule holds."""
    return Judgement(Status.PASSED, expected, actual)


def failed(
    expected: str,
    actual: str,
    *,
    evidence: str = "",
    owner: Owner | None = None,
    fix: str | None = None,
    severity: Severity | None = None,
) -> Judgement:
    """The rule is broken."""
    return Judgement(Status.FAILED, expected, actual, evidence, owner, fix, severity)


def skipped(reason: str) -> Judgement:
    """The rule does not apply here; `reason` says why, for a person."""
    return Judgement(Status.SKIPPED, "", reason)


@dataclass(frozen=True, slots=True)
class Rule:
    """A declared rule. `judge` is the function; `doc` its catalogue page."""

    code: str
    name: str
    area: str
    step: Step
    severity: Severity
    owner: Owner
    spec: str
    fix: str
    judge: Callable[[Any], Judgement]
    doc: str

    def apply(self, observed: Any) -> Check:
        """Judge what was observed. A rule that crashes is this tool's trouble and never the target's fault."""
        try:
            judgement = self.judge(observed)
        except Exception as error:  # noqa: BLE001 - whatever a rule raises on hostile input is reported as tool trouble
            actual = f"the check itself failed: {type(error).__name__}"
            return self._result(Judgement(Status.TOOL_ERROR, "the check can be evaluated", actual))
        return self._result(judgement)

    def _result(self, judgement: Judgement) -> Check:
        return Check(
            code=self.code,
            name=self.name,
            status=judgement.status,
            severity=judgement.severity or self.severity,
            expected=judgement.expected,
            actual=judgement.actual,
            evidence=judgement.evidence,
            owner=judgement.owner or self.owner,
            fix=self.fix if judgement.fix is None else judgement.fix,
            spec=self.spec,
        )


_RULES: dict[str, Rule] = {}

Judge = TypeVar("Judge", bound=Callable[[Any], Judgement])


def rule(
    code: str,
    name: str,
    *,
    step: Step,
    spec: str,
    fix: str,
    owner: Owner,
    severity: Severity = Severity.ERROR,
) -> Callable[[Judge], Judge]:
    """Declare the decorated function as the rule `code`; its docstring is the page.

    Its area is the module or the package directly in `ssocli.checks` that holds it.
    """

    def declare(judge: Judge) -> Judge:
        if code in _RULES:
            raise ValueError(f"the code {code} is already taken by {_RULES[code].name!r}")
        doc = inspect.cleandoc(judge.__doc__ or "")
        if not doc:
            raise ValueError(f"{code} {name} has no docstring: that is its page in the catalogue")
        area = judge.__module__.removeprefix("ssocli.checks.").partition(".")[0]
        _RULES[code] = Rule(code, name, area, step, severity, owner, spec, fix, judge, doc)
        return judge

    return declare


def rules(area: str) -> tuple[Rule, ...]:
    """The rules of one area (a module of `ssocli.checks`, imported by the caller), in the order of their codes."""
    return tuple(sorted((entry for entry in _RULES.values() if entry.area == area), key=lambda entry: entry.code))


def all_rules() -> tuple[Rule, ...]:
    """The rules of every area that was imported so far."""
    return tuple(_RULES.values())


def rule_named(name: str) -> Rule:
    """The rule with this name or code, from the areas imported so far. Raises KeyError."""
    return next((entry for entry in _RULES.values() if name in {entry.name, entry.code}), None) or _RULES[name]


def evaluate(area: str, observed: Any, *, step: Step | None = None) -> tuple[Check, ...]:
    """Apply every rule of an area (or those of one step): all are reported, not only the first failure."""
    return tuple(entry.apply(observed) for entry in rules(area) if step is None or entry.step is step)


def first_blocking(checks: Iterable[Check]) -> Check | None:
    """The first result that ends the login, or None."""
    return next((check for check in checks if check.is_blocking), None)
