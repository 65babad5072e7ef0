"""Who is asking, at the endpoints that only clients use (RFC 6749 2.3, OIDC Core 9)."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from fake_idp.config import Client
from fake_idp.refusal import refuse

if TYPE_CHECKING:
    from fake_idp.context import Context
    from fake_idp.web import Parameters

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Credentials:
    """How a client presents itself; `secret` is its secret or its assertion."""

    method: str
    client_id: str | None
    secret: str | None


def authenticate(context: Context) -> Client:
    """The client that sent the request, proved as far as it must be.

    A registered client must prove itself even when the issuer is permissive; one that nobody registered is
    taken at its word there, and refused under strict.
    """
    form = context.request.form
    given = credentials(context.request.header("Authorization"), form)
    if given.client_id is None:
        raise refuse(
            "invalid_client", "The request does not say which client it is from.",
            expected="HTTP Basic credentials, client_id with client_secret, or a client_assertion", seen="none",
            clause="RFC 6749 2.3", status=401,
        )  # fmt: skip
    client = context.client(given.client_id)
    if client is None:
        if context.settings.strict:
            raise refuse(
                "invalid_client", "No client is registered under this client_id.", parameter="client_id",
                expected="a registered client", seen=given.client_id[:100], clause="RFC 6749 5.2",
                fix="register the client under [[clients]], or start without strict", status=401,
            )  # fmt: skip
        return context.saw_client(Client(client_id=given.client_id, client_secret=given.secret))
    context.saw_client(client)
    _check_method(context, client, given)
    if given.method == "private_key_jwt":
        from fake_idp.oidc import client_assertion

        client_assertion.check(context, client, given.secret or "")
    elif client.token_endpoint_auth_method != "none":
        _check_secret(client, given)
    return client


def credentials(authorization: str | None, form: Parameters) -> Credentials:
    """What the request presents. Raises for a broken header, and for two ways at once (RFC 6749 2.3)."""
    assertion, secret = form.get("client_assertion"), form.get("client_secret")
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() == "basic":
        if assertion or secret:
            raise refuse(
                "invalid_request", "The client authenticates in more than one way.",
                expected="the Authorization header alone", seen="the header and the body", clause="RFC 6749 2.3",
            )  # fmt: skip
        client_id, password = basic(value)
        named = form.get("client_id")
        if named is not None and named != client_id:
            raise refuse(
                "invalid_request", "Header and body name different clients.", parameter="client_id",
                expected=client_id[:100], seen=named[:100], clause="RFC 6749 2.3.1",
            )  # fmt: skip
        return Credentials("client_secret_basic", client_id, password)
    if assertion is not None:
        from fake_idp.oidc import client_assertion

        kind = form.get("client_assertion_type")
        if kind != JWT_BEARER:
            raise refuse(
                "invalid_request", "The type of the client assertion is wrong.", parameter="client_assertion_type",
                expected=JWT_BEARER, seen=(kind or "none")[:100], clause="RFC 7523 2.2",
            )  # fmt: skip
        return Credentials("private_key_jwt", form.get("client_id") or client_assertion.issuer(assertion), assertion)
    if secret is not None:
        return Credentials("client_secret_post", form.get("client_id"), secret)
    return Credentials("none", form.get("client_id"), None)


def basic(value: str) -> tuple[str, str]:
    """Client id and secret out of a Basic header; both are form-encoded inside it (RFC 6749 2.3.1)."""
    try:
        text = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        text = ""
    client_id, colon, secret = text.partition(":")
    if not colon or not client_id:
        raise refuse(
            "invalid_client", "The Basic credentials cannot be read.",
            expected="base64 of client_id, a colon and the secret, both form-encoded", seen="something else",
            clause="RFC 6749 2.3.1", status=401,
        )  # fmt: skip
    return unquote_plus(client_id), unquote_plus(secret)


def _check_method(context: Context, client: Client, given: Credentials) -> None:
    """Strict wants the registered method; otherwise the two ways to send a secret are interchangeable."""
    registered = client.token_endpoint_auth_method
    same = given.method == registered
    if not context.settings.strict:
        secrets = ("client_secret_basic", "client_secret_post")
        same = same or registered == "none" or (given.method in secrets and registered in secrets)
    if not same:
        raise refuse(
            "invalid_client", "The client authenticates by another method than it is registered with.",
            expected=registered, seen=given.method, clause="RFC 6749 2.3",
            fix=f"let the client use {registered}, or change its token_endpoint_auth_method", status=401,
        )  # fmt: skip


def _check_secret(client: Client, given: Credentials) -> None:
    expected = client.client_secret or ""
    if not hmac.compare_digest((given.secret or "").encode(), expected.encode()):
        raise refuse(
            "invalid_client", "The client secret is wrong.", parameter="client_secret",
            expected=f"the secret that client {client.client_id} is registered with",
            seen=f"another one, of {len(given.secret or '')} characters", clause="RFC 6749 5.2",
            fix="compare it with client_secret under [[clients]]; in a Basic header it must be form-encoded",
            status=401,
        )  # fmt: skip
