"""The tokens and the token response: each made as plain data, and signed or stored afterwards."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from fake_idp import jws
from fake_idp.faults import hooks
from fake_idp.oidc import claims, relying_parties
from fake_idp.records import AccessToken, RefreshToken
from fake_idp.refusal import refuse

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from fake_idp.config import Client
    from fake_idp.context import Context
    from fake_idp.records import Grant, Session


def issue(context: Context, grant: Grant, scope: tuple[str, ...], point: str = "id_token") -> dict[str, Any]:
    """The token response (RFC 6749 5.1, OIDC Core 3.1.3.3) for what `grant` allows, within `scope`.

    `point` is where the faults of its ID token are.
    """
    access_token = issue_access_token(context, grant, scope)
    response: dict[str, Any] = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": context.settings.lifetimes.access_token,
        "scope": context.issuer.shape.token_response.scope_separator.join(scope),
    }
    if not context.issuer.shape.openid:
        return {"access_token": access_token, "token_type": "bearer", "scope": response["scope"]}
    if _gives_refresh_token(context, grant, scope):
        response["refresh_token"] = issue_refresh_token(context, grant, scope)
    if grant.session is not None and "openid" in scope:
        response["id_token"] = issue_id_token(context, grant, grant.session, scope, access_token, point)
        relying_parties.join(context, grant, grant.session)
    return response


def issue_access_token(context: Context, grant: Grant, scope: tuple[str, ...]) -> str:
    """A new access token, in the format of the client."""
    now = context.now
    record = AccessToken(
        grant=grant,
        scope=scope,
        jti=context.randomness.token(16),
        issued=now,
        expires=now + context.settings.lifetimes.access_token,
        audience=grant.client.access_token_audience or context.issuer.url,
    )
    if grant.client.access_token_format == "opaque" or not context.issuer.shape.openid:
        token = context.randomness.token(32)
    else:
        token = sign(context, "RS256", "at+jwt", access_token_claims(context, record), grant.client, "access_token")
    context.store.access_tokens.put(key(token), record, context.settings.lifetimes.access_token)
    return token


def issue_refresh_token(context: Context, grant: Grant, scope: tuple[str, ...]) -> str:
    """A new refresh token of the grant's family."""
    now, lifetime = context.now, context.settings.lifetimes.refresh_token
    token = context.randomness.token(32)
    context.store.refresh_tokens.put(key(token), RefreshToken(grant, scope, now, now + lifetime), lifetime)
    return token


def issue_id_token(
    context: Context, grant: Grant, session: Session, scope: tuple[str, ...], access_token: str, point: str
) -> str:
    """A new ID token, signed by the client's algorithm."""
    alg = grant.client.id_token_signed_response_alg
    body = id_token_claims(context, grant, session, scope)
    body["at_hash"] = jws.half_hash(alg, access_token)
    return sign(context, alg, "JWT", body, grant.client, point)


def access_token_claims(context: Context, record: AccessToken) -> dict[str, Any]:
    """The claims of a JWT access token (RFC 9068 2.2)."""
    grant = record.grant
    body: dict[str, Any] = {
        "iss": context.issuer.url,
        "sub": subject(context, grant),
        "aud": record.audience,
        "client_id": grant.client.client_id,
        "exp": record.expires,
        "iat": record.issued,
        "jti": record.jti,
        "scope": " ".join(record.scope),
    }
    if grant.session is not None:
        session = grant.session
        body |= {"auth_time": session.auth_time, "acr": session.acr, "amr": list(session.amr), "sid": session.sid}
        groups = context.person(session.username).groups
        if "groups" in record.scope and groups:
            body["groups"] = list(groups)
    return body


def id_token_claims(context: Context, grant: Grant, session: Session, scope: tuple[str, ...]) -> dict[str, Any]:
    """The claims of an ID token, all but `at_hash` (OIDC Core 2, 3.1.3.6)."""
    client = grant.client
    person = context.person(session.username)
    audience = [client.client_id, *client.audiences]
    body: dict[str, Any] = {
        "iss": context.issuer.url,
        "sub": person.sub,
        "aud": audience if len(audience) > 1 else client.client_id,
        "exp": context.now + context.settings.lifetimes.id_token,
        "iat": context.now,
        "auth_time": session.auth_time,
        "acr": session.acr,
        "amr": list(session.amr),
        "sid": session.sid,
    }
    if len(audience) > 1 or context.issuer.shape.claims.hosted_domain:
        body["azp"] = client.client_id
    if grant.nonce is not None:
        body["nonce"] = grant.nonce
    requested = grant.claims.get("id_token", {})
    by_scope = client.claims_in_id_token
    return claims.released(person, context.issuer.shape.claims, scope, requested, by_scope=by_scope) | body


def header(context: Context, alg: str, typ: str) -> dict[str, Any]:
    """The JOSE header. A symmetric key has no `kid`: it is the client's secret."""
    if alg == "HS256":
        return {"alg": alg, "typ": typ}
    return {"alg": alg, "kid": context.namespace.keys.current(alg).kid, "typ": typ}


def sign(context: Context, alg: str, typ: str, body: dict[str, Any], client: Client, point: str) -> str:
    """`body` as a JWT under the current key for `alg`, or under the client's secret (OIDC Core 10.1)."""
    return hooks.signed(context, point, header(context, alg, typ), body, signing_key(context, alg, client), client)


def signing_key(context: Context, alg: str, client: Client) -> PrivateKeyTypes | bytes:
    """The current key for `alg`, or the client's secret."""
    if alg != "HS256":
        return context.namespace.keys.current(alg).private
    if not client.client_secret:
        raise refuse(
            "invalid_client", "HS256 needs a client secret, and this client has none.",
            expected="client_secret", seen="none", clause="OIDC Core 10.1",
            fix="give the client a client_secret of 32 characters or more, or another id_token_signed_response_alg",
        )  # fmt: skip
    return client.client_secret.encode()


def subject(context: Context, grant: Grant) -> str:
    """The person who granted, or the client itself when no person was there (RFC 9068 2.2)."""
    return context.person(grant.session.username).sub if grant.session else grant.client.client_id


def key(token: str) -> str:
    """What the store knows a token by."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _gives_refresh_token(context: Context, grant: Grant, scope: tuple[str, ...]) -> bool:
    """OpenID clients ask for it by scope (OIDC Core 11); plain OAuth 2.0 clients just get one."""
    if grant.session is None or "refresh_token" not in grant.client.grant_types:
        return False
    offered = "refresh_token" in context.issuer.shape.supported("grant_types")
    return offered and ("openid" not in scope or "offline_access" in scope)
