"""Token revocation (RFC 7009)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_idp.faults import hooks
from fake_idp.oidc import tokens
from fake_idp.oidc.client_authentication import authenticate
from fake_idp.refusal import refuse
from fake_idp.web import NO_STORE, Response, json_response

if TYPE_CHECKING:
    from fake_idp.context import Context


def handle(context: Context) -> Response:
    """Take a token back. One that is unknown counts as taken back (RFC 7009 2.2).

    With a refresh token goes everything of its login; with an access token, nothing else.
    """
    client = authenticate(context)
    token = context.request.form.get("token")
    if token is None:
        raise refuse(
            "invalid_request", "There is no token.", parameter="token", expected="a token", seen="none",
            clause="RFC 7009 2.1",
        )  # fmt: skip
    access = context.store.access_tokens.get(tokens.key(token))
    refresh = context.store.refresh_tokens.get(tokens.key(token))
    record = access or refresh
    if record is not None:
        context.entry.flow = record.grant.flow
        if record.grant.client.client_id != client.client_id:
            raise refuse(
                "invalid_grant", "This token was issued to another client.", parameter="token",
                expected=record.grant.client.client_id[:100], seen=client.client_id[:100], clause="RFC 7009 2.1",
            )  # fmt: skip
    if access is not None:
        access.revoked = True
    elif refresh is not None:
        refresh.grant.revoked = "the client revoked them"
    return hooks.answer(context, "revocation", None, 200, NO_STORE, _render)


def _render(document: Any, status: int, headers: list[tuple[str, str]]) -> Response:
    """Nothing, or the error that a fault made of it."""
    return Response(status, b"", headers) if document is None else json_response(document, status, headers)
