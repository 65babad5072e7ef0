"""Taking off what is wrapped around a thing: encodings, quotes, line breaks, base64, percent signs, DEFLATE.

Everything is bounded, and nothing raises.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from urllib.parse import unquote

INFLATED_LIMIT = 4 * 1024 * 1024
# So many pairs of quotation marks are taken off, one inside the other.
_NESTED = 4
_QUOTES = "\"'`\u201c\u201d\u2018\u2019"
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_AROUND = " \t\r\n\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff"
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def as_text(data: bytes) -> str | None:
    """The bytes as text: UTF-8, or UTF-16 with or without a byte order mark; None if they are no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _printable(data.decode("utf-16", "replace"))
    if b"\0" in data[:200]:
        codec = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be" if data[:1] == b"\0" else None
        return None if codec is None else _printable(data.decode(codec, "replace"))
    try:
        return _printable(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _printable(data.decode("cp1252", "replace"))


def _printable(text: str) -> str | None:
    """The text, unless too much of its beginning is no text at all."""
    head = text[:4000]
    odd = sum(not (character.isprintable() or character in "\r\n\t\f") for character in head)
    return None if odd > len(head) // 20 else text


def bare(text: str) -> str:
    """The text without blanks, invisible characters and quotation marks around all of it.

    Those inside stay: one in a client id may be what is wrong.
    """
    text = text.strip(_AROUND)
    for _ in range(_NESTED):
        if len(text) < 2 or text[0] not in _QUOTES or text[-1] not in _QUOTES:
            break
        text = text[1:-1].strip(_AROUND)
    return text


def visible(text: str) -> str:
    """The text without any invisible character."""
    return _INVISIBLE.sub("", text)


def octets(text: str) -> bytes | None:
    """What the base64 in a text holds, inflated if it is deflated; None if it is no base64.

    Line breaks, percent-encoding (once or twice), base64url and missing padding are forgiven.
    """
    packed = text
    for _ in range(2):
        if "%" in packed:
            packed = unquote(packed)
    packed = "".join(packed.split())
    if not _BASE64.fullmatch(packed):
        return None
    try:
        decoded = base64.b64decode(packed.rstrip("=").translate(_STANDARD) + "=" * (-len(packed.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return None
    return inflated(decoded) or decoded


_STANDARD = str.maketrans("-_", "+/")


def inflated(data: bytes) -> bytes | None:
    """What was deflated (raw, as SAML's Redirect binding does it, or in a zlib or gzip frame); None if nothing."""
    for window in (-15, 47):
        engine = zlib.decompressobj(window)
        try:
            found = engine.decompress(data, INFLATED_LIMIT)
        except zlib.error:
            continue
        if engine.eof and found:
            return found
    return None
