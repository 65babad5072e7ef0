"""`ssocli providers`: what is configured."""

from __future__ import annotations

import click

from ssocli.cli.options import config_option, format_option, load_config


@click.command(epilog="Example: ssocli providers --config customer.toml --format json")
@config_option
@format_option("table", "json")
def providers(config_file: str | None, output_format: str) -> None:
    """List the configured identity providers."""
    from ssocli.cli.tables import show
    from ssocli.config.model import OidcProvider

    config, _ = load_config(config_file)
    rows = [
        {
            "id": key,
            "type": "oidc" if isinstance(provider, OidcProvider) else "oauth2",
            "organization": config.organization_of(key),
            "label": provider.label or key,
            "at": provider.issuer if isinstance(provider, OidcProvider) else provider.authorization_endpoint,
            "client_id": provider.client_id,
        }
        for key, provider in config.providers.items()
    ]
    show(rows, output_format, "No providers are configured: add a [providers.NAME] table (ssocli config example).")
