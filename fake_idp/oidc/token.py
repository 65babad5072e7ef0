"""The token endpoint (RFC 6749 3.2, OIDC Core 3.1.3)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fake_idp.config import DEVICE_CODE
from fake_idp.faults import hooks
from fake_idp.oidc import errors, pkce, tokens
from fake_idp.oidc.client_authentication import authenticate
from fake_idp.records import Grant
from fake_idp.refusal import RefusedError, refuse
from fake_idp.web import FORM, NO_STORE

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from fake_idp.config import Client
    from fake_idp.context import Context
    from fake_idp.web import Response


def handle(context: Context) -> Response:
    """Authenticate the client and exchange what it brings for tokens."""
    form = context.request.form
    if context.request.content_type != FORM:
        raise refuse(
            "invalid_request", "The body is not a form.", expected=f"Content-Type: {FORM}",
            seen=context.request.content_type[:100] or "no Content-Type", clause="RFC 6749 4.1.3",
        )  # fmt: skip
    if form.repeated:
        raise refuse(
            "invalid_request", f"The parameter {form.repeated[0][:50]} is there more than once.",
            parameter=form.repeated[0], expected="one", seen="several", clause="RFC 6749 3.2",
        )  # fmt: skip
    grant_type = form.get("grant_type")
    supported = context.issuer.shape.supported("grant_types")
    if grant_type is None and context.issuer.shape.openid:
        raise refuse(
            "invalid_request", "There is no grant_type.", parameter="grant_type", expected=" or ".join(supported),
            seen="none", clause="RFC 6749 4.1.3",
        )  # fmt: skip
    grant_type = grant_type or "authorization_code"  # GitHub's clients do not send one
    if grant_type not in supported:
        raise refuse(
            "unsupported_grant_type", "The grant type is not supported.", parameter="grant_type",
            expected=" or ".join(supported), seen=grant_type[:100], clause="RFC 6749 5.2",
        )  # fmt: skip
    client = authenticate(context)
    if grant_type not in client.grant_types:
        raise refuse(
            "unauthorized_client", "The client may not use this grant type.", parameter="grant_type",
            expected=" or ".join(client.grant_types), seen=grant_type, clause="RFC 6749 5.2",
        )  # fmt: skip
    point = "refresh" if grant_type == "refresh_token" else "token"
    document = GRANTS[grant_type](context, client)
    return hooks.answer(context, point, document, 200, NO_STORE, partial(errors.token_format, context))


def authorization_code(context: Context, client: Client) -> dict[str, Any]:
    """Tokens for a code (RFC 6749 4.1.3). A code is good once; its second use takes back what it gave."""
    form = context.request.form
    code = form.get("code")
    if code is None:
        raise refuse(
            "invalid_request", "There is no code.", parameter="code", expected="the code of the authorization response",
            seen="none", clause="RFC 6749 4.1.3",
        )  # fmt: skip
    with context.store.lock:
        grant = context.store.codes.get(code)
        reused = grant is not None and grant.redeemed
        if grant is not None and grant.client.client_id == client.client_id:
            grant.redeemed = True
            if reused:
                grant.revoked = "its authorization code was used a second time"
    if grant is None:
        raise refuse(
            "invalid_grant", "This code is unknown here.", parameter="code",
            expected=f"a code that {context.issuer.url} issued", seen="another value", clause="RFC 6749 5.2",
        )  # fmt: skip
    context.entry.flow = grant.flow
    context.entry.user = grant.session.username if grant.session else None
    if reused:
        raise refuse(
            "invalid_grant", "This code was used before; the tokens issued for it are revoked.", parameter="code",
            expected="a code used once", seen="its second use", clause="RFC 6749 4.1.2",
            fix="exchange each code once: look for a callback that is handled twice",
        )  # fmt: skip
    _check_code(context, client, grant)
    problem = pkce.verifier_problem(grant.code_challenge, grant.code_challenge_method, form.get("code_verifier"))
    if problem:
        raise RefusedError(problem)
    return tokens.issue(context, grant, grant.scope)


def _check_code(context: Context, client: Client, grant: Grant) -> None:
    """The code is the client's, from this issuer, fresh, and for this redirect URI (RFC 6749 4.1.3)."""
    check_owner(context, client, grant, "code")
    late = context.now - grant.code_expires
    if late >= 0:
        raise refuse(
            "invalid_grant", "This code has expired.", parameter="code",
            expected=f"a code at most {context.settings.lifetimes.authorization_code} seconds old",
            seen=f"one that expired {late} seconds ago", clause="RFC 6749 4.1.2",
        )  # fmt: skip
    sent = context.request.form.get("redirect_uri")
    # One may be left out only if the authorization request left it out; the GitHub shape is lenient about it.
    if sent != grant.redirect_uri and (sent is not None or context.issuer.shape.openid):
        raise refuse(
            "invalid_grant", "The redirect_uri is not the one of the authorization request.", parameter="redirect_uri",
            expected=(grant.redirect_uri or "none")[:200], seen=(sent or "none")[:200], clause="RFC 6749 4.1.3",
        )  # fmt: skip


def check_owner(context: Context, client: Client, grant: Grant, parameter: str) -> None:
    """What the client brings was issued to it, by this issuer (RFC 6749 5.2)."""
    if grant.client.client_id != client.client_id:
        raise refuse(
            "invalid_grant", "This was issued to another client.", parameter=parameter,
            expected=grant.client.client_id[:100], seen=client.client_id[:100], clause="RFC 6749 5.2",
        )  # fmt: skip
    if grant.issuer != context.issuer.url:
        raise refuse(
            "invalid_grant", "This was issued by another issuer.", parameter=parameter, expected=grant.issuer,
            seen=context.issuer.url, clause="RFC 6749 5.2",
        )  # fmt: skip


def refresh_token(context: Context, client: Client) -> dict[str, Any]:
    """New tokens for a refresh token (RFC 6749 6), which is good once: its second use revokes the whole family."""
    token = context.request.form.get("refresh_token")
    if token is None:
        raise refuse(
            "invalid_request", "There is no refresh_token.", parameter="refresh_token", expected="one", seen="none",
            clause="RFC 6749 6",
        )  # fmt: skip
    record = context.store.refresh_tokens.get(tokens.key(token))
    if record is None:
        raise refuse(
            "invalid_grant", "This refresh token is unknown here, or has expired.", parameter="refresh_token",
            expected=f"one that {context.issuer.url} issued", seen="another value", clause="RFC 6749 5.2",
        )  # fmt: skip
    grant = record.grant
    context.entry.flow = grant.flow
    context.entry.user = grant.session.username if grant.session else None
    check_owner(context, client, grant, "refresh_token")
    scope = _narrowed(context.request.form.get("scope"), record.scope)
    with context.store.lock:
        if record.used and grant.revoked is None:
            grant.revoked = "a refresh token was used a second time"
        record.used = True
    if grant.revoked is not None:
        raise refuse(
            "invalid_grant", f"All tokens of this login are revoked: {grant.revoked}.", parameter="refresh_token",
            expected="the newest refresh token, used once", seen="a revoked one", clause="RFC 9700 4.14.2",
            fix="store the refresh token of each response and forget the one before",
        )  # fmt: skip
    return tokens.issue(context, grant, scope, "refresh_id_token")


def client_credentials(context: Context, client: Client) -> dict[str, Any]:
    """An access token for the client itself (RFC 6749 4.4)."""
    if client.token_endpoint_auth_method == "none":
        raise refuse(
            "unauthorized_client", "A public client has no credentials to ask with.",
            expected="a confidential client", seen=client.client_id[:100], clause="RFC 6749 4.4",
        )  # fmt: skip
    scope = tuple((context.request.form.get("scope") or client.scope or "").split())
    context.entry.flow = context.randomness.token(6)
    return tokens.issue(context, Grant(client, context.issuer.url, context.entry.flow, scope), scope)


def device_code(context: Context, client: Client) -> dict[str, Any]:
    """Tokens for a device, once its person has agreed (RFC 8628 3.4)."""
    from fake_idp.oidc import device

    return tokens.issue(context, grant := device.poll(context, client), grant.scope)


def _narrowed(asked: str | None, granted: tuple[str, ...]) -> tuple[str, ...]:
    """The scope of a refresh: what was granted, or less (RFC 6749 6)."""
    scope = tuple((asked or "").split()) or granted
    if unknown := [value for value in scope if value not in granted]:
        raise refuse(
            "invalid_scope", "A refresh cannot widen the scope.", parameter="scope", expected=" ".join(granted),
            seen=" ".join(unknown)[:200], clause="RFC 6749 6",
        )  # fmt: skip
    return scope


GRANTS: dict[str, Callable[[Context, Client], dict[str, Any]]] = {
    "authorization_code": authorization_code,
    "refresh_token": refresh_token,
    "client_credentials": client_credentials,
    DEVICE_CODE: device_code,
}
