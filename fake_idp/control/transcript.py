"""A recorded request as the API shows it: decoded, and without secrets unless they are asked for."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from html import unescape
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, urlsplit

import msgspec

from fake_idp import base64url
from fake_idp.control.route import Model
from fake_idp.faults.artefacts import redacted
from fake_idp.recorder import MAX_KEPT, SECRET_PARAMETERS, fingerprint, redacted_query
from fake_idp.web import FORM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fake_idp.recorder import Entry

_FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')
_SIGNATURE = re.compile(r"(<(?:\w+:)?SignatureValue[^>]*>)[^<]*")
_COOKIE = re.compile(r"(^|;\s*)([^=;\s]+)=([^;]*)")
_COOKIE_ATTRIBUTES = {"path", "max-age", "expires", "domain", "samesite"}
_SAML = ("SAMLRequest", "SAMLResponse")


class Decoded(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A token or a SAML message that was in the request or the answer. A signature is never shown."""

    name: str
    kind: Literal["jwt", "saml"]
    header: dict[str, Any] | None = None
    claims: dict[str, Any] | None = None
    xml: str | None = None


class Message(Model, frozen=True, kw_only=True):
    """One half of an exchange. `body` is the text without secrets; None for pages and for what is no text.

    `raw` is what was on the wire, in base64, and only there when secrets are asked for. `size` is in bytes, at most
    what is kept.
    """

    headers: tuple[tuple[str, str], ...]
    body: str | None
    size: int
    cut: bool
    raw: str | None
    decoded: tuple[Decoded, ...]


class Recorded(Model, frozen=True, kw_only=True):
    """A request and its verdict. `outgoing` is true for one that the provider made itself."""

    number: int
    time: float
    method: str
    url: str
    endpoint: str
    issuer: str
    flow: str | None
    client: str | None
    user: str | None
    status: int
    accepted: bool
    reason: str
    error: str | None
    faults: tuple[str, ...]
    outgoing: bool
    request: Message
    response: Message


def recorded(entry: Entry, rules: str, *, secrets: bool = False) -> Recorded:
    """An entry of the recorder; `rules` names the mode it was judged under."""
    query = urlsplit(entry.raw_url).query
    return Recorded(
        number=entry.number,
        time=entry.time,
        method=entry.method,
        url=entry.raw_url if secrets else entry.url,
        endpoint=entry.endpoint,
        issuer=entry.issuer,
        flow=entry.flow,
        client=entry.client,
        user=entry.user,
        status=entry.status,
        accepted=entry.accepted,
        reason=entry.reason or f"Nothing to object under {rules} rules.",
        error=entry.error,
        faults=tuple(entry.faults),
        outgoing=entry.outgoing,
        request=_message(entry.headers, entry.body, query, secrets=secrets),
        response=_message(entry.answer_headers, entry.answer_body, "", secrets=secrets),
    )


def _message(headers: Sequence[tuple[str, str]], body: bytes, query: str, *, secrets: bool) -> Message:
    media_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    kind = media_type.partition(";")[0].strip().lower()
    document = _document(body) if kind.endswith("json") else None
    fields = [*parse_qsl(query), *_fields(kind, body, document), *_of_headers(headers)]
    return Message(
        headers=tuple(headers) if secrets else tuple((name, _header(name, value)) for name, value in headers),
        body=_text(kind, body, document, secrets=secrets),
        size=len(body),
        cut=len(body) == MAX_KEPT,
        raw=base64.b64encode(body).decode("ascii") if secrets else None,
        decoded=tuple(_decoded(fields)),
    )


def _document(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _text(kind: str, body: bytes, document: Any, *, secrets: bool) -> str | None:
    if kind == "text/html" or not body:
        return None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if secrets:
        return text
    if kind == FORM:
        return redacted_query(text)
    if kind.endswith("json"):
        # What is no JSON may still have a secret somewhere.
        return None if document is None else msgspec.json.encode(redacted(document)).decode("utf-8")
    return text if kind.endswith("xml") else None


def _fields(kind: str, body: bytes, document: Any) -> list[tuple[str, str]]:
    """What the body has by name."""
    if kind == FORM:
        return parse_qsl(body.decode("utf-8", "replace"))
    if kind == "text/html":
        found = _FIELD.findall(body.decode("utf-8", "replace"))
        return [(unescape(name), unescape(value)) for name, value in found]
    if isinstance(document, dict):
        return [(name, value) for name, value in document.items() if isinstance(value, str)]
    return []


def _of_headers(headers: Sequence[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for name, value in headers:
        if name.lower() == "location":
            parts = urlsplit(value)
            yield from parse_qsl(f"{parts.query}&{parts.fragment}")
        elif name.lower() == "authorization" and value.lower().startswith("bearer "):
            yield "access_token", value[len("bearer ") :].strip()


def _header(name: str, value: str) -> str:
    """A header without secrets."""
    match name.lower():
        case "authorization":
            scheme, _, rest = value.partition(" ")
            return f"{scheme} {fingerprint(rest)}"
        case "cookie" | "set-cookie":
            return _COOKIE.sub(_cookie, value)
        case "location" | "referer" | "origin":
            address, fragment_mark, fragment = value.partition("#")
            path, mark, query = address.partition("?")
            return path + mark + redacted_query(query) + fragment_mark + redacted_query(fragment)
    return value


def _cookie(match: re.Match[str]) -> str:
    before, name, value = match.groups()
    shown = value if name.lower() in _COOKIE_ATTRIBUTES or not value else fingerprint(value)
    return f"{before}{name}={shown}"


def _decoded(fields: Iterable[tuple[str, str]]) -> Iterable[Decoded]:
    for name, value in fields:
        if name in _SAML:
            xml = _saml(value)
            if xml is not None:
                yield Decoded(name=name, kind="saml", xml=xml)
        elif name in SECRET_PARAMETERS and value.count(".") == 2:
            header, claims = (_json(part) for part in value.split(".")[:2])
            if isinstance(header, dict) and isinstance(claims, dict):
                yield Decoded(name=name, kind="jwt", header=header, claims=claims)


def _json(part: str) -> Any:
    try:
        return msgspec.json.decode(base64url.decode(part))
    except ValueError:
        return None


def _saml(value: str) -> str | None:
    """The message in a parameter of either binding, without its signatures' values."""
    try:
        raw = base64.b64decode(value, validate=False)
        if not raw.lstrip().startswith(b"<"):
            raw = zlib.decompressobj(-15).decompress(raw, MAX_KEPT)
    except (binascii.Error, zlib.error, ValueError):
        return None
    return _SIGNATURE.sub(r"\1...", raw.decode("utf-8", "replace"))
