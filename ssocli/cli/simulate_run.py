"""What `ssocli simulate` does; apart from its options because its imports are heavy."""

from __future__ import annotations

import json
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from fake_idp.faults import UnknownFaultError
from ssocli.cli.logs import log_to_stderr
from ssocli.cli.output import open_output
from ssocli.cli.stop import stop
from ssocli.exit_code import ExitCode
from ssocli.flow.faults import matching
from ssocli.flow.simulation import Simulated, Verdict, is_seen_by_a_login, simulate
from ssocli.report import junit
from ssocli.text import printable

_WORDS: dict[Verdict, str] = {"as_expected": "as expected", "differs": "differs", "not_reached": "not reached"}


def run(patterns: tuple[str, ...], output_format: str, output: str | None, *, verbose: bool) -> ExitCode:
    """Simulate, report, and say whether all went as expected."""
    log_to_stderr(logging.CRITICAL)  # refusals are what is wanted here
    try:
        chosen = matching(patterns)
    except UnknownFaultError as error:
        stop(str(error), ExitCode.USAGE)
    faults = [fault for fault in chosen if is_seen_by_a_login(fault)]
    if not faults:
        names = ", ".join(fault.id for fault in chosen[:5])
        stop(
            f"{names}: no login at Sentry can notice this; it strikes resource servers or other grants.", ExitCode.USAGE
        )
    human = output_format == "console" or output is not None
    results: list[Simulated] = []
    with open_output(Path(output) if output else None) as write:
        for result in _watched(simulate(faults), len(faults)):
            results.append(result)
            if human and (verbose or result.verdict != "as_expected"):
                click.echo(_line(result))
            if output_format == "ndjson":
                write(json.dumps(_data(result)) + "\n")
        if output_format == "json":
            write(json.dumps([_data(result) for result in results], indent=2) + "\n")
        elif output_format == "junit":
            write(junit.render("ssocli simulate", [_case(result) for result in results]))
    count = Counter(result.verdict for result in results)
    if human:
        parts = [f"{count[verdict]} {word}" for verdict, word in _WORDS.items() if count[verdict]]
        click.echo(f"{len(results)} faults: {', '.join(parts)}")
    return ExitCode.OK if count["as_expected"] == len(results) else ExitCode.FINDINGS


def _watched(results: Iterator[Simulated], total: int) -> Iterator[Simulated]:
    """The results, with a progress bar on stderr where a person looks."""
    if not sys.stderr.isatty():
        yield from results
        return
    with click.progressbar(results, length=total, label="Simulating", file=sys.stderr) as bar:
        yield from bar


def _line(result: Simulated) -> str:
    if result.verdict == "as_expected":
        return f"{result.fault}: as expected ({printable(result.actual)})"
    return f"{result.fault}: {_WORDS[result.verdict]}: expected {result.expected}, saw {printable(result.actual)}"


def _data(result: Simulated) -> dict[str, Any]:
    return {
        "fault": result.fault,
        "reject": result.reject,
        "expected": result.expected,
        "actual": result.actual,
        "found": list(result.found),
        "verdict": result.verdict,
    }


def _case(result: Simulated) -> junit.Case:
    problem = "" if result.verdict == "as_expected" else _line(result)
    elapsed = sum(step.elapsed or 0.0 for step in result.trace.steps)
    return junit.Case(result.fault, "ssocli.simulate", elapsed, problem)
