"""How the client proves to the token endpoint who it is (OIDC Core 9)."""

from __future__ import annotations

import base64
from typing import Literal
from urllib.parse import quote_plus

from ssocli.checks.private_key import load_private_key
from ssocli.config.model import OidcProvider
from ssocli.sentry import secrets
from ssocli.sentry.auth.client import Client

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 60
# By the curve of the key; RSA keys, which have none, sign with RS256.
_ALGORITHMS = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "Ed25519"}

Pairs = list[tuple[str, str]]


def authenticate(client: Client, token_endpoint: str, now: float) -> tuple[Pairs, Pairs]:
    """The headers and the form fields that authenticate the client. `now` is seconds since the epoch."""
    client_id, secret = client.provider.client_id, client.secret or ""
    method = client.provider.client_auth
    if method == "client_secret_basic":
        # Both parts are form-urlencoded first: RFC 6749 2.3.1. Libraries that leave that out fail on + and %.
        pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
        return [("Authorization", f"Basic {base64.b64encode(pair.encode('ascii')).decode('ascii')}")], []
    if method == "client_secret_post":
        return [], [("client_id", client_id), ("client_secret", secret)]
    if method == "private_key_jwt":
        assertion = client_assertion(client, token_endpoint, now)
        return [], [
            ("client_id", client_id),
            ("client_assertion_type", _ASSERTION_TYPE),
            ("client_assertion", assertion),
        ]
    return [], [("client_id", client_id)]


def client_assertion(client: Client, audience: str, now: float) -> str:
    """A signed JWT that names client and endpoint, good once and for a minute (RFC 7523 3)."""
    from authlib.oauth2.rfc7523.assertion import sign_jwt_bearer_assertion
    from joserfc.jwk import import_key

    pem = client.private_key or ""
    key = import_key(pem, _key_type(pem))
    algorithm = _ALGORITHMS.get(str(key.as_dict().get("crv", "")), "RS256")
    header: dict[str, str] = {"alg": algorithm, "typ": "JWT"}
    if isinstance(client.provider, OidcProvider) and client.provider.private_key_id:
        header["kid"] = client.provider.private_key_id
    client_id = client.provider.client_id
    signed: str = sign_jwt_bearer_assertion(
        key,
        client_id,
        audience,
        subject=client_id,
        issued_at=int(now),
        expires_at=int(now) + _ASSERTION_SECONDS,
        claims={"jti": secrets.token()},
        header=header,
    )
    return signed


def _key_type(pem: str) -> Literal["RSA", "EC", "OKP"]:
    """The JWK key type of a private key."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    key = load_private_key(pem)
    if isinstance(key, RSAPrivateKey):
        return "RSA"
    return "EC" if isinstance(key, EllipticCurvePrivateKey) else "OKP"
