"""`ssocli inspect`: one message decoded, with every check that can be made on it."""

from __future__ import annotations

from typing import Any

import click

from ssocli.cli.options import format_option
from ssocli.cli.pasting import PastingCommand


@click.command(
    cls=PastingCommand,
    epilog="Examples: ssocli inspect id_token.txt    ssocli inspect response.txt customer.toml    "
    "ssocli inspect - < url",
)
@click.argument("things", nargs=-1, required=True, metavar="THING...")
@click.option("--provider", "-p", envvar="SSOCLI_PROVIDER", help="Which provider of the configuration is meant.")
@click.option(
    "--at",
    "moment",
    envvar="SSOCLI_AT",
    metavar="TIME",
    help="The moment at which it is judged (2026-11-25T08:00:00Z); without it its own.",
)
@format_option("console", "json", "markdown", "html")
@click.option(
    "--output", "-o", type=click.Path(), envvar="SSOCLI_OUTPUT", metavar="FILE", help="Write the report there."
)
@click.option("--verbose", "-v", is_flag=True, envvar="SSOCLI_VERBOSE", help="Also list the rules that do not apply.")
@click.option("--show-secrets", is_flag=True, envvar="SSOCLI_SHOW_SECRETS", help="Do not redact secrets.")
def inspect(things: tuple[str, ...], **options: Any) -> int:
    """Decode a message and lay it out, with every check that can be made on it.

    THING is a token, a SAML message, metadata, a certificate, a URL or a capture: a file, - for standard input, or the
    text itself. Further THINGs (a configuration, metadata, keys) are what it is judged against.

    Exit code 0 whatever is found; 10 if nothing is recognised.
    """
    from ssocli.cli.diagnose_run import run

    fixed = {"offline": True, "fail_on": "never", "inspects": True}
    return int(run(things, {**fixed, **options}))
