"""The `id_token_hint`: an ID token of ours that comes back (OIDC Core 3.1.2.1, RP-Initiated Logout 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_idp import base64url
from fake_idp.oidc import inbound
from fake_idp.refusal import refuse

if TYPE_CHECKING:
    from fake_idp.context import Context


def verified(context: Context, token: str) -> dict[str, Any]:
    """The claims of a hint that this issuer signed. An expired one will do; a forged one is refused."""
    claimed = inbound.unverified_claims(token)
    audience = claimed.get("aud")
    client = context.client(str(audience[0] if isinstance(audience, list) and audience else audience))
    try:
        if client is not None and client.id_token_signed_response_alg == "HS256" and client.client_secret:
            secret = {"kty": "oct", "k": base64url.encode(client.client_secret.encode())}
            claims = inbound.verify(token, {"keys": [secret]}, ("HS256",))
        else:
            claims = inbound.verify(token, context.namespace.keys.jwks())
    except inbound.UnverifiedError as error:
        raise refuse(
            "invalid_request", "The id_token_hint is not an ID token of this issuer.", parameter="id_token_hint",
            expected="a signature by one of its published keys", seen=str(error)[:200],
            clause="OIDC Core 3.1.2.1", fix="send the ID token unchanged, or leave the hint out",
        ) from error  # fmt: skip
    if claims.get("iss") != context.issuer.url:
        raise refuse(
            "invalid_request", "The id_token_hint is from another issuer.", parameter="id_token_hint",
            expected=context.issuer.url, seen=str(claims.get("iss"))[:200], clause="OIDC Core 3.1.2.1",
        )  # fmt: skip
    return claims
