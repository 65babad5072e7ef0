"""Dynamic client registration and its management (RFC 7591, RFC 7592, OIDC Registration 3)."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any

import msgspec

from fake_idp.config import Client
from fake_idp.oidc import redirect_uri
from fake_idp.refusal import RefusedError, refuse
from fake_idp.web import NO_STORE, Response, json_response

if TYPE_CHECKING:
    from fake_idp.context import Context

LIFETIME = 30 * 24 * 3600
METADATA = (
    "client_name", "redirect_uris", "post_logout_redirect_uris", "token_endpoint_auth_method", "grant_types",
    "id_token_signed_response_alg", "jwks", "scope", "backchannel_logout_uri", "backchannel_logout_session_required",
    "frontchannel_logout_uri", "frontchannel_logout_session_required",
)  # fmt: skip


def handle(context: Context) -> Response:
    """Register a client. Whoever asks may: this is a test provider."""
    metadata = _metadata(context)
    secret = context.randomness.token(32)
    client = _client(context, metadata, context.randomness.token(16), secret)
    token = context.randomness.token(32)
    _keep(context, client, token)
    return json_response(document(context, client, token), 201, NO_STORE)


def handle_client(context: Context) -> Response:
    """Read, replace or delete a registration, with the token that its registration gave (RFC 7592 2)."""
    client, token = _authorized(context)
    if context.request.method == "DELETE":
        context.store.clients.pop(client.client_id)
        context.store.registration_tokens.pop(client.client_id)
        return Response(204, b"", list(NO_STORE))
    if context.request.method == "PUT":
        client = _client(context, _metadata(context), client.client_id, client.client_secret)
        _keep(context, client, token)
    return json_response(document(context, client, token), headers=NO_STORE)


def document(context: Context, client: Client, token: str) -> dict[str, Any]:
    """The client information response (RFC 7591 3.2.1)."""
    body: dict[str, Any] = {
        "client_id": client.client_id,
        "registration_access_token": token,
        "registration_client_uri": f"{context.issuer.endpoint('registration')}/{client.client_id}",
        "response_types": ["code"],
    }
    if client.client_secret is not None:
        body |= {"client_secret": client.client_secret, "client_secret_expires_at": 0}
    metadata = msgspec.to_builtins(client)
    return body | {name: metadata[name] for name in METADATA if metadata[name] is not None}


def _metadata(context: Context) -> dict[str, Any]:
    try:
        metadata = json.loads(context.request.body)
    except ValueError:
        metadata = None
    if not isinstance(metadata, dict):
        raise _refused("The body is not client metadata.", None, "a JSON object", context.request.content_type[:100])
    return metadata


def _client(context: Context, metadata: dict[str, Any], client_id: str, secret: str | None) -> Client:
    """The client that the metadata describes; members that nobody here knows are ignored (RFC 7591 2)."""
    known = {name: metadata[name] for name in METADATA if name in metadata}
    try:
        client = msgspec.convert({**known, "client_id": client_id}, Client)
    except msgspec.ValidationError as error:
        raise _refused("The client metadata has a wrong value.", None, str(error), "another type or value") from error
    supported = context.issuer.shape.supported
    for name, values, allowed in (
        ("grant_types", client.grant_types, supported("grant_types")),
        ("response_types", metadata.get("response_types", ["code"]), supported("response_types")),
    ):
        if not isinstance(values, (list, tuple)) or any(value not in allowed for value in values):
            raise _refused(f"The {name} are not supported.", name, " or ".join(allowed), str(values)[:200])
    if not context.namespace.keys.can_sign(client.id_token_signed_response_alg):
        alg = client.id_token_signed_response_alg
        raise _refused("There is no key for this algorithm.", "id_token_signed_response_alg", "RS256", alg)
    if "jwks_uri" in metadata:
        raise _refused("Keys cannot be fetched from elsewhere.", "jwks_uri", "the keys themselves in jwks", "jwks_uri")
    if client.token_endpoint_auth_method == "private_key_jwt" and client.jwks is None:
        raise _refused("private_key_jwt needs a public key.", "jwks", "a JWK Set", "none")
    _check_redirect_uris(client)
    _check_logout_uris(client)
    if client.token_endpoint_auth_method in ("none", "private_key_jwt"):
        return client
    return msgspec.structs.replace(client, client_secret=secret)


def _check_redirect_uris(client: Client) -> None:
    if "authorization_code" in client.grant_types and not client.redirect_uris:
        raise _uri_refused("There are no redirect_uris.", "at least one for the authorization code grant", "none")
    for uri in client.redirect_uris:
        problem = redirect_uri.problem(uri, client, registered=True, strict=True, hosts=())
        if problem:
            raise _uri_refused(problem.sentence, problem.expected or "", uri[:200])


def _check_logout_uris(client: Client) -> None:
    for name in ("backchannel_logout_uri", "frontchannel_logout_uri"):
        uri = getattr(client, name)
        if uri is not None and not redirect_uri.is_web_address(uri):
            raise _refused(f"The {name} cannot be used.", name, redirect_uri.WEB_ADDRESS, uri[:200])


def _keep(context: Context, client: Client, token: str) -> None:
    context.store.clients.put(client.client_id, client, LIFETIME)
    context.store.registration_tokens.put(client.client_id, token, LIFETIME)


def _authorized(context: Context) -> tuple[Client, str]:
    client_id = context.arguments["client_id"]
    client = context.store.clients.get(client_id)
    token = context.store.registration_tokens.get(client_id) or ""
    scheme, _, given = (context.request.header("Authorization") or "").partition(" ")
    # A client that is not there gets the same answer as a wrong token (RFC 7592 2.1).
    if client is None or scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), token.encode()):
        raise refuse(
            "invalid_token", "This registration cannot be managed with this token.",
            expected="the registration_access_token of the client", seen="another one or none", clause="RFC 7592 2.1",
            status=401,
        )  # fmt: skip
    return context.saw_client(client), token


def _refused(sentence: str, parameter: str | None, expected: str, seen: str) -> RefusedError:
    return refuse(
        "invalid_client_metadata", sentence, parameter=parameter, expected=expected, seen=seen, clause="RFC 7591 3.2.2"
    )


def _uri_refused(sentence: str, expected: str, seen: str) -> RefusedError:
    return refuse(
        "invalid_redirect_uri", sentence, parameter="redirect_uris", expected=expected, seen=seen,
        clause="RFC 7591 3.2.2",
    )  # fmt: skip
