"""Text for people: what a stranger sent, shown without harm, without secrets and with the difference pointed out."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import Any
from urllib.parse import unquote, urlsplit

_SHORT = 12
_LIMIT = 200
# Control, format (zero-width, bidirectional), surrogate, private and unassigned characters, line and paragraph ends.
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_PRINTABLE_ASCII = re.compile(r"[ -~]*")


def fingerprint(value: str) -> str:
    """A stand-in for a secret that keeps equality visible: `abcd…#1f2e3d`.

    It is the first 4 characters and 6 hexadecimal digits of the SHA-256; a value of fewer than 12 characters shows
    the digits only.
    """
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"#{digest}" if len(value) < _SHORT else f"{printable(value[:4])}…#{digest}"


def printable(text: str, limit: int = _LIMIT) -> str:
    r"""The text in one line with every control and invisible character escaped (`\n`, `\x1b`, `\u200b`).

    What is longer than `limit` characters is cut, and its length named.
    """
    shown = text[:limit]
    if not _PRINTABLE_ASCII.fullmatch(shown):
        shown = "".join(_escaped(character) for character in shown)
    return shown if len(text) <= limit else f"{shown}… ({len(text)} characters)"


def shown(value: Any, limit: int = _LIMIT) -> str:
    """A JSON value as JSON in one printable, bounded line."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = f"a {type(value).__name__} that is no JSON value"
    return printable(text, limit)


def difference(expected: str, actual: str) -> str:
    """In one sentence, the first thing in which two values differ; empty if they are equal."""
    if expected == actual:
        return ""
    for explain in (_whitespace, _slash, _letter_case, _percent_encoding, _url_parts):
        if sentence := explain(expected, actual):
            return sentence
    return _first_character(expected, actual)


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in _UNPRINTABLE:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def _whitespace(expected: str, actual: str) -> str:
    bare_expected, bare_actual = _visible(expected), _visible(actual)
    if bare_expected != bare_actual:
        return ""
    longer, where = (actual, "actual") if len(actual) >= len(expected) else (expected, "expected")
    other = expected if longer is actual else actual
    at = _first_divergence(expected, actual)
    character = longer[at] if at < len(longer) else other[at]
    name = unicodedata.name(character, "a control character").lower()
    return f"the {where} value has an invisible character ({name}, U+{ord(character):04X}) at position {at + 1}"


def _visible(text: str) -> str:
    return "".join(
        character
        for character in text
        if not character.isspace() and unicodedata.category(character) not in _UNPRINTABLE
    )


def _slash(expected: str, actual: str) -> str:
    if expected + "/" == actual:
        return "the actual value ends with a slash, the expected one does not"
    if expected == actual + "/":
        return "the expected value ends with a slash, the actual one does not"
    return ""


def _letter_case(expected: str, actual: str) -> str:
    if expected.lower() != actual.lower():
        return ""
    at = _first_divergence(expected, actual)
    return (
        f"only upper and lower case differ, first at position {at + 1}: "
        f"expected '{printable(expected[at : at + 1])}', saw '{printable(actual[at : at + 1])}'"
    )


def _percent_encoding(expected: str, actual: str) -> str:
    if unquote(expected) != unquote(actual):
        return ""
    at = _first_divergence(expected, actual)
    return f"only the percent-encoding differs, first at position {at + 1}"


def _url_parts(expected: str, actual: str) -> str:
    """Name the part of two URLs that differs, when exactly one of scheme, host, port and path does."""
    try:
        left, right = urlsplit(expected), urlsplit(actual)
        pairs = {
            "scheme": (left.scheme, right.scheme),
            "host": (left.hostname, right.hostname),
            "port": (left.port, right.port),
            "path": (left.path, right.path),
            "query": (left.query, right.query),
            "fragment": (left.fragment, right.fragment),
        }
    except ValueError:
        return ""
    if not (left.scheme and left.netloc and right.scheme and right.netloc):
        return ""
    different = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if len(different) != 1:
        return ""
    [(name, (wanted, seen))] = different.items()
    return f"only the {name} differs: expected {_part(wanted)}, saw {_part(seen)}"


def _part(value: object) -> str:
    return "none" if value in (None, "") else printable(str(value))


def _first_character(expected: str, actual: str) -> str:
    at = _first_divergence(expected, actual)
    if at == len(actual):
        return f"the actual value stops after {at} characters; expected to go on with '{printable(expected[at:], 20)}'"
    if at == len(expected):
        return f"the actual value goes on after {at} characters, with '{printable(actual[at:], 20)}'"
    return (
        f"they differ from position {at + 1} on: "
        f"expected '{printable(expected[at:], 20)}', saw '{printable(actual[at:], 20)}'"
    )


def _first_divergence(left: str, right: str) -> int:
    for index, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return index
    return min(len(left), len(right))
