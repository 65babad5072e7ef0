"""What `ssocli diagnose` and `ssocli inspect` do: read, diagnose, report, and say how it went."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ssocli.checks.check import Severity
from ssocli.cli import baseline
from ssocli.cli.given import read_given
from ssocli.cli.output import open_output
from ssocli.cli.stop import stop
from ssocli.diagnose.diagnose import Options, diagnose
from ssocli.diagnose.recognise import recognise
from ssocli.diagnose.thing import Given
from ssocli.diagnosis import Diagnosis, Finding, Kind, Verdict
from ssocli.exit_code import ExitCode
from ssocli.report.redact import Redactor

if TYPE_CHECKING:
    from rich.console import Console

    from ssocli.config.model import Config
    from ssocli.trace import Trace

# Seconds to wait for an answer, and for a person at the identity provider's page.
_WAIT = 60.0
_WAIT_FOR_PERSON = 300
_SEVERITIES = {"error": (Severity.ERROR,), "warning": (Severity.ERROR, Severity.WARNING), "info": tuple(Severity)}


def run(options: dict[str, Any]) -> ExitCode:
    """Diagnose the things together."""
    if options["write_baseline"] and not options["baseline"]:
        stop("--write-baseline: expected --baseline FILE to say where.", ExitCode.USAGE)
    given = read_given(options["things"])
    trace = _log_in(given, options) if options["login"] else None
    diagnosis = diagnose(
        given,
        Options(
            offline=options["offline"],
            now=_moment(options["moment"]),
            provider=options["provider"],
            only=options["only"],
            skip=options["skip"],
        ),
        trace,
    )
    counted = [each for each in diagnosis.findings if each.check.severity in _SEVERITIES[options["fail_on"]]]
    change = _against_baseline(diagnosis, options, counted)
    code = exit_code(diagnosis, counted if change is None else (*change.new, *change.gone))
    _report(diagnosis, code, options, options["verbose"])
    if change is not None:
        for finding in change.new:
            click.echo(f"New since the baseline: {finding.check.code} {finding.check.name} ({finding.place})", err=True)
        for gone in change.gone:
            click.echo(f"In the baseline, and not found any more: {gone}", err=True)
    return code


def run_inspect(options: dict[str, Any]) -> ExitCode:
    """Lay one thing open, with every check on it."""
    given = read_given((options["thing"],))
    diagnosis = diagnose(given, Options(offline=False, now=_moment(options["moment"])))
    counted = [each for each in diagnosis.findings if each.check.severity is not Severity.INFO]
    code = exit_code(diagnosis, counted)
    if options["output_format"] == "console":
        with _console(options["output"]) as console:
            from ssocli.report.findings import redacted
            from ssocli.report.lines import Lines

            lines = Lines(console)
            for message in redacted(diagnosis, Redactor(options["show_secrets"])).messages:
                lines.title(f"{message.title} ({message.place})")
                lines.block("", message.text, width=0)
                console.print()
    _report(diagnosis, code, options, verbosity=1)
    return code


def exit_code(diagnosis: Diagnosis, counted: tuple[Any, ...] | list[Finding]) -> ExitCode:
    """What the diagnosis comes to; `counted` are the findings that matter."""
    from ssocli.diagnose.live import is_unreachable

    if diagnosis.root is not None and counted and is_unreachable(diagnosis.root.check.code):
        return ExitCode.UNREACHABLE
    if counted:
        return ExitCode.FINDINGS
    if diagnosis.trouble:
        return ExitCode.INTERNAL_ERROR
    return ExitCode.INCONCLUSIVE if diagnosis.verdict is Verdict.UNCLEAR else ExitCode.OK


def _against_baseline(diagnosis: Diagnosis, options: dict[str, Any], counted: list[Finding]) -> baseline.Change | None:
    if not options["baseline"]:
        return None
    file = Path(options["baseline"])
    if options["write_baseline"]:
        baseline.write(file, diagnosis.findings)
        return baseline.Change((), ())
    change = baseline.compare(file, diagnosis.findings)
    return baseline.Change(tuple(each for each in change.new if any(each is one for one in counted)), change.gone)


def _report(diagnosis: Diagnosis, code: ExitCode, options: dict[str, Any], verbosity: int) -> None:
    redactor = Redactor(options["show_secrets"])
    if options["output_format"] == "console":
        from ssocli.report.diagnosis_console import print_diagnosis

        with _console(options["output"]) as console:
            print_diagnosis(diagnosis, console, redactor, verbosity)
        return
    with open_output(options["output"] and Path(options["output"])) as write:
        write(_renderer(options["output_format"], code)(diagnosis, redactor))


def _renderer(output_format: str, code: ExitCode) -> Callable[[Diagnosis, Redactor], str]:
    match output_format:
        case "markdown":
            from ssocli.report.markdown import render_diagnosis

            return render_diagnosis
        case "sarif":
            from ssocli.report.sarif import render_diagnosis as render_sarif

            return render_sarif
        case "html":
            from ssocli.report.html import render_diagnosis as render_html

            return render_html
        case _:
            from ssocli.report.json import render_diagnosis as render_json

            return lambda diagnosis, redactor: render_json(diagnosis, code, redactor)


@contextmanager
def _console(output: str | None) -> Iterator[Console]:
    """The terminal, or a file that gets the same as plain text."""
    from ssocli.report.console import console_for

    if output is None:
        yield console_for()
        return
    text = io.StringIO()
    yield console_for(text)
    with open_output(Path(output)) as write:
        write(text.getvalue())


def _moment(text: str | None) -> float | None:
    """A moment as a person writes it, in seconds since the epoch; without a zone it is UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        stop(f"--at {text}: expected a moment like 2026-11-20T12:00:00Z.", ExitCode.USAGE)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _log_in(given: list[Given], options: dict[str, Any]) -> Trace:
    """Log in with the one configuration that was given, headless as --user or in the person's own browser."""
    from fake_idp.server import CannotListenError
    from ssocli import wire
    from ssocli.flow.browser import Browser
    from ssocli.flow.login import LoginRequest, log_in
    from ssocli.flow.own_browser import log_in_by_hand
    from ssocli.flow.person import Person
    from ssocli.flow.stage import stage
    from ssocli.sentry.journal import SingleJournal
    from ssocli.trace import TraceBuilder

    config, folder, key = _configuration(given, options["provider"])
    organization = config.organization_of(key)
    builder = TraceBuilder()
    timeout = float(config.sentry.http_timeout_seconds)
    try:
        with (
            wire.Connections() as connections,
            stage(
                config,
                state=":memory:",
                journal=SingleJournal(builder),
                send=partial(wire.send, timeout=timeout, connections=connections),
                config_dir=folder,
            ) as running,
        ):
            if options["user"]:
                person = Person(options["user"], options["password"])
                browser = Browser(builder.add_exchange, send=partial(wire.send, connections=connections, timeout=_WAIT))
                log_in(running.url, LoginRequest(organization, key, person), builder, browser)
            else:
                log_in_by_hand(
                    running.url,
                    builder,
                    organization=organization,
                    next_url="",
                    timeout=_WAIT_FOR_PERSON,
                    say=partial(click.echo, err=True),
                    open_it=True,
                )
            return builder.finish()
    except CannotListenError as error:
        stop(str(error.strerror), ExitCode.CANNOT_LISTEN)


def _configuration(given: list[Given], provider: str | None) -> tuple[Config, Path, str]:
    """The configuration to log in with, its directory and the provider."""
    from ssocli.config.load import parse
    from ssocli.config.problem import ConfigError

    things = [thing for each in given if (thing := recognise(each)).kind is Kind.CONFIG]
    if len(things) != 1:
        stop(f"--login: expected one configuration among the things, found {len(things)}.", ExitCode.USAGE)
    try:
        config = parse(things[0].text, things[0].place)
    except ConfigError as error:
        stop(f"--login: the configuration cannot be used.\n{error}", ExitCode.USAGE)
    key = provider or next(iter(config.providers), None)
    if key not in config.providers:
        stop(f"--provider: expected one of {', '.join(config.providers) or '(none)'}, found {key}.", ExitCode.USAGE)
    return config, things[0].folder or Path(), key
