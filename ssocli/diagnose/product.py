"""Whose product an identity provider is, by its addresses."""

from __future__ import annotations

import re

_SIGNS = {
    "entra": r"login\.microsoftonline\.(?:com|us)|sts\.windows\.net|login\.windows\.net",
    "okta": r"\.okta(?:preview|-emea)?\.com|//www\.okta\.com",
    "google": r"accounts\.google\.com",
    "auth0": r"\.auth0\.com|^urn:[a-z0-9.-]+\.auth0\.com",
    "onelogin": r"\.onelogin\.com",
    "adfs": r"/adfs(?:/|$)",
    "keycloak": r"/realms/[^/]+",
    "ping": r"\.pingone\.(?:com|eu|asia|ca)|\.ping(?:identity)?\.com|/idp/SSO\.saml2|/as/authorization\.oauth2",
    "github": r"//(?:api\.)?github\.com",
    "gitlab": r"//gitlab\.",
    "cognito": r"cognito-idp\.|\.amazoncognito\.com",
    "jumpcloud": r"\.jumpcloud\.com",
    "rippling": r"\.rippling\.com",
}
NAMES = {
    "entra": "Microsoft Entra ID",
    "okta": "Okta",
    "google": "Google Workspace",
    "auth0": "Auth0",
    "onelogin": "OneLogin",
    "adfs": "AD FS",
    "keycloak": "Keycloak",
    "ping": "Ping Identity",
    "github": "GitHub",
    "gitlab": "GitLab",
    "cognito": "Amazon Cognito",
    "jumpcloud": "JumpCloud",
    "rippling": "Rippling",
}
# The preset of attribute names that belongs to a product, where it has one.
PRESETS = {
    "entra": "active-directory",
    "okta": "okta",
    "google": "google",
    "auth0": "auth0",
    "onelogin": "onelogin",
    "adfs": "adfs",
    "jumpcloud": "jumpcloud",
    "rippling": "rippling",
}


def product_of(*addresses: str) -> str | None:
    """The key of the product in `NAMES`; None if the addresses (issuer, entity ID, endpoints) do not tell."""
    for address in addresses:
        for product, signs in _SIGNS.items():
            if re.search(signs, address, re.IGNORECASE):
                return product
    return None
