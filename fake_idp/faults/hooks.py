"""Where the endpoints meet the faults. While nothing is armed, each of these does what it would do without faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from fake_idp import jws
from fake_idp.refusal import refuse
from fake_idp.web import json_response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from fake_idp.config import Client
    from fake_idp.context import Context
    from fake_idp.faults.armed import Situation
    from fake_idp.faults.artefacts import Render
    from fake_idp.web import Response


class Artefact(Protocol):
    """What every message has that a fault can change."""

    context: Context

    def shown(self) -> dict[str, Any]:
        """A copy for the ledger, without secrets."""


def apply(point: str, artefact: Artefact) -> bool:
    """Let the armed fault of `point`, if there is one, change `artefact`; whether there was one.

    Refuses the request if the artefact has not what the fault would change: a key id under HS256, say.
    """
    context = artefact.context
    situation = situation_of(context)
    fault = context.namespace.faults.pick(point, situation)
    if fault is None:
        return False
    before = artefact.shown()
    context.entry.faults.append(fault.id)
    try:
        fault.change(artefact)
    except LookupError as error:
        raise refuse(
            "server_error", f"The fault {fault.id} cannot be made here.", expected="what it changes",
            seen=f"a message without {error}", fix="order it for another client or issuer", status=500,
        ) from error  # fmt: skip
    context.namespace.faults.note(fault, context.entry.endpoint, situation, before, artefact.shown())
    return True


def situation_of(context: Context) -> Situation:
    """The circumstances of this request, as far as they are known now."""
    from fake_idp.faults.armed import Situation

    entry, issuer = context.entry, context.issuer
    return Situation(entry.client, entry.user, issuer.name, issuer.url, entry.flow)


def answer(
    context: Context,
    point: str,
    document: Any,
    status: int = 200,
    headers: Iterable[tuple[str, str]] = (),
    render: Render = json_response,
) -> Response:
    """The answer of an endpoint for programs."""
    headers = list(headers)
    if not context.namespace.faults.active:
        return render(document, status, headers)
    import copy

    from fake_idp.faults.artefacts import Answer

    message = Answer(context, copy.deepcopy(document), status, headers, render)
    skew = clock_skew(context)
    if skew:
        from email.utils import formatdate

        message.set_header("Date", formatdate(context.now + skew, usegmt=True))
    apply(point, message)
    if message.deliver is not None:
        message.deliver(message.wire)
    return message.response()


def signed(
    context: Context,
    point: str,
    header: dict[str, Any],
    claims: dict[str, Any],
    key: PrivateKeyTypes | bytes,
    client: Client,
) -> str:
    """A token."""
    if not context.namespace.faults.active:
        return jws.jwt(header, claims, key)
    from fake_idp.faults.artefacts import Token

    skew = clock_skew(context)
    if skew:
        claims |= {name: claims[name] + skew for name in ("iat", "exp", "auth_time") if name in claims}
    token = Token(context, header, claims, key, client)
    apply(point, token)
    return token.serialized()


def clock_skew(context: Context) -> int:
    """How many seconds the provider's clock is off in this login; 0 unless a fault of `clock` is armed."""
    from fake_idp.faults.artefacts import Time

    time = Time(context)
    apply("clock", time)
    return time.skew
