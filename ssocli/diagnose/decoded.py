"""Things laid open, for a person to read: tokens, SAML messages, metadata, certificates and addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ssocli.checks.document import Json, Undecodable, decode_json, is_number
from ssocli.checks.jose import Parsed, parse_compact
from ssocli.checks.saml_certificate import Certificate, read_certificates
from ssocli.checks.saml_xml import read_xml
from ssocli.clock import iso
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Decoded, Kind
from ssocli.text import printable

_XML = {Kind.SAML_RESPONSE, Kind.SAML_REQUEST, Kind.IDP_METADATA, Kind.SP_METADATA}
_MESSAGES = {"SAMLRequest", "SAMLResponse"}
_SENTENCES = {"error_description", "scope", "prompt", "acr_values"}
_TIMES = ("iat", "nbf", "exp", "auth_time", "updated_at")


def decoded(thing: Thing) -> Iterator[Decoded]:
    """The thing as text, and the token in it; nothing of what cannot be read, and never a private key."""
    title = thing.kind.value
    if thing.kind in _XML and (text := _xml(thing.data)):
        yield Decoded(title, thing.place, text)
    elif thing.kind is Kind.JWT:
        yield from _token(thing.text, thing.place)
    elif thing.kind is Kind.CERTIFICATE:
        found = read_certificates(thing.text)
        if not isinstance(found, Undecodable):
            yield Decoded(title, thing.place, "\n\n".join(_certificate(each) for each in found))
    elif thing.kind in {Kind.DISCOVERY, Kind.JWKS, Kind.TOKEN_RESPONSE} and (text := _json(thing.data)):
        yield Decoded(title, thing.place, text)
    if thing.parameters:
        yield Decoded(f"{title}, parameters", thing.place, "\n".join(_parameter(*pair) for pair in thing.parameters))
    if token := thing.first("id_token"):
        yield from _token(token, f"{thing.place}, id_token")


def _parameter(name: str, value: str) -> str:
    """A parameter as it stands in a URL: so the reports know the secret ones by their names.

    A SAML message was laid open before, and is not repeated.
    """
    if name in _MESSAGES:
        return f"{name}={len(value)} characters"
    # Sentences and addresses stay readable.
    safe = ":/ " if name in _SENTENCES else ":/"
    return f"{printable(name, 60)}={printable(quote(value, safe=safe), 2000)}"


def _xml(data: bytes) -> str:
    root = read_xml(data)
    if isinstance(root, Undecodable):
        return ""
    from lxml import etree

    etree.indent(root)
    return str(etree.tostring(root, encoding="unicode"))


def _json(data: bytes) -> str:
    found = decode_json(data)
    return json.dumps(found.value, indent=2, ensure_ascii=False) if isinstance(found, Json) else ""


def _token(token: str, place: str) -> Iterator[Decoded]:
    parsed = parse_compact(token)
    if not isinstance(parsed, Parsed):
        return
    lines = [json.dumps(part, indent=2, ensure_ascii=False) for part in (parsed.header, parsed.claims)]
    yield Decoded("JSON Web Token, header and claims", place, "\n".join([*lines, *_moments(parsed.claims or {})]))


def _moments(claims: dict[str, Any]) -> Iterator[str]:
    """The times in words."""
    for name in _TIMES:
        value = claims.get(name)
        if is_number(value) and 0 <= value < 1e11:
            yield f"{name}: {iso(float(value))}"


def _certificate(found: Certificate) -> str:
    lines = {
        "subject": printable(found.subject, 200),
        "valid from": iso(found.not_before),
        "valid to": iso(found.not_after),
        "key": f"{found.key_type}, {found.key_size} bits",
        "SHA-256": found.fingerprint,
    }
    return "\n".join(f"{name + ':':12}{value}" for name, value in lines.items())
