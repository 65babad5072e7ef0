"""`ssocli serve`: the emulated Sentry and the fake identity provider stay up, for clicking through by hand."""

from __future__ import annotations

import click

from ssocli.cli.options import config_option, load_config, state_option


@click.command(
    epilog="Example: ssocli serve    then open http://127.0.0.1:9501/ and log in as alice, password: password"
)
@config_option
@state_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=9501,
    envvar="SSOCLI_PORT",
    show_default=True,
    help="Sentry's port.",
)
@click.option(
    "--idp-port",
    type=click.IntRange(0, 65535),
    default=9500,
    envvar="FAKE_IDP_PORT",
    show_default=True,
    help="The IdP's.",
)
@click.option(
    "--ready-file",
    type=click.Path(),
    envvar="SSOCLI_READY_FILE",
    metavar="FILE",
    help="Write the ready line there too.",
)
@click.option(
    "--verbose", "-v", count=True, envvar="SSOCLI_VERBOSE", help="-v: every check; -vv: the HTTP exchanges as well."
)
def serve(
    config_file: str | None, state: str | None, port: int, idp_port: int, ready_file: str | None, verbose: int
) -> int:
    """Keep the emulated Sentry and the bundled identity provider running until Ctrl-C.

    Click through the login page, the list of providers, the provider's login and the dashboard; the steps of every
    login are printed as they happen.
    """
    from pathlib import Path

    from ssocli.cli.serve_run import run

    config, source = load_config(config_file)
    ready = Path(ready_file) if ready_file else None
    return run(config, source.parent, state=state, ports=(port, idp_port), ready_file=ready, verbosity=verbose)
