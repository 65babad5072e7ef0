"""Token introspection (RFC 7662)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_idp.faults import hooks
from fake_idp.oidc import tokens
from fake_idp.oidc.client_authentication import authenticate
from fake_idp.records import AccessToken
from fake_idp.refusal import refuse
from fake_idp.web import NO_STORE

if TYPE_CHECKING:
    from fake_idp.context import Context
    from fake_idp.records import RefreshToken
    from fake_idp.web import Response


def handle(context: Context) -> Response:
    """Tell an authenticated client about a token."""
    client = authenticate(context)
    if client.token_endpoint_auth_method == "none":
        raise refuse(
            "invalid_client", "A public client may not introspect tokens.", expected="a confidential client",
            seen=client.client_id[:100], clause="RFC 7662 2.1", status=401,
        )  # fmt: skip
    token = context.request.form.get("token")
    if token is None:
        raise refuse(
            "invalid_request", "There is no token.", parameter="token", expected="a token", seen="none",
            clause="RFC 7662 2.1",
        )  # fmt: skip
    key = tokens.key(token)
    record = context.store.access_tokens.get(key) or context.store.refresh_tokens.get(key)
    return hooks.answer(context, "introspection", document(context, record), headers=NO_STORE)


def document(context: Context, record: AccessToken | RefreshToken | None) -> dict[str, Any]:
    """The introspection response; about a token that is not in force it says nothing else (RFC 7662 2.2)."""
    if record is None or record.grant.revoked or record.grant.issuer != context.issuer.url:
        return {"active": False}
    if record.revoked if isinstance(record, AccessToken) else record.used:
        return {"active": False}
    grant = record.grant
    context.entry.flow = grant.flow
    body: dict[str, Any] = {
        "active": True,
        "iss": context.issuer.url,
        "sub": tokens.subject(context, grant),
        "client_id": grant.client.client_id,
        "scope": " ".join(record.scope),
        "iat": record.issued,
        "exp": record.expires,
    }
    if grant.session is not None:
        context.entry.user = body["username"] = grant.session.username
    if isinstance(record, AccessToken):
        body |= {"token_type": "Bearer", "aud": record.audience, "jti": record.jti}
    return body
