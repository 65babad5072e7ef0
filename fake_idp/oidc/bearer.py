"""Access tokens as they are presented (RFC 6750 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.oidc import tokens
from fake_idp.refusal import refuse

if TYPE_CHECKING:
    from fake_idp.context import Context
    from fake_idp.records import AccessToken


def presented(context: Context, schemes: tuple[str, ...] = ("bearer",)) -> AccessToken:
    """The good access token that the request carries, in its header or in its form."""
    scheme, _, value = (context.request.header("Authorization") or "").partition(" ")
    in_header = value.strip() if scheme.lower() in schemes else None
    in_form = context.request.form.get("access_token")
    if in_header and in_form:
        raise refuse(
            "invalid_request", "The access token is there twice.", expected="one way", seen="header and form",
            clause="RFC 6750 2",
        )  # fmt: skip
    token = in_header or in_form
    if token is None:
        raise refuse(
            "invalid_token", "There is no access token.", expected="Authorization: Bearer and the token",
            clause="RFC 6750 2.1", status=401,
        )  # fmt: skip
    return good(context, token)


def good(context: Context, token: str) -> AccessToken:
    """The record of an access token that is known, of this issuer, not expired and not revoked."""
    record = context.store.access_tokens.get(tokens.key(token))
    if record is None:
        raise _invalid("It is unknown here, or has expired.", f"an access token of {context.issuer.url}", "another one")
    context.entry.flow = record.grant.flow
    context.saw_client(record.grant.client)
    context.entry.user = record.grant.session.username if record.grant.session else None
    if record.grant.issuer != context.issuer.url:
        raise _invalid("It was issued by another issuer.", context.issuer.url, record.grant.issuer)
    if record.grant.revoked or record.revoked:
        raise _invalid("It was revoked.", "a token in force", record.grant.revoked or "one that was revoked")
    return record


def _invalid(sentence: str, expected: str, seen: str) -> Exception:
    return refuse(
        "invalid_token", f"The access token is not good. {sentence}", expected=expected, seen=seen,
        clause="RFC 6750 3.1", status=401,
    )  # fmt: skip
