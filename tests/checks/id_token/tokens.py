"""The context of a healthy ID token, with something changed."""

from __future__ import annotations

from typing import Any

from checks import forge
from ssocli.checks.id_token import IdTokenContext


def context(token: str | None = None, *, jwks: Any = forge.ABSENT, **changes: Any) -> IdTokenContext:
    values: dict[str, Any] = {
        "issuer": forge.ISSUER,
        "client_id": forge.CLIENT,
        "now": forge.NOW,
        "nonce": forge.NONCE,
        "access_token": forge.ACCESS_TOKEN,
        **changes,
    }
    return IdTokenContext(
        forge.jws(forge.header(), forge.claims()) if token is None else token,
        {"keys": [forge.rsa_jwk(), forge.ec_jwk()]} if jwks is forge.ABSENT else jwks,
        **values,
    )


def with_claims(*, asked: dict[str, Any] | None = None, **claims: Any) -> IdTokenContext:
    """A well-signed token with these claims changed; `asked` changes what the client asked for."""
    return context(forge.jws(forge.header(), forge.claims(**claims)), **(asked or {}))


def with_header(**members: Any) -> IdTokenContext:
    """A well-signed token with these header members changed."""
    return context(forge.jws(forge.header(**members), forge.claims()))
