"""What became of things that were tried, faults or scenarios: the data that every format of a simulation shows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct, to_builtins

from ssocli.report.schema import schema_of
from ssocli.text import printable

SCHEMA = "ssocli.simulation/1"

Verdict = Literal["as_expected", "differs", "not_reached"]
WORDS: dict[Verdict, str] = {"as_expected": "as expected", "differs": "differs", "not_reached": "not reached"}


class Result(Struct, frozen=True):
    """One fault or scenario that was tried. `about` is its page's first sentence, `spec` its clause (may be empty).

    `reject` is what a correct client does about a fault, "" for a scenario; `found` are the names of all failed checks.
    """

    name: str
    kind: Literal["fault", "scenario"]
    tags: list[str]
    reject: str
    expected: str
    actual: str
    found: list[str]
    verdict: Verdict
    elapsed_ms: float
    about: str
    spec: str


class ResultsDocument(Struct, frozen=True):
    """A whole simulation."""

    schema: Literal["ssocli.simulation/1"]
    exit_code: int
    results: list[Result]


def render_json(results: Sequence[Result], exit_code: int) -> str:
    """The document as indented JSON text."""
    entry = ResultsDocument("ssocli.simulation/1", int(exit_code), list(results))
    return json.dumps(to_builtins(entry), indent=2) + "\n"


def render_line(result: Result) -> str:
    """One result as a line of NDJSON."""
    return json.dumps(to_builtins(result), separators=(",", ":")) + "\n"


def sentence(result: Result) -> str:
    """One result in one sentence."""
    actual = printable(result.actual)
    if result.verdict == "as_expected":
        return f"{result.name}: as expected ({actual})"
    return f"{result.name}: {WORDS[result.verdict]}: expected {result.expected}, saw {actual}"


def summary(results: Sequence[Result]) -> str:
    """All of them in one sentence."""
    count = Counter(result.verdict for result in results)
    parts = [f"{count[verdict]} {word}" for verdict, word in WORDS.items() if count[verdict]]
    kinds = {result.kind for result in results}
    noun = kinds.pop() if len(kinds) == 1 else "case"
    return f"{len(results)} {noun}{'' if len(results) == 1 else 's'}: {', '.join(parts) or 'nothing was tried'}"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the document."""
    return schema_of(ResultsDocument, SCHEMA)
