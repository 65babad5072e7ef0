"""`ssocli diagnose`: what is wrong with a login that failed elsewhere, and who has to mend it."""

from __future__ import annotations

from typing import Any

import click

from ssocli.cli.options import format_option
from ssocli.cli.pasting import PastingCommand


@click.command(
    cls=PastingCommand,
    epilog="Examples: ssocli diagnose customer.toml    ssocli diagnose login.har    "
    "ssocli diagnose idp.xml response.txt    ssocli diagnose AADSTS50011    "
    "ssocli diagnose sso.toml token.txt --format markdown",
)
@click.argument("things", nargs=-1, required=True, metavar="THING...")
@click.option("--offline", is_flag=True, envvar="SSOCLI_OFFLINE", help="Ask nobody: judge only what was given.")
@click.option(
    "--ca-file",
    type=click.Path(),
    envvar="SSOCLI_CA_FILE",
    metavar="FILE",
    help="PEM file with the authorities that are trusted instead of the system's.",
)
@click.option(
    "--login", "drives", is_flag=True, envvar="SSOCLI_LOGIN", help="Also log in with the configuration, step by step."
)
@click.option("--user", "-u", envvar="SSOCLI_USER", metavar="NAME", help="With --login: who signs in.")
@click.option("--provider", "-p", envvar="SSOCLI_PROVIDER", help="Which provider of the configuration is meant.")
@click.option(
    "--at",
    "moment",
    envvar="SSOCLI_AT",
    metavar="TIME",
    help="When the login failed (2026-11-25T08:00:00Z); implies --offline. Without it each message is judged at its "
    "own time.",
)
@format_option("console", "json", "markdown", "sarif", "html")
@click.option(
    "--output", "-o", type=click.Path(), envvar="SSOCLI_OUTPUT", metavar="FILE", help="Write the report there."
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="warning",
    envvar="SSOCLI_FAIL_ON",
    show_default=True,
    help="From which severity on a finding makes the exit code 1.",
)
@click.option("--only", multiple=True, envvar="SSOCLI_ONLY", metavar="CODE", help="Report these findings only.")
@click.option("--skip", multiple=True, envvar="SSOCLI_SKIP", metavar="CODE", help="Leave these findings out.")
@click.option(
    "--baseline",
    type=click.Path(),
    envvar="SSOCLI_BASELINE",
    metavar="FILE",
    help="Findings that are known already: what is new and what is gone make the exit code 1.",
)
@click.option(
    "--write-baseline",
    type=click.Path(),
    envvar="SSOCLI_WRITE_BASELINE",
    metavar="FILE",
    help="Write the findings there, as a baseline for later.",
)
@click.option(
    "--verbose", "-v", count=True, envvar="SSOCLI_VERBOSE", help="Show every check; twice: also the decoded messages."
)
@click.option("--show-secrets", is_flag=True, envvar="SSOCLI_SHOW_SECRETS", help="Do not redact secrets.")
def diagnose(things: tuple[str, ...], **options: Any) -> int:
    """Name the root cause of a failed login, and who has to mend it.

    Each THING is a file, a URL, - for standard input, or the text itself: a configuration, a HAR or SAML-tracer
    capture, metadata, a discovery document, a certificate, a token, a SAML message in any wrapping, a callback URL, or
    an error message. They are recognised by their content and judged together.

    Of a configuration or a URL the identity provider is asked too, with requests that change nothing.

    Exit code 0: nothing wrong was found; 1: findings; 3: the identity provider cannot be reached; 10: it cannot be told
    from this.
    """
    from ssocli.cli.diagnose_run import run

    return int(run(things, options))
