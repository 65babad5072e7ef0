"""Step 4 with the bundled provider's real pages, and with providers that lead nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fake_idp import FakeIdP
from fake_idp.server import Server
from ssocli.flow.browser import Browser, Navigation
from ssocli.flow.person import Person
from ssocli.flow.sign_in import Visit, sign_in

BACK = "http://127.0.0.1:9/callback"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(scope="module")
def idp() -> Iterator[FakeIdP]:
    with FakeIdP() as running:
        yield running


def visit(url: str, person: Person, *, deny: bool = False) -> Visit:
    browser = Browser(lambda _exchange: None, stop_before=lambda _method, target: target.startswith(BACK))
    return sign_in(browser, Navigation("GET", url), person, deny=deny)


def authorize(idp: FakeIdP, extra: str = "") -> str:
    query = f"client_id=sentry&redirect_uri={BACK}&response_type=code&scope=openid&state=0123456789abcdef{extra}"
    return f"{idp.issuer()}/authorize?{query}"


@pytest.mark.parametrize(
    ("person", "extra", "deny", "ending", "summary"),
    [
        (Person("alice", "password"), "", False, "returned", "alice: gave the password"),
        (Person("alice", "password"), "&prompt=consent", False, "returned", "alice: gave the password, allowed access"),
        (
            Person("carol", "password", SECRET),
            "",
            False,
            "returned",
            "carol: gave the password, gave the one-time code",
        ),
        (Person("alice", "password"), "", True, "returned", "alice: refused access"),
        (Person("alice", "wrong"), "", False, "credentials_refused", "alice: gave the password"),
        (Person("dave", "password"), "", False, "credentials_refused", "dave: gave the password"),
        (Person("carol", "password"), "", False, "second_factor_wanted", "carol: gave the password"),
        (
            Person("carol", "password", SECRET[::-1]),
            "",
            False,
            "second_factor_refused",
            "carol: gave the password, gave the one-time code",
        ),
        (
            Person("alice", "password"),
            "&login_hint=nobody",
            False,
            "error_page",
            "the identity provider knew the browser and asked for nothing",
        ),
    ],
)
def test_how_a_visit_ends(idp: FakeIdP, person: Person, extra: str, *, deny: bool, ending: str, summary: str) -> None:
    result = visit(authorize(idp, extra), person, deny=deny)
    assert (result.observed.ending, result.summary) == (ending, summary)
    assert (result.back is not None) == (ending == "returned")


def test_the_provider_says_why(idp: FakeIdP) -> None:
    assert "wrong" in visit(authorize(idp), Person("alice", "wrong")).observed.said


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_the_way_back_is_found_in_every_response_mode(idp: FakeIdP, mode: str) -> None:
    result = visit(authorize(idp, f"&response_mode={mode}"), Person("alice", "password"))
    assert result.back is not None
    assert result.back.method == ("POST" if mode == "form_post" else "GET")
    assert "code=" in (result.back.body.decode() if mode == "form_post" else result.back.url)


def page(html: str, status: str = "200 OK") -> Callable[[Any, Any], list[bytes]]:
    def app(_environ: Any, start_response: Any) -> list[bytes]:
        start_response(status, [("Content-Type", "text/html; charset=utf-8")])
        return [html.encode()]

    return app


@pytest.mark.parametrize(
    ("html", "status", "ending"),
    [
        ("<title>Loading</title><div id=app></div><script>render()</script>", "200 OK", "not_understood"),
        ("<title>Error</title><p role=alert>redirect_uri mismatch</p>", "400 Bad Request", "error_page"),
        (
            "<form method=post><input name=username><input type=password name=p><button>Log in</button></form>",
            "200 OK",
            "credentials_refused",
        ),
        ("<form method=post><button name=c value=y>Allow</button></form>", "200 OK", "not_understood"),
    ],
)
def test_pages_that_lead_nowhere(html: str, status: str, ending: str) -> None:
    with Server(page(html, status)) as server:
        assert visit(f"{server.url}/authorize", Person("alice", "password")).observed.ending == ending


def test_a_provider_that_cannot_be_reached() -> None:
    result = visit("http://127.0.0.1:9/authorize", Person("alice", "password"))
    assert result.observed.ending == "unreachable"
    assert "127.0.0.1:9" in result.observed.said


def test_a_secret_that_is_no_base32_is_said_without_repeating_it() -> None:
    with pytest.raises(ValueError, match="not base32") as caught:
        Person("carol", "password", "not base32!").one_time_code()
    assert "not base32!" not in str(caught.value)
    shown = repr(Person("carol", "hunter2", SECRET))
    assert "hunter2" not in shown
    assert SECRET not in shown
