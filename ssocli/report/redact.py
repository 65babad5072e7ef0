"""Secrets out, equality visible: every report shows an exchange through this module.

A secret is replaced by a fingerprint (its first characters and a few digits of its hash), so that two places that hold
the same value can still be seen to do so.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from ssocli.exchange import Exchange, Headers
from ssocli.text import fingerprint

BODY_LIMIT = 4_000

_SECRET_NAMES = frozenset(
    (
        "access_token",
        "answer",
        "assertion",
        "authorization_code",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "csrf",
        "csrf_token",
        "device_code",
        "id_token",
        "id_token_hint",
        "logout_token",
        "nonce",
        "otc",
        "otp",
        "pass",
        "passcode",
        "passwd",
        "password",
        "pwd",
        "refresh_token",
        "registration_access_token",
        "relaystate",
        "request",
        "response",
        "samlart",
        "samlrequest",
        "samlresponse",
        "secret",
        "session",
        "session_state",
        "sessiontoken",
        "sid",
        "state",
        "statetoken",
        "subject_token",
        "token",
        "totp",
        "tx",
        "user_code",
        "wresult",
    )
)
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*){1,3}")
_INPUT = re.compile(r"<input\b[^>]*>", re.IGNORECASE)
_NAME = re.compile(r"""\bname\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_VALUE = re.compile(r"""(\bvalue\s*=\s*)("[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
_LINK = re.compile(r"""https?://[^\s"'<>\\]+\?[^\s"'<>\\]+""")
_NAMES = "|".join(sorted(_SECRET_NAMES, key=len, reverse=True))
_PAIR = re.compile(rf"""(?<![\w-])({_NAMES})=([^\s&;,"'<>\\]+)""", re.IGNORECASE)
_MEMBER = re.compile(rf"""((["'])(?:{_NAMES})\2\s*:\s*)(["'])((?:(?!\3)[^\\\n]|\\.)*)\3""", re.IGNORECASE)
_CREDENTIALS = re.compile(r"\b(Bearer|Basic|DPoP)\s+([A-Za-z0-9._~+/-]{8,}=*)", re.IGNORECASE)
_PRIVATE_KEY = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?(?:-----END \1-----|\Z)", re.DOTALL)
# Without its signature an assertion is of no use to whoever finds it.
_XML_VALUE = re.compile(r"(<(?:[\w.-]+:)?(?:SignatureValue|CipherValue)\b[^>]*>)([^<]+)", re.IGNORECASE)
_FINGERPRINT = re.compile(r"(?:\S{4}…)?#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Redactor:
    """How secrets are shown. `show_secrets` is the one explicit switch that leaves everything as it was."""

    show_secrets: bool = False

    def url(self, url: str) -> str:
        """The URL with secret parameters of its query and fragment replaced, and a password in it as well."""
        if self.show_secrets:
            return url
        try:
            parts = urlsplit(url)
        except ValueError:
            return fingerprint(url)
        host = parts.netloc
        if "@" in host:
            user, _, host = host.rpartition("@")
            host = f"{user.partition(':')[0]}:{fingerprint(user)}@{host}"
        return urlunsplit((parts.scheme, host, parts.path, self._pairs(parts.query), self._pairs(parts.fragment)))

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
        if self.show_secrets:
            return text
        text = _PRIVATE_KEY.sub(lambda match: f"({match[1].lower()} {fingerprint(match[0])})", text)
        text = _LINK.sub(lambda match: self.url(match[0]), _INPUT.sub(_input, text))
        text = _XML_VALUE.sub(lambda match: match[1] + _once(match[2].strip()), text)
        text = _MEMBER.sub(lambda match: f"{match[1]}{match[3]}{_once(match[4])}{match[3]}", text)
        text = _PAIR.sub(lambda match: f"{match[1]}={_once(match[2])}", text)
        text = _CREDENTIALS.sub(lambda match: f"{match[1]} {fingerprint(match[2])}", text)
        return _JWT.sub(_replaced, text)

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

    def _pairs(self, query: str) -> str:
        if not query or "=" not in query:
            return query
        pairs = parse_qsl(query, keep_blank_values=True)
        return "&".join(f"{quote(name)}={self._pair(name, value)}" for name, value in pairs)

    def _pair(self, name: str, value: str) -> str:
        shown = self._value(name, value)
        return quote(value, safe=":/") if shown == value else shown

    def _value(self, name: str, value: str) -> str:
        if _is_secret(name):
            return _once(value)
        return self.url(value) if value.startswith(("http://", "https://")) else _JWT.sub(_replaced, value)

    def _header(self, name: str, value: str) -> str:
        lowered = name.lower()
        if self.show_secrets:
            return value
        if lowered in {"authorization", "proxy-authorization"}:
            scheme, _, credentials = value.partition(" ")
            return f"{scheme} {fingerprint(credentials)}" if credentials else fingerprint(value)
        if lowered == "cookie":
            return "; ".join(_cookie(pair) for pair in value.split("; "))
        if lowered == "set-cookie":
            pair, semicolon, attributes = value.partition(";")
            return f"{_cookie(pair)}{semicolon}{attributes}"
        if lowered == "location":
            return self.url(value)
        return _JWT.sub(_replaced, _LINK.sub(lambda match: self.url(match[0]), value))

    def _text(self, text: str, media_type: str) -> str:
        media_type = media_type.split(";")[0].strip().lower()
        if media_type == "application/x-www-form-urlencoded":
            return self._pairs(text)
        if media_type.endswith("json"):
            try:
                return json.dumps(self._member("", json.loads(text)), ensure_ascii=False)
            except (ValueError, RecursionError):
                return self.text(text)
        return self.text(text)

    def _member(self, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._member(key, inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._member(name, inner) for inner in value]
        return self._value(name, value) if isinstance(value, str) else value


def _is_secret(name: str) -> bool:
    """Whether a field of this name holds a secret, as providers and their login pages name it."""
    lowered = name.lower()
    return (
        lowered in _SECRET_NAMES
        or lowered.rpartition(".")[2] in _SECRET_NAMES
        or "password" in lowered
        or "passcode" in lowered
    )


def _cookie(pair: str) -> str:
    name, equals, value = pair.partition("=")
    return f"{name}={fingerprint(value)}" if equals and value else pair


def _once(value: str) -> str:
    """The fingerprint of a secret; what is empty or is one already stays."""
    return fingerprint(value) if value and not _FINGERPRINT.fullmatch(value) else value


def _replaced(match: re.Match[str]) -> str:
    return fingerprint(match[0])


def _input(match: re.Match[str]) -> str:
    name = _NAME.search(match[0])
    if name is None or not _is_secret(name[1]):
        return match[0]
    return _VALUE.sub(lambda value: f'{value[1]}"{fingerprint(value[2].strip(chr(34) + chr(39)))}"', match[0])
