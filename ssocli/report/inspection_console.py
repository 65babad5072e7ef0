"""An inspection on the console: what each thing is, what it says, and which rules it keeps and breaks."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ssocli.checks.check import Check, Severity, Status
from ssocli.diagnosis import Diagnosis
from ssocli.report.findings import facts, redacted
from ssocli.report.lines import STYLES, Lines
from ssocli.report.redact import Redactor

_WIDTH = 16


def print_inspection(diagnosis: Diagnosis, console: Console, redactor: Redactor, verbosity: int = 0) -> None:
    """Print it. `verbosity`: 0 the rules that hold and those that do not, 1 also those that do not apply."""
    shown, lines = redacted(diagnosis, redactor), Lines(console)
    for given in shown.inputs:
        lines.title(f"{given.place}: {given.kind.value}")
        lines.facts([("", given.summary)], width=0)
    for message in shown.messages:
        console.print()
        lines.title(f"{message.title} ({message.place})")
        lines.block("", message.text, width=0)
    if shown.findings:
        console.print()
        lines.title("Not as it should be")
        for finding in shown.findings:
            _check(lines, finding.check, f"step {finding.step.number}")
            for label, text in facts(finding):
                if label == "difference":
                    lines.block(label, text, 5, _WIDTH)
                else:
                    lines.facts([(label, text)], 5, _WIDTH)
    wanted = {Status.PASSED, Status.SKIPPED} if verbosity else {Status.PASSED}
    kept = [check for check in shown.checked if check.status in wanted]
    if kept:
        console.print()
        lines.title("Rules that hold" + (", and those that do not apply" if verbosity else ""))
        for check in kept:
            _check(lines, check, check.actual)
    if shown.missing:
        console.print()
        lines.title("To judge the rest, give as well")
        for entry in shown.missing:
            lines.put(Text("   - "), entry)
    for check in shown.trouble:
        _check(lines, check, f"not judged, because ssocli itself failed: {check.actual}")


def _check(lines: Lines, check: Check, said: str) -> None:
    tolerable = check.status is Status.FAILED and check.severity is not Severity.ERROR
    status = Status.WARNED if tolerable else check.status
    head = Text.assemble("   ", (f"{lines.symbol(status)} ", STYLES[status]), f"{check.code} {check.name}  ")
    lines.put(head, said, "dim")
