from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.text import difference, fingerprint, printable, shown

URL = "https://idp.example/tenant"


def test_fingerprint_keeps_equality_and_nothing_else() -> None:
    secret = "0123456789abcdef"
    assert fingerprint(secret) == f"0123\u2026#{hashlib.sha256(secret.encode()).hexdigest()[:6]}"
    assert fingerprint(secret + "x") != fingerprint(secret)


def test_fingerprint_of_a_short_value_is_its_hash_only() -> None:
    assert fingerprint("password") == f"#{hashlib.sha256(b'password').hexdigest()[:6]}"
    assert fingerprint("") == "#e3b0c4"


def test_fingerprint_shows_no_control_characters() -> None:
    assert "\x1b" not in fingerprint("\x1b[31m-and-more-of-it")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("J\u00f6rg \U0001f600", "J\u00f6rg \U0001f600"),
        ("a\r\nb", r"a\r\nb"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\u200bb\u202ec", r"a\u200bb\u202ec"),
        ("\ud800", r"\ud800"),
    ],
)
def test_printable(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_printable_cuts_and_names_the_length() -> None:
    assert printable("x" * 10, 4) == "xxxx\u2026 (10 characters)"


def test_shown_writes_json() -> None:
    assert shown({"a": [1, None, "\u200b"]}) == r'{"a": [1, null, "\u200b"]}'
    assert shown(object()) == "a object that is no JSON value"


@pytest.mark.parametrize(
    ("expected", "actual", "says"),
    [
        (URL, URL, ""),
        (URL, URL + "/", "the actual value ends with a slash"),
        (URL + "/", URL, "the expected value ends with a slash"),
        (URL, "https://idp.example/Tenant", "upper and lower case differ, first at position 21"),
        (URL, "http://idp.example/tenant", "only the scheme differs: expected https, saw http"),
        (URL, "https://idp.example:8443/tenant", "only the port differs: expected none, saw 8443"),
        (URL, "https://other.example/tenant", "only the host differs"),
        (URL, "https://idp.example/other", "only the path differs"),
        (URL, URL + "?x=1", "only the query differs"),
        ("https://a.example/a b", "https://a.example/a%20b", "only the percent-encoding differs"),
        ("client", "client ", "invisible character (space, U+0020) at position 7"),
        ("client", "cli\u200bent", "the actual value has an invisible character (zero width space, U+200B)"),
        ("cli\u200bent", "client", "the expected value has an invisible character"),
        ("client-1", "client-2", "they differ from position 8 on: expected '1', saw '2'"),
        ("client", "client-2", "goes on after 6 characters, with '-2'"),
        ("client-2", "client", "stops after 6 characters"),
        (URL, "https://[bad", "they differ from position 9"),
    ],
)
def test_difference(expected: str, actual: str, says: str) -> None:
    sentence = difference(expected, actual)
    assert says in sentence
    assert bool(sentence) is bool(says)


@settings(max_examples=100, deadline=None)
@given(left=st.text(), right=st.text())
def test_any_difference_is_named_in_printable_text(left: str, right: str) -> None:
    sentence = difference(left, right)
    assert bool(sentence) is (left != right)
    assert printable(sentence, 10_000) == sentence
