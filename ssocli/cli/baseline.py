"""Findings that are known already, kept in a file: what is new counts, and so does what is gone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ssocli.cli.stop import stop
from ssocli.diagnosis import Diagnosis
from ssocli.exit_code import ExitCode
from ssocli.report.findings import fingerprint

_SCHEMA = "ssocli.baseline/1"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known findings: fingerprint (the same in every run) and what a person reads, `SRS045 wrong-audience`."""

    known: dict[str, str]

    @staticmethod
    def of(diagnosis: Diagnosis) -> Baseline:
        """All findings of a diagnosis."""
        found = diagnosis.findings
        return Baseline({fingerprint(finding): f"{finding.check.code} {finding.check.name}" for finding in found})

    def changes(self, diagnosis: Diagnosis) -> list[str]:
        """One sentence for each finding that is new, and for each that was expected and is gone."""
        now = Baseline.of(diagnosis).known
        new = [f"new: {name} is not in the baseline" for key, name in now.items() if key not in self.known]
        gone = [f"gone: {name} was expected and was not found" for key, name in self.known.items() if key not in now]
        return new + gone

    def write(self, file: Path) -> None:
        """Write it; what cannot be written ends the command."""
        try:
            file.write_text(json.dumps({"schema": _SCHEMA, "findings": self.known}, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            stop(f"--write-baseline {file}: expected a file that can be written, but: {reason}", ExitCode.USAGE)


def read_baseline(file: str | None) -> Baseline | None:
    """The baseline in a file, None if there is no such option; anything else ends the command."""
    if file is None:
        return None
    try:
        document = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "it is no JSON").lower()
        stop(f"--baseline {file}: expected a file of --write-baseline, but: {reason}", ExitCode.USAGE)
    document = document if isinstance(document, dict) else {}
    found = document.get("findings")
    names = list(found.values()) if isinstance(found, dict) else [None]
    if document.get("schema") != _SCHEMA or not isinstance(found, dict) or not all(isinstance(n, str) for n in names):
        stop(f"--baseline {file}: expected a file of --write-baseline ({_SCHEMA})", ExitCode.USAGE)
    return Baseline(found)
