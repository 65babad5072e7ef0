"""Messages laid open for a person to read: every kind of thing as lines. Secrets go out in the reports, not here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from ssocli.checks.document import Undecodable, is_number
from ssocli.checks.jose import Unparsable, parse_compact
from ssocli.checks.saml_certificate import Certificate, read_certificates
from ssocli.checks.saml_xml import read_xml
from ssocli.clock import iso
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Decoded, Kind
from ssocli.text import printable

_TIMES = frozenset(("exp", "iat", "nbf", "auth_time", "updated_at"))
_LIMIT = 60_000
_VALUE = 2_000


def laid_open(thing: Thing) -> tuple[Decoded, ...]:
    """The thing, readable; nothing for what has nothing to lay open (or must not be shown)."""
    lay = _LAYOUTS.get(thing.kind)
    lines = "\n".join(lay(thing)) if lay is not None else ""
    if not lines:
        return ()
    text = lines if len(lines) <= _LIMIT else f"{lines[:_LIMIT]}\n... ({len(lines)} characters in all)"
    return (Decoded(thing.kind.value, thing.place, text),)


def _jwt(thing: Thing) -> Iterator[str]:
    yield from _token(thing.text)


def _token(token: str) -> Iterator[str]:
    parsed = parse_compact(token)
    if isinstance(parsed, Unparsable):
        yield f"not a signed token: {parsed.reason}"
        return
    yield "header"
    yield from _indented(parsed.header)
    yield "claims"
    if parsed.claims is None:
        yield f"  (the payload {parsed.payload_problem})"
        return
    yield from _indented(parsed.claims)
    for name in sorted(_TIMES & parsed.claims.keys()):
        if is_number(parsed.claims[name]):
            yield f"  {name} is {iso(float(parsed.claims[name]))}"


def _indented(value: object) -> Iterator[str]:
    # A stranger's text must not steer the terminal.
    for line in json.dumps(value, indent=2, ensure_ascii=False).splitlines():
        yield f"  {printable(line, _VALUE)}"


def _xml(thing: Thing) -> Iterator[str]:
    text = thing.text
    root = read_xml(text.encode("utf-8", "replace"))
    if isinstance(root, Undecodable):
        yield f"it {root.reason}"
        return
    from lxml import etree

    etree.indent(root)
    for line in etree.tostring(root, encoding="unicode").splitlines():
        yield printable(line, _VALUE)


def _message(thing: Thing) -> Iterator[str]:
    if isinstance(thing.message, Undecodable):
        yield f"it {thing.message.reason}"
        return
    if thing.url:
        yield f"to {printable(thing.url, _VALUE)}"
    if thing.parameter("RelayState"):
        yield f"RelayState={printable(thing.parameter('RelayState') or '', _VALUE)}"
    yield from _xml(thing)


def _certificates(thing: Thing) -> Iterator[str]:
    found = read_certificates(thing.text)
    if isinstance(found, Undecodable):
        return
    for certificate in found:
        yield from _certificate(certificate)


def _certificate(certificate: Certificate) -> Iterator[str]:
    loaded = certificate.load()
    yield f"subject      {printable(certificate.subject)}"
    yield f"issuer       {printable(loaded.issuer.rfc4514_string())}"
    yield f"serial       {loaded.serial_number:x}"
    yield f"good from    {iso(certificate.not_before)}"
    yield f"good until   {iso(certificate.not_after)}"
    yield f"key          {certificate.key_type} {certificate.key_size}"
    yield f"SHA-256      {certificate.fingerprint}"


def _parameters(thing: Thing) -> Iterator[str]:
    if thing.url:
        yield printable(thing.url.partition("?")[0].partition("#")[0], _VALUE)
    yield f"parameters ({thing.mode})"
    for name, value in thing.parameters:
        yield f"  {printable(name, 100)}={printable(value, _VALUE)}"


def _json(thing: Thing) -> Iterator[str]:
    yield from _indented(thing.document)


def _token_response(thing: Thing) -> Iterator[str]:
    yield from _json(thing)
    if isinstance(token := thing.document.get("id_token"), str):
        yield "id_token"
        yield from _token(token)


_LAYOUTS: dict[Kind, Callable[[Thing], Iterator[str]]] = {
    Kind.JWT: _jwt,
    Kind.TOKEN_RESPONSE: _token_response,
    Kind.DISCOVERY: _json,
    Kind.JWKS: _json,
    Kind.IDP_METADATA: _xml,
    Kind.SP_METADATA: _xml,
    Kind.SAML_REQUEST: _message,
    Kind.SAML_RESPONSE: _message,
    Kind.CERTIFICATE: _certificates,
    Kind.AUTHORIZATION_URL: _parameters,
    Kind.CALLBACK_URL: _parameters,
}
