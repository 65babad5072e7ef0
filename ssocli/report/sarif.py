"""SARIF 2.1.0, as code scanning reads it: rules apart from results, a place for each, fingerprints that last."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ssocli import __version__
from ssocli.checks.catalogue import catalogue
from ssocli.checks.check import Check, Severity
from ssocli.diagnosis import Diagnosis, Finding
from ssocli.report.findings import facts, findings_of, fingerprint, redacted
from ssocli.report.redact import Redactor
from ssocli.report.redacted import redacted_trace
from ssocli.report.results import Result, sentence
from ssocli.text import printable
from ssocli.trace import Trace

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class _Reported:
    """A finding as a result. `artifact` is the file it is about; what follows from another one is only a note."""

    finding: Finding
    artifact: str
    follows_from: str = ""


def render_trace(trace: Trace, redactor: Redactor, artifact: str) -> str:
    """One login; `artifact` is the configuration file that it was made with, to which its findings are tied."""
    shown = redacted_trace(trace, redactor)
    return _findings([_Reported(finding, artifact) for finding in findings_of(shown)], ())


def render_diagnosis(diagnosis: Diagnosis, redactor: Redactor) -> str:
    """One diagnosis; each finding is tied to the input in which it was found."""
    shown = redacted(diagnosis, redactor)
    places = [given.place for given in shown.inputs]
    because = shown.root.check.code if shown.root else ""
    reported = [
        *(
            _Reported(finding, _artifact(finding.place, places))
            for finding in (shown.root, *shown.supporting)
            if finding
        ),
        *(_Reported(finding, _artifact(finding.place, places), because) for finding in shown.symptoms),
    ]
    return _findings(reported, shown.trouble)


def render_results(results: Sequence[Result], artifact: str) -> str:
    """A simulation: each fault (or scenario) is a rule, and only those that did not go as expected are results."""
    rules = [
        {
            "id": result.name,
            "shortDescription": {"text": result.about or result.name},
            "help": {"text": f"Expected: {result.expected}." + (f" Clause: {result.spec}." if result.spec else "")},
            "defaultConfiguration": {"level": "error"},
            "properties": {"tags": result.tags},
        }
        for result in results
    ]
    found = [
        {
            "ruleId": result.name,
            "ruleIndex": index,
            "level": "error" if result.verdict == "differs" else "warning",
            "message": {"text": sentence(result)},
            "locations": [_location(artifact, result.expected.partition(":")[0])],
            "partialFingerprints": {"ssocli/v1": f"{result.name}:{result.verdict}"},
        }
        for index, result in enumerate(results)
        if result.verdict != "as_expected"
    ]
    return _document(rules, found, [])


def _findings(reported: Sequence[_Reported], trouble: Iterable[Check]) -> str:
    codes = list(dict.fromkeys(entry.finding.check.code for entry in reported))
    checks = {entry.finding.check.code: entry.finding.check for entry in reported}
    found = [_result(entry, codes.index(entry.finding.check.code)) for entry in reported]
    notes = [
        {"level": "error", "descriptor": {"id": check.code}, "message": {"text": printable(check.actual, _LIMIT)}}
        for check in trouble
    ]
    return _document([_rule(checks[code]) for code in codes], found, notes)


def _rule(check: Check) -> dict[str, Any]:
    declared = catalogue().get(check.code)
    doc = declared.doc if declared else check.name.replace("-", " ")
    return {
        "id": check.code,
        "name": check.name,
        "shortDescription": {"text": doc.partition("\n")[0]},
        "fullDescription": {"text": doc},
        "help": {"text": f"{declared.fix if declared else check.fix} Clause: {check.spec}."},
        "defaultConfiguration": {"level": _LEVELS[declared.severity if declared else check.severity]},
        "properties": {"tags": ["sso", *([declared.area] if declared else [])]},
    }


def _result(entry: _Reported, index: int) -> dict[str, Any]:
    finding = entry.finding
    check = finding.check
    text = "\n".join(
        f"{label}: {line}" if label else line
        for label, said in facts(replace(finding, difference=""))
        for line in [printable(said, _LIMIT)]
    )
    properties = {"step": finding.step.value, "owner": check.owner.value, "place": printable(finding.place, _LIMIT)}
    if entry.follows_from:
        properties["followsFrom"] = entry.follows_from
    return {
        "ruleId": check.code,
        "ruleIndex": index,
        "level": "note" if entry.follows_from else _LEVELS[check.severity],
        "message": {"text": text or check.name},
        "locations": [_location(entry.artifact, finding.step.value)],
        "partialFingerprints": {"ssocli/v1": fingerprint(finding)},
        "properties": properties,
    }


def _location(artifact: str, step: str) -> dict[str, Any]:
    return {
        "physicalLocation": {"artifactLocation": {"uri": _uri(artifact)}, "region": {"startLine": 1}},
        "logicalLocations": [{"name": step, "fullyQualifiedName": f"login/{step}", "kind": "module"}],
    }


def _uri(artifact: str) -> str:
    """A relative reference, from where the tool was run, or a file URI."""
    if artifact.startswith(("http://", "https://")):
        return artifact
    path = Path(artifact)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _artifact(place: str, inputs: Sequence[str]) -> str:
    """The input that a place is in: the longest that it begins with, else the first."""
    within = [given for given in inputs if place.startswith(given)]
    return max(within, key=len, default=inputs[0] if inputs else "input")


def _document(rules: list[dict[str, Any]], results: list[dict[str, Any]], notes: list[dict[str, Any]]) -> str:
    driver = {"name": "ssocli", "semanticVersion": __version__, "rules": rules}
    invocation = {"executionSuccessful": not notes, "toolExecutionNotifications": notes}
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "results": results,
        "columnKind": "unicodeCodePoints",
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"
