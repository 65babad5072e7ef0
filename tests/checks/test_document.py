from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.json_values import JSON
from ssocli.checks.document import (
    SIZE_LIMIT,
    Json,
    Undecodable,
    decode_json,
    is_number,
    json_object,
    strings,
    type_name,
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b" \n", "is empty"),
        (b"\xff\xfe", "is not UTF-8 (byte 1)"),
        (b"{'a': 1}", "line 1 column 2"),
        (b"[Infinity]", "Infinity"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" + b"9" * 5000 + b"]", "is no JSON"),
        (b" " * SIZE_LIMIT + b"{}", "is larger than"),
    ],
)
def test_what_cannot_be_read_has_a_reason(text: bytes, reason: str) -> None:
    decoded = decode_json(text)
    assert isinstance(decoded, Undecodable)
    assert reason in decoded.reason


def test_duplicates_are_named_and_the_last_one_counts() -> None:
    assert decode_json(b'{"a": 1, "b": {"c": 1, "c": 2}, "a": 3}') == Json({"a": 3, "b": {"c": 2}}, ("c", "a"))


def test_a_byte_order_mark_is_ignored() -> None:
    assert decode_json(b'\xef\xbb\xbf{"a": 1}') == Json({"a": 1})


def test_json_object() -> None:
    assert json_object(b'{"a": 1}') == {"a": 1}
    assert json_object(b"[]") is None
    assert json_object(b"") is None


@pytest.mark.parametrize(
    ("value", "kind"),
    [("", "a string"), (True, "a boolean"), ([], "an array"), ({}, "an object"), (None, "null"), (1.5, "a number")],
)
def test_type_name(value: Any, kind: str) -> None:
    assert type_name(value) == kind


def test_is_number() -> None:
    assert is_number(5)
    assert is_number(-1.5)
    for value in (True, "5", None, 10**400):
        assert not is_number(value)


def test_strings() -> None:
    assert strings(["a", "b"]) == ("a", "b")
    assert strings([]) == ()
    for value in ("ab", ["a", 1], None):
        assert strings(value) is None


@settings(max_examples=50, deadline=None)
@given(value=JSON)
def test_whatever_json_writes_is_read(value: Any) -> None:
    decoded = decode_json(json.dumps(value).encode())
    assert isinstance(decoded, Json)
    assert decoded.value == value


@settings(max_examples=100, deadline=None)
@given(text=st.binary(max_size=100))
def test_no_bytes_raise(text: bytes) -> None:
    assert isinstance(decode_json(text), Json | Undecodable)
