"""What `ssocli simulate` does; apart from its options because its imports are heavy."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import click

from fake_idp.faults import UnknownFaultError
from fake_idp.faults.fault import Fault, named
from ssocli.checks.check import Status
from ssocli.cli.logs import log_to_stderr
from ssocli.cli.output import open_output
from ssocli.cli.stop import stop
from ssocli.cli.tables import show
from ssocli.config.problem import ConfigError
from ssocli.exit_code import ExitCode
from ssocli.flow.expectation import TOOL_ERROR
from ssocli.flow.faults import matching
from ssocli.flow.scenario import Loaded, found_in, load
from ssocli.flow.scenario_run import play
from ssocli.flow.simulation import Simulated, is_seen_by_a_login, simulate
from ssocli.report import junit
from ssocli.report.results import WORDS, Result, render_json, render_line, sentence, summary
from ssocli.sentry.store import StoreError
from ssocli.trace import Trace

# What the faults are tied to where a format wants a file: `ssocli config example` prints it.
_EMBEDDED = "default.toml"


def run(
    patterns: tuple[str, ...],
    tags: tuple[str, ...],
    scenarios: tuple[str, ...],
    output_format: str,
    output: str | None,
    *,
    verbose: bool,
) -> ExitCode:
    """Simulate, report, and say whether all went as expected."""
    log_to_stderr(logging.CRITICAL)  # refusals are what is wanted here
    loaded = _loaded(scenarios)
    faults = _chosen(patterns, tags) if patterns else []
    results: list[Result] = []
    with open_output(Path(output) if output else None) as write:
        tried = chain(map(_of_fault, simulate(faults)), chain.from_iterable(map(_of_scenario, loaded)))
        for result in _watched(tried, len(faults) + sum(len(one.scenario.logins()) for one in loaded)):
            results.append(result)
            if output_format == "ndjson":
                write(render_line(result))
        results.sort(key=lambda result: (result.kind, result.name))
        good = all(result.verdict == "as_expected" for result in results)
        code = ExitCode.OK if good else ExitCode.FINDINGS
        write(_document(output_format, results, code))
    if output_format == "console" or output is not None:
        _print(results, verbose=verbose)
    return code


def _loaded(scenarios: tuple[str, ...]) -> list[Loaded]:
    """The scenarios, all of them judged before the first one runs."""
    loaded, problems = [], []
    for path in map(Path, scenarios):
        files = found_in(path)
        if not files:
            problems.append(f"{path}: expected scenario files (*.toml), found none in this directory")
        for file in files:
            try:
                loaded.append(load(file))
            except ConfigError as error:
                problems.append(str(error))
    if problems:
        stop("\n".join(problems), ExitCode.USAGE)
    return loaded


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


def _of_fault(simulated: Simulated) -> Result:
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
        elapsed_ms=_elapsed_ms(simulated.trace),
        about=fault.doc.partition("\n")[0],
        spec=fault.spec,
    )


def _of_scenario(loaded: Loaded) -> Iterator[Result]:
    """One result per login; with several, their numbers are in the names."""
    several = len(loaded.scenario.logins()) > 1
    try:
        for number, played in enumerate(play(loaded), start=1):
            yield Result(
                name=f"{loaded.name} {number}" if several else loaded.name,
                kind="scenario",
                tags=["scenario"],
                reject="",
                expected=played.expected,
                actual=played.actual,
                found=[
                    check.name for step in played.trace.steps for check in step.checks if check.status is Status.FAILED
                ],
                verdict=played.verdict,
                elapsed_ms=_elapsed_ms(played.trace),
                about=loaded.scenario.about,
                spec="",
            )
    except StoreError as error:
        stop(f"{loaded.file}: {error}", ExitCode.USAGE)
    except KeyError as error:
        missing = f"the environment variable {error.args[0]}, which its configuration names, is not set"
        stop(f"{loaded.file}: {missing}", ExitCode.USAGE)


def _elapsed_ms(trace: Trace) -> float:
    return round(sum(step.elapsed or 0.0 for step in trace.steps) * 1000, 2)


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
    proves_nothing = result.verdict == "not_reached" or result.actual == TOOL_ERROR
    return junit.Case(result.name, "ssocli.simulate", result.elapsed_ms / 1000, problem, is_error=proves_nothing)


def _print(results: Sequence[Result], *, verbose: bool) -> None:
    """The table of what a person has to look at, and the sum."""
    rows = [
        {
            "name": result.name,
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
