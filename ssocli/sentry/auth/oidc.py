"""Step 6 for OpenID Connect: the ID token, its keys, and the userinfo response (OIDC Core 3.1.3.7, 5.3)."""

from __future__ import annotations

from typing import Any

from ssocli.checks import id_token
from ssocli.checks.document import json_object
from ssocli.checks.jose import Parsed, is_symmetric, jwk_entries
from ssocli.config.model import OidcProvider
from ssocli.exchange import Sender
from ssocli.sentry.arrival import NOT_CONFIRMED
from ssocli.sentry.auth import judging
from ssocli.sentry.auth.claims import identity_from_claims
from ssocli.sentry.auth.client import Client
from ssocli.sentry.auth.discovery import Metadata
from ssocli.sentry.context import Context
from ssocli.sentry.provisioning import Identity
from ssocli.sentry.refusal import Attempt, settle


def validate(
    context: Context, attempt: Attempt, client: Client, metadata: Metadata, tokens: dict[str, Any], nonce: str | None
) -> Identity:
    """Judge the tokens and return whose they are. Raises LoginRefused."""
    builder = attempt.builder
    message = NOT_CONFIRMED.format(support=context.sentry.config.sentry.support)
    observed = _observe(context, attempt, client, metadata, tokens, nonce)
    settle(builder, judging.id_token(observed), message)
    claims = id_token.verified_claims(observed)
    if claims is None:
        raise RuntimeError("a rule must have refused an ID token whose signature does not verify")
    told = _userinfo(context, attempt, metadata, str(tokens.get("access_token", "")), observed, claims)
    # The ID token is signed and bound to this login: it overrides what userinfo says.
    identity = identity_from_claims(client, context.sentry.stored_issuer(client.issuer), {**told, **claims})
    algorithm = observed.parsed.algorithm if isinstance(observed.parsed, Parsed) else None
    builder.conclude(f"ID token of subject {identity.subject}, {algorithm}{', userinfo' if told else ''}")
    return identity


def _observe(
    context: Context, attempt: Attempt, client: Client, metadata: Metadata, tokens: dict[str, Any], nonce: str | None
) -> id_token.IdTokenContext:
    """The ID token with the keys to judge it by; kept keys that do not fit are fetched once more."""
    provider = client.provider
    if not isinstance(provider, OidcProvider):
        raise TypeError(f"{client.key} is no OpenID provider")
    token = str(tokens["id_token"])
    access_token = tokens.get("access_token")

    def observed(jwks: Any, *, refetched: bool) -> id_token.IdTokenContext:
        return id_token.IdTokenContext(
            token=token,
            jwks=jwks,
            issuer=provider.issuer,
            client_id=provider.client_id,
            now=context.now,
            client_secret=client.secret,
            algorithms=tuple(provider.algorithms),
            nonce=nonce,
            access_token=access_token if isinstance(access_token, str) else None,
            max_age=provider.max_age_seconds,
            acr_values=tuple(provider.acr_values),
            hosted_domains=tuple(provider.hosted_domains),
            trusted_audiences=tuple(provider.trusted_audiences),
            leeway=float(context.sentry.config.sentry.clock_leeway_seconds),
            refetched=refetched,
        )

    if metadata.jwks_uri is None or all(is_symmetric(algorithm) for algorithm in provider.algorithms):
        return observed(None, refetched=False)
    keys, are_fresh = _keys(context, attempt, metadata.jwks_uri)
    first = observed(keys, refetched=False)
    # A key can also be replaced without a new name, or have none.
    if not _lacks_key(first) and (are_fresh or id_token.verified_claims(first) is not None):
        return first
    return observed(_keys(context, attempt, metadata.jwks_uri, anew=True)[0], refetched=True)


def _keys(context: Context, attempt: Attempt, url: str, *, anew: bool = False) -> tuple[Any, bool]:
    """The JWK set, and whether it was fetched just now. Raises LoginRefused."""
    fetched = context.sentry.documents.get(url, anew=anew)
    if fetched.is_fresh:
        attempt.builder.add_exchange(fetched.exchange)
        message = NOT_CONFIRMED.format(support=context.sentry.config.sentry.support)
        settle(attempt.builder, judging.transport(fetched.exchange, "JWK set"), message)
    document = json_object(fetched.exchange.response.body) if fetched.exchange.response else None
    return document, fetched.is_fresh


def _lacks_key(observed: id_token.IdTokenContext) -> bool:
    """Whether the token names a key that is not in the set: the provider may have rotated its keys just now."""
    parsed = observed.parsed
    if not isinstance(parsed, Parsed) or parsed.key_id is None or is_symmetric(parsed.algorithm or ""):
        return False
    known = [entry.get("kid") for entry in jwk_entries(observed.jwks) if isinstance(entry, dict)]
    return parsed.key_id not in known


def _userinfo(
    context: Context,
    attempt: Attempt,
    metadata: Metadata,
    access_token: str,
    observed: id_token.IdTokenContext,
    claims: dict[str, Any],
) -> dict[str, Any]:
    """What userinfo adds; nothing without such an endpoint. It is always asked: what is wrong there is worth knowing.

    Raises LoginRefused.
    """
    if metadata.userinfo_endpoint is None or not access_token:
        return {}
    exchange = context.sentry.send(
        "GET",
        metadata.userinfo_endpoint,
        headers=(("Authorization", f"Bearer {access_token}"), ("Accept", "application/json")),
        timeout=float(context.sentry.config.sentry.http_timeout_seconds),
        sender=Sender.SENTRY,
    )
    attempt.builder.add_exchange(exchange)
    message = NOT_CONFIRMED.format(support=context.sentry.config.sentry.support)
    checks, told = judging.userinfo(exchange, observed, claims)
    settle(attempt.builder, checks, message)
    return told
