"""Reading XML that a stranger wrote, and SAML messages as the bindings carry them.

No DTD, no entities, nothing fetched, and limits on everything. What is no XML is named for what it is instead.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from dataclasses import dataclass, field
from typing import Literal

from ssocli.checks.document import SIZE_LIMIT, Undecodable
from ssocli.checks.saml_tree import Element
from ssocli.text import printable

Binding = Literal["POST", "Redirect"]

# A response of 100 kB is large already; all but the document and its base64 form is an attack.
MESSAGE_LIMIT = 1024 * 1024
_ATTRIBUTE_LIMIT = 256
_ELEMENT_LIMIT = 100_000
# Atomic groups: a prolog of a thousand comments must not be tried in every combination.
_DOCTYPE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+<!DOCTYPE(\s+html\b)?", re.I | re.DOTALL
)
_HTML = re.compile(rb"<(?:html|head|body|title|meta)\b", re.IGNORECASE)
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,200})", re.IGNORECASE)
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_BREAKS = str.maketrans("", "", "\r\n\t")


@dataclass(frozen=True, slots=True)
class XmlMessage:
    """A SAML message as it came by `binding`: its octets, and the root of the tree they make. Nothing is verified."""

    xml: bytes
    binding: Binding
    root: Element = field(repr=False, compare=False)


def read_xml(octets: bytes, limit: int = SIZE_LIMIT) -> Element | Undecodable:
    """The root element of an XML document. Never raises, whatever the bytes are, and fetches nothing."""
    if len(octets) > limit:
        return Undecodable(f"is larger than {limit} bytes")
    if (found := _foreign(octets)) is not None:
        return Undecodable(found)
    from lxml import etree

    # huge_tree off keeps the parser's own limits: 256 levels of depth, 10 MB of text, little expansion.
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(octets, parser)
    except etree.XMLSyntaxError as error:
        return Undecodable(f"is no well-formed XML: {printable(_parser_words(str(error)))}")
    except ValueError as error:
        return Undecodable(f"is no XML: {printable(str(error))}")
    # An encoding of more than ASCII's letters can hide a DTD from the look at the octets.
    document = root.getroottree().docinfo
    if document.internalDTD is not None or document.externalDTD is not None:
        return Undecodable(_WITH_DTD)
    for count, element in enumerate(root.iter()):
        if count >= _ELEMENT_LIMIT:
            return Undecodable(f"has more than {_ELEMENT_LIMIT} elements")
        if isinstance(element, etree._Entity):
            return Undecodable("has an entity in it")
        if len(element.attrib) > _ATTRIBUTE_LIMIT:
            return Undecodable(f"has an element with more than {_ATTRIBUTE_LIMIT} attributes")
    return root


def decode_message(text: str, binding: Binding) -> XmlMessage | Undecodable:
    """The message in a SAMLRequest or SAMLResponse parameter, after the one URL-decoding of the form or query.

    SAML Bindings 3.5.4 (POST: base64) and 3.4.4.1 (Redirect: DEFLATE, then base64). Never raises.
    """
    # Base64 makes 4 of 3, and may be broken into lines.
    if len(text) > MESSAGE_LIMIT * 3 // 2:
        return Undecodable(f"is {len(text)} characters long, larger than a message of {MESSAGE_LIMIT} bytes can be")
    packed = text.strip().translate(_BREAKS)
    if not packed:
        return Undecodable("is empty")
    if (problem := _base64_problem(packed)) is not None:
        return Undecodable(problem)
    try:
        octets = base64.b64decode(packed, validate=True)
    except binascii.Error as error:
        return Undecodable(f"is no base64: {error}; was it cut off?")
    unpacked = _inflated(octets) if binding == "Redirect" else _plain(octets)
    if isinstance(unpacked, Undecodable):
        return unpacked
    root = read_xml(unpacked, MESSAGE_LIMIT)
    return root if isinstance(root, Undecodable) else XmlMessage(unpacked, binding, root)


# How the parser says that the end is missing.
_CUT_OFF = ("Premature end of data", "EndTag: '</' not found", "Couldn't find end of")
_WITH_DTD = "has a document type declaration (DTD), which no SAML message needs and which hides attacks"


def _foreign(octets: bytes) -> str | None:
    """What these octets are if they are no XML document to parse, as half a sentence."""
    start = octets[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start and not octets.strip():
        return "is empty"
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in octets[:4]:
        return "is UTF-16 or UTF-32; expected UTF-8"
    if (found := _DOCTYPE.match(octets)) is not None:
        return _html(octets) if found[1] else _WITH_DTD
    if start.startswith(b"<") or not start:
        is_page = _HTML.search(octets[:1024]) is not None and b"urn:oasis" not in octets[:1024]
        return _html(octets) if is_page else None
    text = start.decode("utf-8", "replace")
    if (pem := _PEM.match(text)) is not None:
        return f"is a PEM file ({pem[1]}), not XML"
    if text[0] in "{[":
        return "is JSON, not XML"
    if _PERCENT.match(text):
        return "is URL-encoded, not XML"
    if _BASE64.fullmatch("".join(text.split())):
        return "is base64, not XML"
    return f"is no XML: it starts with {printable(text[:20])!r}"


def _html(octets: bytes) -> str:
    title = _TITLE.search(octets[:65536])
    shown = printable(" ".join(title[1].decode("utf-8", "replace").split()), 80) if title else ""
    return f"is an HTML page ({shown}), not XML" if shown else "is an HTML page, not XML"


def _base64_problem(packed: str) -> str | None:
    """What the parameter holds instead of base64, as half a sentence; None if it can be base64."""
    if _BASE64.fullmatch(packed):
        return None
    if packed.startswith("<"):
        foreign = _foreign(packed.encode("utf-8", "replace"))
        return foreign or "is XML as it is; expected it in base64"
    if (pem := _PEM.match(packed)) is not None:
        return f"is a PEM file ({pem[1]}), not a message"
    if packed[0] in "{[":
        return "is JSON, not a message"
    if _PERCENT.search(packed):
        return "is URL-encoded twice: after decoding it once there are still %-escapes in it"
    if " " in packed and _BASE64.fullmatch(packed.replace(" ", "+")):
        return "has blanks where base64 has '+': it was not URL-encoded when it was sent"
    if _BASE64URL.fullmatch(packed):
        return "is base64url ('-' and '_'); expected plain base64 ('+' and '/')"
    odd = next(character for character in packed if not _BASE64.fullmatch(character))
    return f"is no base64: it has {printable(odd)!r} in it"


def _plain(octets: bytes) -> bytes | Undecodable:
    """The octets of a POST message, unless they are packed once more."""
    if octets.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return octets
    if isinstance(unpacked := _unpack(octets, -zlib.MAX_WBITS), bytes) and unpacked.lstrip().startswith(b"<"):
        return Undecodable("is deflated, as for HTTP-Redirect, but came by HTTP-POST")
    try:
        if base64.b64decode(octets, validate=True).lstrip().startswith(b"<"):
            return Undecodable("is in base64 twice")
    except (binascii.Error, ValueError):
        pass
    return octets


def _inflated(octets: bytes) -> bytes | Undecodable:
    """The message in the octets of a Redirect message."""
    if octets.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Undecodable("is not deflated, as HTTP-Redirect asks (SAML Bindings 3.4.4.1)")
    unpacked = _unpack(octets, -zlib.MAX_WBITS)
    if isinstance(unpacked, Undecodable):
        if isinstance(_unpack(octets, zlib.MAX_WBITS), bytes):
            return Undecodable("is deflated with a zlib header; expected raw DEFLATE (RFC 1951)")
        return unpacked
    if isinstance(again := _unpack(unpacked, -zlib.MAX_WBITS), bytes) and again.lstrip().startswith(b"<"):
        return Undecodable("is deflated twice")
    return unpacked


def _unpack(octets: bytes, window: int) -> bytes | Undecodable:
    """Inflate at most MESSAGE_LIMIT bytes; a bomb is cut off there."""
    engine = zlib.decompressobj(window)
    try:
        unpacked = engine.decompress(octets, MESSAGE_LIMIT + 1)
    except zlib.error:
        return Undecodable("cannot be inflated: it is no DEFLATE stream")
    if len(unpacked) > MESSAGE_LIMIT:
        return Undecodable(f"inflates to more than {MESSAGE_LIMIT} bytes")
    if not engine.eof:
        return Undecodable("is cut off: its DEFLATE stream has no end")
    return Undecodable("has something after its DEFLATE stream") if engine.unused_data else unpacked


def _parser_words(message: str) -> str:
    """The parser's complaint without the name of a file that there is none of."""
    words = message.partition(" (<string>")[0]
    return f"{words}; was it cut off?" if words.startswith(_CUT_OFF) else words
