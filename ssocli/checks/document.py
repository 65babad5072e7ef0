"""Reading JSON that a stranger wrote: decoding that never raises, and the words for what is in it."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from typing import Any, NoReturn, TypeGuard

# A healthy discovery document, JWK set or token response is a few kilobytes.
SIZE_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Json:
    """A decoded JSON text. `duplicates` names the members that stood more than once in one object (the last won)."""

    value: Any
    duplicates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Undecodable:
    """Why a text could not be read: half a sentence for a person, without the text itself."""

    reason: str


def decode_json(text: bytes) -> Json | Undecodable:
    """Decode UTF-8 JSON (RFC 8259). Never raises, whatever the bytes are."""
    if not text.strip():
        return Undecodable("is empty")
    if len(text) > SIZE_LIMIT:
        return Undecodable(f"is larger than {SIZE_LIMIT} bytes")
    duplicates: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            seen = Counter(name for name, _ in pairs)
            duplicates.extend(name for name, times in seen.items() if times > 1)
        return result

    try:
        # A byte order mark is against RFC 8259 8.1, but receivers may ignore it.
        value = json.loads(text.decode("utf-8-sig"), object_pairs_hook=members, parse_constant=_not_json)
    except UnicodeDecodeError as error:
        return Undecodable(f"is not UTF-8 (byte {error.start + 1})")
    except json.JSONDecodeError as error:
        return Undecodable(f"is no JSON: {error.msg} at line {error.lineno} column {error.colno}")
    except RecursionError:
        return Undecodable("is nested too deeply")
    except ValueError as error:
        return Undecodable(f"is no JSON: {str(error).split(';')[0]}")
    return Json(value, tuple(duplicates))


def json_object(text: bytes) -> dict[str, Any] | None:
    """The JSON object in these bytes, or None if they hold anything else."""
    decoded = decode_json(text)
    return decoded.value if isinstance(decoded, Json) and isinstance(decoded.value, dict) else None


def type_name(value: Any) -> str:
    """What a person calls the JSON type: `a string`, `an array`, `null`."""
    names = {str: "a string", bool: "a boolean", list: "an array", dict: "an object", type(None): "null"}
    return names.get(type(value), "a number")


def is_number(value: Any) -> TypeGuard[float]:
    """Whether this is a number to reckon with: finite, within the range of a double, and not a Python boolean."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def strings(value: Any) -> tuple[str, ...] | None:
    """The value as a tuple if it is an array of strings, otherwise None."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"the constant {constant} is not allowed")
