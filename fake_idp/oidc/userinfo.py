"""The UserInfo endpoint (OIDC Core 5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_idp.faults import hooks
from fake_idp.oidc import bearer, claims
from fake_idp.refusal import refuse
from fake_idp.web import NO_STORE

if TYPE_CHECKING:
    from fake_idp.context import Context
    from fake_idp.records import AccessToken, Session
    from fake_idp.web import Response


def handle(context: Context) -> Response:
    """Say about the person what the access token allows."""
    record = bearer.presented(context)
    if record.grant.session is None or "openid" not in record.scope:
        raise refuse(
            "insufficient_scope", "The access token does not allow to ask about a person.", parameter="scope",
            expected="openid", seen=" ".join(record.scope) or "none", clause="RFC 6750 3.1", status=403,
        )  # fmt: skip
    return hooks.answer(context, "userinfo", document(context, record, record.grant.session), headers=NO_STORE)


def document(context: Context, record: AccessToken, session: Session) -> dict[str, Any]:
    """The UserInfo response (OIDC Core 5.3.2)."""
    person = context.person(session.username)
    requested = record.grant.claims.get("userinfo", {})
    return {
        "sub": person.sub,
        **claims.released(person, context.issuer.shape.claims, record.scope, requested),
    }
