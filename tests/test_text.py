from __future__ import annotations

import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssocli.text import difference, fingerprint, printable, shown

ANY = st.text(st.characters(exclude_categories=()))


def test_a_fingerprint_shows_four_characters_and_six_digits() -> None:
    digest = hashlib.sha256(b"abcdefghijkl").hexdigest()[:6]
    assert fingerprint("abcdefghijkl") == f"abcd…#{digest}"


def test_the_fingerprint_of_a_short_secret_shows_none_of_it() -> None:
    assert fingerprint("abcdefghijk") == "#" + hashlib.sha256(b"abcdefghijk").hexdigest()[:6]


@given(ANY, ANY)
def test_fingerprints_keep_equality_visible(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(one)
    if one != other:
        assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a\nb\x1b[31m", "a\\nb\\x1b[31m"),
        ("zero\u200bwidth\u202e", "zero\\u200bwidth\\u202e"),
        ("grüße 日本", "grüße 日本"),
        ("\ud800", "\\ud800"),
        ("abcdef", "abc… (6 characters)"),
    ],
)
def test_printable(text: str, expected: str) -> None:
    assert printable(text, 3 if text == "abcdef" else 200) == expected


@given(ANY)
def test_what_is_printable_stays_in_one_visible_line(text: str) -> None:
    escaped = printable(text)
    assert all(unicodedata.category(character)[0] != "C" for character in escaped)
    assert len(escaped.splitlines()) <= 1
    escaped.encode()


def test_values_are_shown_as_json() -> None:
    assert shown({"a": [1, None, "x\x07"]}) == '{"a": [1, null, "x\\u0007"]}'
    assert shown(object()) == "a object that is no JSON value"
    assert shown("x" * 300, 10) == '"xxxxxxxxx… (302 characters)'


@pytest.mark.parametrize(
    ("expected", "actual", "sentence"),
    [
        ("https://a.example", "https://a.example/", "the actual value ends with a slash, the expected one does not"),
        ("https://a.example/", "https://a.example", "the expected value ends with a slash, the actual one does not"),
        ("https://a/Realm", "https://a/realm", "only upper and lower case differ, first at position 11: "),
        ("https://a.example", "http://a.example", "only the scheme differs: expected https, saw http"),
        ("https://a:8443/x", "https://a/x", "only the port differs: expected 8443, saw none"),
        ("https://a.example/x", "https://b.example/x", "only the host differs: expected a.example, saw b.example"),
        ("https://a/x", "https://a/y", "only the path differs: expected /x, saw /y"),
        ("https://a/?q=1", "https://a/?q=2", "only the query differs: expected q=1, saw q=2"),
        ("https://a/a b", "https://a/a%20b", "only the percent-encoding differs, first at position 12"),
        ("app", "app\u200b", "the actual value has an invisible character (zero width space, U+200B) at position 4"),
        ("app ", "app", "the expected value has an invisible character (space, U+0020) at position 4"),
        ("app", "apple", "the actual value goes on after 3 characters, with 'le'"),
        ("apple", "app", "the actual value stops after 3 characters; expected to go on with 'le'"),
        ("app-1", "app-2", "they differ from position 5 on: expected '1', saw '2'"),
        ("http://[x", "http://[y", "they differ from position 9 on: expected 'x', saw 'y'"),
        ("https://u@a/", "https://v@a/", "they differ from position 9 on: expected 'u@a/', saw 'v@a/'"),
    ],
)
def test_the_difference_is_named(expected: str, actual: str, sentence: str) -> None:
    assert difference(expected, actual).startswith(sentence)


SIMILAR = st.text(alphabet="aA/%2f:.h \u200b\n", max_size=8)


@given(ANY | SIMILAR, ANY | SIMILAR)
def test_a_difference_is_named_exactly_if_there_is_one(one: str, other: str) -> None:
    assert difference(one, one) == ""
    assert bool(difference(one, other)) == (one != other)


def test_a_difference_shows_a_control_character_escaped_once() -> None:
    assert difference("one", "\x1bwo") == r"they differ from position 1 on: expected 'one', saw '\x1bwo'"
