"""XML: hostile on its way in, built from small pieces on its way out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lxml import etree

from fake_idp.refusal import refuse
from fake_idp.saml.names import NAMESPACES, qualified

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element

MAX_SIZE = 512 * 1024
MAX_DEPTH = 48
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([^"']*)""")


def parse(data: bytes, what: str) -> _Element:
    """The root of a document without any DTD, in UTF-8, of bounded size and depth.

    `what` names the document in messages. Nothing is fetched and no entity is expanded. Comments are left out,
    so that they cannot split a text; no accepted canonicalization keeps them. Raises RefusedError.
    """
    if len(data) > MAX_SIZE:
        raise _refused(what, f"expected at most {MAX_SIZE} bytes of XML", f"{len(data)} bytes")
    encoding = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    if encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii"):
        raise _refused(what, "expected UTF-8", f"the encoding {encoding[1].decode('latin-1')[:40]}")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused(what, "expected UTF-8", f"another byte at offset {error.start}") from None
    if b"<!DOCTYPE" in data:
        # Refused before parsing: a DTD can define entities that grow without end or read files.
        raise _refused(what, "expected XML without a DTD", "a <!DOCTYPE> declaration")
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _refused(what, "expected well-formed XML", str(error)[:160]) from None
    if depth(root) > MAX_DEPTH:
        raise _refused(what, f"expected elements nested at most {MAX_DEPTH} deep", f"{depth(root)}")
    return root


def depth(root: _Element) -> int:
    """How deep the elements are nested."""
    deepest, level = 0, 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        level += 1 if event == "start" else -1
        deepest = max(deepest, level)
    return deepest


def element(name: str, attributes: Mapping[str, str | None] | None = None, *content: _Element | str | None) -> _Element:
    """An element such as `saml:Issuer`, with the attributes that have a value and the children that are there."""
    prefix = name.partition(":")[0]
    made = etree.Element(qualified(name), nsmap={prefix: NAMESPACES[prefix]})
    for key, value in (attributes or {}).items():
        if value is not None:
            made.set(key, value)
    for child in content:
        if isinstance(child, str):
            made.text = child
        elif child is not None:
            made.append(child)
    return made


def find(parent: _Element, path: str) -> _Element | None:
    """The first descendant at a path such as `saml:Subject/saml:NameID`."""
    return parent.find(path, NAMESPACES)


def find_all(parent: _Element, path: str) -> list[_Element]:
    """All descendants at that path, in document order."""
    return list(parent.findall(path, NAMESPACES))


def text(found: _Element | None) -> str | None:
    """All text of an element without the white space around it; None for no element and for no text."""
    return None if found is None else (str(found.xpath("string()")).strip() or None)


def child_text(parent: _Element, path: str) -> str | None:
    """The text of the first descendant at that path."""
    return text(find(parent, path))


def flag(parent: _Element, name: str) -> bool:
    """An attribute of type xs:boolean; absent is false."""
    return (parent.get(name) or "").strip() in ("true", "1")


def local_name(found: _Element) -> str:
    """The name without its namespace."""
    return str(etree.QName(found).localname)


def serialize(root: _Element) -> bytes:
    """The document in UTF-8, without a declaration."""
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=False))


def canonical(root: _Element, prefixes: list[str] | None = None) -> bytes:
    """Exclusive canonical form without comments; `prefixes` are those of InclusiveNamespaces."""
    return bytes(
        etree.tostring(root, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes or None)
    )


def instant(seconds: float) -> str:
    """A time in seconds since the epoch as SAML writes it (SAML Core 1.3.3)."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(written: str) -> float:
    """The seconds since the epoch of a time as SAML writes it; without a zone it is UTC. Raises ValueError."""
    read = datetime.fromisoformat(written.strip())
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def _refused(what: str, expected: str, seen: str) -> Exception:
    return refuse(
        "invalid_request", f"The {what} is not usable XML: {expected}.", parameter=what, expected=expected, seen=seen
    )
