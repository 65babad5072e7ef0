from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.document import Json, Undecodable, decode_json, is_number, json_object, strings, type_name
from tests.checks.test_id_token import JSON


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff", "is not UTF-8 (byte 1)"),
        (b"{", "line 1 column 2"),
        (b"[1,]", "is no JSON"),
        (b"Infinity", "Infinity"),
        (b"[" * 200_000, "nested too deeply"),
        (b"9" * 5000, "is no JSON"),
        (b" " * (4 * 1024 * 1024) + b"1", "is larger than 4194304 bytes"),
    ],
    ids=lambda value: str(value[:12]),
)
def test_what_is_no_json_has_a_reason(text: bytes, reason: str) -> None:
    decoded = decode_json(text)
    assert isinstance(decoded, Undecodable)
    assert reason in decoded.reason


def test_duplicates_are_named_once_wherever_they_are() -> None:
    assert decode_json(b'{"a":1,"a":2,"a":3,"b":[{"c":1,"c":2}]}') == Json({"a": 3, "b": [{"c": 2}]}, ("c", "a"))


@settings(max_examples=50)
@given(JSON)
def test_json_is_read_as_it_was_written(value: Any) -> None:
    try:
        text = json.dumps(value, allow_nan=False).encode()
    except ValueError:
        assert isinstance(decode_json(json.dumps(value).encode()), Undecodable)
    else:
        assert decode_json(text) == Json(value)
        assert json_object(text) == (value if isinstance(value, dict) else None)


@settings(max_examples=50)
@given(st.binary(max_size=50))
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    assert isinstance(decode_json(text), Json | Undecodable)


@pytest.mark.parametrize(
    ("value", "is_usable"),
    [
        (1, True),
        (1.5, True),
        (-1, True),
        (True, False),
        ("1", False),
        (None, False),
        (float("inf"), False),
        (10**400, False),
    ],
)
def test_numbers_to_reckon_with(value: Any, is_usable: bool) -> None:
    assert is_number(value) is is_usable


def test_types_have_the_names_of_json() -> None:
    names = [type_name(value) for value in ("", True, 1, 1.5, [], {}, None)]
    assert names == ["a string", "a boolean", "a number", "a number", "an array", "an object", "null"]


def test_arrays_of_strings() -> None:
    assert strings(["a", "b"]) == ("a", "b")
    assert strings([]) == ()
    assert strings(["a", 1]) is None
    assert strings("ab") is None
