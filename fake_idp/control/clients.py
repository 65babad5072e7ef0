"""The clients of this namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from fake_idp.config import Algorithm, AuthMethod, Client
from fake_idp.control.problem import ProblemError
from fake_idp.control.route import Model
from fake_idp.directory import Directory
from fake_idp.oidc import redirect_uri, registration

if TYPE_CHECKING:
    from fake_idp.control.call import Call


class NewClient(Client, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A client as in [[clients]] of a configuration file."""

    client_id: Annotated[str, Meta(min_length=1)]


ClientChange = msgspec.defstruct(
    "ClientChange",
    [
        (member.name, member.type | UnsetType, UNSET)
        for member in msgspec.structs.fields(Client)
        if member.name != "client_id"
    ],
    namespace={"__doc__": "What changes; a member replaces the whole old value."},
    module=__name__,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
)


class ClientView(Model, frozen=True, kw_only=True):
    """A client, without its secret. `registered` says how it came to be."""

    client_id: str
    client_name: str | None
    has_secret: bool
    registered: Literal["configured", "dynamically"]
    redirect_uris: tuple[str, ...]
    any_loopback_redirect: bool
    post_logout_redirect_uris: tuple[str, ...]
    backchannel_logout_uri: str | None
    backchannel_logout_session_required: bool
    frontchannel_logout_uri: str | None
    frontchannel_logout_session_required: bool
    token_endpoint_auth_method: AuthMethod
    grant_types: tuple[str, ...]
    id_token_signed_response_alg: Algorithm
    jwks: dict[str, Any] | None
    scope: str | None
    access_token_format: Literal["jwt", "opaque"]
    access_token_audience: str | None
    audiences: tuple[str, ...]
    claims_in_id_token: bool
    require_consent: bool


def listing(call: Call) -> list[ClientView]:
    """The clients."""
    return [_shown(call, client) for client in call.clients().values()]


def get(call: Call, client_id: str) -> ClientView:
    """One client."""
    return _shown(call, call.client(client_id))


def add(call: Call, body: NewClient) -> ClientView:
    """Add a client."""
    client = Client(**msgspec.structs.asdict(body))
    _check(call, client)
    with call.namespace.store.lock:
        if client.client_id in call.clients():
            raise ProblemError(
                409, "There is a client with this client_id.", expected="another client_id", seen=client.client_id,
                fix="change that client, or delete it first",
            )  # fmt: skip
        _put(call, [*call.namespace.directory.clients.values(), client])
    return _shown(call, client)


def change(call: Call, client_id: str, body: msgspec.Struct) -> ClientView:
    """Change members of a client."""
    values = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}
    with call.namespace.store.lock:
        before = call.client(client_id)
        after = msgspec.structs.replace(before, **values)
        _check(call, after)
        if _configured(call, client_id):
            _put(call, [after if other is before else other for other in call.namespace.directory.clients.values()])
        else:
            call.namespace.store.clients.put(client_id, after, registration.LIFETIME)
    return _shown(call, after)


def delete(call: Call, client_id: str) -> None:
    """Remove a client; what it was given before stays good."""
    with call.namespace.store.lock:
        client = call.client(client_id)
        call.namespace.store.clients.pop(client_id)
        call.namespace.store.registration_tokens.pop(client_id)
        _put(call, [other for other in call.namespace.directory.clients.values() if other is not client])


def _check(call: Call, client: Client) -> None:
    if not call.namespace.keys.can_sign(client.id_token_signed_response_alg):
        raise ProblemError(
            422, "There is no key for this algorithm.", expected="an algorithm that a published key can sign with",
            seen=client.id_token_signed_response_alg, fix="POST keys publishes one",
        )  # fmt: skip

    for name in ("backchannel_logout_uri", "frontchannel_logout_uri"):
        uri = getattr(client, name)
        if uri is not None and not redirect_uri.is_web_address(uri):
            raise ProblemError(422, f"The {name} cannot be used.", expected=redirect_uri.WEB_ADDRESS, seen=uri)


def _configured(call: Call, client_id: str) -> bool:
    return client_id in call.namespace.directory.clients


def _put(call: Call, clients: list[Client]) -> None:
    config = call.namespace.directory.config
    call.namespace.directory = Directory(msgspec.structs.replace(config, clients=tuple(clients)))


def _shown(call: Call, client: Client) -> ClientView:
    values = msgspec.structs.asdict(client)
    secret = values.pop("client_secret")
    values["registered"] = "configured" if _configured(call, client.client_id) else "dynamically"
    return ClientView(**values, has_secret=secret is not None)
