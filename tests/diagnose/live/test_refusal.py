"""The words in which identity providers refuse, in the forms that vendors give them."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.diagnose.live.refusal import is_known_there, words
from ssocli.exchange import Response

URL = "https://idp.example/authorize"
HTML = (("Content-Type", "text/html; charset=utf-8"),)
ENTRA = b'<html><script>$Config={"strServiceExceptionMessage":"AADSTS50011: The redirect URI does not match"};</script>'
PACKED = base64.urlsafe_b64encode(b"\n\x15redirect_uri_mismatch\x12\xc3You can't sign in").decode().rstrip("=")


def page(status: int, body: bytes) -> str:
    return words(URL, Response(status, HTML, body))


def redirect(location: str) -> str:
    return words(URL, Response(302, (("Location", location),)))


def test_entra_says_it_in_a_script_with_status_200() -> None:
    assert page(200, ENTRA) == "AADSTS50011: The redirect URI does not match"


def test_a_login_page_says_nothing_of_an_error() -> None:
    assert page(200, b"<html><title>Sign in</title><p>access_denied is a word</p></html>") == ""
    assert redirect("https://idp.example/login?tx=1") == ""


def test_an_error_page_is_read_as_a_person_reads_it() -> None:
    said = page(
        400, b"<html><head><title>x</title><style>p{}</style></head><p>Invalid parameter: redirect_uri</p></html>"
    )
    assert "Invalid parameter: redirect_uri" in said
    assert "p{}" not in said
    assert words(URL, Response(400, (("Content-Type", "application/json"),), b'{"error":"x"}')) == ""


@pytest.mark.parametrize("joint", ["?", "#"])
def test_a_redirect_says_it_in_its_parameters(joint: str) -> None:
    location = f"https://app.example/cb{joint}error=invalid_scope&error_description=No%20groups&state=1"
    assert redirect(location) == "invalid_scope: No groups"


def test_google_packs_it() -> None:
    assert "redirect_uri_mismatch" in redirect(f"https://accounts.google.com/signin/oauth/error?authError={PACKED}&x=1")
    assert redirect("https://accounts.google.com/signin/oauth/error?authError=%F0") == ""


@pytest.mark.parametrize(
    ("sentry", "endpoint", "known"),
    [
        ("https://sentry.acme.example", "https://idp.example/a", True),
        ("http://127.0.0.1:9501", "http://127.0.0.1:9500/a", True),
        ("http://localhost:9501", "https://idp.localhost/a", True),
        ("http://127.0.0.1:9501", "https://idp.example/a", False),
        ("http://[::1", "https://idp.example/a", True),
    ],
)
def test_a_sentry_on_this_machine_is_known_on_this_machine_only(sentry: str, endpoint: str, known: bool) -> None:
    assert is_known_there(sentry, endpoint) is known


@settings(max_examples=80)
@given(st.integers(200, 599), st.text(max_size=60), st.binary(max_size=80))
def test_nothing_makes_it_raise(status: int, location: str, body: bytes) -> None:
    words(URL, Response(status, (*HTML, ("Location", location)), body))
    words(URL, Response(302, (("Location", f"https://a/?authError={location}"),)))
