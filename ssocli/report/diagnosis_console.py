"""A diagnosis on the console: one root cause with all that helps to mend it, then what stands beside it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from ssocli.checks.check import Check, Severity, Status
from ssocli.diagnosis import Diagnosis, Finding, Verdict
from ssocli.report.findings import VERDICTS, facts, redacted
from ssocli.report.lines import STYLES, Lines
from ssocli.report.redact import Redactor

_WIDTH = 16


def print_diagnosis(diagnosis: Diagnosis, console: Console, redactor: Redactor, verbosity: int = 0) -> None:
    """Print it. `verbosity`: 0 the findings, 1 also the steps and every check, 2 also the decoded messages."""
    shown = redacted(diagnosis, redactor)
    _Report(Lines(console), verbosity).print(shown)


class _Report:
    def __init__(self, lines: Lines, verbosity: int) -> None:
        self.lines = lines
        self.verbosity = verbosity

    def print(self, shown: Diagnosis) -> None:
        self._headline(shown)
        self._findings("Also found", shown.supporting)
        self._symptoms(shown.symptoms)
        if shown.trace is not None and (self.verbosity or shown.verdict is not Verdict.HEALTHY):
            self._head("How far the login got")
            for outcome in shown.trace.steps:
                self.lines.step(outcome)
        self._list("Please send as well", shown.missing)
        if self.verbosity:
            self._checks("Checked", shown.checked)
        self._checks("Not judged, because ssocli itself failed; this says nothing about the input", shown.trouble)
        if self.verbosity > 1:
            for message in shown.messages:
                self._head(f"{message.title} ({message.place})" if message.place else message.title)
                self.lines.block("", message.text, width=0)
        self._list("Looked at", [f"{given.place}: {given.kind.value}; {given.summary}" for given in shown.inputs])

    def _headline(self, shown: Diagnosis) -> None:
        words = VERDICTS[shown.verdict]
        if shown.root is not None:
            check, step = shown.root.check, shown.root.step
            self.lines.title(f"{words}: {check.code} {check.name}", "bold red")
            self.lines.facts([("step", f"{step.number}, {step.title}")], width=_WIDTH)
            self._facts(shown.root, indent=2)
            self.lines.facts([("more", f"ssocli explain {check.code}")], width=_WIDTH)
        elif shown.verdict is Verdict.HEALTHY:
            passed = sum(1 for check in shown.checked if check.status is Status.PASSED)
            self.lines.title(f"{words}: {passed} checks passed", "bold green")
        else:
            self.lines.title(words, "bold yellow")

    def _facts(self, finding: Finding, indent: int) -> None:
        for label, text in facts(finding):
            if label == "difference":
                self.lines.block(label, text, indent, _WIDTH)
            else:
                self.lines.facts([(label, text)], indent, _WIDTH)

    def _findings(self, title: str, findings: Iterable[Finding]) -> None:
        for number, finding in enumerate(findings):
            if number == 0:
                self._head(title)
            self._check(finding.check, f"step {finding.step.number}")
            self._facts(finding, indent=5)

    def _symptoms(self, findings: Iterable[Finding]) -> None:
        for number, finding in enumerate(findings):
            if number == 0:
                self._head("Follows from it")
            self._check(finding.check, finding.check.actual)

    def _checks(self, title: str, checks: tuple[Check, ...]) -> None:
        if checks:
            self._head(title)
        for check in checks:
            self._check(check, check.actual)

    def _check(self, check: Check, said: str) -> None:
        tolerable = check.status is Status.FAILED and check.severity is not Severity.ERROR
        status = Status.WARNED if tolerable else check.status
        head = Text.assemble("   ", (f"{self.lines.symbol(status)} ", STYLES[status]), f"{check.code} {check.name}  ")
        self.lines.put(head, said, "dim")

    def _list(self, title: str, entries: Iterable[str]) -> None:
        for number, entry in enumerate(entries):
            if number == 0:
                self._head(title)
            self.lines.put(Text("   - "), entry)

    def _head(self, title: str) -> None:
        self.lines.console.print()
        self.lines.title(title)
