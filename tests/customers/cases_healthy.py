"""What is right, in the shapes in which the vendors send it: nothing must be found in it."""

from __future__ import annotations

from dataclasses import replace

from . import configs
from .case import HEALTHY, Expected, Made
from .cases_certificates import pem
from .cases_metadata import discovery, sp_metadata
from .cases_oauth import request_url
from .cases_oidc import ENTRA, ISSUER, OKTA, REDIRECT, claims, token, with_token
from .messages import FILE, authn_request, form, packed, posted, redirected, with_metadata, wrapped
from .vendors import (
    ADFS,
    ADFS_LOGIN,
    ENTRA_LOGIN,
    GOOGLE,
    GOOGLE_LOGIN,
    KEYCLOAK,
    OKTA_LOGIN,
    SIGNING,
    SP_FILES,
    TENANT,
)
from .vendors import ENTRA as ENTRA_SAML
from .vendors import OKTA as OKTA_SAML


def cases() -> list[Made]:
    """All of them."""
    keycloak = configs.saml(FILE, 'preset = "okta"', *SIGNING)
    graph = "https://graph.microsoft.com/oidc/userinfo"
    entra = discovery(
        ENTRA,
        userinfo_endpoint=graph,
        grant_types_supported=None,
        code_challenge_methods_supported=None,
        token_endpoint_auth_methods_supported=["client_secret_post", "private_key_jwt", "client_secret_basic"],
        scopes_supported=["openid", "profile", "email", "offline_access"],
        tenant_region_scope="EU",
        claims_supported=["sub", "iss", "aud", "exp", "iat", "tid", "ver", "email"],
    )
    google = discovery(
        "https://accounts.google.com",
        authorization_endpoint="https://accounts.google.com/o/oauth2/v2/auth",
        token_endpoint="https://oauth2.googleapis.com/token",
        userinfo_endpoint="https://openidconnect.googleapis.com/v1/userinfo",
        jwks_uri="https://www.googleapis.com/oauth2/v3/certs",
        scopes_supported=["openid", "email", "profile"],
        code_challenge_methods_supported=["plain", "S256"],
    )
    scopes = 'scopes = ["openid", "profile", "email"]'

    def saml(name: str, title: str, files: dict[str, str | bytes]) -> Made:
        inputs = tuple(file for file in files if not file.startswith("idp-metadata") and not file.startswith("sp."))
        return Made(name, title, files, HEALTHY, inputs)

    return [
        saml(
            "h01-okta-saml",
            "Okta signs response and assertion",
            with_metadata(OKTA_SAML, 'preset = "okta"', response=packed(OKTA_LOGIN.response())),
        ),
        saml(
            "h02-entra-saml",
            "Entra ID signs the assertion only",
            with_metadata(
                ENTRA_SAML, 'preset = "active-directory"', response=form(ENTRA_LOGIN.response()), name="page.html"
            ),
        ),
        saml(
            "h03-adfs-saml",
            "AD FS, the response in lines",
            with_metadata(ADFS, 'preset = "adfs"', response=wrapped(ADFS_LOGIN.response())),
        ),
        saml(
            "h04-google-saml",
            "Google signs the response only",
            with_metadata(GOOGLE, 'preset = "google"', response=posted(GOOGLE_LOGIN.response())),
        ),
        saml(
            "h05-keycloak-configured-with-signed-requests",
            "Keycloak's default, and Sentry signs",
            {
                "sentry.toml": keycloak,
                "idp-metadata.xml": KEYCLOAK.metadata(),
                **SP_FILES,
            },
        ),
        saml(
            "h06-authn-request",
            "A good AuthnRequest to Okta",
            {
                "sentry.toml": configs.saml(FILE, 'preset = "okta"'),
                "idp-metadata.xml": OKTA_SAML.metadata(),
                "request.txt": redirected(
                    OKTA_SAML.sso, "SAMLRequest", authn_request(OKTA_SAML.sso), RelayState="/organizations/acme/issues/"
                ),
            },
        ),
        Made(
            "h07-metadata-of-both",
            "Metadata of both parties that fit",
            {"idp.xml": OKTA_SAML.metadata(), "sp.xml": sp_metadata()},
            HEALTHY,
        ),
        Made(
            "h08-certificate",
            "A certificate that is good for two years, with Windows line ends",
            {"idp.cer": pem(replace(OKTA_SAML).certificate(), "\r\n")},
            HEALTHY,
        ),
        Made(
            "h09-okta-oidc",
            "A token of Okta's custom authorization server",
            with_token(OKTA, token(claims(OKTA, ver=1, amr=["pwd"]))),
            HEALTHY,
        ),
        Made(
            "h10-entra-discovery",
            "Entra ID's document",
            {"sentry.toml": configs.oidc(ENTRA, scopes), "openid-configuration": entra},
            HEALTHY,
        ),
        Made(
            "h11-google-discovery",
            "Google's document, with four hosts",
            {"sentry.toml": configs.oidc("https://accounts.google.com", scopes), "discovery.json": google},
            HEALTHY,
        ),
        Made(
            "h12-entra-token",
            "A token of Entra ID without e-mail verification",
            with_token(ENTRA, token(claims(ENTRA, ver="2.0", tid=TENANT, email_verified=...))),
            HEALTHY,
        ),
        Made(
            "h13-callback",
            "A good authorization response",
            {
                "sentry.toml": configs.oidc(ISSUER),
                "url.txt": f"{REDIRECT}?code=SplxlOBeZQQYbYS6WxSbIA&state={'x' * 43}",
            },
            HEALTHY,
        ),
        Made("h14-authorization-request", "A good authorization request", {"url.txt": request_url()}, HEALTHY),
        Made(
            "h15-configuration-of-github",
            "GitHub, with the defaults",
            {"github.toml": configs.github('required_organization = "acme"')},
            HEALTHY,
        ),
        Made(
            "h16-no-single-logout",
            "Okta's metadata offer no single logout, which breaks no login",
            {"sentry.toml": configs.saml(FILE, 'preset = "okta"'), "idp-metadata.xml": OKTA_SAML.metadata()},
            Expected("healthy", among=("SMD034",)),
            ("sentry.toml",),
            ("saml c.24",),
        ),
    ]
