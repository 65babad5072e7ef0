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

from ssocli.checks.check import Check, Owner, Severity, Status, first_blocking
from ssocli.exchange import Exchange
from ssocli.report.redact import Redactor
from ssocli.text import printable
from ssocli.trace import Action, Event, Failure, Outcome, StepFinished, StepOutcome, Trace

_STYLES = {
    Status.PASSED: "green",
    Status.WARNED: "yellow",
    Status.FAILED: "bold red",
    Status.SKIPPED: "dim",
    Status.NOT_REACHED: "dim",
    Status.TOOL_ERROR: "bold magenta",
}
_SYMBOLS = {
    Status.PASSED: ("✓", "+"),
    Status.WARNED: ("!", "!"),
    Status.FAILED: ("✗", "x"),
    Status.SKIPPED: ("–", "-"),
    Status.NOT_REACHED: ("·", "."),
    Status.TOOL_ERROR: ("?", "?"),
}
_WORDS = {status: status.value.replace("_", " ") for status in Status}
_OWNERS = {
    Owner.APP: "whoever configures the application (a customer: Sentry's SSO settings; here: the configuration)",
    Owner.IDP: "the identity provider's administrator",
    Owner.NETWORK: "whoever runs the network, proxy or DNS between the two",
    Owner.CLOCK: "whoever runs the machine whose clock is wrong",
    Owner.USER: "the user",
}
_ACTIONS = {
    Action.RETURN_TO_LOGIN: "the user is back at the login page and can try again",
    Action.RETRY_OR_CONTACT_SUPPORT: "the user can try SSO again or contact support",
    Action.CONTACT_SUPPORT: "the user is asked to contact support",
}


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
    _printed: list[StepOutcome] = field(default_factory=list)

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
        if trace.outcome is Outcome.AUTHENTICATED:
            self._facts(_success(trace))
        elif trace.failure is not None:
            self._failure(trace, trace.failure, exit_code)
        else:
            self._stopped(trace, exit_code)

    def _step(self, outcome: StepOutcome) -> None:
        style = _STYLES[outcome.status]
        reached = outcome.elapsed is not None
        head = Text.assemble(
            f"{outcome.step.number:>2} ",
            (f"{self._symbol(outcome.status)} ", style),
            (f"{outcome.step.title:<34}", "" if reached else "dim"),
            (f"{_WORDS[outcome.status]:<12}", style),
            (f"{outcome.elapsed * 1000:>5.0f} ms  " if outcome.elapsed is not None else "", "dim"),
        )
        if self.console.width >= len(head) + 30:
            self._put(head, outcome.summary)
        else:
            self._put(head, "")
            self._facts([("", outcome.summary)], indent=5, width=0)
        told_below = first_blocking(outcome.checks)  # the failure's own words follow at the end
        for checks in _folded(outcome.checks):
            if self._wanted(checks[0]):
                self._checks(checks, told_below)
        if self.verbosity > 1:
            for exchange in outcome.exchanges:
                self._exchange(exchange)

    def _put(self, head: Text, body: str, style: str = "") -> None:
        """Print a head and, beside it, what it introduces, wrapped so that no line runs under the head."""
        text = Text(printable(body, 2000), style=style)
        lines = text.wrap(self.console, max(20, self.console.width - len(head))) if body else [Text()]
        for number, line in enumerate(lines):
            line.rstrip()
            printed = Text.assemble(head if number == 0 else " " * len(head), line)
            printed.rstrip()
            self.console.print(printed, soft_wrap=True)

    def _wanted(self, check: Check) -> bool:
        """Findings always, what passed (or is only worth knowing) with -v, what did not apply with -vv."""
        if check.status in {Status.FAILED, Status.WARNED, Status.TOOL_ERROR}:
            return self.verbosity > 0 or check.severity is not Severity.INFO
        return self.verbosity > (1 if check.status is Status.SKIPPED else 0)

    def _checks(self, checks: list[Check], told_below: Check | None) -> None:
        """One check, or several in a row that saw the same; only a finding needs more than a line."""
        check = checks[0]
        status = Status.WARNED if check.status is Status.FAILED and not check.is_blocking else check.status
        symbol = ("     ", (f"{self._symbol(status)} ", _STYLES[status]))
        if status in {Status.PASSED, Status.SKIPPED}:
            name = f"{check.code} {check.name}" if len(checks) == 1 else f"{check.code} to {checks[-1].code}"
            self._put(Text.assemble(*symbol, f"{name}  "), check.actual, "dim")
            return
        self._put(Text.assemble(*symbol, f"{check.code} {check.name}  "), check.spec, "dim")
        if check is told_below:
            return
        detail = [("expected", check.expected), ("seen", check.actual), ("evidence", check.evidence)]
        self._facts([*detail, ("fix", "" if check.is_blocking else check.fix)], indent=7, width=9)

    def _exchange(self, exchange: Exchange) -> None:
        shown = self.redactor.exchange(exchange)
        response = shown["response"]
        answer = f"{response['status']}" if response else (shown["error"] or {}).get("detail", "no answer")
        took = sum(shown["phases_ms"].values())
        arrow = "→" if self._utf8 else "->"
        line = f"{shown['sender']} {arrow} {shown['method']} {shown['url']} {arrow} {answer}  ({took:.0f} ms)"
        self._put(Text("     "), line, "cyan")
        for title, message in (("request", shown["request"]), ("response", response or {})):
            for name, value in message.get("headers", []):
                self._put(Text(f"       {title} {printable(name)}: ", style="dim"), value, "dim")
            for text in _body_lines(message.get("body", "")):
                self._put(Text("       "), text)

    def _failure(self, trace: Trace, failure: Failure, exit_code: int) -> None:
        finding = next((c for c in trace.step(failure.step).checks if c.code == failure.code), None)
        what = f"{failure.code} {finding.name}" if finding is not None else f"{failure.code}, {failure.message}"
        self._put(Text(), f"Failed in step {failure.step.number}, {failure.step.title}: {what}", "bold red")
        facts: list[tuple[str, str]] = []
        if finding is not None:
            facts += [
                ("expected", finding.expected),
                ("seen", finding.actual),
                ("evidence", finding.evidence),
                ("clause", finding.spec),
            ]
        facts += [("the user saw", failure.user_message), ("then", _ACTIONS[failure.action])]
        if finding is not None:
            facts += [("what to do", finding.fix), ("who", _OWNERS[finding.owner])]
        if finding is not None:
            facts.append(("more", f"ssocli explain {failure.code}"))
        self._facts([*facts, ("exit code", str(int(exit_code)))])

    def _stopped(self, trace: Trace, exit_code: int) -> None:
        last = next((step for step in trace.steps if step.status is Status.TOOL_ERROR), None)
        if last is not None:
            title = (
                f"ssocli itself failed in step {last.step.number}, {last.step.title}: this is not the target's fault."
            )
            self._put(Text(), title, "bold magenta")
            self._facts([("what", last.summary), ("exit code", str(int(exit_code)))])

    def _facts(self, facts: list[tuple[str, str]], indent: int = 2, width: int = 13) -> None:
        for name, value in facts:
            if value:
                self._put(Text(f"{' ' * indent}{name:<{width}}", style="dim"), value)

    def _symbol(self, status: Status) -> str:
        return _SYMBOLS[status][0 if self._utf8 else 1]

    @property
    def _utf8(self) -> bool:
        return (self.console.encoding or "").lower().replace("-", "").startswith("utf")


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
