"""What the customers configured at Sentry, as TOML."""

from __future__ import annotations

from .vendors import SENTRY


def saml(*lines: str, url: str = SENTRY, organization: str = "acme") -> str:
    """A SAML provider; without lines of its own it reads `idp-metadata.xml` beside it."""
    return _config(('type = "saml2"', *(lines or ('metadata_file = "idp-metadata.xml"',))), url, organization)


def oidc(issuer: str, *lines: str, client_id: str = "sentry", secret: str = "ACME_SECRET") -> str:
    """An OpenID provider."""
    own = ('type = "oidc"', f'issuer = "{issuer}"', f'client_id = "{client_id}"')
    return _config((*own, f'client_secret = {{ env = "{secret}" }}', *lines), SENTRY, "acme")


def github(*lines: str) -> str:
    """GitHub."""
    own = ('type = "oauth2"', 'client_id = "Iv1.0123456789abcdef"', 'client_secret = { env = "GITHUB_SECRET" }')
    return _config((*own, *lines), SENTRY, "acme")


def _config(lines: tuple[str, ...], url: str, organization: str) -> str:
    head = f'[sentry]\nurl = "{url}"\n\n[organizations.{organization}]\n\n[providers.acme]\n'
    return head + "\n".join(lines) + "\n"
