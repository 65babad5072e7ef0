"""Tokens, requests and answers of OpenID Connect and OAuth 2.0, judged against the provider's table and documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ssocli.checks import authorization_request, authorization_response, jwks, token_response
from ssocli.checks.check import Check, evaluate
from ssocli.checks.document import is_number, json_object
from ssocli.checks.id_token import IdTokenContext
from ssocli.checks.jose import Parsed, parse_compact
from ssocli.config.model import OidcProvider
from ssocli.diagnose import blind
from ssocli.diagnose.blind import Blind, blinded
from ssocli.diagnose.judged import Judged
from ssocli.diagnose.known import Known
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Kind
from ssocli.exchange import Response

_LEEWAY = 60.0
_JSON = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))


def judge(thing: Thing, known: Known, now: float | None, clock: float) -> Iterator[Judged]:
    """What is wrong with the thing, and with the ID token that it carries."""
    if thing.kind is Kind.JWT:
        yield _token(thing.text, thing.place, known, now, clock)
    elif thing.kind is Kind.AUTHORIZATION_URL:
        yield _request(thing, known)
    elif thing.kind is Kind.CALLBACK_URL:
        yield _callback(thing, known)
        if token := thing.first("id_token"):
            yield _token(token, f"{thing.place}, id_token", known, now, clock)
    else:
        document = json_object(thing.data) or {}
        yield _answer(thing, document, known)
        if isinstance(token := document.get("id_token"), str):
            yield _token(token, f"{thing.place}, id_token", known, now, clock)


def _token(token: str, place: str, known: Known, now: float | None, clock: float) -> Judged:
    parsed = parse_compact(token)
    claims: dict[str, Any] = (parsed.claims or {}) if isinstance(parsed, Parsed) else {}
    provider = known.configured.oidc if known.configured else None
    audience = claims.get("aud")
    client = audience[0] if isinstance(audience, list) and audience else audience
    issued = claims.get("iat")
    unknown = (
        *(() if known.issuer else (blind.ISSUER,)),
        *(() if provider else (blind.CLIENT,)),
        *((blind.KEYS,) if known.jwks is None else ()),
    )
    context = IdTokenContext(
        token=token,
        jwks=known.jwks,
        issuer=known.issuer or str(claims.get("iss", "")),
        client_id=provider.client_id if provider else str(client),
        now=now if now is not None else float(issued) if is_number(issued) else clock,
        algorithms=_algorithms(provider, parsed),
        nonce=known.asked.nonce if known.asked else None,
        max_age=provider.max_age_seconds if provider else None,
        acr_values=tuple(provider.acr_values) if provider else (),
        hosted_domains=tuple(provider.hosted_domains) if provider else (),
        trusted_audiences=tuple(provider.trusted_audiences) if provider else (),
        leeway=known.configured.leeway if known.configured else _LEEWAY,
    )
    checks = evaluate("id_token", context)
    if known.jwks is not None:
        checks = (*evaluate("jwks", jwks.JwksContext(known.jwks, context.algorithms)), *checks)
    return Judged(place, blinded(checks, unknown), True, unknown)


def _algorithms(provider: OidcProvider | None, parsed: object) -> tuple[str, ...]:
    """Those that the client accepts; nobody knowing them, any that is a signature by a published key."""
    if provider is not None:
        return tuple(provider.algorithms)
    named = parsed.algorithm if isinstance(parsed, Parsed) else None
    return ("RS256", named) if named and named[:2] in {"RS", "ES", "PS", "Ed"} else ("RS256",)


def _request(thing: Thing, known: Known) -> Judged:
    scopes = (thing.first("scope") or "").split()
    provider = known.configured.provider if known.configured else None
    # Without a configuration a nonce, an ID token or any of the scopes tells that OpenID Connect is meant.
    hints = {"openid", "profile", "email"} & set(scopes) or thing.first("nonce")
    is_oidc = isinstance(provider, OidcProvider) if provider else bool(hints)
    endpoint = (known.discovery or {}).get("authorization_endpoint")
    context = authorization_request.AuthorizationRequestContext(
        thing.url, endpoint if isinstance(endpoint, str) else thing.url.partition("?")[0], is_oidc
    )
    return Judged(thing.place, evaluate("authorization_request", context), observed=True)


def _callback(thing: Thing, known: Known) -> Judged:
    provider = known.configured.oidc if known.configured else None
    wanted = (provider.response_mode if provider else None) or ("query" if known.configured else thing.mode)
    state = known.asked.state if known.asked else None
    context = authorization_response.AuthorizationResponseContext(
        parameters=thing.parameters,
        mode=thing.mode,
        expected_state=state or thing.first("state"),
        issuer=known.issuer,
        iss_advertised=(known.discovery or {}).get("authorization_response_iss_parameter_supported") is True,
        expected_mode=wanted,
    )
    unknown = (*(() if state else (blind.STATE,)), blind.EXPIRY)
    checks = blinded(evaluate("authorization_response", context), unknown)
    said = f"{thing.first('error') or ''}: {thing.first('error_description') or ''}"
    return Judged(thing.place, checks, True, unknown, said if thing.first("error") else "")


def _answer(thing: Thing, document: dict[str, Any], known: Known) -> Judged:
    provider = known.configured.provider if known.configured else None
    is_oidc = provider is None or isinstance(provider, OidcProvider)
    has_failed = isinstance(document.get("error"), str)
    response = Response(400 if has_failed and is_oidc else 200, _JSON, thing.data)
    scopes = () if provider is None or not hasattr(provider, "scopes") else tuple(provider.scopes)
    context = token_response.TokenResponseContext(response, document, is_oidc, scopes)
    unknown: tuple[Blind, ...] = (blind.TRANSPORT,)
    checks: tuple[Check, ...] = blinded(evaluate("token_response", context), unknown)
    said = f"{document.get('error')}: {document.get('error_description', '')} {document.get('error_codes', '')}"
    return Judged(thing.place, checks, True, unknown, said if has_failed else "")
