"""Taking the paper off: from octets to the text in them, and from text to what is packed in it. Nothing here raises."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from urllib.parse import unquote

# What a person pastes or saves is small; captures are read elsewhere.
LIMIT = 8 * 1024 * 1024
_INFLATED = 1024 * 1024
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_SHORTEST = 16
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_QUOTES = (('"', '"'), ("'", "'"), ("`", "`"), ("<", ">"), ("\u201c", "\u201d"), ("\u2018", "\u2019"))
_LABEL = re.compile(r"(?:Authorization:\s*)?Bearer\s+", re.IGNORECASE)
_QUOTED_MAIL = re.compile(r"^>[ \t]?", re.MULTILINE)


def as_text(data: bytes) -> str | None:
    """The octets as text, by their byte order mark or their pattern; None if they are no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(data, "utf-16")
    if data[:64].count(0) > len(data[:64]) // 3 and len(data) % 2 == 0:
        text = _decoded(data, "utf-16-le" if data[1:2] == b"\0" else "utf-16-be")
        return text if text is not None and text[:32].isprintable() else None
    if b"\0" in data[:4096]:
        return None
    text = _decoded(data, "utf-8-sig")
    if text is not None:
        return text
    text = data.decode("cp1252", "replace")
    odd = sum(character == "\ufffd" or (character < " " and character not in "\t\r\n") for character in text[:4096])
    return text if odd * 20 < len(text[:4096]) else None


def bare(text: str) -> str:
    """The text without what pasting adds around it: blanks, quotes, a code fence, `Bearer`, the `>` of a mail."""
    text = text.strip().translate(_INVISIBLE).strip()
    if text.startswith("```"):
        lines = text.splitlines()
        text = "\n".join(lines[1:-1] if lines[-1].strip() == "```" else lines[1:]).strip()
    if text.startswith(">") and all(line.startswith(">") for line in text.splitlines() if line.strip()):
        text = _QUOTED_MAIL.sub("", text).strip()
    for opening, closing in _QUOTES:
        inner = text[1:-1]
        if len(text) > 1 and text[0] == opening and text[-1] == closing and not set(inner) & {opening, closing}:
            text = inner.strip()
    return _LABEL.sub("", text, count=1) if _LABEL.match(text) else text


def percent_decoded(text: str) -> str | None:
    """The text URL-decoded once; None if it is not URL-encoded as a whole."""
    if not re.fullmatch(r"[A-Za-z0-9+/=_.~%\s-]+", text) or not re.search(r"%[0-9A-Fa-f]{2}", text):
        return None
    return unquote(text)


def base64_decoded(text: str) -> bytes | None:
    """The octets of base64 or base64url, broken into lines or with its padding lost; None if it is none."""
    packed = "".join(text.split())
    if len(packed) < _SHORTEST or not _BASE64.fullmatch(packed):
        return None
    packed = packed.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def inflated(octets: bytes) -> bytes | None:
    """The octets of a raw or zlib DEFLATE stream, of at most 1 MB; None if it is none."""
    for window in (-zlib.MAX_WBITS, zlib.MAX_WBITS):
        engine = zlib.decompressobj(window)
        try:
            found = engine.decompress(octets, _INFLATED + 1)
        except zlib.error:
            continue
        if found and len(found) <= _INFLATED:
            return found
    return None


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
