"""Where machine formats go: stdout, or a file that only its owner can read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ssocli.cli.stop import stop
from ssocli.exit_code import ExitCode


@contextmanager
def open_output(file: Path | None) -> Iterator[Callable[[str], None]]:
    """Something to write text with; what cannot be written ends the command."""
    if file is None:
        yield _to_stdout
        return
    try:
        file.touch(mode=0o600)
        stream = file.open("w", encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "").lower()
        stop(f"--output {file}: expected a file that can be written, but: {reason}", ExitCode.USAGE)
    with stream:

        def write(text: str) -> None:
            stream.write(text)
            stream.flush()

        yield write


def _to_stdout(text: str) -> None:
    click.echo(text, nl=False)
