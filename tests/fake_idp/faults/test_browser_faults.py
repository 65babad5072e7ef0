"""Faults that a browser meets: the authorization response, the login and consent pages, the way back after a logout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from fake_idp import FakeIdP
from fake_idp.faults.authorize import ERRORS

from .conftest import REDIRECT_URI, URL, Observe

ISSUER = URL + "/default"


@pytest.mark.parametrize("error", ERRORS)
def test_authorization_errors(observe: Observe, error: str) -> None:
    response = observe(f"authorize.{error}").response
    assert response == [
        ("error", error),
        ("error_description", "Ordered by a fault."),
        ("state", "State-1"),
        ("iss", ISSUER),
    ]


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("error-with-markup", "<script>document.title='owned'</script><b>bold</b>"),
        ("error-with-line-breaks", "denied\r\nSet-Cookie: owned=1\r\n\r\nmore"),
        ("long-error", "x" * 4000),
    ],
)
def test_hostile_descriptions(observe: Observe, name: str, description: str) -> None:
    seen = observe(f"authorize.{name}")
    assert dict(seen.response)["error_description"] == description
    assert "set-cookie" not in seen["authorize"].headers or "owned" not in seen["authorize"].headers["set-cookie"]


def test_unknown_error(observe: Observe) -> None:
    assert dict(observe("authorize.unknown-error").response)["error"] == "x_fake_error"


@pytest.mark.parametrize(("name", "status"), [("error-page", 500), ("blank-page", 200)])
def test_pages_in_the_place_of_the_way_back(observe: Observe, name: str, status: int) -> None:
    seen = observe(f"authorize.{name}")["authorize"]
    assert (seen.status, "location" in seen.headers) == (status, False)


def test_an_error_for_one_person_comes_after_the_login(idp: FakeIdP, visitor: Any) -> None:
    idp.arm("authorize.access_denied", user="alice")
    assert visitor.log_in("alice")["error"] == "access_denied"
    assert "code" in visitor.log_in("bob", prompt="login")


def test_an_error_for_anybody_comes_before_the_login(idp: FakeIdP, visitor: Any, parameters_of: Any) -> None:
    idp.arm("authorize.invalid_scope")
    assert parameters_of(visitor.authorize())["error"] == "invalid_scope"


GONE = ()
RESPONSES: dict[str, dict[str, tuple[str, ...]]] = {
    "missing-state": {"state": GONE},
    "empty-state": {"state": ("",)},
    "wrong-state": {"state": ("state-of-another-login",)},
    "truncated-state": {"state": ("State-",)},
    "state-in-other-case": {"state": ("sTATE-1",)},
    "repeated-state": {"state": ("State-1", "state-of-another-login")},
    "missing-code": {"code": GONE},
    "empty-code": {"code": ("",)},
    "wrong-code": {"code": ("not-a-code-of-this-provider",)},
    "missing-iss": {"iss": GONE},
    "wrong-iss": {"iss": ("https://accounts.other.example",)},
    "repeated-iss": {"iss": ("https://accounts.other.example", ISSUER)},
    "error-and-code": {"error": ("access_denied",)},
    "unasked-token": {"access_token": ("an-unasked-token",), "token_type": ("Bearer",)},
    "unknown-parameters": {"session_state": ("abc.def",), "scope": ("openid",), "x_fake": ("1",)},
}


def grouped(pairs: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(value for other, value in pairs if other == name) for name, _ in pairs}


@pytest.mark.parametrize("name", RESPONSES)
def test_authorization_responses(observe: Observe, name: str) -> None:
    good, seen = grouped(observe().response), grouped(observe(f"callback.{name}").response)
    changed = {key: seen.get(key, GONE) for key in {*good, *seen} if good.get(key, GONE) != seen.get(key, GONE)}
    assert changed == RESPONSES[name]


def test_repeated_code(observe: Observe) -> None:
    good, seen = observe(), observe("callback.repeated-code")
    (code,) = grouped(good.response)["code"]
    assert grouped(seen.response)["code"] == ("another-code", code)


@pytest.mark.parametrize("name", ["injected-code", "expired-code", "used-code", "wrong-code"])
def test_codes_that_the_token_endpoint_refuses(idp: FakeIdP, visitor: Any, name: str) -> None:
    with idp.fault(f"callback.{name}"):
        answer = visitor.log_in()
    assert answer["state"] == "state-1"
    response = visitor.exchange(answer["code"])
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


def test_injected_code_is_good_but_for_pkce_and_nonce(idp: FakeIdP, visitor: Any) -> None:
    with idp.fault("callback.injected-code"):
        code = visitor.log_in()["code"]
    grant = idp.store.codes.get(code)
    assert grant is not None
    assert grant.session is not None
    assert (grant.session.username, grant.nonce) == ("mallory", "nonce-of-another-login")


@pytest.mark.parametrize(("name", "length"), [("odd-characters-in-code", 52), ("long-code", 2000)])
def test_odd_codes_are_good(idp: FakeIdP, visitor: Any, name: str, length: int) -> None:
    with idp.fault(f"callback.{name}"):
        code = visitor.log_in()["code"]
    assert len(code) == length
    assert visitor.exchange(code).status_code == 200


def test_other_response_modes(observe: Observe) -> None:
    good = observe()
    location = observe("callback.as-fragment")["authorize"].headers["location"]
    assert parse_qsl(urlsplit(location).fragment) == good.response
    assert urlsplit(location).query == ""
    page = observe("callback.as-form_post")["authorize"]
    assert (page.status, f'action="{REDIRECT_URI}"' in page.body.decode()) == (200, True)


@pytest.mark.parametrize(
    ("name", "status", "text"),
    [
        ("wrong-password", 401, "The username or the password is wrong."),
        ("account-locked", 403, "This account is locked."),
        ("password-expired", 403, "Your password has expired"),
        ("not-assigned", 403, "You are not assigned to this application."),
        ("error-page", 500, "Something went wrong."),
        ("maintenance", 503, "We are back soon."),
        ("terms-of-use", 200, "New terms of use"),
        ("blank-page", 200, ""),
    ],
)
def test_login(idp: FakeIdP, visitor: Any, name: str, status: int, text: str) -> None:
    idp.arm(f"login.{name}", user="alice")
    page = visitor.authorize()
    assert page.status_code == 200
    answer = visitor.submit(page, username="alice", password="password", action="login")
    assert (answer.status_code, text in answer.text) == (status, True)
    assert "fake_idp_session" not in visitor.http.cookies, "nobody was logged in"
    assert "code" in visitor.log_in("bob")


def test_login_that_fails_without_a_page(make_idp: Callable[..., FakeIdP], visit: Any, parameters_of: Any) -> None:
    idp = make_idp(login="auto")
    idp.arm("login.account-locked")
    assert parameters_of(visit(idp).authorize())["error"] == "access_denied"


def test_login_with_a_second_factor(idp: FakeIdP, visitor: Any, clock: Any) -> None:
    import pyotp

    idp.arm("login.not-assigned")
    page = visitor.submit(visitor.authorize(), username="carol", password="password", action="login")
    code = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").at(clock.now())
    answer = visitor.submit(page, otp=code, action="login")
    assert (answer.status_code, "not assigned" in answer.text) == (403, True)


def test_consent_that_nobody_needs(idp: FakeIdP, visitor: Any, parameters_of: Any) -> None:
    idp.arm("consent.asked")
    page = visitor.submit(visitor.authorize(), username="alice", password="password", action="login")
    assert (page.status_code, urlsplit(page.url).path) == (200, "/default/consent")
    assert "code" in parameters_of(visitor.submit(page, action="allow"))


@pytest.mark.parametrize("scope", ["email", "profile", "groups", "openid"])
def test_consent_to_less(idp: FakeIdP, visitor: Any, scope: str) -> None:
    idp.arm(f"consent.without-{scope}")
    response = visitor.tokens()
    asked = ["openid", "profile", "email", "groups"]
    assert response["scope"].split() == [value for value in asked if value != scope]
    assert ("id_token" in response) is (scope != "openid")


def log_out(idp: FakeIdP, visitor: Any) -> requests.Response:
    token = visitor.tokens()["id_token"]
    answer: requests.Response = visitor.http.get(
        visitor.issuer + "/end_session",
        params={"id_token_hint": token, "post_logout_redirect_uri": "http://127.0.0.1:9/bye", "state": "s"},
        allow_redirects=False,
    )
    return answer


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("no-state", {}),
        ("other-state", {"state": ["state-of-another-logout"]}),
        (
            "error-on-return",
            {"state": ["s"], "error": ["server_error"], "error_description": ["<b>Ordered by a fault.</b>"]},
        ),
    ],
)
def test_way_back_after_a_logout(idp: FakeIdP, visitor: Any, name: str, query: dict[str, list[str]]) -> None:
    idp.arm(f"logout.{name}")
    answer = log_out(idp, visitor)
    location = urlsplit(answer.headers["Location"])
    assert (location.path, parse_qs(location.query)) == ("/bye", query)


@pytest.mark.parametrize(("name", "status", "ended"), [("no-way-back", 200, True), ("error-page", 500, False)])
def test_no_way_back_after_a_logout(idp: FakeIdP, visitor: Any, name: str, status: int, ended: bool) -> None:
    idp.arm(f"logout.{name}")
    answer = log_out(idp, visitor)
    assert (answer.status_code, "Location" in answer.headers) == (status, False)
    assert ("fake_idp_session" not in visitor.http.cookies) is ended


def test_session_kept_after_a_logout(idp: FakeIdP, visitor: Any) -> None:
    idp.arm("logout.session-kept")
    assert log_out(idp, visitor).headers["Location"] == "http://127.0.0.1:9/bye?state=s"
    assert "code=" in visitor.authorize(prompt="none").headers["Location"]


def test_no_frames_to_break(idp: FakeIdP, visitor: Any) -> None:
    idp.arm("logout.frame-with-wrong-sid")
    assert "a message without" in log_out(idp, visitor).text
    assert idp.faults().ledger() == []


def test_logout_without_faults(idp: FakeIdP, visitor: Any) -> None:
    idp.arm("logout.no-state", user="bob")
    assert log_out(idp, visitor).headers["Location"] == "http://127.0.0.1:9/bye?state=s"
