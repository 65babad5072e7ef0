"""A provider's table of the configuration made ready for use: secrets revealed, keys read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ssocli.checks.private_key import load_private_key
from ssocli.config.model import OAuth2Provider, OidcProvider, reveal


class UnusableProviderError(Exception):
    """The provider cannot be used as it is configured; the message is half a sentence without secrets."""


@dataclass(frozen=True, slots=True)
class Client:
    """Sentry as a relying party of one provider. `private_key` is PEM."""

    key: str
    provider: OidcProvider | OAuth2Provider
    redirect_uri: str
    secret: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)

    @property
    def kind(self) -> str:
        """The protocol, for people."""
        return "OpenID Connect" if isinstance(self.provider, OidcProvider) else "OAuth 2.0"

    @property
    def issuer(self) -> str:
        """Who vouches for the subject: the issuer, or without one the address of the user API."""
        return self.provider.issuer if isinstance(self.provider, OidcProvider) else self.provider.api_url


def prepare_client(
    key: str, provider: OidcProvider | OAuth2Provider, redirect_uri: str, config_dir: Path | None
) -> Client:
    """The client for a configured provider. Raises UnusableProviderError."""
    try:
        secret = reveal(provider.client_secret)
    except KeyError as missing:
        raise UnusableProviderError(f"the environment variable {missing.args[0]} is not set") from None
    if provider.client_auth.startswith("client_secret") and not secret:
        raise UnusableProviderError(f"client_auth is {provider.client_auth}, but the client secret is empty")
    private_key = None
    if isinstance(provider, OidcProvider) and provider.client_auth == "private_key_jwt":
        private_key = read_private_key(provider.private_key or "", config_dir or Path())
    return Client(key, provider, redirect_uri, secret, private_key)


def read_private_key(file: str, folder: Path) -> str:
    """A private key in PEM. Raises UnusableProviderError."""
    text = read_text(file, folder, "private key")
    try:
        load_private_key(text)
    except (ValueError, TypeError) as error:
        reason = "it is encrypted" if isinstance(error, TypeError) else "it is not a PEM private key"
        raise UnusableProviderError(f"the private key {file!r} cannot be used: {reason}") from None
    return text


def read_text(file: str, folder: Path, what: str) -> str:
    """A text file that the configuration names; `what` is its part in messages. Raises UnusableProviderError."""
    try:
        return (folder / file).read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a text file"
        raise UnusableProviderError(f"the {what} {file!r} cannot be read: {reason.lower()}") from None
