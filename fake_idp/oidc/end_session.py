"""RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0), which also ends the session at other clients."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fake_idp import pages
from fake_idp.oidc import frontchannel_logout, redirect_uri, sessions
from fake_idp.oidc.frontchannel_logout import Frames
from fake_idp.refusal import refuse
from fake_idp.web import redirect

if TYPE_CHECKING:
    from typing import Any

    from fake_idp.config import Client
    from fake_idp.context import Context
    from fake_idp.records import Session
    from fake_idp.web import Parameters, Response

CLAUSE = "RP-Initiated Logout 2"


def handle(context: Context) -> Response:
    """End the session of this browser, after asking when it is not sure that the person wants it.

    It is sure when the request carries an ID token of the person who is logged in; without one, anybody's link
    could log people out (RP-Initiated Logout 6).
    """
    parameters = context.request.parameters
    ticket = context.request.query.get("frames")
    if ticket is not None and (frames := context.store.frames.pop(ticket)) is not None:
        return frontchannel_logout.page(context, frames)
    hint = _hint(context, parameters)
    client = _client(context, parameters, hint)
    target = _target(context, parameters, client, hint)
    session = sessions.current_session(context)
    if session is not None and not _confirmed(context, hint, session):
        return _ask(context, parameters, session)
    state = parameters.get("state")
    if session is not None and len(context.store.participants):
        from fake_idp.saml import logout_round  # service providers of the session are told before the way goes on

        onward = target and _location(target, state)
        if addresses := frontchannel_logout.addresses(context, session.sid):
            onward = frontchannel_logout.later(context, Frames(addresses, onward))
        return logout_round.begin(context, [session.sid], target=onward)
    return _end(context, session, target, state)


def _hint(context: Context, parameters: Parameters) -> dict[str, Any] | None:
    token = parameters.get("id_token_hint")
    if token is None:
        return None
    from fake_idp.oidc import id_token_hint

    return id_token_hint.verified(context, token)


def _client(context: Context, parameters: Parameters, hint: dict[str, Any] | None) -> Client | None:
    """The client that asks; `client_id` and the hint's audience must be the same when both are there."""
    named = parameters.get("client_id")
    audience = [] if hint is None else hint["aud"] if isinstance(hint["aud"], list) else [hint["aud"]]
    if named is not None and hint is not None and named not in audience:
        raise refuse(
            "invalid_request", "The client_id is not the one that the id_token_hint was issued to.",
            parameter="client_id", expected=" or ".join(audience), seen=named[:100], clause=CLAUSE,
        )  # fmt: skip
    client_id = named or (str(hint.get("azp") or audience[0]) if hint else None)
    client = context.client(client_id) if client_id else None
    if client is not None:
        context.saw_client(client)
    return client


def _target(context: Context, parameters: Parameters, client: Client | None, hint: dict[str, Any] | None) -> str | None:
    """Where the browser goes afterwards: only to a registered URI, or under permissive to this machine."""
    uri = parameters.get("post_logout_redirect_uri")
    if uri is None:
        return None
    registered = client.post_logout_redirect_uris if client else ()
    on_this_machine = not context.settings.strict and redirect_uri.leads_here(uri, context.settings.redirect_hosts)
    if uri not in registered and not on_this_machine:
        raise refuse(
            "invalid_request", "The post_logout_redirect_uri is not registered for this client.",
            parameter="post_logout_redirect_uri",
            expected=" or ".join(registered) or "a URI registered for the client that the hint or client_id names",
            seen=uri[:200], clause="RP-Initiated Logout 3",
            fix="add it to post_logout_redirect_uris of the client, and send id_token_hint or client_id",
        )  # fmt: skip
    if context.settings.strict and hint is None:
        raise refuse(
            "invalid_request", "There is a post_logout_redirect_uri without an id_token_hint.",
            parameter="id_token_hint", expected="the ID token of the session that ends", seen="none",
            clause="RP-Initiated Logout 3",
        )  # fmt: skip
    return uri


def _end(context: Context, session: Session | None, uri: str | None, state: str | None) -> Response:
    """End the session; back to the application with its `state`, or a page that says so (RP-Initiated Logout 3).

    Clients that want to hear of it are told before; those that hear of it through the browser, on a page in between.
    """
    addresses = () if session is None else frontchannel_logout.addresses(context, session.sid)
    kept = False
    if context.namespace.faults.active:
        from fake_idp.faults import artefacts, hooks

        logout = artefacts.Logout(context, uri, state, list(addresses))
        hooks.apply("logout", logout)
        if logout.page is not None:
            return logout.page
        uri, state, addresses, kept = logout.uri, logout.state, tuple(logout.frames), logout.kept
    if session is not None and not kept:
        sessions.end(context, session.sid)
    location = None if uri is None else _location(uri, state)
    if addresses:
        response = frontchannel_logout.page(context, Frames(addresses, location))
    elif location is None:
        response = pages.page(context, "logged_out", unconfirmed=[])
    else:
        response = redirect(context.request, location)
    if not kept:
        response.headers.append(sessions.forget(context))
    return response


def _location(uri: str, state: str | None) -> str:
    """The URI that the browser goes back to, with the client's `state` if it sent one."""
    return uri if state is None else f"{uri}{'&' if '?' in uri else '?'}{urlencode({'state': state})}"


def _confirmed(context: Context, hint: dict[str, Any] | None, session: Session) -> bool:
    if hint is not None and hint.get("sub") == context.person(session.username).sub:
        return True
    answer = context.request.form.get("csrf") or ""
    return context.request.method == "POST" and hmac.compare_digest(answer.encode(), session.csrf.encode())


def _ask(context: Context, parameters: Parameters, session: Session) -> Response:
    names = ("client_id", "id_token_hint", "post_logout_redirect_uri", "state")
    return pages.page(
        context,
        "logout",
        person=context.person(session.username),
        action=context.issuer.endpoint("end_session"),
        csrf=session.csrf,
        parameters={name: value for name in names if (value := parameters.get(name))},
    )
