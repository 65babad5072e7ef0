"""What `ssocli serve` does; apart from its options because its imports are heavy."""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from fake_idp.server import CannotListenError
from ssocli import wire
from ssocli.cli.logs import log_to_stderr
from ssocli.cli.options import state_path
from ssocli.cli.stop import stop
from ssocli.config.model import Config, Saml2Provider
from ssocli.exit_code import ExitCode
from ssocli.flow.stage import Ports, Stage, stage
from ssocli.flow.verdict import exit_code
from ssocli.report.console import ConsoleReport, console_for
from ssocli.report.redact import Redactor
from ssocli.sentry.auth.saml2.service_provider import addresses
from ssocli.sentry.journal import BrowserJournal
from ssocli.sentry.store import StoreError
from ssocli.trace import Event, TraceFinished


class _Printer:
    """Prints one browser's login: the steps as they happen, the result at the end."""

    def __init__(self, verbosity: int) -> None:
        self.report = ConsoleReport(console_for(), Redactor(), verbosity)

    def __call__(self, event: Event) -> None:
        """Pass the event on; a finished trace gets its closing words."""
        self.report(event)
        if isinstance(event, TraceFinished):
            self.report.finish(event.trace, exit_code(event.trace))


def run(
    config: Config,
    config_dir: Path,
    *,
    state: str | None,
    ports: tuple[int, int],
    ready_file: Path | None,
    verbosity: int,
) -> int:
    """Serve until SIGINT (exit code 130) or SIGTERM (0)."""
    log_to_stderr(logging.INFO)
    with _until_stopped() as (stopped, code):
        try:
            with (
                wire.Connections() as connections,
                stage(
                    config,
                    state=state_path(state),
                    journal=BrowserJournal(lambda: [_Printer(verbosity)]),
                    send=partial(wire.send, connections=connections, timeout=float(config.sentry.http_timeout_seconds)),
                    config_dir=config_dir,
                    ports=Ports(*ports),
                ) as running,
            ):
                _announce(running, ready_file)
                stopped.wait()
        except CannotListenError as error:
            stop(str(error.strerror), ExitCode.CANNOT_LISTEN)
        except StoreError as error:
            stop(str(error), ExitCode.USAGE)
    return code[0]


def _announce(running: Stage, ready_file: Path | None) -> None:
    ready = {"sentry": running.url, "idp": running.idp.url if running.idp else None, "pid": os.getpid()}
    if ready_file is not None:
        try:
            # Renamed into place, so that nobody reads half of it.
            partial_file = ready_file.with_name(f"{ready_file.name}.{os.getpid()}")
            partial_file.write_text(json.dumps(ready) + "\n", encoding="utf-8")
            partial_file.replace(ready_file)
        except OSError as error:
            reason = (error.strerror or "").lower()
            stop(f"--ready-file {ready_file}: expected a file that can be written, but: {reason}", ExitCode.USAGE)
    click.echo(f"Emulated Sentry      {running.url}/auth/login/", err=True)
    if running.idp is not None:
        click.echo(f"Identity provider    {running.idp.issuer()} (alice, bob, ...; password: password)", err=True)
    for slug, providers in ((slug, running.config.providers_of(slug)) for slug in running.config.organizations):
        if any(isinstance(provider, Saml2Provider) for provider in providers.values()):
            click.echo(f"SAML metadata        {addresses(running.url, slug).entity_id}", err=True)
    click.echo("Ctrl-C stops both. Logins appear here as they happen.", err=True)
    click.echo(json.dumps(ready))


@contextmanager
def _until_stopped() -> Iterator[tuple[threading.Event, list[int]]]:
    """An event that SIGINT and SIGTERM set, and the exit code that goes with the signal."""
    stopped, code = threading.Event(), [int(ExitCode.OK)]

    def on_signal(number: int, _frame: object) -> None:
        code[0] = int(ExitCode.INTERRUPTED) if number == signal.SIGINT else int(ExitCode.OK)
        stopped.set()

    previous = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped, code
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
