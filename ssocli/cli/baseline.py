"""The findings that are known: what is new, and what went away. Both count."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ssocli.cli.stop import stop
from ssocli.diagnosis import Finding
from ssocli.exit_code import ExitCode
from ssocli.report.findings import fingerprint

SCHEMA = "ssocli.baseline/1"


class _Known(msgspec.Struct, frozen=True):
    fingerprint: str
    code: str
    name: str
    place: str


class _Baseline(msgspec.Struct, frozen=True, tag_field="schema", tag=SCHEMA):
    findings: list[_Known]


@dataclass(frozen=True, slots=True)
class Change:
    """What differs from the baseline: new findings, and sentences about known ones that were not found."""

    new: tuple[Finding, ...]
    gone: tuple[str, ...]


def compare(file: Path, findings: Iterable[Finding]) -> Change:
    """The findings against the baseline in a file; one that cannot be read ends the command."""
    try:
        known = msgspec.json.decode(file.read_bytes(), type=_Baseline).findings
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "; make it with --write-baseline" if isinstance(error, FileNotFoundError) else ""
        stop(f"--baseline {file}: expected a readable file, but: {reason}{hint}", ExitCode.USAGE)
    except msgspec.DecodeError as error:
        stop(f"--baseline {file}: expected a file of --write-baseline, but: {error}", ExitCode.USAGE)
    present = {fingerprint(finding): finding for finding in findings}
    listed = {entry.fingerprint for entry in known}
    return Change(
        tuple(finding for print_, finding in present.items() if print_ not in listed),
        tuple(f"{entry.code} {entry.name} ({entry.place})" for entry in known if entry.fingerprint not in present),
    )


def write(file: Path, findings: Iterable[Finding]) -> None:
    """Keep these findings as the baseline; a file that cannot be written ends the command."""
    entries = [
        {
            "fingerprint": fingerprint(each),
            "code": each.check.code,
            "name": each.check.name,
            "place": each.place,
        }
        for each in findings
    ]
    try:
        file.write_text(json.dumps({"schema": SCHEMA, "findings": entries}, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        stop(f"--baseline {file}: expected a file that can be written, but: {reason}", ExitCode.USAGE)
