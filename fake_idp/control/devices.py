"""Devices that wait for their person (RFC 8628), and the person's answer without a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.control.problem import unknown
from fake_idp.control.route import Asked, Model, Nothing
from fake_idp.oidc import device, sessions
from fake_idp.records import DeviceRequest

if TYPE_CHECKING:
    from fake_idp.control.call import Call


class Device(Model, frozen=True, kw_only=True):
    """A device. Times in seconds since the epoch; `polled` is None before it asked for the first time."""

    user_code: str
    client: str
    issuer: str
    flow: str
    scope: tuple[str, ...]
    expires: int
    polled: float | None


class Approve(Asked, frozen=True, kw_only=True):
    """As whom; the scope, if it is less than what the device asked for."""

    user: str
    scope: tuple[str, ...] | None = None


class Answered(Model, frozen=True, kw_only=True):
    """The device hears of it when it asks next."""

    user_code: str
    allowed: bool


def listing(call: Call) -> list[Device]:
    """The devices that wait for an answer."""
    return [
        Device(
            user_code=waiting.user_code,
            client=waiting.client.client_id,
            issuer=waiting.issuer,
            flow=waiting.flow,
            scope=waiting.scope,
            expires=waiting.expires,
            polled=waiting.polled or None,
        )
        for waiting in call.namespace.store.user_codes.values()
    ]


def approve(call: Call, user_code: str, body: Approve) -> Answered:
    """Let the device in."""
    waiting = _waiting(call, user_code)
    person = call.person(body.user)
    context = call.context(call.issuer_at(waiting.issuer))
    device.approve(context, waiting, sessions.new_session(context, person), body.scope)
    return Answered(user_code=waiting.user_code, allowed=True)


def deny(call: Call, user_code: str, body: Nothing) -> Answered:  # noqa: ARG001  # an empty body is still a body
    """Send the device away."""
    waiting = _waiting(call, user_code)
    device.deny(call.context(call.issuer_at(waiting.issuer)), waiting)
    return Answered(user_code=waiting.user_code, allowed=False)


def _waiting(call: Call, user_code: str) -> DeviceRequest:
    codes = call.namespace.store.user_codes
    waiting = codes.get(device.normal(user_code))
    if waiting is None:
        raise unknown("waiting device", user_code, [known.user_code for known in codes.values()])
    return waiting
