"""`ssocli diagnose`: what is wrong with a login that failed elsewhere, and who has to mend it."""

from __future__ import annotations

from typing import Any

import click

from ssocli.cli.options import format_option


@click.command(
    epilog="Examples: ssocli diagnose customer.toml    ssocli diagnose login.har    "
    "ssocli diagnose customer.toml id_token.txt --offline    ssocli diagnose idp-metadata.xml response.txt "
    "--format markdown    pbpaste | ssocli diagnose -"
)
@click.argument("things", nargs=-1, required=True, metavar="THING...")
@click.option("--offline", is_flag=True, envvar="SSOCLI_OFFLINE", help="Open no connection: judge what was given.")
@click.option(
    "--login", is_flag=True, envvar="SSOCLI_LOGIN", help="Also log in with the given configuration, step by step."
)
@click.option("--user", "-u", envvar="SSOCLI_USER", metavar="NAME", help="With --login: who signs in, headless.")
@click.option(
    "--password",
    envvar="SSOCLI_PASSWORD",
    show_envvar=True,
    metavar="TEXT",
    help="With --login: the user's password; prefer the variable. Without --user your own browser is used.",
)
@click.option(
    "--provider", "-p", envvar="SSOCLI_PROVIDER", metavar="ID", help="Which provider of the configuration is meant."
)
@click.option(
    "--at",
    "moment",
    envvar="SSOCLI_AT",
    metavar="TIME",
    help="Judge at this moment, such as 2026-11-20T12:00:00Z. Without it a message is judged at the time it was "
    "issued, and everything else now.",
)
@format_option("console", "json", "markdown", "sarif", "html")
@click.option(
    "--output", "-o", type=click.Path(), envvar="SSOCLI_OUTPUT", metavar="FILE", help="Write the report there."
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="warning",
    show_default=True,
    envvar="SSOCLI_FAIL_ON",
    help="From which severity on a finding makes the exit code 1.",
)
@click.option(
    "--only",
    multiple=True,
    envvar="SSOCLI_ONLY",
    metavar="CODE",
    help="Make only these checks (SRS, IDT024, wrong-issuer, ...).",
)
@click.option("--skip", multiple=True, envvar="SSOCLI_SKIP", metavar="CODE", help="Leave these checks out.")
@click.option(
    "--baseline",
    type=click.Path(),
    envvar="SSOCLI_BASELINE",
    metavar="FILE",
    help="Findings that are known: only new ones count, and known ones that went away.",
)
@click.option(
    "--write-baseline", is_flag=True, envvar="SSOCLI_WRITE_BASELINE", help="Write the present findings to --baseline."
)
@click.option(
    "--verbose", "-v", count=True, envvar="SSOCLI_VERBOSE", help="-v: every check; -vv: the decoded messages as well."
)
@click.option(
    "--show-secrets", is_flag=True, envvar="SSOCLI_SHOW_SECRETS", help="Do not redact codes, tokens and passwords."
)
def diagnose(**options: Any) -> int:
    """Name the root cause of a failed login from what there is: one thing or several that belong together.

    THING is a file, a URL, a pasted text, or - for standard input: a provider's configuration, a HAR file, metadata of
    the identity provider or of the application, a discovery document, a JWK set, a certificate, a token, a SAML
    message in any wrapping, the address of a request or a callback, an error message. It is recognised by its content.

    Exit code: 0 healthy, 1 findings, 2 usage, 3 identity provider unreachable, 10 cannot tell, 70 trouble of this tool.
    """
    from ssocli.cli.diagnose_run import run

    return int(run(options))
