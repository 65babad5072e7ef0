"""The device authorization grant (RFC 8628): the device asks, its person agrees elsewhere, the device polls."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fake_idp import pages
from fake_idp.config import DEVICE_CODE
from fake_idp.faults import hooks
from fake_idp.oidc import interaction, sessions, tokens
from fake_idp.oidc.client_authentication import authenticate
from fake_idp.records import DeviceRequest, Grant
from fake_idp.refusal import Refusal, RefusedError, refuse
from fake_idp.web import NO_STORE

if TYPE_CHECKING:
    from fake_idp.config import Client
    from fake_idp.context import Context
    from fake_idp.records import Session
    from fake_idp.web import Response

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so no words (RFC 8628 6.1)
INTERVAL = 5


def handle_authorization(context: Context) -> Response:
    """Give a device its two codes (RFC 8628 3.1)."""
    client = authenticate(context)
    if DEVICE_CODE not in client.grant_types:
        raise refuse(
            "unauthorized_client", "The client may not use the device grant.", parameter="client_id",
            expected=DEVICE_CODE, seen=" ".join(client.grant_types), clause="RFC 8628 3.2",
        )  # fmt: skip
    lifetime = context.settings.lifetimes.device_code
    context.entry.flow = context.randomness.token(6)
    device = DeviceRequest(
        client=client,
        issuer=context.issuer.url,
        flow=context.entry.flow,
        scope=tuple((context.request.form.get("scope") or client.scope or "").split()),
        user_code=context.randomness.digits(ALPHABET, 8),
        expires=context.now + lifetime,
        interval=INTERVAL,
    )
    code = context.randomness.token(32)
    # Kept twice as long, so that a late device hears "expired" rather than "unknown".
    context.store.devices.put(tokens.key(code), device, 2 * lifetime)
    context.store.user_codes.put(device.user_code, device, lifetime)
    return hooks.answer(context, "device", document(context, device, code), headers=NO_STORE)


def document(context: Context, device: DeviceRequest, code: str) -> dict[str, Any]:
    """The device authorization response (RFC 8628 3.2)."""
    page = context.issuer.endpoint("device")
    shown = f"{device.user_code[:4]}-{device.user_code[4:]}"
    return {
        "device_code": code,
        "user_code": shown,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?{urlencode({'user_code': shown})}",
        "expires_in": device.expires - context.now,
        "interval": device.interval,
    }


def poll(context: Context, client: Client) -> Grant:
    """What the person granted; until then, why there is nothing yet (RFC 8628 3.5)."""
    code = context.request.form.get("device_code")
    device = context.store.devices.get(tokens.key(code)) if code else None
    if code is None or device is None or device.client.client_id != client.client_id:
        raise refuse(
            "invalid_request" if code is None else "invalid_grant", "This device code is not this client's.",
            parameter="device_code", expected=f"a device code that {context.issuer.url} gave to this client",
            seen="none" if code is None else "another value", clause="RFC 8628 3.4",
        )  # fmt: skip
    context.entry.flow = device.flow
    with context.store.lock:
        since, device.polled = context.now - device.polled, context.now
        if device.grant is not None:
            context.store.devices.pop(tokens.key(code))
    if device.issuer != context.issuer.url:
        raise _not_yet("invalid_grant", "The device code is from another issuer.", device.issuer)
    if device.denied:
        raise _not_yet("access_denied", "The person said no.", "the person's consent")
    if device.grant is not None:
        context.entry.user = device.grant.session.username if device.grant.session else None
        return device.grant
    if context.now >= device.expires:
        raise _not_yet("expired_token", "The device code has expired.", "an answer in time")
    if since < device.interval:
        device.interval += 5
        raise _not_yet("slow_down", "The device polls too fast.", f"{device.interval} seconds between requests")
    raise _not_yet("authorization_pending", "The person has not answered yet.", "the person's consent")


def handle(context: Context) -> Response:
    """The page where the person enters the user code, logs in, and agrees or not (RFC 8628 3.3)."""
    typed = context.request.parameters.get("user_code")
    if typed is None:
        return pages.page(context, "device_code", refusal=None)
    device = context.store.user_codes.get(normal(typed))
    if device is None or device.issuer != context.issuer.url:
        wrong = Refusal(
            "invalid_request", "This code is unknown or has expired.", "user_code", "the code that the device shows",
            "another one", "RFC 8628 3.3", "look at the device again, or let it start over", 400,
        )  # fmt: skip
        context.note(wrong)
        return pages.page(context, "device_code", 400, refusal=wrong)
    context.entry.flow = device.flow
    context.saw_client(device.client)
    session = sessions.current_session(context)
    if session is None:
        return interaction.begin(context, device, None)
    if context.request.method == "POST" and "action" in context.request.form.names():
        return _answer(context, device, session)
    return pages.page(context, "device", device=device, csrf=session.csrf, person=context.person(session.username))


def _answer(context: Context, device: DeviceRequest, session: Session) -> Response:
    token = context.request.form.get("csrf") or ""
    if not hmac.compare_digest(token.encode(), session.csrf.encode()):
        raise refuse(
            "invalid_request", "The form does not come from the page of this login.", parameter="csrf",
            expected="the token in the form", seen="another one or none", status=403,
        )  # fmt: skip
    if context.request.form.get("action") != "allow":
        return refuse_device(context, device, interaction.DENIED)
    approve(context, device, session)
    return pages.page(context, "device_done", allowed=True)


def normal(typed: str) -> str:
    """A user code as it is kept, whatever was typed between its characters."""
    return "".join(char for char in typed.upper() if char.isalnum())


def approve(context: Context, device: DeviceRequest, session: Session, scope: tuple[str, ...] | None = None) -> None:
    """Let the device in at its next poll, as the person of `session`; `scope` is for less than it asked for."""
    context.store.user_codes.pop(device.user_code)
    granted = device.scope if scope is None else scope
    device.grant = Grant(device.client, device.issuer, device.flow, granted, session)


def deny(context: Context, device: DeviceRequest) -> None:
    """Tell the device, at its next poll, that its person did not agree."""
    context.store.user_codes.pop(device.user_code)
    device.denied = True


def refuse_device(context: Context, device: DeviceRequest, refusal: Refusal) -> Response:
    """The page for a person who did not, or could not, let the device in."""
    context.note(refusal)
    deny(context, device)
    return pages.page(context, "device_done", allowed=False)


def _not_yet(error: str, sentence: str, expected: str) -> RefusedError:
    return refuse(error, sentence, parameter="device_code", expected=expected, clause="RFC 8628 3.5")
