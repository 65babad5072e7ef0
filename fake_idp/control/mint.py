"""Tokens and assertions to order: right ones, changed ones, and ones with a fault.

They are made as for a login, in a copy of the namespace in which nothing is armed but what was ordered.
"""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from fake_idp import base64url
from fake_idp.config import Client
from fake_idp.control import faults, service_providers
from fake_idp.control.clock import Instant
from fake_idp.control.problem import ProblemError, unknown
from fake_idp.control.route import Asked, Model
from fake_idp.faults import hooks
from fake_idp.faults.engine import Faults
from fake_idp.oidc import backchannel_logout, sessions, tokens
from fake_idp.oidc.relying_parties import RelyingParty
from fake_idp.records import AccessToken, Grant, SamlReplyTo, SsoRequest

if TYPE_CHECKING:
    from fake_idp.context import Context
    from fake_idp.control.call import Call
    from fake_idp.records import Session


_SAID = ("audience", "recipient", "not_before", "not_on_or_after", "authn_context", "session_index")


class MintToken(Asked, frozen=True, kw_only=True):
    """For whom and for which client, at which issuer.

    `claims` and `header` are put in or replace what is there, `without` takes claims away, `faults` come last. `sid`
    names a session that there is; without it the token is of one that is not.
    """

    user: str
    client: str
    issuer: str = "default"
    scope: tuple[str, ...] = ("openid", "profile", "email")
    nonce: str | None = None
    sid: str | None = None
    claims: dict[str, Any] = msgspec.field(default_factory=dict)
    header: dict[str, Any] = msgspec.field(default_factory=dict)
    without: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


class MintResponse(Asked, frozen=True, kw_only=True):
    """For whom and for which service provider, at which issuer; the response is unsolicited without `in_response_to`.

    `acs` is one of its services. The members from `audience` on replace what the assertion would say: times in seconds
    since the epoch, `attributes` all of those that the service provider would get. `faults` come last.
    """

    user: str
    service_provider: str
    issuer: str = "default"
    acs: str | None = None
    in_response_to: str | None = None
    audience: str | None = None
    recipient: str | None = None
    not_before: Instant | None = None
    not_on_or_after: Instant | None = None
    authn_context: str | None = None
    session_index: str | None = None
    name_id: str | None = None
    attributes: dict[str, tuple[str, ...]] | None = None
    faults: tuple[str, ...] = ()


class Minted(Model, frozen=True, kw_only=True):
    """The token, and what is in it; None where a fault made that unreadable."""

    token: str
    header: dict[str, Any] | None
    claims: dict[str, Any] | None


class MintedResponse(Model, frozen=True, kw_only=True):
    """The response as the POST binding carries it in `SAMLResponse`, its XML, and where it is to go."""

    saml_response: str
    xml: str
    acs: str


def id_token(call: Call, body: MintToken) -> Minted:
    """An ID token."""
    context, client, session = _parties(call, body)
    grant = Grant(client, context.issuer.url, "", body.scope, session, nonce=body.nonce)
    claims = tokens.id_token_claims(context, grant, session, body.scope)
    return _minted(context, client, "id_token", client.id_token_signed_response_alg, "JWT", claims, body)


def access_token(call: Call, body: MintToken) -> Minted:
    """An access token in JWT format, which the provider's own endpoints take as well."""
    context, client, session = _parties(call, body)
    lifetime = context.settings.lifetimes.access_token
    record = AccessToken(
        grant=Grant(client, context.issuer.url, "", body.scope, session),
        scope=body.scope,
        jti=context.randomness.token(16),
        issued=context.now,
        expires=context.now + lifetime,
        audience=client.access_token_audience or context.issuer.url,
    )
    claims = tokens.access_token_claims(context, record)
    minted = _minted(context, client, "access_token", "RS256", "at+jwt", claims, body)
    context.store.access_tokens.put(tokens.key(minted.token), record, lifetime)
    return minted


def logout_token(call: Call, body: MintToken) -> Minted:
    """A logout token."""
    context, client, session = _parties(call, body)
    sub = context.person(session.username).sub
    party = RelyingParty(client.client_id, context.issuer, session.sid, session.sid, session.username, sub, "")
    claims = backchannel_logout.logout_token_claims(context, client, party)
    return _minted(context, client, "logout_token", client.id_token_signed_response_alg, "logout+jwt", claims, body)


def saml_response(call: Call, body: MintResponse) -> MintedResponse:
    """A SAML response with its assertion, signed and encrypted as the service provider has it."""
    from fake_idp.saml import response
    from fake_idp.saml.attributes import Attribute

    context = _context(call, body.issuer, body.faults)
    provider = service_providers.find(call, body.service_provider)
    known = [service.location for service in provider.acs]
    acs = body.acs or (provider.default_acs.location if provider.default_acs else None)
    if acs is None or (known and acs not in known):
        raise unknown("assertion consumer service", acs or "", known)
    session = sessions.new_session(context, call.person(body.user))
    request = SsoRequest(SamlReplyTo(provider, acs, body.in_response_to))
    parameters = response.success(context, request, session)
    assertion = parameters.assertion
    assert assertion is not None  # noqa: S101  # a success has one
    for name in _SAID:
        value = getattr(body, name)
        if value is not None:
            setattr(assertion, name, value)
    if body.name_id is not None:
        assertion.name_id = dataclasses.replace(assertion.name_id, value=body.name_id)
    if body.attributes is not None:
        assertion.attributes = tuple(Attribute(name, values) for name, values in body.attributes.items())
    try:
        document = response.protected(context, parameters, provider)
    except ValueError as error:  # a character that XML has not
        raise ProblemError(422, "The response cannot be written.", expected="text for XML", seen=str(error)) from error
    _check_fired(context, body.faults)
    return MintedResponse(
        saml_response=base64.b64encode(document).decode("ascii"), xml=document.decode("utf-8", "replace"), acs=acs
    )


def _context(call: Call, issuer: str, ordered: Iterable[str]) -> Context:
    """The context of an endpoint of that issuer, with these faults and no others."""
    scratch = Faults(call.namespace.clock, call.app.randomness)
    for name in ordered:
        scratch.arm(faults.named(name))
    copy = dataclasses.replace(call.namespace, faults=scratch)
    return dataclasses.replace(call.context(call.issuer(issuer)), namespace=copy)


def _check_fired(context: Context, ordered: Iterable[str]) -> None:
    fired = [line.fault for line in context.namespace.faults.ledger()]
    for name in ordered:
        if name not in fired:
            raise ProblemError(
                422, f"The fault {name} changes nothing here.", seen=name,
                expected="one fault at most for each point that this kind of token passes",
            )  # fmt: skip


def _parties(call: Call, body: MintToken) -> tuple[Context, Client, Session]:
    """The issuer, the client (any name will do under permissive rules) and the session that a token is about."""
    context = _context(call, body.issuer, body.faults)
    if not context.issuer.shape.openid:
        raise ProblemError(422, "This issuer is no OpenID provider.", expected="one that is", seen=body.issuer)
    strict = call.app.settings.strict
    client = context.client(body.client) or (call.client(body.client) if strict else Client(client_id=body.client))
    session = sessions.new_session(context, call.person(body.user))
    if body.sid is not None:
        session = _session(call, body.sid, body.user, context.issuer.url)
    return context, client, session


def _session(call: Call, sid: str, user: str, issuer: str) -> Session:
    theirs = {
        session.sid: session
        for session in call.namespace.store.sessions.values()
        if session.username == user and session.issuer == issuer
    }
    if sid not in theirs:
        raise unknown(f"session of {user} at {issuer}", sid, theirs)
    return theirs[sid]


def _minted(
    context: Context, client: Client, point: str, alg: str, typ: str, claims: dict[str, Any], body: MintToken
) -> Minted:
    header = {**tokens.header(context, alg, typ), **body.header}
    claims = {name: value for name, value in {**claims, **body.claims}.items() if name not in body.without}
    key = tokens.signing_key(context, alg, client)
    try:
        token = hooks.signed(context, point, header, claims, key, client)
    except ValueError as error:
        raise ProblemError(422, "The token cannot be signed.", expected=str(error), seen=str(body.header)) from error
    _check_fired(context, body.faults)
    shown = [_shown(part) for part in token.split(".")[:2]]
    return Minted(token=token, header=shown[0], claims=shown[-1])


def _shown(part: str) -> dict[str, Any] | None:
    try:
        shown = msgspec.json.decode(base64url.decode(part))
    except ValueError:
        return None
    return shown if isinstance(shown, dict) else None
