"""The Set-Cookie header, read as browsers read it (RFC 6265bis 5.6): almost everything is accepted."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field

_ATTRIBUTE_LIMIT = 1024
_DELIMITERS = re.compile(r"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|$)")
_DAY = re.compile(r"(\d{1,2})(?:\D|$)")
_YEAR = re.compile(r"(\d{2,4})(?:\D|$)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class SetCookie:
    """A parsed header: attribute names in lower case, the last of each kind wins."""

    name: str
    value: str = field(repr=False)
    attributes: dict[str, str] = field(default_factory=dict)


def parse_set_cookie(header: str) -> SetCookie | None:
    """Split a Set-Cookie header; None if no cookie can be made of it (a control character, or all empty)."""
    if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", header):
        return None
    pair, *rest = header.split(";")
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", pair
    name, value = name.strip(" \t"), value.strip(" \t")
    if not name and not value:
        return None
    attributes: dict[str, str] = {}
    for part in rest:
        key, _, content = part.partition("=")
        content = content.strip(" \t")
        if len(content) <= _ATTRIBUTE_LIMIT:
            attributes[key.strip(" \t").lower()] = content
    return SetCookie(name, value, attributes)


def parse_cookie_date(text: str) -> float | None:
    """The moment an Expires attribute means (RFC 6265bis 5.1.1), in seconds since the epoch; None if it means none."""
    clock: tuple[int, int, int] | None = None
    day = month = year = None
    for token in _DELIMITERS.split(text):
        if clock is None and (found := _TIME.match(token)):
            clock = (int(found[1]), int(found[2]), int(found[3]))
        elif day is None and (found := _DAY.match(token)):
            day = int(found[1])
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year is None and (found := _YEAR.match(token)):
            year = int(found[1])
    if clock is None or day is None or month is None or year is None:
        return None
    if year < 100:
        year += 1900 if year >= 70 else 2000
    hour, minute, second = clock
    if year < 1601 or hour > 23 or minute > 59 or second > 59:
        return None
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return float(calendar.timegm((year, month, day, hour, minute, second)))
