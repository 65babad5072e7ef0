"""`ssocli inspect`: one message decoded and laid out, with every check that can be made on it."""

from __future__ import annotations

from typing import Any

import click

from ssocli.cli.options import format_option


@click.command(
    epilog="Examples: ssocli inspect id_token.txt    ssocli inspect https://login.example/.well-known/openid-configuration"
    "    pbpaste | ssocli inspect -"
)
@click.argument("thing")
@click.option(
    "--at", "moment", envvar="SSOCLI_AT", metavar="TIME", help="Judge at this moment instead of the time of issue."
)
@format_option("console", "json")
@click.option("--output", "-o", type=click.Path(), envvar="SSOCLI_OUTPUT", metavar="FILE", help="Write it there.")
@click.option(
    "--show-secrets", is_flag=True, envvar="SSOCLI_SHOW_SECRETS", help="Do not redact codes, tokens and passwords."
)
def inspect(**options: Any) -> int:
    """Decode THING and show what is in it: a token, a SAML message, metadata, a certificate, a URL, a capture.

    THING is a file, a URL, a pasted text, or - for standard input. Every check that can be made on it alone is made
    and shown; `ssocli diagnose` judges several things together. A message is never sent anywhere.

    Exit code: 0 no findings, 1 findings, 2 usage, 3 unreachable, 10 not recognised, 70 trouble of this tool.
    """
    from ssocli.cli.diagnose_run import run_inspect

    return int(run_inspect(options))
