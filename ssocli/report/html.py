"""HTML: one file with everything in it, no script and nothing from elsewhere, for a person who was not there."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ssocli import __version__
from ssocli.checks.check import Check, Status
from ssocli.clock import iso
from ssocli.diagnosis import Diagnosis, Finding
from ssocli.report.decoded import decoded
from ssocli.report.findings import VERDICTS, facts, findings_of, redacted
from ssocli.report.redact import Redactor
from ssocli.report.redacted import redacted_trace
from ssocli.report.results import Result, summary
from ssocli.report.sequence import sequence
from ssocli.report.words import ACTIONS
from ssocli.text import printable
from ssocli.trace import Outcome, StepOutcome, Trace

_TEMPLATES = Path(__file__).parent / "templates"
_ORDER = {"differs": 0, "not_reached": 1, "as_expected": 2}


@dataclass(frozen=True, slots=True)
class _Found:
    """A finding with its facts."""

    finding: Finding
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Row:
    """A step with its exchanges, redacted, and its checks: those that found something, and the quiet ones."""

    outcome: StepOutcome
    findings: list[Check]
    quiet: list[Check]
    exchanges: list[dict[str, Any]]


def render_trace(trace: Trace, redactor: Redactor) -> str:
    """One login."""
    shown = redacted_trace(trace, redactor)
    failure = shown.failure
    title, ending = "The login succeeded", _success(shown)
    if failure is not None:
        title = f"The login failed in step {failure.step.number}, {failure.step.title}"
        ending = [("what", failure.message), ("the user saw", failure.user_message), ("then", ACTIONS[failure.action])]
    elif shown.outcome is not Outcome.AUTHENTICATED:
        title, ending = "ssocli itself failed; this says nothing about the target", []
    began = next((step.started for step in shown.steps if step.started is not None), None)
    return _page(
        "trace",
        redactor,
        title=title,
        trace=shown,
        began=began and iso(began),
        ending=[(label, printable(text)) for label, text in ending if text],
        findings=_found(findings_of(shown)),
        sequence=sequence(shown, redactor),
        steps=_rows(shown, redactor),
        messages=decoded(shown, redactor),
    )


def render_diagnosis(diagnosis: Diagnosis, redactor: Redactor) -> str:
    """One diagnosis."""
    shown = redacted(diagnosis, redactor)
    root = shown.root
    return _page(
        "diagnosis",
        redactor,
        title=f"{VERDICTS[shown.verdict]}{f': {root.check.name}' if root else ''}",
        diagnosis=shown,
        root=_found([root])[0] if root else None,
        supporting=_found(shown.supporting),
        symptoms=_found(shown.symptoms),
        passed=sum(check.status is Status.PASSED for check in shown.checked),
        sequence=sequence(shown.trace, redactor) if shown.trace else None,
        steps=_rows(shown.trace, redactor) if shown.trace else None,
        messages=shown.messages or (decoded(shown.trace, redactor) if shown.trace else ()),
    )


def render_results(results: Sequence[Result]) -> str:
    """A simulation, what did not go as expected first."""
    ordered = sorted(results, key=lambda result: _ORDER[result.verdict])
    good = all(result.verdict == "as_expected" for result in results)
    return _page("results", Redactor(), title=summary(results), results=ordered, good=good)


def _page(template: str, redactor: Redactor, **values: Any) -> str:
    style = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return (
        _environment()
        .get_template(f"{template}.html")
        .render(
            style=Markup(style),  # noqa: S704 - our own file, and quotes in it must stay quotes
            style_hash=f"sha256-{digest}",
            version=__version__,
            secrets=redactor.show_secrets,
            **values,
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )


def _finalized(value: Any) -> Any:
    """Text from anywhere, with invisible and control characters escaped; what has lines keeps them."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "\n".join(printable(line, 20_000) for line in value.split("\n"))


def _found(findings: Iterable[Finding]) -> list[_Found]:
    return [_Found(finding, facts(finding)) for finding in findings]


def _rows(trace: Trace, redactor: Redactor) -> list[_Row]:
    quiet = {Status.PASSED, Status.SKIPPED}
    return [
        _Row(
            outcome,
            [check for check in outcome.checks if check.status not in quiet],
            [check for check in outcome.checks if check.status in quiet],
            [_exchange(redactor.exchange(exchange)) for exchange in outcome.exchanges],
        )
        for outcome in trace.steps
    ]


def _exchange(shown: dict[str, Any]) -> dict[str, Any]:
    """The exchange with its headers and bodies as one text."""
    lines = [f"{shown['method']} {shown['url']}"]
    for message in (shown["request"], shown["response"]):
        if message is not None:
            lines += [f"\nHTTP {message['status']}"] if "status" in message else []
            lines += [f"{name}: {value}" for name, value in message["headers"]]
            lines += ["", message["body"]] if message["body"] else []
    return {**shown, "text": "\n".join(lines)}


def _success(trace: Trace) -> list[tuple[str, str]]:
    user, access = trace.user or {}, trace.access or {}
    return [
        ("logged in", f"{user.get('name') or ''} <{user.get('email') or ''}>"),
        ("organization", str(access.get("organization") or "")),
        ("role", str(access.get("role") or "")),
    ]
