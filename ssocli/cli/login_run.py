"""What `ssocli login` does once its options are read; apart from them because its imports are heavy."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from ssocli import wire
from ssocli.cli.login_request import login_request
from ssocli.cli.logs import log_to_stderr
from ssocli.cli.options import load_config, state_path, trusted
from ssocli.cli.output import open_output
from ssocli.cli.stop import stop
from ssocli.config.model import Config, Saml2Provider
from ssocli.config.placeholder import PLACEHOLDER
from ssocli.exit_code import ExitCode
from ssocli.flow.verdict import exit_code
from ssocli.report.redact import Redactor
from ssocli.trace import Listener, Trace, TraceBuilder

if TYPE_CHECKING:
    from fake_idp.faults.armed import Armed
    from ssocli.flow.expectation import Expectation
    from ssocli.flow.login import LoginRequest
    from ssocli.flow.stage import Stage
    from ssocli.report.console import ConsoleReport
    from ssocli.report.ndjson import NdjsonReport

_TIMEOUT = 30
_TIMEOUT_BY_HAND = 300


def run(options: dict[str, Any]) -> ExitCode:
    """Log in once, report, and say how it went."""
    # A person at a terminal reads the report, which says the same and more.
    log_to_stderr(logging.CRITICAL if sys.stderr.isatty() else logging.ERROR)
    expected = _expectation(options["expect"])
    config, source = load_config(options["config_file"])
    request, config = login_request(config, options)
    redactor = Redactor(options["show_secrets"])
    with open_output(options["output"] and Path(options["output"])) as write:
        machine = _machine_report(options["output_format"], write, redactor)
        human = _human_report(options, redactor)
        listeners: list[Listener] = [report for report in (machine, human) if report is not None]
        trace, unfired = _drive(config, source.parent, request, TraceBuilder(listeners), options)
        code = _verdict(trace, expected, strict=options["strict_faults"] and bool(unfired))
        if human is not None:
            human.finish(trace, code)
        if machine is not None:
            machine.finish(trace, code)
        else:
            write(_document(options["output_format"], trace, code, redactor, options["config_file"] or source.name))
    for armed in unfired:
        click.echo(f"--fault {armed.fault.id} was armed and never fired: this login does not get there.", err=True)
    if expected is not None:
        from ssocli.flow.expectation import outcome_of

        word = "As expected" if expected.is_met_by(trace) else f"Expected {expected}, saw"
        click.echo(f"{word}: {outcome_of(trace)}", err=True)
    return code


def driven(arguments: Sequence[str]) -> Trace:
    """One login as `ssocli login` does it with these arguments, without a report."""
    from ssocli.cli.login import login

    options = login.make_context("login", list(arguments)).params
    config, source = load_config(options["config_file"])
    request, config = login_request(config, options)
    return _drive(config, source.parent, request, TraceBuilder(()), options)[0]


def _expectation(text: str | None) -> Expectation | None:
    if text is None:
        return None
    from ssocli.flow.expectation import parse

    try:
        return parse(text)
    except ValueError as error:
        stop(f"--expect: {error}", ExitCode.USAGE)


def _verdict(trace: Trace, expected: Expectation | None, *, strict: bool) -> ExitCode:
    """The exit code: of the login itself, or whether it went as expected; a fault that never fired proves nothing."""
    code = exit_code(trace)
    if code is ExitCode.INTERNAL_ERROR:
        return code
    if expected is not None:
        code = ExitCode.OK if expected.is_met_by(trace) else ExitCode.FINDINGS
    return ExitCode.FINDINGS if strict else code


def _document(output_format: str, trace: Trace, code: ExitCode, redactor: Redactor, config_file: str) -> str:
    """The login in a format that is written at the end; "" for those that are written meanwhile."""
    if output_format == "json":
        from ssocli.report import json

        return json.render_trace(trace, code, redactor)
    if output_format == "markdown":
        from ssocli.report import markdown

        return markdown.render_trace(trace, redactor)
    if output_format == "html":
        from ssocli.report import html

        return html.render_trace(trace, redactor)
    if output_format == "sarif":
        from ssocli.report import sarif

        return sarif.render_trace(trace, redactor, config_file)
    return ""


def _drive(
    config: Config, config_dir: Path, request: LoginRequest, builder: TraceBuilder, options: dict[str, Any]
) -> tuple[Trace, list[Armed]]:
    """The trace, and what was armed and never fired."""
    from fake_idp.server import CannotListenError
    from ssocli.flow.browser import Browser
    from ssocli.flow.encryption import ENCRYPTION, let_encrypt, with_encryption
    from ssocli.flow.login import log_in, log_in_with_password
    from ssocli.flow.own_browser import log_in_by_hand
    from ssocli.flow.stage import Ports, stage
    from ssocli.sentry.journal import SingleJournal
    from ssocli.sentry.store import StoreError

    tls = trusted(options["ca_file"])
    timeout = options["timeout"] or (_TIMEOUT_BY_HAND if options["browser"] else _TIMEOUT)
    send = partial(wire.send, tls=tls, timeout=float(config.sentry.http_timeout_seconds))
    is_saml = isinstance(config.providers.get(request.provider), Saml2Provider)
    encrypts = is_saml and any(fault.startswith(f"{ENCRYPTION}.") for fault in options["faults"])
    if encrypts:
        config = with_encryption(config, request.provider)
    try:
        with (
            wire.Connections() as connections,
            stage(
                config,
                state=state_path(options["state"]),
                journal=SingleJournal(builder),
                send=partial(send, connections=connections),
                config_dir=config_dir,
                ports=Ports(sentry=options["port"]),
                tls_host=_tls_host(options["faults"]),
            ) as running,
        ):
            armed = _arm(running, options["faults"])
            if encrypts and running.idp is not None:
                let_encrypt(running.idp, running.namespace)
            if options["browser"]:
                log_in_by_hand(
                    running.url,
                    builder,
                    organization=request.organization,
                    next_url=request.next_url,
                    timeout=timeout,
                    say=partial(click.echo, err=True),
                    open_it=not options["no_open"],
                )
            else:
                # While the browser waits, Sentry may have to wait for several answers of the provider itself.
                longest = float(timeout + 5 * config.sentry.http_timeout_seconds)
                trust = running.trust or tls
                patient = partial(send, connections=connections, timeout=longest, deadline=longest, tls=trust)
                browser = Browser(builder.add_exchange, send=patient)
                drive = log_in if options["method"] == "sso" else log_in_with_password
                drive(running.url, _started(request, running), builder, browser)
            return builder.finish(), [fault for fault in armed if not fault.fired]
    except CannotListenError as error:
        stop(str(error.strerror), ExitCode.CANNOT_LISTEN)
    except StoreError as error:
        stop(str(error), ExitCode.USAGE)


def _started(request: LoginRequest, running: Stage) -> LoginRequest:
    """The request with the addresses in `start_url`, which are known only now."""
    from ssocli.sentry.auth.saml2.service_provider import addresses

    entity_id = quote(addresses(running.url, request.organization).entity_id, safe="")
    idp = running.idp.url if running.idp else PLACEHOLDER
    return replace(request, start_url=request.start_url.replace("{sp}", entity_id).replace(PLACEHOLDER, idp))


def _tls_host(faults: tuple[str, ...]) -> str | None:
    if not faults:
        return None
    from ssocli.flow.faults import tls_host

    return tls_host(faults)


def _arm(running: Stage, faults: tuple[str, ...]) -> list[Armed]:
    """Order the failures that the command line names from the bundled provider."""
    if not faults:
        return []
    if running.idp is None:
        stop(
            "--fault: only the bundled identity provider fails on purpose, and the configuration does not use it.",
            ExitCode.USAGE,
        )
    from fake_idp.faults import UnknownFaultError

    try:
        return [running.idp.arm(fault) for fault in faults]
    except UnknownFaultError as error:
        stop(f"--fault: {error}", ExitCode.USAGE)


def _machine_report(output_format: str, write: Callable[[str], None], redactor: Redactor) -> NdjsonReport | None:
    if output_format != "ndjson":
        return None
    from ssocli.report.ndjson import NdjsonReport

    return NdjsonReport(write, redactor)


def _human_report(options: dict[str, Any], redactor: Redactor) -> ConsoleReport | None:
    if options["output_format"] != "console" and options["output"] is None:
        return None
    from ssocli.report.console import ConsoleReport, console_for

    return ConsoleReport(console_for(), redactor, options["verbose"])
