"""`ssocli idp`: the fake identity provider alone."""

from __future__ import annotations

from typing import Any

import click


@click.command(epilog="Example: ssocli idp --port 9500   then point your app at http://127.0.0.1:9500/default")
@click.option("--host", default="127.0.0.1", envvar="FAKE_IDP_HOST", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=9500, envvar="FAKE_IDP_PORT", show_default=True, help="Port to listen on; 0: a free one."
)
@click.option(
    "--config",
    type=click.Path(),
    envvar="FAKE_IDP_CONFIG",
    metavar="FILE",
    help="TOML file with other people, clients, issuers or keys.",
)
@click.option(
    "--strict", is_flag=True, envvar="FAKE_IDP_STRICT", help="Turn every check on: registered clients only, ..."
)
@click.option(
    "--login",
    type=click.Choice(["page", "auto"]),
    default="page",
    envvar="FAKE_IDP_LOGIN",
    show_default=True,
    help="Show a login page, or log people in without one.",
)
@click.option("--seed", envvar="FAKE_IDP_SEED", help="Make codes and identifiers repeatable.")
@click.option("--public-url", envvar="FAKE_IDP_PUBLIC_URL", metavar="URL", help="Scheme and host that issuers carry.")
@click.option(
    "--tls",
    type=click.Path(),
    envvar="FAKE_IDP_TLS",
    metavar="FILE",
    help="Speak TLS with a throw-away authority, and write its certificate to FILE, for the clients.",
)
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    envvar="FAKE_IDP_ALLOWED_HOSTS",
    metavar="NAME",
    help="A Host header to accept beside this machine's names.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    envvar="FAKE_IDP_FAULTS",
    metavar="ID[:KEY=VALUE,...]",
    help="Fail in this way (ssocli faults lists them); for whom and when: user=alice,times=1, ...",
)
@click.option(
    "--strict-faults",
    is_flag=True,
    envvar="FAKE_IDP_STRICT_FAULTS",
    help="A fault that never fired is an error (exit 1).",
)
@click.option(
    "--control-token",
    envvar="FAKE_IDP_CONTROL_TOKEN",
    metavar="TOKEN",
    help="Bearer token that the control API asks for (better in the environment, where nobody else sees it).",
)
@click.option(
    "--ready-file",
    type=click.Path(),
    envvar="FAKE_IDP_READY_FILE",
    metavar="FILE",
    help="Write the ready line there as well, once it answers.",
)
@click.option("--quiet", is_flag=True, envvar="FAKE_IDP_QUIET", help="Only the ready line.")
def idp(**options: Any) -> int:
    """Run the fake identity provider alone, for your own application.

    Any client id and secret is accepted, redirects go to this machine only; the people are alice, bob, carol, ...
    with the password `password`. One JSON line on stdout says when it is ready. Ctrl-C stops it.
    """
    from pathlib import Path

    from fake_idp.command import Options, run

    paths = {name: options[name] and Path(options[name]) for name in ("config", "ready_file", "tls")}
    return run(Options(**{**options, **paths}))
