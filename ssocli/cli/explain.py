"""`ssocli explain`: the page of a finding or of a fault, offline."""

from __future__ import annotations

import click

from ssocli.cli.stop import stop


@click.command(
    epilog="Examples: ssocli explain IDT024    ssocli explain wrong-audience    ssocli explain id_token.expired"
)
@click.argument("name")
def explain(name: str) -> None:
    """Show what a finding means and what to do about it. NAME is its code or name, or the id of a fault."""
    from fake_idp.faults.fault import catalogue as faults
    from ssocli.checks import catalogue
    from ssocli.exit_code import ExitCode

    rule = catalogue.find(name)
    if rule is not None:
        click.echo(f"{rule.code} {rule.name}\n\n{rule.doc}\n")
        click.echo(f"Step:       {rule.step.number}, {rule.step.title}")
        click.echo(f"Severity:   {rule.severity.value}")
        click.echo(f"Clause:     {rule.spec}")
        click.echo(f"What to do: {rule.fix}")
        return
    if (fault := faults().get(name)) is not None:
        from ssocli.cli.faults import show_page

        show_page(fault)
        return
    near = catalogue.nearest(name)
    hint = f"did you mean {near}?" if near else "ssocli faults lists the faults, docs/reference/checks.md the findings."
    stop(f"No finding or fault is called {name!r}; {hint}", ExitCode.USAGE)
