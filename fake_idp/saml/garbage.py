"""Unpacking what arrives, and naming what it is when it is not what the binding asks for."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from urllib.parse import unquote

from fake_idp.refusal import refuse
from fake_idp.saml.xml import MAX_SIZE

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}")
_GZIP = b"\x1f\x8b"


def decode_redirect(value: str, parameter: str) -> bytes:
    """The XML in a parameter of the Redirect binding: base64 of raw DEFLATE (SAML Bindings 3.4.4.1)."""
    packed = _unbase64(value, parameter)
    document = _inflate(packed, parameter)
    if document is not None and _is_markup(document):
        return _no_page(document, parameter)
    if _is_markup(packed):
        seen = "base64 of XML, not deflated: that is the form of the HTTP-POST binding"
    elif packed[:2] == _GZIP:
        seen = "gzip"
    elif document is None and _zlib(packed, parameter) is not None:
        seen = "DEFLATE inside a zlib frame (RFC 1950): leave out its two first bytes and its four last ones"
    elif document is not None and _twice(document, parameter):
        seen = "data that is deflated twice"
    elif document is not None:
        seen = _described(document)
    else:
        seen = _described(packed)
    raise _refused(parameter, "base64 of raw DEFLATE (RFC 1951) of XML", seen, "SAML Bindings 3.4.4.1")


def decode_post(value: str, parameter: str) -> bytes:
    """The XML in a parameter of the POST binding: base64, nothing more (SAML Bindings 3.5.4)."""
    document = _unbase64(value, parameter)
    if _is_markup(document):
        return _no_page(document, parameter)
    inflated = _inflate(document, parameter)
    if document[:2] == _GZIP:
        seen = "gzip"
    elif inflated is not None and _is_markup(inflated):
        seen = "deflated XML: that is the form of the HTTP-Redirect binding"
    else:
        seen = _described(document)
    raise _refused(parameter, "base64 of XML", seen, "SAML Bindings 3.5.4")


def markup(document: bytes, what: str) -> bytes:
    """The bytes as they are, once they look like XML. Raises RefusedError that names what else they are."""
    if _is_markup(document):
        return _no_page(document, what)
    raise _refused(what, "XML", _described(document).removeprefix("base64 of ") if document.strip() else "nothing")


def _unbase64(value: str, parameter: str) -> bytes:
    compact = "".join(value.split())  # line breaks are allowed (RFC 2045 6.8)
    if _BASE64.fullmatch(compact) and " " not in value.strip():
        try:
            decoded = base64.b64decode(compact, validate=True)
        except binascii.Error:
            raise _refused(parameter, "base64", f"base64 that is cut off after {len(compact)} characters") from None
        if decoded:
            return decoded
    raise _refused(parameter, "base64", _not_base64(value, compact))


def _not_base64(value: str, compact: str) -> str:
    stripped = value.lstrip("\ufeff \t\r\n")
    if not compact:
        return "nothing"
    if stripped.startswith("<"):
        return "HTML" if _is_page(stripped.encode()) else "XML as it is, not encoded"
    if stripped.startswith("{"):
        return "JSON"
    if " " in value.strip() and _BASE64.fullmatch(compact):
        return 'base64 whose "+" were not percent-encoded and have become spaces'
    if "%" in compact and (times := _times_quoted(compact)):
        return f"base64 that is URL-encoded {'twice' if times == 2 else f'{times} times'}"
    if re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]*", compact):
        return "a JSON Web Token"
    if _BASE64URL.fullmatch(compact):
        return "base64url (RFC 4648 5): replace - by + and _ by /"
    strange = next(char for char in compact if not re.fullmatch(r"[A-Za-z0-9+/=]", char) or char == "=")
    return f"text with {strange!r} in it, {len(compact)} characters"


def _times_quoted(text: str) -> int | None:
    """How often base64 was percent-encoded, the once that is right included; None if it is no base64 below that."""
    for times in range(2, 6):
        text = unquote(text)
        if _BASE64.fullmatch(text):
            return times
    return None


def _inflate(packed: bytes, parameter: str) -> bytes | None:
    """Raw DEFLATE undone, None if it is something else. Raises RefusedError when there is too much in it."""
    return _decompress(packed, -15, parameter)


def _zlib(packed: bytes, parameter: str) -> bytes | None:
    return _decompress(packed, 15, parameter)


def _decompress(packed: bytes, wbits: int, parameter: str) -> bytes | None:
    unpacking = zlib.decompressobj(wbits)
    try:
        document = unpacking.decompress(packed, MAX_SIZE)
    except zlib.error:
        return None
    if unpacking.unconsumed_tail:
        raise _refused(
            parameter, f"at most {MAX_SIZE} bytes of XML", f"{len(packed)} bytes that unpack to more", "RFC 1951"
        )
    return document if unpacking.eof else None


def _twice(document: bytes, parameter: str) -> bool:
    again = _inflate(document, parameter)
    return again is not None and _is_markup(again)


def _is_markup(document: bytes) -> bool:
    return document.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or document[:4] in (
        b"\xff\xfe<\0",
        b"\xfe\xff\0<",
    )


def _is_page(document: bytes) -> bool:
    return re.match(rb"\s*<(!doctype\s+html|html)\b", document.removeprefix(b"\xef\xbb\xbf"), re.IGNORECASE) is not None


def _no_page(document: bytes, parameter: str) -> bytes:
    if _is_page(document):
        raise _refused(parameter, "XML", "an HTML page")
    return document


def _described(document: bytes) -> str:
    """What the bytes look like, without showing them: they may hold a secret."""
    text = document.decode("latin-1").strip()
    if text.startswith(("{", "[")):
        return "base64 of JSON"
    if _BASE64.fullmatch(text) and len(text) >= 16:
        return "base64 of base64: it was encoded twice"
    if "%3C" in text[:8].upper():
        return "base64 of URL-encoded XML"
    if all(" " <= char <= "~" or char.isspace() for char in text):
        return f"base64 of {len(document)} characters of text"
    return f"base64 of {len(document)} bytes that are no XML"


def _refused(parameter: str, expected: str, seen: str, clause: str | None = None) -> Exception:
    return refuse(
        "invalid_request", f"The {parameter} cannot be read.", parameter=parameter, expected=expected, seen=seen,
        clause=clause,
    )  # fmt: skip
