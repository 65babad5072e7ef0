"""`ssocli login`: one whole login, step by step."""

from __future__ import annotations

from typing import Any

import click

from ssocli.cli.options import config_option, format_option, output_option, state_option


@click.command(
    epilog="Examples: ssocli login    ssocli login --provider github --user bob -v    "
    "ssocli login --config customer.toml --provider acme-oidc --browser"
)
@config_option
@click.option(
    "--provider", "-p", envvar="SSOCLI_PROVIDER", metavar="ID", help="Which configured provider; default: the first."
)
@click.option(
    "--org", "organization", envvar="SSOCLI_ORG", metavar="SLUG", help="Organization; default: the provider's."
)
@click.option(
    "--user", "-u", envvar="SSOCLI_USER", metavar="NAME", help="Who signs in; default: the first of [people]."
)
@click.option(
    "--password",
    envvar="SSOCLI_PASSWORD",
    show_envvar=True,
    metavar="TEXT",
    help="The user's password; prefer the variable.",
)
@click.option(
    "--totp-secret",
    envvar="SSOCLI_TOTP_SECRET",
    metavar="BASE32",
    help="Secret of the one-time codes, if they are asked for.",
)
@click.option(
    "--method",
    type=click.Choice(["sso", "password"]),
    default="sso",
    envvar="SSOCLI_METHOD",
    show_default=True,
    help="SSO, or e-mail and password at the Sentry login page.",
)
@click.option(
    "--browser", is_flag=True, envvar="SSOCLI_BROWSER", help="Use your own browser; steps print as they happen."
)
@click.option(
    "--no-open", is_flag=True, envvar="SSOCLI_NO_OPEN", help="With --browser: print the address instead of opening it."
)
@click.option(
    "--login-hint",
    envvar="SSOCLI_LOGIN_HINT",
    metavar="TEXT",
    help="Who is expected: login_hint, with SAML the Subject of the request.",
)
@click.option(
    "--prompt",
    envvar="SSOCLI_PROMPT",
    metavar="TEXT",
    help="prompt of the request: none, login, ...; with SAML IsPassive, ForceAuthn.",
)
@click.option(
    "--max-age", type=click.IntRange(min=0), envvar="SSOCLI_MAX_AGE", metavar="SECONDS", help="max_age of the request."
)
@click.option(
    "--acr-values",
    envvar="SSOCLI_ACR_VALUES",
    metavar="TEXT",
    help="acr_values of the request (SAML: RequestedAuthnContext), separated by spaces.",
)
@click.option(
    "--response-mode",
    type=click.Choice(["query", "fragment", "form_post"]),
    envvar="SSOCLI_RESPONSE_MODE",
    help="How the identity provider answers.",
)
@click.option(
    "--as",
    "profile",
    type=click.Choice(["specification", "sentry"]),
    envvar="SSOCLI_AS",
    help="SAML: judge as the specification says, or exactly as strictly as Sentry does; default: as configured.",
)
@click.option(
    "--start-at",
    envvar="SSOCLI_START_AT",
    metavar="URL",
    help="SAML: begin at this page of the identity provider; {sp} in it stands for Sentry's entity ID.",
)
@click.option("--next", "next_url", envvar="SSOCLI_NEXT", metavar="PATH", help="The page to land on after the login.")
@click.option("--deny", is_flag=True, envvar="SSOCLI_DENY", help="Refuse at the identity provider, as a user may.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    envvar="SSOCLI_FAULT",
    metavar="ID",
    help="Make the bundled provider fail in this way (ssocli faults lists them).",
)
@click.option(
    "--strict-faults",
    is_flag=True,
    envvar="SSOCLI_STRICT_FAULTS",
    help="A fault that never fired is an error (exit 1).",
)
@click.option(
    "--expect",
    envvar="SSOCLI_EXPECT",
    metavar="STEP[:CODE]",
    help="Exit 0 if the login fails in this step with this finding (or: authenticated), 1 if it ends otherwise.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    envvar="SSOCLI_PORT",
    help="Port of the emulated Sentry; default: a free one.",
)
@click.option(
    "--timeout",
    type=click.IntRange(min=1),
    envvar="SSOCLI_TIMEOUT",
    metavar="SECONDS",
    help="How long to wait for the callback: 30, with --browser 300.",
)
@click.option(
    "--ca-file",
    type=click.Path(),
    envvar="SSOCLI_CA_FILE",
    metavar="FILE",
    help="PEM file of CAs to trust as well.",
)
@state_option
@format_option("console", "json", "ndjson", "markdown", "html", "sarif")
@output_option("what --format says")
@click.option(
    "--verbose", "-v", count=True, envvar="SSOCLI_VERBOSE", help="-v: every check; -vv: the HTTP exchanges as well."
)
@click.option(
    "--show-secrets", is_flag=True, envvar="SSOCLI_SHOW_SECRETS", help="Do not redact codes, tokens and passwords."
)
def login(**options: Any) -> int:
    """Log in once and see every step, with its checks and the reason when it fails.

    Without options it starts the bundled identity provider and an emulated Sentry, drives the login between them like
    a browser, and prints the ten steps. The exit code says how it went: 0 authenticated, 2 usage, 3 identity provider
    unreachable, 4 timed out, 5 refused by the identity provider, 6 token refused, 7 provisioning failed, 8 access
    refused, 9 port taken, 10 inconclusive. With --expect: 0 as expected, 1 not.
    """
    from ssocli.cli.login_run import run

    return int(run(options))
