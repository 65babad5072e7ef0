"""How a command ends early: with one sentence and an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from ssocli.exit_code import ExitCode


class Stop(click.ClickException):
    """End the command with one sentence on stderr and an exit code."""

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.code = code

    def show(self, file: Any = None) -> None:
        """Print the sentence."""
        click.echo(self.format_message(), file=file, err=file is None)


def stop(message: str, code: ExitCode) -> NoReturn:
    """End the command with one sentence and an exit code."""
    raise Stop(message, code)
