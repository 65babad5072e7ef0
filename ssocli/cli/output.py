"""Where machine formats go: stdout, or a file that only its owner can read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from ssocli.cli.stop import stop
from ssocli.exit_code import ExitCode


@contextmanager
def open_output(file: Path | None) -> Iterator[Callable[[str], None]]:
    """Something to write text with; what cannot be written ends the command.

    A file takes the place of the old one at the end of the block: whatever ends it early leaves the old one alone.
    """
    if file is None:
        yield _to_stdout
        return
    # A pipe or a device (/dev/stdout) cannot be replaced, and holds nothing that could be lost.
    in_place = file.is_relative_to("/dev") or (file.exists() and not file.is_file())
    target = file if in_place else file.resolve()  # what a link leads to is replaced, not the link
    try:
        stream, written = (target.open("w", encoding="utf-8"), target) if in_place else _beside(target)
    except OSError as error:
        reason = (error.strerror or "").lower()
        stop(f"--output {file}: expected a file that can be written, but: {reason}", ExitCode.USAGE)
    try:
        with stream:

            def write(text: str) -> None:
                stream.write(text)
                stream.flush()

            yield write
        if not in_place:
            written.replace(target)
    except BaseException:
        if not in_place:
            written.unlink(missing_ok=True)
        raise


def _beside(target: Path) -> tuple[TextIO, Path]:
    """A new file in the same directory, for its owner only unless the old one was for others as well."""
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "permission denied")
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    if target.exists():
        os.fchmod(descriptor, target.stat().st_mode & 0o777)
    return os.fdopen(descriptor, "w", encoding="utf-8"), Path(name)


def _to_stdout(text: str) -> None:
    click.echo(text, nl=False)
