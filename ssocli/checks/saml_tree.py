"""SAML documents as trees: the names of their elements, and the small questions about elements that every area asks."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

# An element of lxml, which has no types of its own.
Element = Any

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
XENC = "{http://www.w3.org/2001/04/xmlenc#}"
XENC11 = "{http://www.w3.org/2009/xmlenc11#}"
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
BINDINGS = {
    "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect": "Redirect",
    "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST": "POST",
}
UNSPECIFIED_NAME_ID = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
ENTITY_NAME_ID = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"

_NCNAME = re.compile(r"[^\W\d][\w.\-]*")
_INSTANT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,20})?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_DURATION = re.compile(
    r"P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})D)?"
    r"(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?",
    re.ASCII,
)
_DURATION_UNITS = (365 * 86400, 30 * 86400, 86400, 3600, 60, 1)


def children(element: Element, name: str) -> list[Element]:
    """The child elements with this name (`SAML + "Issuer"`), in document order."""
    return list(element.iterchildren(name))


def child(element: Element | None, *path: str) -> Element | None:
    """The first element down this path of child names, or None; None has no children."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(name), None)
    return element


def text_of(element: Element | None) -> str | None:
    """The whole text of an element, comments and processing instructions left out; None if there is no element.

    Never lxml's own `text`: that ends at the first comment, which is how one account was taken for another
    (CVE-2017-11427).
    """
    return None if element is None else str(_string()(element))


@cache
def _string() -> Any:
    from lxml import etree

    return etree.XPath("string()")


def attribute(element: Element | None, name: str) -> str | None:
    """An attribute's value; None if it, or the element, is absent."""
    return None if element is None else element.get(name)


def local_name(element: Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def is_element(node: Element) -> bool:
    """Whether this node is an element, and no comment or processing instruction."""
    return isinstance(node.tag, str)


def is_id(value: str | None) -> bool:
    """Whether this can be an xs:ID (SAML Core 1.3.4): a name without colon that does not start with a digit."""
    return value is not None and _NCNAME.fullmatch(value) is not None


def instant(value: str | None) -> float | None:
    """An xs:dateTime (SAML Core 1.3.3: UTC) in seconds since the epoch; None if it is absent or none.

    A time with an offset is against the clause but can be reckoned with; any number of decimals is read.
    """
    found = _INSTANT.fullmatch((value or "").strip())
    if found is None:
        return None
    zone = found[8]
    try:
        moment = datetime(*(int(part) for part in found.groups()[:6]), tzinfo=UTC)  # type: ignore[arg-type, misc] # six
        if zone not in (None, "Z"):
            offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
            moment = moment - offset if zone[0] == "+" else moment + offset
        return moment.timestamp() + float(found[7] or 0)
    except (ValueError, OverflowError):
        return None


def duration(value: str | None) -> float | None:
    """An xs:duration in seconds (a year has 365 days, a month 30); None if it is absent, negative or none."""
    found = _DURATION.fullmatch((value or "").strip())
    if found is None or not any(found.groups()):
        return None
    return math.fsum(float(part or 0) * unit for part, unit in zip(found.groups(), _DURATION_UNITS, strict=True))
