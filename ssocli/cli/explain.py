"""`ssocli explain`: the page of a finding, of a fault or of somebody's error message, offline."""

from __future__ import annotations

import click

from ssocli.cli.options import format_option
from ssocli.cli.pasting import PastingCommand


@click.command(
    cls=PastingCommand,
    epilog="Examples: ssocli explain IDT024    ssocli explain id_token.expired    ssocli explain AADSTS50011    "
    "ssocli explain 'audience trailing slash'    ssocli explain - < error-page.html",
)
@click.argument("text", nargs=-1, required=True)
@format_option("text", "json")
def explain(text: tuple[str, ...], output_format: str) -> None:
    """Show what a finding, a fault or an error message means and what to do about it.

    TEXT is the code or name of a finding, the id of a fault, an error code of an identity provider, of OAuth or of
    SAML, a whole message with one in it (- reads it from standard input), or words to search for.
    """
    from ssocli.cli.explain_run import run

    run(" ".join(text), output_format)
