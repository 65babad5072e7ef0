"""`ssocli faults`: what the bundled provider can get wrong on purpose."""

from __future__ import annotations

import click

from ssocli.cli.options import format_option
from ssocli.cli.stop import stop


@click.command(epilog="Examples: ssocli faults    ssocli faults id_token.expired    ssocli faults 'jwks.*'")
@click.argument("pattern", required=False)
@format_option("table", "json")
def faults(pattern: str | None, output_format: str) -> None:
    """List the faults that can be ordered by name, or show the page of one.

    PATTERN is an id, or a pattern with * and ?.
    """
    from fake_idp.faults import UnknownFaultError
    from ssocli.cli.tables import show
    from ssocli.exit_code import ExitCode
    from ssocli.flow.faults import matching
    from ssocli.flow.simulation import expectation

    try:
        chosen = matching([pattern] if pattern else ["*"])
    except UnknownFaultError as error:
        stop(str(error), ExitCode.USAGE)
    if pattern in {fault.id for fault in chosen} and output_format == "table":
        [fault] = chosen
        click.echo(f"{fault.id}\n\n{fault.doc}\n")
        click.echo(f"A correct client: {fault.reject.replace('_', ' ')}\nSeen by a login:  {expectation(fault)}")
        click.echo(f"Clause:           {fault.spec}")
        return
    rows = [
        {
            "id": fault.id,
            "reject": fault.reject,
            "expected": expectation(fault),
            "clause": fault.spec,
            "doc": fault.doc if output_format == "json" else fault.doc.splitlines()[0],
        }
        for fault in chosen
    ]
    show(rows, output_format, "There are no such faults.")
