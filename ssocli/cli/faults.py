"""`ssocli faults`: what the bundled provider can get wrong on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ssocli.cli.options import format_option, tag_option
from ssocli.cli.stop import stop

if TYPE_CHECKING:
    from fake_idp.faults.fault import Fault


@click.command(
    epilog="Examples: ssocli faults    ssocli faults id_token.expired    ssocli faults 'jwks.*' --tag must_tolerate"
)
@click.argument("pattern", required=False)
@tag_option
@format_option("table", "json")
def faults(pattern: str | None, tags: tuple[str, ...], output_format: str) -> None:
    """List the faults that can be ordered by name, or show the page of one.

    PATTERN is an id, or a pattern with * and ?.
    """
    from fake_idp.faults import UnknownFaultError
    from ssocli.cli.tables import show
    from ssocli.exit_code import ExitCode
    from ssocli.flow.faults import matching
    from ssocli.flow.simulation import expectation

    try:
        chosen = matching([pattern] if pattern else ["*"], tags)
    except UnknownFaultError as error:
        stop(str(error), ExitCode.USAGE)
    if pattern in {fault.id for fault in chosen} and output_format == "table":
        show_page(chosen[0])
        return
    rows = [
        {
            "id": fault.id,
            "reject": fault.reject,
            "expected": expectation(fault),
            **({"tags": list(fault.tags)} if output_format == "json" else {}),
            "clause": fault.spec,
            "doc": fault.doc if output_format == "json" else fault.doc.splitlines()[0],
        }
        for fault in chosen
    ]
    show(rows, output_format, "There are no such faults.")


def show_page(fault: Fault) -> None:
    """Print the page of one fault."""
    from ssocli.flow.simulation import expectation

    click.echo(f"{fault.id}\n\n{fault.doc}\n")
    click.echo(f"A correct client: {fault.reject.replace('_', ' ')}\nSeen by a login:  {expectation(fault)}")
    click.echo(f"Clause:           {fault.spec}\nTags:             {', '.join(fault.tags)}")
