"""HAR 1.2 as browsers and proxies write it: Chrome, Firefox, Safari, Edge, Charles, Fiddler.

Only what is needed is decoded: bodies stay as they are in the file until a page or a document is wanted.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from msgspec import Raw, Struct

from ssocli.diagnose.capture.hop import Hop
from ssocli.exchange import ErrorKind, Exchange, Headers, Phases, Request, Response, Sender, TransportError

BODY_LIMIT = 512 * 1024  # bytes of a body that are kept; messages and pages of a login are smaller
_WANTED = ("html", "json", "xml", "text/plain", "urlencoded", "jwt")
_DOCUMENTS = ("document", "iframe", "frame")
# Chrome names its network errors; the beginning of the name decides.
_ERRORS: tuple[tuple[str, ErrorKind], ...] = (
    ("NAME_", "dns"),
    ("CONNECTION_REFUSED", "refused"),
    ("CONNECTION_TIMED_OUT", "timeout"),
    ("TIMED_OUT", "timeout"),
    ("ADDRESS_UNREACHABLE", "unreachable"),
    ("INTERNET_DISCONNECTED", "unreachable"),
    ("CERT_", "tls"),
    ("SSL_", "tls"),
    ("BLOCKED", "blocked"),
    ("CONNECTION_", "reset"),
    ("EMPTY_RESPONSE", "reset"),
)


class _Pair(Struct):
    name: str = ""
    value: str | None = None


class _PostData(Struct, rename="camel"):
    mime_type: str | None = None
    text: str | None = None
    params: list[_Pair] | None = None


class _Request(Struct, rename="camel"):
    url: str
    method: str = "GET"
    headers: list[_Pair] = []
    post_data: _PostData | None = None


class _Content(Struct, rename="camel"):
    mime_type: str | None = None
    text: Raw = Raw(b"")
    encoding: str | None = None


class _Response(Struct):
    status: int = 0
    headers: list[_Pair] = []
    content: _Content | None = None
    redirect: str | None = msgspec.field(name="redirectURL", default=None)
    error: str | None = msgspec.field(name="_error", default=None)


class _Entry(Struct):
    request: _Request
    response: _Response | None = None
    started: str | None = msgspec.field(name="startedDateTime", default=None)
    time: float | None = None
    kind: str | None = msgspec.field(name="_resourceType", default=None)


_DECODER = msgspec.json.Decoder(_Entry, strict=False)


def hop(piece: Raw | bytes | memoryview, place: str) -> Hop:
    """One entry. Raises msgspec.DecodeError, and RecursionError for what is nested too deeply."""
    entry = _DECODER.decode(piece)
    response = _response(entry.response) if entry.response is not None else None
    posted = entry.request.post_data
    headers = _typed(_headers(entry.request.headers), posted.mime_type if posted is not None else None)
    request = Request(headers, _posted(posted))
    phases = Phases(headers=max(entry.time, 0.0) / 1000 if entry.time is not None else None)
    exchange = Exchange(
        entry.request.method.upper(), entry.request.url, request, response, phases, _error(entry), Sender.BROWSER
    )
    return Hop(place, moment(entry.started), exchange, _is_navigation(entry, exchange))


def moment(text: str | None) -> float | None:
    """An ISO 8601 time as seconds since the epoch; None if it is none."""
    try:
        return datetime.fromisoformat(text).timestamp() if text else None
    except (ValueError, OverflowError):
        return None


def is_page(exchange: Exchange) -> bool:
    """Whether a request is for a page, by its own words and else by what came."""
    wanted = {name.lower(): value for name, value in exchange.request.headers}
    if destination := wanted.get("sec-fetch-dest"):
        return destination in _DOCUMENTS
    if "x-requested-with" in wanted:
        return False
    response = exchange.response
    return (
        response is None
        or 300 <= response.status < 400
        or response.media_type in ("", "text/html", "application/xhtml+xml")
    )


def _headers(pairs: list[_Pair]) -> Headers:
    return tuple((pair.name, pair.value or "") for pair in pairs if not pair.name.startswith(":"))


def _typed(headers: Headers, media_type: str | None) -> Headers:
    """The headers with the type of the body, which stands beside it as well."""
    if not media_type or any(name.lower() == "content-type" for name, _ in headers):
        return headers
    return (*headers, ("Content-Type", media_type))


def _posted(data: _PostData | None) -> bytes:
    if data is None:
        return b""
    if not data.text and data.params:
        return urlencode([(pair.name, pair.value or "") for pair in data.params]).encode()
    return (data.text or "").encode("utf-8", "replace")


def _response(response: _Response) -> Response | None:
    if response.status <= 0:
        return None
    content = response.content
    headers = _typed(_headers(response.headers), content.mime_type if content is not None else None)
    names = {name.lower() for name, _ in headers}
    if response.redirect and "location" not in names and 300 <= response.status < 400:
        headers += (("Location", response.redirect),)
    body = _body(content) if content is not None else b""
    return Response(response.status, headers, body[:BODY_LIMIT], truncated=len(body) > BODY_LIMIT)


def _body(content: _Content) -> bytes:
    mime_type = (content.mime_type or "").lower()
    raw = bytes(content.text)
    if len(raw) > 4 * BODY_LIMIT or not any(word in mime_type for word in _WANTED):
        return b""
    text = msgspec.json.decode(raw) if raw else ""
    if not isinstance(text, str):
        return b""
    if content.encoding != "base64":
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""


def _error(entry: _Entry) -> TransportError | None:
    said = entry.response.error if entry.response is not None else None
    if entry.response is not None and entry.response.status > 0:
        return None
    name = (said or "").removeprefix("net::ERR_").removeprefix("net::")
    kind: ErrorKind = next((kind for start, kind in _ERRORS if name.startswith(start)), "reset")
    return TransportError(kind, "headers", f"the browser got no answer ({said or 'the capture does not say why'})")


def _is_navigation(entry: _Entry, exchange: Exchange) -> bool:
    return entry.kind in _DOCUMENTS if entry.kind else is_page(exchange)
