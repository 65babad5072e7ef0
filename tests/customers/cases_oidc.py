"""ID tokens that the application refuses."""

from __future__ import annotations

import json
from typing import Any

from tests.checks import forge

from . import configs
from .case import NOW, Made, root
from .vendors import CURRENT, OTHER, SENTRY, TENANT

ISSUER = "https://login.acme.example"
OKTA = "https://acme-example.okta.com/oauth2/default"
ENTRA = f"https://login.microsoftonline.com/{TENANT}/v2.0"
GOOGLE = "https://accounts.google.com"
REDIRECT = f"{SENTRY}/auth/sso/"
KEYS = json.dumps({"keys": [forge.jwk(CURRENT, "key-2027", alg="RS256", use="sig")]}, indent=2)


def claims(issuer: str = ISSUER, **changes: Any) -> dict[str, Any]:
    """Healthy claims; one that is Ellipsis is left out."""
    healthy = {
        "iss": issuer,
        "aud": "sentry",
        "sub": "00u1example",
        "iat": int(NOW) - 2,
        "exp": int(NOW) + 3600,
        "email": "alice@acme.example",
        "email_verified": True,
        "name": "Alice Archer",
    }
    return {name: value for name, value in {**healthy, **changes}.items() if value is not ...}


def token(content: dict[str, Any], key: Any = CURRENT, **header: Any) -> str:
    """A signed token."""
    return forge.jws(content, key, header={"kid": "key-2027", **header})


def cases() -> list[Made]:
    """All of them."""
    return _tokens()


def with_token(issuer: str, jwt: str, *lines: str, name: str = "id_token.txt") -> dict[str, str | bytes]:
    """Configuration, keys and token."""
    return {"sentry.toml": configs.oidc(issuer, *lines), "jwks.json": KEYS, name: jwt + "\n"}


def _token(
    name: str, title: str, files: dict[str, str | bytes], code: str, rule: str, owner: str, *covers: str
) -> Made:
    return Made(name, title, files, root(code, rule, "token_validation", owner), covers=covers)


def _tokens() -> list[Made]:
    version_1 = f"https://sts.windows.net/{TENANT}/"
    forged = token(claims(), OTHER)
    symmetric = forge.jws(claims(), "a client secret of more than thirty-two octets", header={"alg": "HS256"})
    unsigned = ".".join((forge.b64(b'{"alg":"none"}'), forge.b64(json.dumps(claims()).encode()), ""))
    late = claims(iat=int(NOW) - 7200, exp=int(NOW) - 3600)
    early = claims(iat=int(NOW) + 900, exp=int(NOW) + 4500)
    google = claims(GOOGLE, aud="sentry.apps.googleusercontent.com", hd=..., email="alice@gmail.com")
    return [
        _token(
            "80-token-for-another-client",
            "The client id at Sentry is that of another application",
            with_token(ISSUER, token(claims(aud="0oa9other"))),
            "IDT017",
            "wrong-audience",
            "idp",
            "sentry 8.8",
        ),
        _token(
            "81-token-of-version-1",
            "Entra ID answers with the issuer of version 1 (accessTokenAcceptedVersion)",
            with_token(ENTRA, token(claims(version_1))),
            "IDT016",
            "wrong-issuer",
            "idp",
            "saml c.20",
        ),
        _token(
            "82-org-server-instead-of-the-custom-one",
            "The token comes from Okta's org authorization server",
            with_token(
                OKTA, "Bearer " + token(claims("https://acme-example.okta.com")), name="authorization-header.txt"
            ),
            "IDT016",
            "wrong-issuer",
            "idp",
        ),
        _token(
            "83-clock-of-the-token-is-slow",
            "The token of this login expired an hour ago: a clock is behind",
            with_token(ISSUER, token(late)),
            "IDT024",
            "expired-id-token",
            "clock",
            "sentry 8.6",
        ),
        _token(
            "84-token-from-the-future",
            "The identity provider's clock is a quarter of an hour ahead",
            with_token(ISSUER, token(early)),
            "IDT027",
            "issued-in-the-future",
            "clock",
            "sentry 8.6",
        ),
        _token(
            "85-key-rotated",
            "The keys were rotated: the token names a key that is not in the set",
            with_token(ISSUER, token(claims(), OTHER, kid="key-2028")),
            "IDT012",
            "unknown-key-id",
            "idp",
            "sentry 8.4",
        ),
        _token(
            "86-signature-of-another-key",
            "The token is signed with another key than it names",
            with_token(ISSUER, forged),
            "IDT015",
            "invalid-signature",
            "idp",
        ),
        _token(
            "87-symmetric-signature",
            "The provider signs with the client secret",
            with_token(ISSUER, symmetric),
            "IDT008",
            "unaccepted-algorithm",
            "idp",
        ),
        _token(
            "88-unsigned-token",
            "The token has no signature",
            with_token(ISSUER, unsigned),
            "IDT006",
            "unsigned-id-token",
            "idp",
        ),
        _token(
            "89-consumer-account",
            "A gmail.com account where a Workspace domain is wanted",
            {
                "sentry.toml": configs.oidc(
                    GOOGLE, 'hosted_domains = ["acme.example"]', client_id="sentry.apps.googleusercontent.com"
                ),
                "certs.json": KEYS,
                "id_token.txt": token(google),
            },
            "IDT036",
            "wrong-hosted-domain",
            "user",
            "sentry 8.11",
        ),
        _token(
            "90-access-token-instead",
            "The access token was taken for the ID token",
            with_token(ISSUER, token(claims(aud="api"), typ="at+jwt")),
            "IDT009",
            "foreign-token-type",
            "idp",
        ),
    ]
