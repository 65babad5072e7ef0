"""The top-level command. Each command is imported only when it is run or its help is wanted."""

from __future__ import annotations

import importlib

import click

from ssocli import __version__

_COMMANDS = (
    "login",
    "simulate",
    "diagnose",
    "inspect",
    "explain",
    "serve",
    "idp",
    "faults",
    "providers",
    "users",
    "sessions",
    "config",
)


class LazyGroup(click.Group):
    """A group whose commands live in `ssocli.cli.<name>`, as the function `<name>`."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The commands in the order in which a new user needs them."""
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; None if there is none of that name."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"ssocli.cli.{cmd_name}"), cmd_name)
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                parameter.show_envvar = True
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the names of commands that are not imported among the suggestions."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as unknown:
            raise click.exceptions.NoSuchCommand(args[0], possibilities=_COMMANDS, ctx=unknown.ctx) from None


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: ssocli login    Then: ssocli login --user bob --provider github -v",
)
@click.version_option(__version__, prog_name="ssocli", message="%(prog)s %(version)s")
def ssocli() -> None:
    """See a whole single sign-on login, step by step, with the reason when it fails."""
