"""What a thing is, by its content and never by its file's name."""

from __future__ import annotations

import base64
import html
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from ssocli.checks.document import Undecodable, decode_json, json_object
from ssocli.checks.saml_certificate import read_certificate
from ssocli.checks.saml_xml import read_xml
from ssocli.diagnose.addresses import from_form, from_page, from_url
from ssocli.diagnose.known_errors import find, unlisted_numbers
from ssocli.diagnose.thing import Thing
from ssocli.diagnose.unwrap import as_text, bare, octets, visible
from ssocli.diagnosis import Kind
from ssocli.text import printable

_CAPTURE = re.compile(rb'"(?:log|entries|requests)"\s*:\s*[\[{]|"ssocli\.trace/')
_JWT = re.compile(r"[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*)?")
_CUT_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")
_JWT_INSIDE = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")
_FINGERPRINT = re.compile(r"(?:sha-?(?:1|256)\W{0,20})?(?:[0-9a-f]{2}[:\s-]?){20}(?:(?:[0-9a-f]{2}[:\s-]?){12})?", re.I)
_CONFIG = re.compile(r"^\s*\[(?:providers|organizations|sentry|people|users)\b", re.MULTILINE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,200})", re.IGNORECASE)
_DEPTH = 3
_HEAD = 65536
# Captures are read by a reader of their own; anything else of this size is nothing that a login has.
_LIMIT = 16_000_000


def recognise(data: bytes, place: str) -> tuple[Thing, ...]:
    """The things in what was given, at least one. Never raises, whatever the bytes are."""
    return tuple(_recognise(data, place, 0))


def _recognise(data: bytes, place: str, depth: int) -> Iterator[Thing]:
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \r\n\t")
    if not head and not data.strip():
        yield Thing(Kind.UNKNOWN, place, problem="is empty")
        return
    if data.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        yield Thing(Kind.HAR, place, data=data)
        return
    if head.startswith(b"{") and _CAPTURE.search(head):
        yield from _capture(data, place)
        return
    if len(data) > _LIMIT:
        size = f"{len(data) / 1e6:.0f} MB, and no capture; a message is smaller than {_LIMIT / 1e6:.0f} MB"
        yield Thing(Kind.UNKNOWN, place, problem=f"is {size}")
        return
    if data.startswith(b"\x30\x82"):
        found = read_certificate(data)
        if not isinstance(found, Undecodable):
            yield Thing(Kind.CERTIFICATE, place, text=_pem(data))
            return
    text = as_text(data)
    if text is None:
        yield Thing(Kind.UNKNOWN, place, problem="is binary data of no kind that is known")
        return
    things = tuple(_text(bare(text), place, depth))
    if all(thing.kind is Kind.UNKNOWN for thing in things) and visible(text) != text:
        # An invisible character in the middle of a token or of base64 was pasted along.
        things = tuple(_text(bare(visible(text)), place, depth))
    yield from things


def _capture(data: bytes, place: str) -> Iterator[Thing]:
    head = data[:_HEAD]
    if b'"ssocli.trace/' in head:
        yield Thing(Kind.TRACE, place, data=data)
    elif b'"log"' in head:
        yield Thing(Kind.HAR, place, data=data)
    elif b'"requests"' in head:
        yield Thing(Kind.SAML_TRACER, place, data=data)
    else:
        yield from _text(bare(as_text(data) or ""), place, _DEPTH)


def _text(text: str, place: str, depth: int) -> Iterator[Thing]:
    """The thing in a text: the surest signs first."""
    joined = "".join(text.split())
    if "PRIVATE KEY-----" in text:
        yield Thing(Kind.PRIVATE_KEY, place)
    elif _CONFIG.search(text):
        yield _config(text, place)
    elif "-----BEGIN " in text or "-----END " in text or _FINGERPRINT.fullmatch(text):
        yield Thing(Kind.CERTIFICATE, place, text=text)
    elif text[:1] in "{[":
        yield from _json(text, place)
    elif text.startswith(("&lt;", "&#60;")) and depth < _DEPTH:
        yield from _text(html.unescape(text), place, depth + 1)
    elif text.startswith("<"):
        yield from _markup(text, place)
    elif (found := from_url(text, place)) is not None:
        yield found
    elif _JWT.fullmatch(joined) and joined.startswith("eyJ"):
        yield Thing(Kind.JWT, place, text=joined)
    elif (found := from_form(text, place)) is not None:
        yield found
    elif _is_cut_token(joined):
        yield Thing(Kind.JWT, place, text=joined)
    elif depth < _DEPTH and (inside := octets(text)) is not None:
        yield from _packed(inside, text, place, depth)
    else:
        yield from _words(text, place)


def _is_cut_token(text: str) -> bool:
    """Whether this is a token of which the end is missing: its header can be read."""
    head = text.partition(".")[0]
    if not text.startswith("eyJ") or not _CUT_TOKEN.fullmatch(text):
        return False
    header = json_object(octets(head) or b"")
    return header is not None and "alg" in header


def _packed(inside: bytes, text: str, place: str, depth: int) -> Iterator[Thing]:
    """What was in base64."""
    things = tuple(_recognise(inside, place, depth + 1))
    for thing in things:
        if thing.kind in {Kind.SAML_RESPONSE, Kind.SAML_REQUEST}:
            yield _message(thing.kind, thing.data, place)
        elif thing.kind is Kind.UNKNOWN:
            yield from _words(text, place)
        else:
            yield thing


def _words(text: str, place: str) -> Iterator[Thing]:
    """A message in words, perhaps with a token in it."""
    if inside := _JWT_INSIDE.search(text):
        yield Thing(Kind.JWT, place, text=inside[0])
    elif find(text) or unlisted_numbers(text):
        yield Thing(Kind.ERROR_TEXT, place, text=text)
    else:
        yield Thing(Kind.UNKNOWN, place, text=text, problem=f"is text of no kind that is known: {printable(text, 60)}")


def _json(text: str, place: str) -> Iterator[Thing]:
    decoded = decode_json(text.encode("utf-8", "replace"))
    if isinstance(decoded, Undecodable):
        if find(text):
            yield Thing(Kind.ERROR_TEXT, place, text=text)
        else:
            yield Thing(Kind.UNKNOWN, place, text=text, problem=f"begins like JSON, but {decoded.reason}")
        return
    value, data = decoded.value, text.encode("utf-8", "replace")
    kind = _json_kind(value)
    if kind is Kind.PRIVATE_KEY:
        yield Thing(kind, place)
    elif kind is not None:
        yield Thing(kind, place, text=text, data=data)
    elif find(text) or unlisted_numbers(text):
        yield Thing(Kind.ERROR_TEXT, place, text=text)
    else:
        names = ", ".join(map(str, value)) if isinstance(value, dict) else type(value).__name__
        yield Thing(Kind.UNKNOWN, place, text=text, problem=f"is JSON of no kind that is known: {printable(names, 80)}")


def _json_kind(value: Any) -> Kind | None:
    if not isinstance(value, dict):
        return None
    if "kty" in value:
        return Kind.PRIVATE_KEY if {"d", "k"} & set(value) else Kind.JWKS
    if isinstance(value.get("keys"), list):
        return Kind.JWKS
    if any(name in value for name in ("authorization_endpoint", "jwks_uri", "token_endpoint")):
        return Kind.DISCOVERY
    if any(isinstance(value.get(name), str) for name in ("access_token", "id_token", "error")):
        return Kind.TOKEN_RESPONSE
    return None


def _markup(text: str, place: str) -> Iterator[Thing]:
    data = text.encode("utf-8", "replace")
    root = read_xml(data)
    if not isinstance(root, Undecodable) and (thing := _xml(root, data, place)) is not None:
        yield thing
    elif found := tuple(from_page(text, place)):
        yield from found
    elif isinstance(root, Undecodable) and "EntityDescriptor" in text[:4000]:
        yield Thing(Kind.IDP_METADATA, place, data=data, problem=root.reason)
    elif isinstance(root, Undecodable) and "urn:oasis:names:tc:SAML:2.0:protocol" in text[:4000]:
        kind = Kind.SAML_REQUEST if "AuthnRequest" in text[:400] else Kind.SAML_RESPONSE
        yield _message(kind, data, place)
    elif find(text) or unlisted_numbers(text):
        yield Thing(Kind.ERROR_TEXT, place, text=text)
    else:
        yield Thing(Kind.UNKNOWN, place, text=text, problem=_page(text, root))


def _page(text: str, root: Any) -> str:
    """What a page or a document is that nothing is known of, as half a sentence."""
    if title := _TITLE.search(text[:65536]):
        return f"is an HTML page ({printable(' '.join(title[1].split()), 60)})"
    if isinstance(root, Undecodable):
        return root.reason
    return f"is XML of no kind that is known ({printable(str(root.tag).rpartition('}')[2], 60)})"


def _xml(root: Any, data: bytes, place: str) -> Thing | None:
    name = str(root.tag).rpartition("}")[2]
    if name in {"EntityDescriptor", "EntitiesDescriptor"}:
        roles = {str(element.tag).rpartition("}")[2] for element in root.iter() if isinstance(element.tag, str)}
        is_sp = "SPSSODescriptor" in roles and "IDPSSODescriptor" not in roles
        return Thing(Kind.SP_METADATA if is_sp else Kind.IDP_METADATA, place, data=data)
    if name in {"AuthnRequest", "LogoutRequest"}:
        return _message(Kind.SAML_REQUEST, data, place)
    if name in {"Response", "Assertion", "LogoutResponse", "ArtifactResponse"}:
        return _message(Kind.SAML_RESPONSE, data, place)
    return None


def _message(kind: Kind, data: bytes, place: str) -> Thing:
    """A SAML message, packed as a form would carry it."""
    return Thing(kind, place, data=data, packed=base64.b64encode(data).decode("ascii"), mode="document")


def _config(text: str, place: str) -> Thing:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Thing(Kind.CONFIG, place, text=text, problem=f"is no TOML: {printable(str(error))}")
    except RecursionError:
        return Thing(Kind.CONFIG, place, text=text, problem="is nested too deeply to be read")
    return Thing(Kind.CONFIG, place, text=text)


def _pem(der: bytes) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(der).decode('ascii')}\n-----END CERTIFICATE-----\n"
