"""Redaction: no secret in any report, equality still visible."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.exchange import Exchange, Request, Response
from ssocli.report.redact import Redactor
from ssocli.text import fingerprint

SECRET = "s3cr3t-value-that-nobody-may-see"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"

EXCHANGE = Exchange(
    "POST",
    f"https://user:{SECRET}@idp.example/token?code={SECRET}&keep=this#id_token={SECRET}",
    Request(
        (
            ("Authorization", f"Bearer {SECRET}"),
            ("Cookie", f"sid={SECRET}; theme=dark"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Referer", f"https://app.example/?state={SECRET}"),
        ),
        f"grant_type=authorization_code&code={SECRET}&client_secret={SECRET}&code_verifier={SECRET}".encode(),
    ),
    Response(
        200,
        (
            ("Content-Type", "application/json; charset=utf-8"),
            ("Set-Cookie", f"session={SECRET}; HttpOnly; SameSite=Lax"),
            ("Location", f"https://app.example/cb?code={SECRET}&iss=https://idp.example"),
        ),
        json.dumps({"access_token": SECRET, "nested": [{"refresh_token": SECRET}], "token_type": "Bearer"}).encode(),
    ),
)


def test_no_secret_is_left_anywhere() -> None:
    shown = json.dumps(Redactor().exchange(EXCHANGE))
    assert SECRET not in shown


def test_what_is_no_secret_stays_readable() -> None:
    shown = json.dumps(Redactor().exchange(EXCHANGE))
    for kept in ("keep=this", "grant_type=authorization_code", "HttpOnly; SameSite=Lax", "iss=https://idp.example"):
        assert kept in shown
    assert '\\"token_type\\": \\"Bearer\\"' in shown


def test_equal_secrets_are_still_seen_to_be_equal() -> None:
    shown = Redactor().exchange(EXCHANGE)
    mark = fingerprint(SECRET)
    assert mark in shown["url"]
    assert mark in shown["request"]["body"]
    assert mark in dict(map(tuple, shown["response"]["headers"]))["Set-Cookie"]


def test_the_switch_shows_everything() -> None:
    shown = Redactor(show_secrets=True).exchange(EXCHANGE)
    assert shown["url"] == EXCHANGE.url
    assert SECRET in shown["request"]["body"]


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("text/html", f'<form><input type="hidden" name="code" value="{SECRET}"></form>'),
        ("text/html", f"<input name=SAMLResponse value={SECRET} type=hidden>"),
        ("text/html", f'<a href="https://app.example/?state={SECRET}">on</a>'),
        ("text/plain", JWT),
        ("application/json", json.dumps({"harmless_name": JWT})),
        ("application/json", f"not json after all {JWT}"),
    ],
)
def test_bodies_of_every_kind_are_searched(media_type: str, body: str) -> None:
    shown = Redactor().body(body.encode(), media_type)
    assert SECRET not in shown
    assert JWT not in shown


def test_a_long_body_is_cut_and_its_length_named() -> None:
    shown = Redactor().body(b"x" * 10_000, "text/plain")
    assert len(shown) < 5_000
    assert "10000 characters in all" in shown


@settings(max_examples=60)
@given(st.text(max_size=80), st.binary(max_size=80), st.sampled_from(["text/html", "application/json", "", "x/y"]))
def test_nothing_makes_it_raise(url: str, body: bytes, media_type: str) -> None:
    Redactor().url(url)
    Redactor().headers((("Location", url), ("Cookie", url), ("Authorization", url)))
    Redactor().body(body, media_type)
