"""The messages of a login laid open: ID tokens, token responses' tokens and SAML messages, without their signatures."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from ssocli.diagnosis import Decoded
from ssocli.exchange import Exchange, Headers
from ssocli.report.redact import Redactor
from ssocli.trace import Trace

_JWTS = {"id_token", "id_token_hint", "access_token", "logout_token", "client_assertion", "request"}
_SAML = {"SAMLRequest", "SAMLResponse"}
_MOST = 20
_LIMIT = 100_000


def decoded(trace: Trace, redactor: Redactor) -> tuple[Decoded, ...]:
    """Each message once, with the step in which it was first seen."""
    found: dict[str, Decoded] = {}
    for outcome in trace.steps:
        for exchange in outcome.exchanges:
            for name, value, post in _parameters(exchange):
                if value not in found and len(found) < _MOST and len(value) <= _LIMIT:
                    text = _saml(value, post=post) if name in _SAML else _jwt(value)
                    if text:
                        place = f"step {outcome.step.number}, {outcome.step.title}"
                        found[value] = Decoded(name, place, redactor.text(text))
    return tuple(found.values())


def _parameters(exchange: Exchange) -> Iterator[tuple[str, str, bool]]:
    """Every parameter that may hold a message, and whether it was posted."""
    location = exchange.response.header("Location") if exchange.response else None
    for url in (exchange.url, location or ""):
        try:
            parts = urlsplit(url)
        except ValueError:
            continue
        yield from _wanted([*parse_qsl(parts.query), *parse_qsl(parts.fragment)], post=False)
    if _media_type(exchange.request.headers) == "application/x-www-form-urlencoded":
        yield from _wanted(parse_qsl(exchange.request.body.decode("utf-8", "replace")), post=True)
    if exchange.response is not None and exchange.response.media_type.endswith("json"):
        try:
            document = json.loads(exchange.response.body)
        except (ValueError, RecursionError):
            return
        if isinstance(document, dict):
            yield from _wanted([(k, v) for k, v in document.items() if isinstance(v, str)], post=True)


def _wanted(pairs: list[tuple[str, str]], *, post: bool) -> Iterator[tuple[str, str, bool]]:
    return ((name, value, post) for name, value in pairs if name in _JWTS | _SAML)


def _media_type(headers: Headers) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "").split(";")[0].strip().lower()


def _jwt(token: str) -> str:
    """Header and claims as JSON; "" for what is no signed JWT."""
    parts = token.split(".")
    if len(parts) != 3:
        return ""
    try:
        opened = [json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2]]
        return "\n".join(json.dumps(part, indent=2, ensure_ascii=False) for part in opened)
    except (ValueError, RecursionError, binascii.Error):
        return ""


def _saml(value: str, *, post: bool) -> str:
    """The XML, indented; "" for what cannot be read."""
    from lxml import etree

    from ssocli.checks.document import Undecodable
    from ssocli.checks.saml_xml import decode_message

    message = decode_message(value, "POST" if post else "Redirect")
    if isinstance(message, Undecodable):
        return ""
    etree.indent(message.root)
    text: str = etree.tostring(message.root, encoding="unicode")
    return text
