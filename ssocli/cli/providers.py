"""`ssocli providers`: what is configured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ssocli.cli.options import config_option, format_option, load_config

if TYPE_CHECKING:
    from ssocli.config.model import Provider


@click.command(epilog="Example: ssocli providers --config customer.toml --format json")
@config_option
@format_option("table", "json")
def providers(config_file: str | None, output_format: str) -> None:
    """List the configured identity providers."""
    from ssocli.cli.tables import show

    config, _ = load_config(config_file)
    rows = [
        {
            "id": key,
            "type": provider.__struct_config__.tag,
            "organization": config.organization_of(key),
            "label": provider.label or key,
            "at": _address(provider),
            "client_id": getattr(provider, "client_id", ""),  # a SAML service provider's name is its metadata's URL
        }
        for key, provider in config.providers.items()
    ]
    show(rows, output_format, "No providers are configured: add a [providers.NAME] table (ssocli config example).")


def _address(provider: Provider) -> str:
    """Where the identity provider is, or what it is called."""
    from ssocli.config.model import OidcProvider, Saml2Provider

    if isinstance(provider, Saml2Provider):
        return provider.metadata_url or provider.entity_id or provider.metadata_file or ""
    return provider.issuer if isinstance(provider, OidcProvider) else provider.authorization_endpoint
