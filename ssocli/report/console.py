"""The console: each step as it completes, then who is logged in, or what failed, why, and who can mend it.

Text from a stranger (an identity provider's error, a name, a URL) is never taken for markup: it is escaped by
`printable` and printed as `Text`. Works in a pipe, at any width, without colour and on terminals without UTF-8.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TextIO

from rich.console import Console
from rich.text import Text

from ssocli.checks.check import Check, Severity, Status, first_blocking
from ssocli.exchange import Exchange
from ssocli.report.lines import STYLES, Lines
from ssocli.report.redact import Redactor
from ssocli.report.redacted import redacted_step, redacted_trace
from ssocli.report.words import ACTIONS, OWNERS
from ssocli.text import printable
from ssocli.trace import Event, Failure, Outcome, StepFinished, StepOutcome, Trace


def console_for(stream: TextIO | None = None) -> Console:
    """A console that treats all text as text, never breaks a line in a pipe and honours NO_COLOR and the width."""
    target = stream or sys.stdout
    width = None if target.isatty() else 10_000
    return Console(file=target, highlight=False, markup=False, emoji=False, width=width, soft_wrap=False)


@dataclass(slots=True)
class ConsoleReport:
    """A listener that prints every step when it is closed. `verbosity`: 0 findings only, 1 all checks, 2 also HTTP."""

    console: Console
    redactor: Redactor
    verbosity: int = 0
    _lines: Lines = field(init=False)

    def __post_init__(self) -> None:
        self._lines = Lines(self.console)

    def __call__(self, event: Event) -> None:
        """Print the step that was closed."""
        if isinstance(event, StepFinished):
            self._step(event.outcome)

    def finish(self, trace: Trace, exit_code: int) -> None:
        """Print the steps that were not reached, and the result."""
        for outcome in trace.steps:
            if outcome.status is Status.NOT_REACHED:
                self._step(outcome)
        self.console.print()
        trace = redacted_trace(trace, self.redactor)
        if trace.outcome is Outcome.AUTHENTICATED:
            self._lines.facts(_success(trace))
        elif trace.failure is not None:
            self._failure(trace, trace.failure, exit_code)
        else:
            self._stopped(trace, exit_code)

    def _step(self, outcome: StepOutcome) -> None:
        outcome = redacted_step(outcome, self.redactor)
        self._lines.step(outcome)
        told_below = first_blocking(outcome.checks)  # the failure's own words follow at the end
        for checks in _folded(outcome.checks):
            if self._wanted(checks[0]):
                self._checks(checks, told_below)
        if self.verbosity > 1:
            for exchange in outcome.exchanges:
                self._exchange(exchange)

    def _wanted(self, check: Check) -> bool:
        """Findings always, what passed (or is only worth knowing) with -v, what did not apply with -vv."""
        if check.status in {Status.FAILED, Status.WARNED, Status.TOOL_ERROR}:
            return self.verbosity > 0 or check.severity is not Severity.INFO
        return self.verbosity > (1 if check.status is Status.SKIPPED else 0)

    def _checks(self, checks: list[Check], told_below: Check | None) -> None:
        """One check, or several in a row that saw the same; only a finding needs more than a line."""
        check = checks[0]
        status = Status.WARNED if check.status is Status.FAILED and not check.is_blocking else check.status
        symbol = ("     ", (f"{self._lines.symbol(status)} ", STYLES[status]))
        if status in {Status.PASSED, Status.SKIPPED}:
            name = f"{check.code} {check.name}" if len(checks) == 1 else f"{check.code} to {checks[-1].code}"
            self._lines.put(Text.assemble(*symbol, f"{name}  "), check.actual, "dim")
            return
        self._lines.put(Text.assemble(*symbol, f"{check.code} {check.name}  "), check.spec, "dim")
        if check is told_below:
            return
        detail = [("expected", check.expected), ("seen", check.actual), ("evidence", check.evidence)]
        self._lines.facts([*detail, ("fix", "" if check.is_blocking else check.fix)], indent=7, width=9)

    def _exchange(self, exchange: Exchange) -> None:
        shown = self.redactor.exchange(exchange)
        response = shown["response"]
        answer = f"{response['status']}" if response else (shown["error"] or {}).get("detail", "no answer")
        took = sum(shown["phases_ms"].values())
        arrow = "→" if self._lines.utf8 else "->"
        line = f"{shown['sender']} {arrow} {shown['method']} {shown['url']} {arrow} {answer}  ({took:.0f} ms)"
        self._lines.put(Text("     "), line, "cyan")
        for title, message in (("request", shown["request"]), ("response", response or {})):
            for name, value in message.get("headers", []):
                self._lines.put(Text(f"       {title} {printable(name)}: ", style="dim"), value, "dim")
            for text in _body_lines(message.get("body", "")):
                self._lines.put(Text("       "), text)

    def _failure(self, trace: Trace, failure: Failure, exit_code: int) -> None:
        finding = next((c for c in trace.step(failure.step).checks if c.code == failure.code), None)
        what = f"{failure.code} {finding.name}" if finding is not None else f"{failure.code}, {failure.message}"
        self._lines.put(Text(), f"Failed in step {failure.step.number}, {failure.step.title}: {what}", "bold red")
        facts: list[tuple[str, str]] = []
        if finding is not None:
            facts += [
                ("expected", finding.expected),
                ("seen", finding.actual),
                ("evidence", finding.evidence),
                ("clause", finding.spec),
            ]
        facts += [("the user saw", failure.user_message), ("then", ACTIONS[failure.action])]
        if finding is not None:
            facts += [("what to do", finding.fix), ("who", OWNERS[finding.owner])]
        if finding is not None:
            facts.append(("more", f"ssocli explain {failure.code}"))
        self._lines.facts([*facts, ("exit code", str(int(exit_code)))])

    def _stopped(self, trace: Trace, exit_code: int) -> None:
        last = next((step for step in trace.steps if step.status is Status.TOOL_ERROR), None)
        if last is not None:
            title = (
                f"ssocli itself failed in step {last.step.number}, {last.step.title}: this is not the target's fault."
            )
            self._lines.put(Text(), title, "bold magenta")
            self._lines.facts([("what", last.summary), ("exit code", str(int(exit_code)))])


def _folded(checks: Iterable[Check]) -> list[list[Check]]:
    """Checks in a row that passed or did not apply with the same words, as one group; every other one alone."""
    groups: list[list[Check]] = []
    for check in checks:
        last = groups[-1][0] if groups else None
        quiet = check.status in {Status.PASSED, Status.SKIPPED}
        if last is not None and quiet and (last.status, last.actual) == (check.status, check.actual):
            groups[-1].append(check)
        else:
            groups.append([check])
    return groups


def _body_lines(body: str) -> Iterator[str]:
    lines = [line for line in body.splitlines() if line.strip()]
    yield from lines[:40]
    if len(lines) > 40:
        yield f"... ({len(lines)} lines in all)"


def _success(trace: Trace) -> list[tuple[str, str]]:
    user, access, session = trace.user or {}, trace.access or {}, trace.session or {}
    name, email = user.get("name") or "", user.get("email") or ""
    return [
        ("logged in", f"{name} <{email}>" if name else str(email)),
        (
            "account",
            "created" if user.get("created") else f"updated: {', '.join(user.get('changed') or []) or 'nothing'}",
        ),
        ("organization", str(access.get("organization") or "")),
        ("role", str(access.get("role") or "")),
        ("teams", ", ".join(access.get("teams") or []) or "none"),
        ("projects", ", ".join(access.get("projects") or []) or "none"),
        ("session", f"until {session['expires']}" if session.get("expires") else ""),
        ("landed on", str(session.get("landed_on") or "")),
    ]
