"""Expected above actual, with the characters marked in which they differ, and those named that nobody can see."""

from __future__ import annotations

import json
import re
import unicodedata

from ssocli.text import difference

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SUFFIX = re.compile(r" by HTTP-POST$")
# Less in common than this, and there is nothing to align.
_COMMON = 0.4
_LONGEST = 300
_INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}


def marked(expected: str, actual: str) -> str:
    """The two values in two lines and the marks below; empty if they are equal or have little in common."""
    expected, actual = _value(expected), _value(actual)
    if not expected or not actual or expected == actual or max(len(expected), len(actual)) > _LONGEST:
        return ""
    start = _common(expected, actual)
    end = min(_common(expected[::-1], actual[::-1]), len(expected) - start, len(actual) - start)
    if (start + end) < _COMMON * max(len(expected), len(actual)) and expected.lower() != actual.lower():
        return ""
    wanted, seen = expected[start : len(expected) - end], actual[start : len(actual) - end]
    head = _shown(expected[:start])
    tail = _shown(actual[len(actual) - end :] if end else "")
    gap = max(len(_shown(wanted)), len(_shown(seen)), 1)
    lines = [
        f"expected  {head}{_shown(wanted).ljust(gap) if end else _shown(wanted)}{tail}",
        f"actual    {head}{_shown(seen).ljust(gap) if end else _shown(seen)}{tail}",
        f"          {' ' * len(head)}{'^' * gap} {_words(expected, actual, wanted, seen)}",
    ]
    return "\n".join(line.rstrip() for line in lines)


def _words(expected: str, actual: str, wanted: str, seen: str) -> str:
    """What the difference is, in words."""
    names = [name for character in (*seen, *wanted) if (name := _name(character))]
    if names:
        return "; ".join(dict.fromkeys(names))
    return difference(expected, actual)


def _name(character: str) -> str:
    """The name of a character that cannot be seen, or that looks like another; empty for any other."""
    category = unicodedata.category(character)
    if character == " ":
        return "a space"
    if character.isascii() and category != "Cc":
        return ""
    name = unicodedata.name(character, "control character").lower()
    hidden = "invisible" if category in _INVISIBLE else "not ASCII"
    return f"{name} (U+{ord(character):04X}, {hidden})"


def _value(text: str) -> str:
    """The value itself: a message may say `aud contains "x"`."""
    text = _SUFFIX.sub("", text)
    quoted = _QUOTED.findall(text)
    if len(quoted) == 1:
        try:
            return str(json.loads(quoted[0]))
        except ValueError:
            return text
    return text


def _shown(text: str) -> str:
    """The text with every character that cannot be seen escaped; a plain blank becomes a visible one."""
    return "".join(
        "\u2423"
        if character == " "
        else character
        if unicodedata.category(character) not in _INVISIBLE
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def _common(left: str, right: str) -> int:
    """How many characters both begin with."""
    for at, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return at
    return min(len(left), len(right))
