"""Client authentication by a signed JWT: private_key_jwt (RFC 7523 3, OIDC Core 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_idp.oidc import inbound
from fake_idp.refusal import RefusedError, refuse

if TYPE_CHECKING:
    from fake_idp.config import Client
    from fake_idp.context import Context

LEEWAY = 60  # seconds that the client's clock may be off


def check(context: Context, client: Client, assertion: str) -> None:
    """Refuse an assertion that `client` did not make, or not for this issuer, or not for now, or made use of before."""
    if client.jwks is None:
        raise _refused(
            "No keys are registered for this client.", "jwks", "none", "give the client a jwks with its public key"
        )
    try:
        claims = inbound.verify(assertion, client.jwks)
    except inbound.UnverifiedError as error:
        raise _refused(
            "The client assertion is not signed by a key of this client.",
            "a signature by a key in the client's jwks",
            str(error)[:200],
            "compare the kid and the key with the client's jwks in the configuration",
        ) from error
    for name in ("iss", "sub"):
        if claims.get(name) != client.client_id:
            raise _refused(f"The assertion's {name} is not the client.", client.client_id, _seen(claims.get(name)))
    _check_audience(context, claims.get("aud"))
    _check_times(context, claims)
    _check_replay(context, client, claims)


def issuer(assertion: str) -> str | None:
    """The client that an assertion claims to be from, before anything is verified."""
    claimed = inbound.unverified_claims(assertion).get("iss")
    return claimed if isinstance(claimed, str) else None


def _check_audience(context: Context, audience: Any) -> None:
    accepted = {context.issuer.url, context.issuer.endpoint("token")}
    named = audience if isinstance(audience, list) else [audience]
    if not any(value in accepted for value in named if isinstance(value, str)):
        raise _refused("The assertion is for somebody else.", " or ".join(sorted(accepted)), _seen(audience))


def _check_times(context: Context, claims: dict[str, Any]) -> None:
    expires, not_before = claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(expires, (int, float)) or not isinstance(not_before, (int, float)):
        raise _refused("The assertion has no usable exp or nbf.", "numbers of seconds", _seen(expires))
    if expires <= context.now - LEEWAY:
        raise _refused(
            "The assertion has expired.", f"an exp after {context.now}", _seen(expires), "compare the clocks"
        )
    if not_before > context.now + LEEWAY:
        raise _refused(
            "The assertion is not valid yet.", f"an nbf until {context.now}", _seen(not_before), "compare the clocks"
        )


def _check_replay(context: Context, client: Client, claims: dict[str, Any]) -> None:
    jti = claims.get("jti")
    if not isinstance(jti, str):
        raise _refused("The assertion has no jti.", "a jti", _seen(jti))
    lifetime = max(float(claims["exp"]) - context.now, 0) + LEEWAY
    key = f"{client.client_id} {jti}"
    with context.store.lock:
        if context.store.seen_assertions.get(key):
            raise _refused("The assertion was used before.", "a new jti each time", "one seen before")
        context.store.seen_assertions.put(key, True, lifetime)


def _seen(value: Any) -> str:
    return "none" if value is None else str(value)[:200]


def _refused(sentence: str, expected: str, seen: str, fix: str | None = None) -> RefusedError:
    return refuse(
        "invalid_client", sentence, parameter="client_assertion", expected=expected, seen=seen,
        clause="RFC 7523 3", fix=fix, status=401,
    )  # fmt: skip
