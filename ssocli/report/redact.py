"""Secrets out, equality visible: every report shows an exchange through this module.

A secret is replaced by a fingerprint (its first characters and a few digits of its hash), so that two places that hold
the same value can still be seen to do so.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from ssocli.exchange import Exchange, Headers
from ssocli.report.redact_text import HIDDEN, once, pairs, redact, stand_in, tokens
from ssocli.report.secret_names import PRIVATE_JWK_MEMBERS, is_secret, is_typed
from ssocli.text import fingerprint

BODY_LIMIT = 4_000

# URLs that carry URLs are followed so far; what is in it beyond that nobody reads.
_DEEPEST = 4

# What may hold a secret beside a token, in a value that is none by its name.
_WORTH_READING = re.compile(r"[=<\"']|-----|\b(?:Bearer|Basic|DPoP)\b", re.IGNORECASE)
# Captures join several Set-Cookie headers by line breaks, some libraries by commas.
_COOKIES = re.compile(r"[\r\n]+|,(?=\s*[^;,=\s]+=)")
# Objects that name a field beside its value: {"name": "password", "value": "..."}.
_NAMING = ("name", "id", "key", "path", "field")


@dataclass(frozen=True, slots=True)
class Redactor:
    """How secrets are shown. `show_secrets` is the one explicit switch that leaves everything as it was."""

    show_secrets: bool = False

    def url(self, url: str) -> str:
        """The URL with secret parameters of its query and fragment replaced, and a password in it as well."""
        return url if self.show_secrets else self._url(url)

    def headers(self, headers: Headers) -> Headers:
        """The headers with credentials and cookie values replaced, and URLs in them treated like `url`."""
        return tuple((name, self._header(name, value)) for name, value in headers)

    def body(self, body: bytes, media_type: str) -> str:
        """The body as text (cut at a limit), by its media type: form fields, JSON members, HTML inputs, tokens."""
        if not body:
            return ""
        text = body.decode("utf-8", "replace")
        if "\x00" in text[:1000]:
            return f"({len(body)} bytes of binary data)"
        if not self.show_secrets:
            text = self._text(text, media_type)
        return text if len(text) <= BODY_LIMIT else f"{text[:BODY_LIMIT]}\n... ({len(text)} characters in all)"

    def text(self, text: str) -> str:
        """Free text (an evidence, a message laid open) with tokens, keys and the values of secret names replaced."""
        return text if self.show_secrets else redact(text, self._url)

    def exchange(self, exchange: Exchange) -> dict[str, Any]:
        """One HTTP hop as plain data, ready to be shown or stored."""
        response = exchange.response
        request_type = next((v for n, v in exchange.request.headers if n.lower() == "content-type"), "")
        return {
            "sender": exchange.sender.value,
            "method": exchange.method,
            "url": self.url(exchange.url),
            "request": {
                "headers": [list(pair) for pair in self.headers(exchange.request.headers)],
                "body": self.body(exchange.request.body, request_type),
            },
            "response": response
            and {
                "status": response.status,
                "headers": [list(pair) for pair in self.headers(response.headers)],
                "body": self.body(response.body, response.media_type),
            },
            "phases_ms": {
                name: round(seconds * 1000, 2)
                for name in ("dns", "tcp", "tls", "headers", "body")
                if (seconds := getattr(exchange.phases, name)) is not None
            },
            "error": exchange.error and {"kind": exchange.error.kind, "detail": exchange.error.detail},
        }

    def _url(self, url: str, depth: int = 0) -> str:
        """`depth` is how many URLs this one stands in."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return fingerprint(url)
        if depth > _DEEPEST:
            return fingerprint(url)
        host = parts.netloc
        if "@" in host:
            user, _, host = host.rpartition("@")
            host = f"{user.partition(':')[0]}:{HIDDEN}@{host}"
        query, fragment = (self._pairs(part, depth) for part in (parts.query, parts.fragment))
        return urlunsplit((parts.scheme, host, pairs(parts.path), query, fragment))

    def _pairs(self, query: str, depth: int = 0) -> str:
        if not query or "=" not in query:
            return query
        found = parse_qsl(query, keep_blank_values=True)
        return "&".join(f"{quote(name, safe=';')}={self._pair(name, value, depth)}" for name, value in found)

    def _pair(self, name: str, value: str, depth: int) -> str:
        shown = self._value(name, value, depth)
        return quote(value, safe=":/") if shown == value else shown

    def _value(self, name: str, value: str, depth: int = 0) -> str:
        if is_secret(name):
            return stand_in(name, value)
        if value.startswith(("http://", "https://")):
            return self._url(value, depth + 1)
        return redact(value, partial(self._url, depth=depth + 1)) if _WORTH_READING.search(value) else tokens(value)

    def _header(self, name: str, value: str) -> str:
        lowered = name.lower()
        if self.show_secrets:
            return value
        if lowered in {"authorization", "proxy-authorization"}:
            scheme, _, credentials = value.partition(" ")
            return f"{scheme} {fingerprint(credentials)}" if credentials else fingerprint(value)
        if lowered == "cookie":
            return "; ".join(_cookie(pair) for pair in re.split(r"[;\r\n]\s*", value))
        if lowered in {"set-cookie", "set-cookie2"}:
            return "\n".join(_set_cookie(line.strip()) for line in _COOKIES.split(value))
        if lowered == "location":
            return self.url(value)
        return stand_in(name, value) if is_secret(name) else self.text(value)

    def _text(self, text: str, media_type: str) -> str:
        media_type = media_type.split(";")[0].strip().lower()
        if media_type == "application/x-www-form-urlencoded":
            return self._pairs(text)
        if media_type.endswith("json") or text.lstrip()[:1] in ("{", "["):
            try:
                return json.dumps(self._member("", json.loads(text)), ensure_ascii=False)
            except (ValueError, RecursionError):
                return self.text(text)
        return self.text(text)

    def _member(self, name: str, value: Any) -> Any:
        """A member of a JSON document. What stands below a password is one, whatever it is called there."""
        if isinstance(value, dict):
            return {key: self._member(_field(name, key, value), inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._member(name, inner) for inner in value]
        if isinstance(value, int | float) and not isinstance(value, bool) and is_typed(name):
            return HIDDEN
        return self._value(name, value) if isinstance(value, str) else value


def _field(above: str, key: str, member: dict[str, Any]) -> str:
    """Which field a member's value belongs to: the password above, the one that the object names, or its own."""
    if is_typed(above):
        return above
    if key in PRIVATE_JWK_MEMBERS and "kty" in member:
        return "secret"
    named = (found for each in _NAMING if isinstance(found := member.get(each), str))
    return next(named, key) if key == "value" else key


def _cookie(pair: str) -> str:
    """A cookie with its value replaced; one without a name is nothing but its value."""
    name, equals, value = pair.partition("=")
    return f"{name}={once(value)}" if equals else once(pair)


def _set_cookie(line: str) -> str:
    pair, semicolon, attributes = line.partition(";")
    return f"{_cookie(pair)}{semicolon}{attributes}"
