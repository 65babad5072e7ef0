"""Expected above actual, with the differing character marked and named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.diagnose.difference import aligned

URL = "https://sentry.acme.example/saml/acs/acme/"


@pytest.mark.parametrize(
    ("actual", "marked", "said"),
    [
        (URL[:-1], "/", "ends with a slash"),
        (URL.replace("acme/", "Acme/"), "A", "upper and lower case"),
        (URL.replace("https", "http"), "s", "only the scheme differs"),
        (URL.replace(".example", ".example:8443"), ":8443", "only the port differs"),
        (URL.replace("/acs/", "/acs\u200b/"), "\\u200b", "zero width space"),
        (URL.replace("acme", "\u0430cme"), "\u0430", "CYRILLIC SMALL LETTER A (U+0430)"),
        (f"{URL} ", "", "space"),
    ],
)
def test_the_differing_character_is_marked_and_named(actual: str, marked: str, said: str) -> None:
    text = aligned(URL, actual)
    upper, lower, marks, *words = text.splitlines()
    assert upper.startswith("expected  https://")
    assert lower.startswith("seen      http")
    at = marks.index("^")
    width = len(marks.strip().split(" ")[0])
    assert marked in {upper[at : at + width], lower[at : at + width], ""}
    assert said.lower() in " ".join(words).lower()


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (URL, URL),
        ("", URL),
        (URL, ""),
        (URL, "an HTML page instead"),
        ("RS256", "ES512"),
        ("one certificate", "two certificates"),
        ("a" * 500, "a" * 499),
    ],
)
def test_what_has_nothing_to_align_is_not_aligned(expected: str, actual: str) -> None:
    assert aligned(expected, actual) == ""


@given(st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_two_texts_make_lines_of_visible_characters(expected: str, actual: str) -> None:
    for line in aligned(expected, actual).splitlines():
        assert line.isprintable()
