"""Redaction: no secret in any report, equality still visible."""

from __future__ import annotations

import json
import string
from urllib.parse import urlencode

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


def headers(*pairs: tuple[str, str]) -> str:
    return json.dumps(Redactor().headers(pairs))


def body(text: str, media_type: str = "text/plain") -> str:
    return Redactor().body(text.encode(), media_type)


def test_several_cookies_in_one_header_are_all_replaced() -> None:
    joined = f"a={SECRET}; Path=/; HttpOnly\nb={SECRET}; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure"
    for value in (joined, joined.replace("\n", ", "), joined.replace("\n", "\r\n"), SECRET):
        shown = headers(("Set-Cookie", value), ("Cookie", f"a={SECRET};b={SECRET}; {SECRET}"))
        assert SECRET not in shown
    assert "Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure" in headers(("set-cookie", joined))


@pytest.mark.parametrize(
    "name",
    ["X-Api-Key", "x-auth-token", "X-CSRF-Token", "X-Forwarded-Access-Token", "X-Amz-Security-Token", "apikey"],
)
def test_headers_that_are_credentials_by_their_name_are_replaced(name: str) -> None:
    assert SECRET not in headers((name, SECRET))


def test_headers_about_credentials_stay_readable() -> None:
    kept = 'Bearer error="invalid_token", resource_metadata="x"'
    assert json.loads(headers(("WWW-Authenticate", kept), ("Content-Type", "text/html"))) == [
        ["WWW-Authenticate", kept],
        ["Content-Type", "text/html"],
    ]


PASSWORDS = [
    "password",
    "pwd",
    "pass",
    "passcode",
    "passCode",
    "j_password",
    "credentials.passcode",
    "user[password]",
    "ctl00$Main$PasswordTextBox",
    "password-new",
    "Passwd",
    "pf.pass",
    "otp",
    "app_otp",
    "totpCode",
    "otc",
]
TOKENS = [
    "stateToken",
    "flowToken",
    "authenticity_token",
    "__RequestVerificationToken",
    "session_code",
    "client_secret",
    "clientSecret",
    "api_key",
    "code",
    "id_token",
    "SAMLResponse",
    "RelayState",
    "_csrf",
]
READABLE = [
    "token_type",
    "token_endpoint",
    "token_endpoint_auth_methods_supported",
    "response_type",
    "grant_type",
    "error_code",
    "client_secret_expires_at",
    "password_policy_url",
    "code_challenge",
    "expires_in",
    "username",
    "key_ops",
    "passive",
    "client_secret_basic",
    "compass",
    "spin",
]


@pytest.mark.parametrize("name", [*PASSWORDS, *TOKENS])
@pytest.mark.parametrize(
    ("template", "media_type"),
    [
        ("user=alice&{name}={secret}&x=1", "application/x-www-form-urlencoded"),
        ("user=alice&{name}={secret}", "text/plain"),
        ('{{"user": "alice", "{name}": "{secret}"}}', "application/json"),
        ('{{"user": "alice", "{name}": "{secret}"}}', "text/html"),
        ('{{"user": "alice", "{name}": "{secret}', "application/json"),
        ('{{"user": "alice", "{name}": "{secret}\\', "application/json"),
        ('{{"inner": "{{\\"{name}\\":\\"{secret}\\"}}"}}', "application/json"),
        ('{{"inner": "{{\\"{name}\\":\\"{secret}', "application/json"),
        ('{{"fields": [{{"name": "{name}", "value": "{secret}"}}]}}', "application/json"),
        ('{{"id": "{name}", "value": "{secret}"}}', "application/json"),
        ("<input type=hidden value='{secret}' name='{name}'>", "text/html"),
        ('<meta name="{name}" content="{secret}">', "text/html"),
        ("<p data-x='{{&quot;{name}&quot;:&quot;{secret}&quot;}}'>", "text/html"),
        ('<script>var c = {{"{name}":"{secret}"}}</script>', "text/html"),
        ('{name} = "{secret}"', "text/plain"),
        ('--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{secret}\r\n--b--\r\n', "multipart/form-data"),
        ("--b\nContent-Disposition: form-data; name={name}\nX: y\n\n{secret}", "multipart/form-data"),
    ],
)
def test_a_field_is_a_secret_by_its_name_in_whatever_body(name: str, template: str, media_type: str) -> None:
    assert SECRET[4:] not in body(template.format(name=name, secret=SECRET), media_type)


def test_a_multipart_value_may_look_like_the_end_of_its_part() -> None:
    value = f"x\r\n--c\r\n{SECRET}\r\n\r\n{SECRET}"
    head = "--b\r\nContent-Disposition: form-data; name="
    text = f'{head}"password"\r\n\r\n{value}\r\n{head}"user"\r\n\r\nalice\r\n--b--'
    shown = body(text, "multipart/form-data; boundary=b")
    assert SECRET not in shown
    assert 'name="user"\r\n\r\nalice\r\n--b--' in shown


@pytest.mark.parametrize("name", PASSWORDS)
def test_nothing_is_told_of_what_a_person_types(name: str) -> None:
    """A fingerprint of a short password, or of six digits, is as good as the thing itself."""
    for text in (f"{name}=123456", f'{{"{name}": "123456"}}', f'{{"{name}": 123456}}', f'{{"{name}": 123456'):
        shown = body(text, "application/json" if text[0] == "{" else "application/x-www-form-urlencoded")
        assert "123456" not in shown
        assert "#" not in shown
        assert "(hidden)" in shown
    assert "#" in body(f"client_secret={SECRET}")


def test_what_stands_below_a_password_is_one() -> None:
    text = json.dumps({"credentials": {"password": {"value": SECRET, "hash": [SECRET, 123456]}}, "user": "alice"})
    shown = body(text, "application/json")
    assert SECRET not in shown
    assert "123456" not in shown
    assert '"user": "alice"' in shown


@pytest.mark.parametrize("name", READABLE)
def test_names_that_only_sound_alike_stay_readable(name: str) -> None:
    assert "kept-value" in body(f'{{"{name}": "kept-value"}}', "application/json")
    assert "kept-value" in body(f"{name}=kept-value")


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "k"])
def test_the_private_members_of_a_key_are_secrets_there_and_nowhere_else(member: str) -> None:
    key = json.dumps({"keys": [{"kty": "RSA", "n": "public", member: SECRET}]}, indent=2)
    for media_type in ("application/json", "text/plain"):
        shown = body(key, media_type)
        assert SECRET not in shown
        assert "public" in shown
        assert SECRET[4:] not in body(key[: key.index(SECRET) + 20], media_type)
    assert "kept-value" in body(json.dumps({member: "kept-value"}), "application/json")


def test_addresses_hide_passwords_and_sessions_wherever_they_stand() -> None:
    for text in (f"https://me:{SECRET}@idp.example/", f"https://a.example/x;jsessionid={SECRET}", f"/cb?code={SECRET}"):
        assert SECRET not in body(f"see {text} for more")
        assert SECRET not in body(json.dumps({"next": text}), "application/json")
    assert SECRET not in body(f'<a href="https://a.example/?a=1&amp;code={SECRET}">', "text/html")
    inner = "https://a.example/"
    for _ in range(8):
        inner = "https://a.example/?" + urlencode({"next": inner, "code": SECRET})
        assert SECRET not in body(inner)
    assert SECRET not in Redactor().url(f"https://a.example/x;jsessionid={SECRET}?y=1")


def test_what_was_replaced_once_is_not_replaced_again() -> None:
    once = body(f"code={SECRET}&password={SECRET}")
    assert body(once) == once


# Nothing that stands in an exchange anyway looks so. What stands for a secret begins with 4 characters of it.
RARE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
secrets = st.text(RARE, min_size=16, max_size=60).filter(lambda text: len(set(text[4:12])) > 5 < len(set(text[-8:])))


@st.composite
def exchanges(draw: st.DrawFn) -> tuple[str, Exchange]:
    secret = draw(secrets)
    name = draw(st.sampled_from([*PASSWORDS, *TOKENS]))
    plain = draw(st.text(string.ascii_lowercase, min_size=1, max_size=8))
    document = draw(
        st.recursive(
            st.just({name: secret, "user": plain}),
            lambda inner: st.lists(inner, min_size=1, max_size=2) | st.dictionaries(st.just(plain), inner, min_size=1),
            max_leaves=3,
        )
    )
    encoded = json.dumps(document)
    cut = draw(st.integers(encoded.index(secret) + 12, len(encoded)))
    part = f'--{plain}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{secret}\r\n--{plain}--\r\n'
    bodies = {
        "application/json": encoded[:cut],
        "text/html": f"<html><body><form><input name='{name}' value='{secret}'></form><script>x={encoded}</script>",
        "application/x-www-form-urlencoded": urlencode({"user": plain, name: secret}),
        f"multipart/form-data; boundary={plain}": part,
        "text/plain": f"{name}={secret} {plain}",
    }
    kinds = st.sampled_from(sorted(bodies))
    sent, came = draw(kinds), draw(kinds)
    query = urlencode({plain: plain, name: secret})
    url = f"https://idp.example/{plain}?{query}#{query}"
    cookies = "\n".join(f"{plain}{number}={secret}; Path=/" for number in range(draw(st.integers(1, 3))))
    return secret, Exchange(
        "POST",
        url,
        Request(
            (("Content-Type", sent), ("Cookie", f"{plain}={secret}; b={secret}"), ("Authorization", f"Bearer {secret}"),
             ("X-Api-Key", secret), ("Referer", url)),
            bodies[sent].encode(),
        ),
        Response(200, (("Content-Type", came), ("Set-Cookie", cookies), ("Location", url)), bodies[came].encode()),
    )  # fmt: skip


@settings(max_examples=150)
@given(exchanges())
def test_no_secret_of_any_exchange_survives(case: tuple[str, Exchange]) -> None:
    secret, exchange = case
    shown = json.dumps(Redactor().exchange(exchange))
    assert secret[4:12] not in shown
    assert secret[-8:] not in shown


BEGINNINGS = [
    "<input ", "<SignatureValue ", "<a:CipherValue", "eyJaaaaa.", "https://a?", "https://a:", "https://a?x=", "&quot;",
    "https://a?x=(", "-----BEGIN PRIVATE KEY-----", '"code":"', '"code"', "Bearer aaaaaaaa", "name=", "password", " ",
    "\\", "a.", "--b\n", "value='", '"otp":1', "x;", "@",
]  # fmt: skip


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_what_only_begins_again_and_again_is_read_once(beginning: str) -> None:
    """Where a search is quadratic, this one test takes a minute."""
    Redactor().body((beginning * 30_000).encode(), "text/html")
    Redactor().headers((("Set-Cookie", beginning * 10_000), ("Cookie", beginning * 10_000)))


@settings(max_examples=60)
@given(st.text(max_size=80), st.binary(max_size=80), st.sampled_from(["text/html", "application/json", "", "x/y"]))
def test_nothing_makes_it_raise(url: str, body: bytes, media_type: str) -> None:
    Redactor().url(url)
    Redactor().headers((("Location", url), ("Cookie", url), ("Authorization", url)))
    Redactor().body(body, media_type)
