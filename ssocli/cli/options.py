"""Options and helpers that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ssocli.cli.stop import stop

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from ssocli.config.model import Config
    from ssocli.sentry.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])


def config_option(command: Command) -> Command:
    """`--config`."""
    return click.option(
        "--config",
        "config_file",
        type=click.Path(),
        envvar="SSOCLI_CONFIG",
        show_envvar=True,
        metavar="FILE",
        help="TOML configuration; without it, the embedded one with the bundled identity provider.",
    )(command)


def state_option(command: Command) -> Command:
    """`--state`."""
    return click.option(
        "--state",
        envvar="SSOCLI_STATE",
        show_envvar=True,
        metavar="FILE|:memory:",
        help="Where users and sessions are kept; by default a file in your state directory.",
    )(command)


def format_option(*formats: str) -> Callable[[Command], Command]:
    """`--format`, with the first format as the default."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(formats),
        default=formats[0],
        envvar="SSOCLI_FORMAT",
        show_default=True,
        help="How the result is written.",
    )


def tag_option(command: Command) -> Command:
    """`--tag`."""
    return click.option(
        "--tag",
        "tags",
        multiple=True,
        envvar="SSOCLI_TAG",
        metavar="TAG",
        help="Only faults with this tag, with all of them if repeated: a point, a family, a protocol (oidc, oauth, "
        "saml, tls), what a correct client does (must_reject, ...), waits.",
    )(command)


def output_option(what: str) -> Callable[[Command], Command]:
    """`--output`; `what` names the formats that go there."""
    return click.option(
        "--output",
        "-o",
        type=click.Path(),
        envvar="SSOCLI_OUTPUT",
        metavar="FILE",
        help=f"Write {what} there; the console report is still shown.",
    )


def load_config(file: str | None) -> tuple[Config, Path]:
    """The configuration and the file it came from; whatever is wrong with it ends the command."""
    from pathlib import Path

    from ssocli.config import load
    from ssocli.config.problem import ConfigError
    from ssocli.exit_code import ExitCode

    source = Path(file) if file else load.default_file()
    try:
        return load.load(source), source
    except ConfigError as error:
        stop(str(error), ExitCode.USAGE)


def trusted(ca_file: str | None) -> ssl.SSLContext | None:
    """What trusts the authorities of `--ca-file`; None without it. A file that is of no use ends the command."""
    if ca_file is None:
        return None
    import ssl

    from ssocli.exit_code import ExitCode

    try:
        context = ssl.create_default_context()
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror if isinstance(error, FileNotFoundError) else "it is no PEM file of certificates"
        stop(f"--ca-file {ca_file}: expected a PEM file with CA certificates, but: {reason}", ExitCode.USAGE)
    return context


def state_path(state: str | None) -> str:
    """The store's file; without `--state`, `ssocli/sentry.sqlite3` in the user's state directory, made if need be."""
    if state:
        return state
    import os
    from pathlib import Path

    from ssocli.exit_code import ExitCode

    base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "ssocli"
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "").lower()
        stop(f"{base}: expected a directory for the state, but: {reason}; choose a file with --state", ExitCode.USAGE)
    return str(base / "sentry.sqlite3")


@contextmanager
def open_store(state: str | None) -> Iterator[Store]:
    """The store, for commands that only read it; a store that cannot be used ends the command."""
    from ssocli.exit_code import ExitCode
    from ssocli.sentry.store import Store, StoreError

    try:
        with Store.open(state_path(state)) as store:
            yield store
    except StoreError as error:
        stop(str(error), ExitCode.USAGE)
