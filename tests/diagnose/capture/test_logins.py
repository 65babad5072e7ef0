"""Which requests of a capture are a login: shapes of providers and applications that are not ours."""

from __future__ import annotations

import base64
import zlib
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from ssocli.checks.check import Status
from ssocli.diagnose.capture import ObservedLogin, find_logins, read, rebuild
from ssocli.diagnose.capture import logins as finding

from .recording import har

APP, IDP = "https://app.example", "https://idp.example"
CALLBACK = f"{APP}/callback"


def hop(
    url: str,
    status: int = 200,
    *,
    to: str = "",
    form: dict[str, str] | None = None,
    mime: str = "text/html",
    text: str = "",
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    posted = {"postData": {"mimeType": "application/x-www-form-urlencoded", "text": urlencode(form)}} if form else {}
    return {
        "startedDateTime": "2026-01-05T09:00:00.000Z",
        "request": {
            "method": "POST" if form else "GET",
            "url": url,
            "headers": [{"name": name, "value": value} for name, value in (headers or {}).items()],
            **posted,
        },
        "response": {"status": status, "headers": [], "redirectURL": to, "content": {"mimeType": mime, "text": text}},
    }


def authorize(state: str = "s1", path: str = "/authorize", **more: str) -> str:
    asked = {"client_id": "app", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid", "state": state}
    return f"{IDP}{path}?{urlencode(asked | more)}"


def logins(*entries: dict[str, Any]) -> list[ObservedLogin]:
    found = find_logins(read(har(entries), "x"))
    for login in found:
        rebuild(login)
    return found


def only(*entries: dict[str, Any]) -> ObservedLogin:
    [login] = logins(*entries)
    return login


def failed_in(login: ObservedLogin) -> set[str]:
    return {check.name for step in rebuild(login).steps for check in step.checks if check.status is Status.FAILED}


def packed(xml: str) -> str:
    packer = zlib.compressobj(wbits=-15)
    return base64.b64encode(packer.compress(xml.encode()) + packer.flush()).decode()


def saml_request(identifier: str) -> str:
    return packed(
        f'<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="{identifier}" Version="2.0"'
        f' IssueInstant="2026-01-05T09:00:00Z" AssertionConsumerServiceURL="{APP}/acs">'
        '<i:Issuer xmlns:i="urn:oasis:names:tc:SAML:2.0:assertion">app</i:Issuer></p:AuthnRequest>'
    )


def saml_response(answers: str) -> str:
    asked = f' InResponseTo="{answers}"' if answers else ""
    xml = (
        f'<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0"{asked}'
        f' IssueInstant="2026-01-05T09:00:00Z" Destination="{APP}/acs"><i:Issuer'
        f' xmlns:i="urn:oasis:names:tc:SAML:2.0:assertion">{IDP}</i:Issuer></p:Response>'
    )
    return base64.b64encode(xml.encode()).decode()


LOGOUT = '<p:LogoutRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"/>'


def test_a_provider_that_hands_the_request_from_page_to_page() -> None:
    login = only(
        hop(f"{APP}/", 302, to=authorize()),
        hop(authorize(), 302, to=authorize(path="/signin/identifier")),
        hop(authorize(path="/signin/identifier")),
        hop(authorize(path="/signin/challenge"), form={"Passwd": "x"}, status=302, to=f"{CALLBACK}?code=c&state=s1"),
        hop(f"{CALLBACK}?code=c&state=s1", 302, to=f"{APP}/home"),
        hop(f"{APP}/home"),
    )
    assert (login.idp, login.app, login.client_id, login.protocol) == ("idp.example", CALLBACK, "app", "OpenID Connect")
    assert len(login.before) == 1
    assert len(login.hops) == 5


def test_a_form_that_posts_to_the_address_of_the_request() -> None:
    """AD FS does."""
    where = f"{IDP}/adfs/ls/?SAMLRequest={quote(saml_request('_1'))}&RelayState=r"
    login = only(
        hop(f"{APP}/login", 302, to=where),
        hop(where),
        hop(where, form={"UserName": "a", "Password": "x"}, status=302, to=where),
        hop(where),
        hop(f"{APP}/acs", 302, form={"SAMLResponse": saml_response("_1"), "RelayState": "r"}, to=f"{APP}/"),
        hop(f"{APP}/"),
    )
    assert login.protocol == "SAML 2.0"
    assert login.response is not None
    assert login.response.hop.place == "entry 5"


def test_two_tabs_at_once() -> None:
    first, second = logins(
        hop(authorize("tab-1")),
        hop(authorize("tab-2")),
        hop(f"{CALLBACK}?code=2&state=tab-2"),
        hop(f"{CALLBACK}?code=1&state=tab-1"),
    )
    assert first.response is not None
    assert second.response is not None
    assert (first.response.get("code"), second.response.get("code")) == ("1", "2")


def test_a_provider_that_is_an_application_of_another() -> None:
    """A broker: OpenID Connect to the application, SAML behind it."""
    broker, home = logins(
        hop(f"{APP}/", 302, to=authorize()),
        hop(authorize(), 302, to=f"https://home.example/sso?SAMLRequest={quote(saml_request('_b'))}"),
        hop(f"https://home.example/sso?SAMLRequest={quote(saml_request('_b'))}"),
        hop(f"{IDP}/broker/acs", 302, form={"SAMLResponse": saml_response("_b")}, to=f"{CALLBACK}?code=c&state=s1"),
        hop(f"{CALLBACK}?code=c&state=s1"),
    )
    assert (broker.protocol, broker.idp) == ("OpenID Connect", "idp.example")
    assert (home.protocol, home.idp) == ("SAML 2.0", "home.example")
    assert broker.response is not None
    assert home.response is not None


def test_an_unsolicited_response() -> None:
    login = only(
        hop(f"{IDP}/apps"),
        hop(f"{APP}/acs", 302, form={"SAMLResponse": saml_response("")}, to=f"{APP}/"),
        hop(f"{APP}/"),
    )
    assert (login.request, login.idp, login.app) == (None, IDP, f"{APP}/acs")


def test_a_response_in_the_fragment() -> None:
    back = f"{CALLBACK}#id_token=a.b.c&state=s1"
    login = only(hop(authorize(response_type="id_token", nonce="n"), 302, to=back), hop(CALLBACK), hop(f"{APP}/home"))
    assert login.response is not None
    assert (login.response.mode, login.response.url) == ("fragment", CALLBACK)
    assert "malformed-id-token" in failed_in(login)


def test_a_response_by_form_post() -> None:
    login = only(
        hop(authorize(response_mode="form_post")), hop(CALLBACK, form={"code": "c", "state": "s1"}), hop(f"{APP}/home")
    )
    assert login.response is not None
    assert login.response.mode == "form_post"


def test_silent_renewals_beside_a_login_are_noise() -> None:
    login = only(
        hop(authorize("quiet", prompt="none"), 302, to=f"{CALLBACK}?error=login_required&state=quiet"),
        hop(f"{CALLBACK}?error=login_required&state=quiet"),
        hop(authorize("loud")),
        hop(f"{CALLBACK}?code=c&state=loud"),
    )
    assert login.request is not None
    assert login.request.key == "loud"


def test_a_silent_login_alone_is_one() -> None:
    login = only(hop(authorize("quiet", prompt="none")), hop(f"{CALLBACK}?error=login_required&state=quiet"))
    assert rebuild(login).failure is not None


def test_a_wrong_state_is_still_the_answer_to_the_login_at_that_address() -> None:
    login = only(hop(authorize("mine")), hop(f"{CALLBACK}?code=c&state=another"))
    assert login.response is not None
    trace = rebuild(login)
    assert trace.failure is not None
    assert trace.failure.code == "CB008"


def test_oauth_without_response_type() -> None:
    """GitHub's form of the request needs none."""
    asked = urlencode({"client_id": "gh", "redirect_uri": CALLBACK, "scope": "read:user", "state": "s"})
    login = only(hop(f"https://github.example/login/oauth/authorize?{asked}"), hop(f"{CALLBACK}?code=c&state=s"))
    assert login.protocol == "OAuth 2.0"


def test_a_provider_by_pushed_request() -> None:
    asked = urlencode({"client_id": "app", "request_uri": "urn:ietf:params:oauth:request_uri:x"})
    [login] = logins(hop(f"{IDP}/authorize?{asked}"), hop(f"{IDP}/login"))
    assert login.client_id == "app"


@pytest.mark.parametrize(
    "entry",
    [
        hop(f"{APP}/shop?code=SUMMER"),
        hop(f"{APP}/?error=404"),
        hop(f"{IDP}/token", form={"grant_type": "refresh_token", "client_id": "app", "refresh_token": "r"}),
        hop(f"{IDP}/slo?SAMLRequest={quote(packed(LOGOUT))}"),
        hop("https://[broken", headers={"Cookie": "a=b"}),
        hop("about:blank"),
    ],
)
def test_what_is_no_login(entry: dict[str, Any]) -> None:
    assert logins(entry) == []


@pytest.mark.parametrize("text", ["%%%", "", "AAAA", "<xml/>"])
def test_a_saml_message_that_cannot_be_read_is_a_finding(text: str) -> None:
    login = only(hop(f"{APP}/acs", 400, form={"SAMLResponse": text or " ", "RelayState": "r"}))
    trace = rebuild(login)
    assert trace.failure is not None
    assert trace.failure.code.startswith("SRS")


def test_the_cookies_that_did_not_come_back() -> None:
    def captured(cookie: str, back: dict[str, Any]) -> str:
        asked = authorize(response_mode="form_post" if back["request"]["method"] == "POST" else "query")
        first = hop(f"{APP}/login", 302, to=asked)
        first["response"]["headers"] = [{"name": "Set-Cookie", "value": cookie}]
        other = hop(asked, headers={"Cookie": "idp=1"})
        trace = rebuild(only(first, other, back))
        assert trace.failure is not None
        step = trace.step(trace.failure.step)
        return next((check.actual for check in step.checks if check.code == "WEB003"), trace.failure.code)

    refused = hop(f"{CALLBACK}?code=c&state=s1", 400)
    posted = hop(CALLBACK, 400, form={"code": "c", "state": "s1"})
    assert "did not send it" in captured("login=1; Path=/", refused)
    assert "SameSite=Strict" in captured("login=1; SameSite=Strict; Path=/", refused)
    assert "its path is /login" in captured("login=1; Path=/login", refused)
    assert "without SameSite, which browsers take for Lax" in captured("a=1; Path=/\nlogin=1; Path=/", posted)
    assert "SameSite=None without Secure" in captured("login=1; SameSite=None", refused)
    assert captured("_ga=1; Path=/", refused) != "missing: _ga"


def test_moments_of_every_program() -> None:
    for text in (
        "2026-01-05T09:00:00.000Z",
        "2026-01-05T10:00:00.1234567+01:00",  # Fiddler
        "2026-01-05T09:00:00Z",
        "2026-01-05T04:00:00.5-05:00",
    ):
        entry = hop(APP) | {"startedDateTime": text}
        [found] = read(har([entry]), "x").hops
        assert found.started is not None
        assert 1767603600 <= found.started < 1767603601
    for text in ("", "yesterday", None):
        [found] = read(har([hop(APP) | {"startedDateTime": text}]), "x").hops
        assert found.started is None


def test_a_proxys_tunnel_is_no_page_of_a_login() -> None:
    """Fiddler writes the CONNECT requests as well."""
    tunnel = hop("http://idp.example:443")
    tunnel["request"]["method"] = "CONNECT"
    assert only(tunnel, hop(authorize()), tunnel, hop(f"{CALLBACK}?code=c&state=s1")).response is not None


def test_a_request_by_post() -> None:
    xml = zlib.decompress(base64.b64decode(saml_request("_p")), -15)
    form = {"SAMLRequest": base64.b64encode(xml).decode(), "RelayState": "r"}
    login = only(
        hop(f"{APP}/login"), hop(f"{IDP}/sso", form=form), hop(f"{APP}/acs", form={"SAMLResponse": saml_response("_p")})
    )
    assert login.request is not None
    assert (login.request.binding, login.client_id, login.app) == ("POST", "app", f"{APP}/acs")


def test_a_capture_made_of_logins_ends_some_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST", 3)
    assert len(logins(*(hop(authorize(str(number))) for number in range(9)))) == 3
    assert len(logins(*(hop(f"{CALLBACK}?code=c&state={number}") for number in range(9)))) == 3


def test_a_login_in_a_frame() -> None:
    framed = {"Sec-Fetch-Dest": "iframe"}
    trace = rebuild(only(hop(f"{APP}/portal"), hop(authorize(), headers=framed)))
    assert trace.failure is not None
    assert trace.failure.code == "WEB009"
    trace = rebuild(only(hop(authorize(), headers=framed), hop(f"{CALLBACK}?code=c&state=s1")))
    assert trace.failure is None
