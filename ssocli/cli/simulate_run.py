"""What `ssocli simulate` does; apart from its options because its imports are heavy."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from fake_idp.faults import UnknownFaultError
from fake_idp.faults.fault import Fault, named
from ssocli.cli.logs import log_to_stderr
from ssocli.cli.output import open_output
from ssocli.cli.stop import stop
from ssocli.cli.tables import show
from ssocli.exit_code import ExitCode
from ssocli.flow.faults import matching
from ssocli.flow.simulation import Simulated, is_seen_by_a_login, simulate
from ssocli.report import junit
from ssocli.report.results import WORDS, Result, render_json, render_line, sentence, summary

# What the faults are tied to where a format wants a file: `ssocli config example` prints it.
_EMBEDDED = "default.toml"


def run(
    patterns: tuple[str, ...], tags: tuple[str, ...], output_format: str, output: str | None, *, verbose: bool
) -> ExitCode:
    """Simulate, report, and say whether all went as expected."""
    log_to_stderr(logging.CRITICAL)  # refusals are what is wanted here
    faults = _chosen(patterns, tags)
    results: list[Result] = []
    with open_output(Path(output) if output else None) as write:
        for result in _watched(map(_result, simulate(faults)), len(faults)):
            results.append(result)
            if output_format == "ndjson":
                write(render_line(result))
        results.sort(key=lambda result: result.name)
        good = all(result.verdict == "as_expected" for result in results)
        code = ExitCode.OK if good else ExitCode.FINDINGS
        write(_document(output_format, results, code))
    if output_format == "console" or output is not None:
        _print(results, verbose=verbose)
    return code


def _chosen(patterns: tuple[str, ...], tags: tuple[str, ...]) -> list[Fault]:
    try:
        chosen = matching(patterns, tags)
    except UnknownFaultError as error:
        stop(str(error), ExitCode.USAGE)
    faults = [fault for fault in chosen if is_seen_by_a_login(fault)]
    if not faults and chosen:
        names = ", ".join(fault.id for fault in chosen[:5])
        reason = "no login at Sentry can notice this; it strikes resource servers or other grants."
        stop(f"{names}: {reason}", ExitCode.USAGE)
    if not faults:
        stop(f"No fault that matches {' '.join(patterns)} has the tags {', '.join(tags)}.", ExitCode.USAGE)
    return faults


def _watched(results: Iterator[Result], total: int) -> Iterator[Result]:
    """The results, with a progress bar on stderr where a person looks."""
    if not sys.stderr.isatty():
        yield from results
        return
    with click.progressbar(results, length=total, label="Simulating", file=sys.stderr) as bar:
        yield from bar


def _result(simulated: Simulated) -> Result:
    fault = named(simulated.fault)
    return Result(
        name=fault.id,
        kind="fault",
        tags=list(fault.tags),
        reject=fault.reject,
        expected=simulated.expected,
        actual=simulated.actual,
        found=list(simulated.found),
        verdict=simulated.verdict,
        elapsed_ms=round(sum(step.elapsed or 0.0 for step in simulated.trace.steps) * 1000, 2),
        about=fault.doc.partition("\n")[0],
        spec=fault.spec,
    )


def _document(output_format: str, results: Sequence[Result], code: ExitCode) -> str:
    """The results in a format that is written at the end; "" for those that are written meanwhile."""
    if output_format == "json":
        return render_json(results, code)
    if output_format == "junit":
        return junit.render("ssocli simulate", [_case(result) for result in results])
    if output_format == "markdown":
        from ssocli.report import markdown

        return markdown.render_results(results)
    if output_format == "html":
        from ssocli.report import html

        return html.render_results(results)
    if output_format == "sarif":
        from ssocli.report import sarif

        return sarif.render_results(results, _EMBEDDED)
    return ""


def _case(result: Result) -> junit.Case:
    problem = "" if result.verdict == "as_expected" else sentence(result)
    return junit.Case(result.name, "ssocli.simulate", result.elapsed_ms / 1000, problem)


def _print(results: Sequence[Result], *, verbose: bool) -> None:
    """The table of what a person has to look at, and the sum."""
    rows = [
        {
            result.kind: result.name,
            "verdict": WORDS[result.verdict],
            "expected": result.expected,
            "seen": result.actual,
        }
        for result in results
        if verbose or result.verdict != "as_expected"
    ]
    if rows:
        show(rows, "table", "")
        click.echo()
    click.echo(summary(results))
