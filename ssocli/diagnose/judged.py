"""Where all judgements of a diagnosis come together: what was checked, what failed, what could not be known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ssocli.checks.check import Check, Status, rule_named
from ssocli.diagnose.unknown import Fact, settled
from ssocli.diagnosis import Finding
from ssocli.steps import Step


@dataclass(slots=True)
class Judged:
    """The results so far, in the order in which things were judged.

    `only` and `skip` are codes or names of rules, or the beginnings of codes (`SRS`).
    """

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    checked: list[Check] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    trouble: list[Check] = field(default_factory=list)
    unknown: list[Fact] = field(default_factory=list)

    def add(self, checks: Iterable[Check], place: str, *unknown: Fact) -> tuple[Check, ...]:
        """Take the results of judging what stands at `place`, with these facts not known; they are returned."""
        kept = tuple(check for check in settled(checks, unknown) if self.wants(check))
        self.unknown.extend(fact for fact in unknown if fact not in self.unknown)
        for check in kept:
            self._take(check, place)
        return kept

    def add_finding(self, finding: Finding) -> None:
        """Take a finding that no rule made, like a vendor's error."""
        if self.wants(finding.check):
            self.checked.append(finding.check)
            self.findings.append(finding)

    @property
    def is_telling(self) -> bool:
        """Whether anything at all could be judged."""
        return any(check.status is Status.PASSED for check in self.checked)

    def wants(self, check: Check) -> bool:
        """Whether this rule is among those asked for."""

        def named(names: tuple[str, ...]) -> bool:
            wanted = [name.strip().lower() for name in names]
            return any(check.name == name or check.code.lower().startswith(name) for name in wanted)

        return (not self.only or named(self.only)) and not named(self.skip)

    def _take(self, check: Check, place: str) -> None:
        if check.status is Status.TOOL_ERROR:
            self.trouble.append(check)
            return
        self.checked.append(check)
        if check.status is Status.FAILED:
            self.findings.append(Finding(check, step_of(check), place))


def step_of(check: Check) -> Step:
    """The step to which the rule of this result belongs."""
    return rule_named(check.code).step
