"""Markdown, as one pastes it into a ticket: short, the root cause first, nothing secret.

Text from a stranger stays text: values stand in code spans, prose is escaped, and addresses in prose become code spans,
so that no link, mention or heading comes from the outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ssocli.checks.check import Status
from ssocli.diagnosis import Diagnosis, Finding, Verdict
from ssocli.report.findings import VERDICTS, facts, findings_of, redacted
from ssocli.report.redact import Redactor
from ssocli.report.redacted import redacted_trace
from ssocli.report.results import WORDS, Result, summary
from ssocli.report.words import ACTIONS, STATUSES
from ssocli.text import printable
from ssocli.trace import Outcome, Trace

_LIMIT = 1000
_SPECIAL = re.compile(r"([\\`*\[\]<|~&#!$]|(?<!\w)_|_(?!\w))")
_ADDRESS = re.compile(r"\S*(?:://|www\.|@)\S*", re.IGNORECASE)
# What the identity provider or the user said; everything else is this tool's own prose.
_VALUES = {"expected", "seen", "evidence", "found in"}


def render_trace(trace: Trace, redactor: Redactor) -> str:
    """One login."""
    trace = redacted_trace(trace, redactor)
    failure = trace.failure
    if trace.outcome is Outcome.AUTHENTICATED:
        lines = ["## The login succeeded", ""]
    elif failure is None:
        lines = ["## ssocli itself failed; this says nothing about the target", ""]
    else:
        lines = [f"## The login failed in step {failure.step.number}, {failure.step.title}", ""]
    findings = findings_of(trace)
    if failure is not None:
        if findings and findings[0].check.code == failure.code:
            lines += [*_finding(findings[0]), ""]
            findings = findings[1:]
        else:
            lines += [f"{code(failure.code)}: {prose(failure.message)}", ""]
        lines += [f"- **the user saw:** {code(failure.user_message)}"] if failure.user_message else []
        lines += [f"- **then:** {prose(ACTIONS[failure.action])}", ""]
    lines += [*_section("Also found", _briefly(findings)), *_steps(trace)]
    return _document(lines)


def render_diagnosis(diagnosis: Diagnosis, redactor: Redactor) -> str:
    """One diagnosis."""
    shown = redacted(diagnosis, redactor)
    lines = [f"## {VERDICTS[shown.verdict]}{f': {shown.root.check.name}' if shown.root else ''}", ""]
    if shown.root is not None:
        lines += [*_finding(shown.root), ""]
    elif shown.verdict is Verdict.HEALTHY:
        lines += [f"{sum(check.status is Status.PASSED for check in shown.checked)} checks passed.", ""]
    lines += _section("Also found", _briefly(shown.supporting))
    symptoms = (f"{_name(finding)}: {code(finding.check.actual)}" for finding in shown.symptoms)
    lines += _section("Follows from it", symptoms)
    if shown.trace is not None and shown.verdict is not Verdict.HEALTHY:
        lines += _steps(shown.trace)
    lines += _section("Please send as well", (prose(what) for what in shown.missing))
    trouble = (f"{code(check.code)} {prose(check.name)}: {code(check.actual)}" for check in shown.trouble)
    lines += _section("Not judged, because ssocli itself failed", trouble)
    inputs = (f"{code(given.place)}: {prose(given.kind.value)}; {prose(given.summary)}" for given in shown.inputs)
    return _document([*lines, *_section("Looked at", inputs)])


def render_results(results: Sequence[Result]) -> str:
    """A simulation: how many went as expected, and every one that did not."""
    lines = [f"## {summary(results)}", ""]
    entries = (
        f"{code(result.name)} {WORDS[result.verdict]}: expected {code(result.expected)}, seen {code(result.actual)}"
        for result in results
        if result.verdict != "as_expected"
    )
    return _document([*lines, *_section("Not as expected", entries)])


def code(text: str) -> str:
    """The text in one line as a code span, in which nothing is markup."""
    shown = printable(text, _LIMIT)
    if not shown.strip(" "):
        return "(nothing)"
    runs = {len(run) for run in re.findall("`+", shown)}
    fence = "`" * next(length for length in range(1, len(runs) + 2) if length not in runs)
    padding = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def prose(text: str) -> str:
    """The text in one line as plain words; addresses and mentions in it become code spans."""
    shown, at = printable(text, _LIMIT), 0
    parts = []
    for match in _ADDRESS.finditer(shown):
        parts += [_SPECIAL.sub(r"\\\1", shown[at : match.start()]), code(match[0])]
        at = match.end()
    return "".join((*parts, _SPECIAL.sub(r"\\\1", shown[at:])))


def block(text: str) -> list[str]:
    """Several lines as they are, in a fence that the text cannot close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *(printable(line, _LIMIT) for line in text.splitlines()), fence]


def _finding(finding: Finding) -> list[str]:
    check, step = finding.check, finding.step
    lines = [f"{code(check.code)} **{prose(check.name)}** (step {step.number}, {step.title})", ""]
    for label, text in facts(finding):
        if label == "difference":
            lines += ["- **difference:**", "", *(f"  {line}" for line in block(text)), ""]
        elif not label or label == "likely causes":
            lines += (["- **likely causes:**"] if label else []) + [f"  {prose(text)}"]
        else:
            lines.append(f"- **{label}:** {code(text) if label in _VALUES else prose(text)}")
    return [*lines, f"- **more:** {code(f'ssocli explain {check.code}')}"]


def _briefly(findings: Iterable[Finding]) -> Iterable[str]:
    for finding in findings:
        check = finding.check
        fix = f"; {prose(check.fix)}" if check.fix else ""
        yield f"{_name(finding)}: expected {code(check.expected)}, seen {code(check.actual)}{fix}"


def _name(finding: Finding) -> str:
    return f"{code(finding.check.code)} {prose(finding.check.name)} (step {finding.step.number})"


def _steps(trace: Trace) -> list[str]:
    lines = [
        f"{outcome.step.number}. {outcome.step.title}: **{STATUSES[outcome.status]}**"
        + (f", {prose(outcome.summary)}" if outcome.summary else "")
        for outcome in trace.steps
        if outcome.status is not Status.NOT_REACHED
    ]
    left = len(trace.steps) - len(lines)
    return ["### How far the login got", "", *lines, *([f"\n{left} steps were not reached."] if left else []), ""]


def _section(title: str, entries: Iterable[str]) -> list[str]:
    lines = [f"- {entry}" for entry in entries]
    return [f"### {title}", "", *lines, ""] if lines else []


def _document(lines: list[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"
