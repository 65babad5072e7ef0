"""`ssocli config`: judge a configuration file, print its schema."""

from __future__ import annotations

import click

from ssocli.cli.options import load_config
from ssocli.cli.stop import stop


@click.group(epilog="Example: ssocli config check customer.toml")
def config() -> None:
    """Check a configuration file, or print its JSON Schema."""


@config.command(epilog="Example: ssocli config check customer.toml")
@click.argument("file", type=click.Path())
def check(file: str) -> None:
    """Judge FILE: every problem in one run, each with its place, what was expected and what was found."""
    import os

    from ssocli.config.load import missing_secrets
    from ssocli.exit_code import ExitCode

    parsed, source = load_config(file)
    if problems := missing_secrets(parsed, str(source), dict(os.environ)):
        stop("\n".join(str(problem) for problem in problems), ExitCode.USAGE)
    counts = f"{len(parsed.organizations)} organizations, {len(parsed.providers)} providers"
    click.echo(f"{file}: a valid configuration ({counts}, {len(parsed.users)} users, {len(parsed.people)} people)")


@config.command(epilog="Example: ssocli config schema > ssocli.schema.json")
def schema() -> None:
    """Print the JSON Schema of the configuration file, for editors."""
    import json

    from ssocli.config.model import json_schema

    click.echo(json.dumps(json_schema(), indent=2))


@config.command(epilog="Example: ssocli config example > ssocli.toml")
def example() -> None:
    """Print the embedded configuration, as a start for your own."""
    from ssocli.config.load import default_file

    click.echo(default_file().read_text(encoding="utf-8"), nl=False)
