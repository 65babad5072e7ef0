"""Expected above actual, with the first differing character marked and named."""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher

from ssocli.text import difference, printable

_LIMIT = 400
_ALIKE = 0.5


def aligned(expected: str, actual: str) -> str:
    """Both values below each other with marks under what differs, and a sentence; "" if they have little in common."""
    if not expected or not actual or expected == actual or max(len(expected), len(actual)) > _LIMIT:
        return ""
    if "\n" in expected + actual or " " in expected.strip() + actual.strip():
        return ""
    matcher = SequenceMatcher(None, expected, actual, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return ""
    upper, lower, marks = "", "", ""
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        left, right = printable(expected[start:end]), printable(actual[other_start:other_end])
        width = max(len(left), len(right))
        upper += left.ljust(width)
        lower += right.ljust(width)
        marks += (" " if tag == "equal" else "^") * width
    sentence = difference(expected, actual)
    names = "".join(f"\n{line}" for line in _strangers(expected, actual))
    return f"expected  {upper.rstrip()}\nseen      {lower.rstrip()}\n          {marks.rstrip()}\n{sentence}{names}"


def _strangers(expected: str, actual: str) -> list[str]:
    """Characters that only look like others: every one beyond ASCII that stands in one value only."""
    return [
        f"{who} has {unicodedata.name(character, 'an unnamed character')} (U+{ord(character):04X})"
        for who, text, other in (("expected", expected, actual), ("seen", actual, expected))
        for character in dict.fromkeys(text)
        if ord(character) > 126 and character not in other
    ]
