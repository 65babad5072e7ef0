"""What a person named on the command line, read: a file, a URL, a pasted text, or standard input."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from ssocli.cli.stop import stop
from ssocli.diagnose.recognise import recognise
from ssocli.diagnose.thing import Given
from ssocli.diagnosis import Kind
from ssocli.exit_code import ExitCode

# A capture of a long session has tens of megabytes.
_LIMIT = 1024 * 1024 * 1024
_PATH = re.compile(r"[^\s<>{}=?&]*(?:/|\\|\.[A-Za-z0-9]{1,8}$)[^\s<>{}=?&]*")


def read_given(things: tuple[str, ...]) -> list[Given]:
    """The things in their order; what cannot be read ends the command."""
    if things.count("-") > 1:
        stop("- stands for standard input and can be given once.", ExitCode.USAGE)
    return [_read(thing, number) for number, thing in enumerate(things, start=1)]


def _read(thing: str, number: int) -> Given:
    if thing == "-":
        return Given("standard input", sys.stdin.buffer.read(_LIMIT), Path())
    literal = Given(f"argument {number}", thing.encode("utf-8", "surrogateescape"), Path())
    if thing.startswith(("http://", "https://")):
        return literal
    file = Path(thing)
    try:
        if file.is_file():
            return _file(file)
        if file.is_dir():
            stop(f"{thing}: expected a file, a URL or a pasted text, but it is a directory.", ExitCode.USAGE)
        is_other = file.exists()
    except (OSError, ValueError):
        return literal  # too long for a name, or no name at all: it was pasted
    if is_other:
        stop(f"{thing}: expected a regular file.", ExitCode.USAGE)
    if _PATH.fullmatch(thing) and recognise(literal).kind is Kind.UNKNOWN:
        stop(f"{thing}: there is no such file, and it is no text that this tool recognises.", ExitCode.USAGE)
    return literal


def _file(file: Path) -> Given:
    try:
        size = file.stat().st_size
        if size > _LIMIT:
            stop(f"{file}: expected at most {_LIMIT:,} bytes, found {size:,}.", ExitCode.USAGE)
        return Given(str(file), file.read_bytes(), file.parent)
    except OSError as error:
        stop(f"{file}: expected a readable file, but: {(error.strerror or str(error)).lower()}.", ExitCode.USAGE)
