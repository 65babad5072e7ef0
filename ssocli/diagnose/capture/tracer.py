"""The export of the browser extension SAML-tracer: requests with their parameters, without the bodies of answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from ssocli.diagnose.capture.har import is_page
from ssocli.diagnose.capture.hop import Hop
from ssocli.exchange import Exchange, Headers, Phases, Request, Response, Sender


class _Header(Struct):
    name: str = ""
    value: str | None = None


class _Request(Struct, rename="camel"):
    url: str
    method: str = "GET"
    request_headers: list[_Header] = []
    response_headers: list[_Header] = []
    response_status: int | None = None
    post: list[list[Any]] | None = None


_DECODER = msgspec.json.Decoder(_Request, strict=False)


def hop(piece: msgspec.Raw | bytes | memoryview, place: str) -> Hop:
    """One request. Raises msgspec.DecodeError, and RecursionError for what is nested too deeply."""
    entry = _DECODER.decode(piece)
    pairs = [(str(pair[0]), str(pair[1])) for pair in entry.post or () if len(pair) == 2]
    headers = _headers(entry.request_headers)
    if pairs and not any(name.lower() == "content-type" for name, _ in headers):
        headers += (("Content-Type", "application/x-www-form-urlencoded"),)
    status = entry.response_status or 0
    response = Response(status, _headers(entry.response_headers)) if status > 0 else None
    request = Request(headers, urlencode(pairs).encode())
    exchange = Exchange(entry.method.upper(), entry.url, request, response, Phases(), None, Sender.BROWSER)
    return Hop(place, _started(response), exchange, is_page(exchange))


def _headers(pairs: list[_Header]) -> Headers:
    return tuple((pair.name, pair.value or "") for pair in pairs)


def _started(response: Response | None) -> float | None:
    """The export has no times; the server's own clock has to do."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(response.header("Date") or "").timestamp() if response is not None else None
    except ValueError:
        return None
