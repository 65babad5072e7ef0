"""Findings, ready to be shown: redacted, and laid out as the same labelled facts in every report."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from ssocli.checks.check import Severity, Status
from ssocli.diagnosis import Decoded, Diagnosis, Finding, Input, Verdict
from ssocli.report.redact import Redactor
from ssocli.report.redacted import redacted_check, redacted_trace
from ssocli.report.words import OWNERS
from ssocli.trace import Trace

VERDICTS = {
    Verdict.ROOT_CAUSE: "Root cause",
    Verdict.HEALTHY: "Nothing wrong was found",
    Verdict.UNCLEAR: "Cannot tell from this",
}


def redacted(diagnosis: Diagnosis, redactor: Redactor) -> Diagnosis:
    """The diagnosis without secrets, except for the exchanges of its trace."""
    text = redactor.text
    return replace(
        diagnosis,
        inputs=tuple(Input(given.kind, text(given.place), text(given.summary)) for given in diagnosis.inputs),
        root=diagnosis.root and redacted_finding(diagnosis.root, redactor),
        supporting=tuple(redacted_finding(finding, redactor) for finding in diagnosis.supporting),
        symptoms=tuple(redacted_finding(finding, redactor) for finding in diagnosis.symptoms),
        checked=tuple(redacted_check(check, redactor) for check in diagnosis.checked),
        trouble=tuple(redacted_check(check, redactor) for check in diagnosis.trouble),
        trace=diagnosis.trace and redacted_trace(diagnosis.trace, redactor),
        missing=tuple(text(what) for what in diagnosis.missing),
        messages=tuple(Decoded(text(m.title), text(m.place), text(m.text)) for m in diagnosis.messages),
    )


def redacted_finding(finding: Finding, redactor: Redactor) -> Finding:
    """The finding without secrets."""
    text = redactor.text
    return replace(
        finding,
        check=redacted_check(finding.check, redactor),
        place=text(finding.place),
        difference=text(finding.difference),
        causes=tuple(text(cause) for cause in finding.causes),
        where=text(finding.where),
    )


def findings_of(trace: Trace) -> tuple[Finding, ...]:
    """The broken rules of a login, the one that ended it first; what is only worth knowing is left out."""
    broken = [
        Finding(check, outcome.step, "")
        for outcome in trace.steps
        for check in outcome.checks
        if check.status in {Status.FAILED, Status.WARNED} and check.severity is not Severity.INFO
    ]
    failure = trace.failure
    if failure is not None:
        broken.sort(key=lambda finding: (finding.step, finding.check.code) != (failure.step, failure.code))
    return tuple(broken)


def facts(finding: Finding) -> list[tuple[str, str]]:
    """What there is to say about a finding, label and text, in the order of its use; empty texts are left out.

    The two values are not said twice where the difference shows them above each other.
    """
    check = finding.check
    aligned = bool(finding.difference) and {check.expected, check.actual} <= _values(finding.difference)
    causes = [
        ("likely causes" if number == 1 else "", f"{number}. {cause}")
        for number, cause in enumerate(finding.causes, start=1)
    ]
    said = [
        ("expected", "" if aligned else check.expected),
        ("seen", "" if aligned else check.actual),
        ("difference", finding.difference),
        ("evidence", check.evidence),
        ("found in", finding.place),
        *causes,
        ("what to do", check.fix),
        ("where to do it", finding.where),
        ("who", OWNERS[check.owner]),
        ("clause", check.spec),
    ]
    return [(label, text) for label, text in said if text]


def _values(difference: str) -> set[str]:
    """The lines of a difference without the labels in front of them."""
    return {line.partition(" ")[2].strip() for line in difference.splitlines()}


def fingerprint(finding: Finding) -> str:
    """What makes this finding the same in the next run: rule, step and place, whatever numbers the place contains."""
    place = re.sub(r"\d+", "#", finding.place)
    return hashlib.sha256("\n".join((finding.check.code, finding.step.value, place)).encode()).hexdigest()[:16]
