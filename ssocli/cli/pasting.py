"""Commands whose arguments may be pasted texts: PEM begins with dashes, and is no option."""

from __future__ import annotations

import click

_PEM = "-----"


class PastingCommand(click.Command):
    """A command that takes what begins like PEM as an argument.

    As an option it would be unknown, and the error message would repeat it: it may be a private key.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put pasted texts where no options are looked for."""
        end = args.index("--") if "--" in args else len(args)
        pasted = [arg for arg in args[:end] if arg.startswith(_PEM)]
        if pasted:
            args = [*(arg for arg in args[:end] if not arg.startswith(_PEM)), "--", *pasted, *args[end + 1 :]]
        return super().parse_args(ctx, args)
