"""How messages leave: in the query of a redirect, or in a form that submits itself (SAML Bindings 3.4, 3.5)."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from ssocli.sentry.auth.saml2 import signature
from ssocli.sentry.auth.saml2.messages import Message
from ssocli.sentry.pages import page, redirect

if TYPE_CHECKING:
    from ssocli.checks.saml_xml import Binding
    from ssocli.sentry.context import Context


@dataclass(frozen=True, slots=True)
class Sending:
    """A message on its way: the address, and the parameters of its query or its form."""

    binding: Binding
    destination: str
    parameters: dict[str, str]


def encode(message: Message, binding: Binding, relay_state: str | None, signing_key: str | None) -> Sending:
    """The message as the binding carries it, signed if there is a key."""
    parameters = _in_query(message) if binding == "Redirect" else _in_form(message, signing_key)
    if relay_state:
        parameters["RelayState"] = relay_state
    if binding == "Redirect" and signing_key is not None:
        # The signature is over the query itself, in this order (SAML Bindings 3.4.4.1).
        parameters["SigAlg"] = signature.algorithm(signing_key)
        parameters["Signature"] = _base64(signature.sign_octets(urlencode(parameters).encode("ascii"), signing_key))
    return Sending(binding, message.destination, parameters)


def send(context: Context, sending: Sending) -> Response:
    """Let the browser take the message along."""
    if sending.binding == "POST":
        return page(context, "saml_post", action=sending.destination, fields=sending.parameters)
    joint = "&" if "?" in sending.destination else "?"
    return redirect(f"{sending.destination}{joint}{urlencode(sending.parameters)}")


def _in_query(message: Message) -> dict[str, str]:
    packer = zlib.compressobj(wbits=-15)
    return {message.parameter: _base64(packer.compress(message.document.encode()) + packer.flush())}


def _in_form(message: Message, signing_key: str | None) -> dict[str, str]:
    signed = message.document.encode() if signing_key is None else signature.sign_message(message, signing_key)
    return {message.parameter: _base64(signed)}


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")
