"""Secrets in free text: messages, pages, broken JSON, bodies of any kind, by what stands around them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from ssocli.report.secret_names import PRIVATE_JWK_MEMBERS, is_secret, is_typed
from ssocli.text import fingerprint

HIDDEN = "(hidden)"

_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*){1,3}")
# To the end where no tag ends, and no tag in a tag: a search that begins anew at each one takes hours on a bad page.
_INPUT = re.compile(r"<(?:input|meta|button|param)\b[^>]*(?:>|\Z)", re.IGNORECASE)
_INPUT_NAME = re.compile(r"""\b(?:name|id)\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_INPUT_VALUE = re.compile(r"""(\b(?:value|content)\s*=\s*)("[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
_LINK = re.compile(r"""https?://[^\s"'<>\\]+""")
# Without one of these a URL has nothing to hide.
_WORTH_READING = re.compile(r"[?#;@]")
_NAME = r"[\w.$:\-\[\]]{1,80}"
_PAIR = re.compile(rf"""(?<![\w-])({_NAME})=([^\s&;,"'<>\\]+)""")
# The quotes may be escaped (JSON in JSON, in a script, in HTML), and the end may be missing: a body that was cut.
_QUOTE = r"""\\{0,9}["']|&quot;|&\#34;"""
_BARE = r"(?<![\w.$:\-\[\]])"
_MEMBER = re.compile(rf"(?P<q>{_QUOTE}|{_BARE})(?P<name>{_NAME})(?P=q)\s*[:=]\s*(?P<vq>{_QUOTE})")
_NUMBER = re.compile(rf"(?P<open>(?P<q>{_QUOTE})(?P<name>{_NAME})(?P=q)\s*:\s*)(?P<value>\d+)")
_CREDENTIALS = re.compile(r"\b(Bearer|Basic|DPoP)\s+([A-Za-z0-9._~+/-]{8,}=*)(?!\w)", re.IGNORECASE)
_PRIVATE_KEY = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?(?:-----END \1-----|\Z)", re.DOTALL)
# Without its signature an assertion is of no use to whoever finds it.
_XML_VALUE = re.compile(r"(<(?:[\w.-]+:)?(?:SignatureValue|CipherValue)\b[^<>]*>)([^<]+)", re.IGNORECASE)
_FINGERPRINT = re.compile(r"(?:\S{1,24}…)?#[0-9a-f]{6}")
_PART_NAME = re.compile(r"""\bname\s*=\s*"?([^"\r\n;]+)""", re.IGNORECASE)
_QUOTES = "\"'"
_BLANK_LINE = re.compile(r"\r?\n\r?\n")


def redact(text: str, url: Callable[[str], str]) -> str:
    """The text with tokens, keys and the values of secret names replaced; `url` does the same for a URL."""
    text = _PRIVATE_KEY.sub(lambda match: f"({match[1].lower()} {fingerprint(match[0])})", text)
    text = _multipart(text)
    text = _INPUT.sub(_input, text)
    text = _LINK.sub(lambda match: url(match[0]) if _WORTH_READING.search(match[0]) else match[0], text)
    text = _XML_VALUE.sub(lambda match: match[1] + once(match[2].strip()), text)
    text = _NUMBER.sub(_number, _members(text))
    text = pairs(text)
    text = _CREDENTIALS.sub(lambda match: f"{match[1]} {fingerprint(match[2])}", text)
    return tokens(text)


def pairs(text: str) -> str:
    """The text with the values of `name=value` replaced where the name is that of a secret."""
    return _PAIR.sub(_pair, text)


def tokens(text: str) -> str:
    """The text with JSON Web Tokens replaced."""
    return _JWT.sub(lambda match: fingerprint(match[0]), text)


def once(value: str) -> str:
    """The fingerprint of a secret; what is empty or was replaced already stays."""
    return value if not value or value == HIDDEN or _FINGERPRINT.fullmatch(value) else fingerprint(value)


def stand_in(name: str, value: str) -> str:
    """What is shown in place of the secret of this name.

    Nothing of what a person types: its fingerprint would let others try their guesses.
    """
    return HIDDEN if value and is_typed(name) else once(value)


def _members(text: str) -> str:
    """The quoted values of secret members replaced; in the others, which may hold JSON again, the search goes on."""
    is_jwk = "kty" in text
    pieces, at = [], 0
    while found := _MEMBER.search(text, at):
        pieces.append(text[at : found.end()])
        at = found.end()
        is_private = is_jwk and found["name"] in PRIVATE_JWK_MEMBERS
        if (is_private or is_secret(found["name"])) and (value := _up_to(found["vq"]).match(text, at)):
            pieces.append(stand_in(found["name"], value[0]))
            at = value.end()
    return "".join((*pieces, text[at:]))


@cache
def _up_to(quote: str) -> re.Pattern[str]:
    """What stands in these quotes; to the end, if they are never closed."""
    return re.compile(rf"(?:(?!{re.escape(quote)})(?:\\.|[^\\]))*", re.DOTALL)


def _pair(match: re.Match[str]) -> str:
    # A query that was replaced already may have a fragment after it.
    if not is_secret(match[1]) or match[2].startswith(f"{HIDDEN}#"):
        return match[0]
    return f"{match[1]}={stand_in(match[1], match[2])}"


def _number(match: re.Match[str]) -> str:
    return f"{match['open']}{HIDDEN}" if is_typed(match["name"]) else match[0]


def _input(match: re.Match[str]) -> str:
    name = next((name for name in _INPUT_NAME.findall(match[0]) if is_secret(name)), None)
    if name is None:
        return match[0]
    return _INPUT_VALUE.sub(lambda value: f'{value[1]}"{stand_in(name, value[2].strip(_QUOTES))}"', match[0])


def _multipart(text: str) -> str:
    """The parts of a multipart/form-data body (RFC 7578 4.2), those of secret names replaced."""
    start = text.lstrip()
    if not start.startswith("--") or "form-data" not in text:
        return text
    delimiter = start.splitlines()[0].rstrip()
    return delimiter.join(_part(part) for part in text.split(delimiter))


def _part(part: str) -> str:
    blank = _BLANK_LINE.search(part)
    name = _PART_NAME.search(part, 0, blank.start()) if blank else None
    if blank is None or name is None or not is_secret(name[1]):
        return part
    value = part[blank.end() :]
    bare = value.rstrip("\r\n")
    return f"{part[: blank.end()]}{stand_in(name[1], bare)}{value[len(bare) :]}"
