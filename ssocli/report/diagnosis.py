"""The diagnosis as plain, redacted data: the document that other tools and a later run's baseline read.

Its types are here; the JSON Schema in the documentation is made from them.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, to_builtins

from ssocli.checks.check import Check
from ssocli.diagnosis import Diagnosis, Finding
from ssocli.report.document import CheckEntry, TraceDocument, check_entry, trace_entry
from ssocli.report.findings import fingerprint, redacted
from ssocli.report.redact import Redactor
from ssocli.report.schema import schema_of

SCHEMA = "ssocli.diagnosis/1"


class InputEntry(Struct, frozen=True):
    """One thing that was given: what it turned out to be (an id and its title), where it came from, and its summary."""

    kind: str
    title: str
    place: str
    summary: str


class FindingEntry(Struct, frozen=True):
    """A broken rule. `fingerprint` is the same in the next run for the same rule, step and kind of place."""

    check: CheckEntry
    step: str
    place: str
    difference: str
    causes: list[str]
    where: str
    fingerprint: str


class MessageEntry(Struct, frozen=True):
    """A decoded message."""

    title: str
    place: str
    text: str


class DiagnosisDocument(Struct, frozen=True):
    """A whole diagnosis. `symptoms` follow from `root`, `trouble` is this tool's own and says nothing of the input."""

    schema: Literal["ssocli.diagnosis/1"]
    verdict: Literal["root_cause", "healthy", "unclear"]
    exit_code: int
    inputs: list[InputEntry]
    root: FindingEntry | None
    supporting: list[FindingEntry]
    symptoms: list[FindingEntry]
    missing: list[str]
    checked: list[CheckEntry]
    trouble: list[CheckEntry]
    messages: list[MessageEntry]
    trace: TraceDocument | None


def document(diagnosis: Diagnosis, exit_code: int, redactor: Redactor) -> dict[str, Any]:
    """The diagnosis document as plain data."""
    shown = redacted(diagnosis, redactor)
    entry = DiagnosisDocument(
        schema="ssocli.diagnosis/1",
        verdict=shown.verdict.value,
        exit_code=int(exit_code),
        inputs=[
            InputEntry(given.kind.name.lower(), given.kind.value, given.place, given.summary) for given in shown.inputs
        ],
        root=None if shown.root is None else _finding(shown.root),
        supporting=[_finding(finding) for finding in shown.supporting],
        symptoms=[_finding(finding) for finding in shown.symptoms],
        missing=list(shown.missing),
        checked=_checks(shown.checked),
        trouble=_checks(shown.trouble),
        messages=[MessageEntry(message.title, message.place, message.text) for message in shown.messages],
        trace=None if shown.trace is None else trace_entry(shown.trace, exit_code, redactor),
    )
    return to_builtins(entry)  # type: ignore[no-any-return]  # a struct always becomes a dict


def _finding(finding: Finding) -> FindingEntry:
    return FindingEntry(
        check_entry(finding.check),
        finding.step.value,
        finding.place,
        finding.difference,
        list(finding.causes),
        finding.where,
        fingerprint(finding),
    )


def _checks(checks: tuple[Check, ...]) -> list[CheckEntry]:
    return [check_entry(check) for check in checks]


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the diagnosis document."""
    return schema_of(DiagnosisDocument, SCHEMA)
