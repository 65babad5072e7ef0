"""The HTTP-Redirect and HTTP-POST bindings: how messages come in and go out (SAML Bindings 3.4, 3.5)."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from fake_idp import pages
from fake_idp.refusal import RefusedError, refuse
from fake_idp.saml import garbage, signature, xml
from fake_idp.saml.names import DEFLATE, POST, PROTOCOL, REDIRECT
from fake_idp.web import FORM, redirect

if TYPE_CHECKING:
    from collections.abc import Collection

    from lxml.etree import _Element

    from fake_idp.context import Context
    from fake_idp.saml.signature import Signer
    from fake_idp.web import Request, Response


@dataclass(frozen=True, slots=True)
class DetachedSignature:
    """What the query of a Redirect says about its signature; `octets` are what was signed, as received."""

    octets: bytes
    algorithm: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A protocol message as it arrived. `parameter` is SAMLRequest or SAMLResponse."""

    root: _Element
    parameter: str
    binding: str
    relay_state: str | None
    detached: DetachedSignature | None = None

    @property
    def signed(self) -> bool:
        """Whether there is any signature, in the query or in the message."""
        return self.detached is not None or bool(xml.find_all(self.root, "ds:Signature"))


def carries_message(request: Request) -> bool:
    """Whether there is anything of SAML in the request."""
    return any(name.startswith("SAML") for name in _parameters(request))


def receive(request: Request) -> Message:
    """The message in the request. Raises RefusedError that names what is there instead."""
    parameters = _parameters(request)
    names = [name for name in ("SAMLRequest", "SAMLResponse") if name in parameters]
    if len(names) != 1 or len(parameters[names[0]]) != 1:
        raise _not_one_message(request, parameters)
    parameter = names[0]
    binding = POST if request.method == "POST" else REDIRECT
    _check_encoding(parameters)
    encoded = _unquoted(parameters[parameter][0]).decode("utf-8", "replace")
    document = (
        garbage.decode_redirect(encoded, parameter) if binding == REDIRECT else garbage.decode_post(encoded, parameter)
    )
    root = xml.parse(document, parameter)
    namespace = root.tag.partition("}")[0].removeprefix("{")
    if namespace != PROTOCOL:
        raise refuse(
            "invalid_request", f"The {parameter} is not a SAML 2.0 protocol message.", parameter=parameter,
            expected=f"an element of the namespace {PROTOCOL}", seen=root.tag[:160], clause="SAML Core 3.2",
        )  # fmt: skip
    relay_state = _relay_state(parameters)
    detached = _detached(parameters, parameter) if binding == REDIRECT else None
    return Message(root, parameter, binding, relay_state, detached)


def check_signature(message: Message, trusted: Collection[bytes], *, strict: bool) -> None:
    """Judge the signature that the binding provides for. Raises RefusedError for one that does not hold."""
    given = message.detached
    if given is None:
        signature.verify_element(message.root, trusted, strict=strict)
        return
    try:
        signature.verify_octets(given.octets, given.algorithm, given.value, trusted, strict=strict)
    except RefusedError:
        if not _fits_other_encoding(given, trusted, strict=strict):
            raise
        raise refuse(
            "invalid_request", "The signature is over another percent-encoding than that of the query.",
            parameter="Signature", expected="a signature over the octets that are sent",
            seen="one that fits the same values with a space as %20, no reserved character as it is, and upper case",
            clause="SAML Bindings 3.4.4.1",
            fix="sign the query string that is sent; some libraries do not when RelayState has a space or !'()*~",
        ) from None  # fmt: skip


def _fits_other_encoding(given: DetachedSignature, trusted: Collection[bytes], *, strict: bool) -> bool:
    """Whether the signature is over the same values, encoded in the commonest way."""
    pairs = (part.partition("=") for part in given.octets.decode("latin-1").split("&"))
    octets = "&".join(f"{name}={quote(_unquoted(value), safe='')}" for name, _, value in pairs).encode("ascii")
    try:
        signature.verify_octets(octets, given.algorithm, given.value, trusted, strict=strict)
    except RefusedError:
        return False
    return True


def encode_redirect(message: bytes) -> str:
    """A message as a parameter of the Redirect binding, not yet percent-encoded (SAML Bindings 3.4.4.1)."""
    packing = zlib.compressobj(wbits=-15)
    return encode_post(packing.compress(message) + packing.flush())


def encode_post(message: bytes) -> str:
    """A message as a parameter of the POST binding (SAML Bindings 3.5.4)."""
    return base64.b64encode(message).decode("ascii")


def redirect_url(
    location: str, parameter: str, message: _Element, relay_state: str | None, signer: Signer | None
) -> str:
    """The URL that carries a message, signed over its query when there is a `signer` (SAML Bindings 3.4.4.1)."""
    query = f"{parameter}={quote(encode_redirect(xml.serialize(message)), safe='')}"
    if relay_state is not None:
        query += f"&RelayState={quote(relay_state, safe='')}"
    if signer is not None:
        query += f"&SigAlg={quote(signature.SIGNATURES[signer.algorithm], safe='')}"
        value = base64.b64encode(signature.sign_octets(query.encode("ascii"), signer))
        query += f"&Signature={quote(value, safe='')}"
    return f"{location}{'&' if '?' in location else '?'}{query}"


def send_redirect(
    context: Context, location: str, parameter: str, message: _Element, relay_state: str | None, signer: Signer | None
) -> Response:
    """The browser takes the message along in the query."""
    return redirect(context.request, redirect_url(location, parameter, message, relay_state, signer))


def send_post(context: Context, location: str, parameter: str, message: bytes, relay_state: str | None) -> Response:
    """The browser takes the message along in a form that submits itself."""
    fields = {parameter: encode_post(message)}
    if relay_state is not None:
        fields["RelayState"] = relay_state
    if not context.namespace.faults.active:
        return pages.page(context, "form_post", action=location, parameters=fields.items())
    from fake_idp.faults import saml_hooks

    form = saml_hooks.delivery(context, location, fields)
    return form.page or pages.page(context, "form_post", action=form.location, parameters=form.fields)


def _parameters(request: Request) -> dict[str, list[str]]:
    """The parameters of the form or the query, percent-encoded as they were received: signatures are over that."""
    encoded = request.query_string
    if request.method == "POST":
        encoded = request.body.decode("latin-1") if request.content_type == FORM else ""
    found: dict[str, list[str]] = {}
    for part in encoded.split("&") if encoded else ():
        name, _, value = part.partition("=")
        found.setdefault(_unquoted(name).decode("utf-8", "replace"), []).append(value)
    return found


def _unquoted(raw: str) -> bytes:
    return unquote_to_bytes(raw.replace("+", " "))


def _not_one_message(request: Request, parameters: dict[str, list[str]]) -> Exception:
    seen = ", ".join(name for name, values in parameters.items() for _ in values)[:160] or "no parameters"
    fix = None
    if "SAMLart" in parameters:
        fix = "use the HTTP-POST binding: there is no artifact resolution here"
    elif request.method == "POST" and request.content_type != FORM:
        seen = f"a body of type {request.content_type or 'unknown'}"
        fix = f"send a form, {FORM}"
    elif request.method == "POST" and "SAML" in request.query_string:
        fix = "send the message in the body of the POST, not in the query"
    return refuse(
        "invalid_request", "There is not exactly one SAML message in the request.", parameter="SAMLRequest",
        expected="one SAMLRequest or one SAMLResponse", seen=seen, clause="SAML Bindings 3.4.4, 3.5.4", fix=fix,
    )  # fmt: skip


def _check_encoding(parameters: dict[str, list[str]]) -> None:
    encoding = _unquoted(parameters.get("SAMLEncoding", [""])[0]).decode("utf-8", "replace")
    if encoding not in ("", DEFLATE):
        raise refuse(
            "invalid_request", "The message is in an encoding that is not known here.", parameter="SAMLEncoding",
            expected=DEFLATE, seen=encoding[:100], clause="SAML Bindings 3.4.4",
        )  # fmt: skip


def _relay_state(parameters: dict[str, list[str]]) -> str | None:
    """What goes back unchanged (SAML Bindings 3.4.3, 3.5.3), None if it was not sent."""
    if "RelayState" not in parameters:
        return None
    try:
        return _unquoted(parameters["RelayState"][0]).decode("utf-8")
    except UnicodeDecodeError:
        raise refuse(
            "invalid_request", "The RelayState cannot be returned as it is.", parameter="RelayState",
            expected="UTF-8, percent-encoded", seen="other bytes", clause="SAML Bindings 3.5.3",
        ) from None  # fmt: skip


def _detached(parameters: dict[str, list[str]], parameter: str) -> DetachedSignature | None:
    if "Signature" not in parameters:
        return None
    signed = (parameter, "RelayState", "SigAlg")
    octets = "&".join(f"{name}={parameters[name][0]}" for name in signed if name in parameters)
    try:
        value = base64.b64decode(_unquoted(parameters["Signature"][0]), validate=False)
    except ValueError:
        raise refuse(
            "invalid_request", "The Signature is not base64.", parameter="Signature", expected="base64",
            seen="something else", clause="SAML Bindings 3.4.4.1",
        ) from None  # fmt: skip
    algorithm = _unquoted(parameters.get("SigAlg", [""])[0]).decode("utf-8", "replace")
    return DetachedSignature(octets.encode("latin-1"), algorithm, value)
