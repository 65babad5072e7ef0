from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ssocli.sentry.next_page import safe_next

URL = "https://sentry.example:8443"


@pytest.mark.parametrize(
    "wanted", ["/", "/organizations/acme/issues/", "/a/?b=c&d=%2F%2Fevil#x", "/a//b", "/..//evil.example"]
)
def test_paths_of_this_site_are_taken(wanted: str) -> None:
    assert safe_next(wanted, URL) == (wanted, "")


def test_an_address_of_this_site_is_taken_as_a_path() -> None:
    assert safe_next(f"{URL}/organizations/acme/issues/", URL) == ("/organizations/acme/issues/", "")
    assert safe_next(f"{URL}/a", f"{URL}/") == ("/a", "")


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ("//evil.example", "another site"),
        ("///evil.example", "characters"),
        ("https://evil.example/", "another site"),
        ("https://sentry.example:8443.evil.example/", "another site"),
        ("https://sentry.example:8443@evil.example/", "another site"),
        ("http://sentry.example:8443/", "another site"),
        (f"{URL}//evil.example", "another site"),
        ("/\\evil.example", "backslash"),
        ("\\\\evil.example", "backslash"),
        ("/a\\b", "backslash"),
        ("javascript:alert(1)", "another site"),
        ("data:text/html,x", "another site"),
        ("organizations/acme", "starts with a slash"),
        ("/a\r\nSet-Cookie: x", "percent-encoded"),
        ("/a b", "percent-encoded"),
        ("/\t/evil.example", "another site"),
        ("/ü", "percent-encoded"),
        ("/auth/login/", "the login itself"),
        ("/auth/sso/?code=x", "the login itself"),
        ("https://[evil", "not a URL"),
        ("/" + "a" * 2000, "longer than"),
    ],
)
def test_everything_else_is_not(wanted: str, reason: str) -> None:
    path, said = safe_next(wanted, URL)
    assert path == ""
    assert reason in said


def test_no_wish_is_no_problem() -> None:
    assert safe_next("", URL) == ("", "")


@given(st.one_of(st.text(max_size=40), st.text(alphabet="/\\.:@?#a%\t\r\n ", max_size=12)))
@example("/\\\\evil.example")
@example("/%09/evil.example")
@settings(max_examples=300)
def test_whatever_is_wished_a_browser_stays_on_this_site(wanted: str) -> None:
    path, _ = safe_next(wanted, URL)
    # A browser removes tabs and line ends, and reads a backslash as a slash (WHATWG URL 4.4).
    seen = path.replace("\t", "").replace("\r", "").replace("\n", "").replace("\\", "/")
    target = urlsplit(urljoin(f"{URL}/auth/sso/", seen))
    assert (target.scheme, target.netloc) == ("https", "sentry.example:8443")
    assert path.isascii()
    assert path.isprintable()
