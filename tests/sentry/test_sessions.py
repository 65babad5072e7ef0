from __future__ import annotations

from collections.abc import Callable

from ssocli.checks.check import Status
from ssocli.sentry.secrets import digest
from ssocli.steps import Step

from .site import Browser, Site


def session_cookies(site: Site) -> list[str]:
    sent = site.provider.authorize(site.browser.start())
    page = site.browser.client.get("/auth/sso/", query_string=sent)
    return [value for value in page.headers.getlist("Set-Cookie") if value.startswith("sentrysid=")]


def test_the_session_cookie_is_locked_down(site: Site) -> None:
    [cookie] = session_cookies(site)
    attributes = {part.strip().partition("=")[0] for part in cookie.split(";")[1:]}
    assert attributes >= {"HttpOnly", "SameSite", "Path", "Max-Age"}
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in attributes
    assert "Domain" not in attributes


def test_over_https_every_cookie_is_secure(make_site: Callable[..., Site]) -> None:
    site = make_site(url="https://sentry.example")
    browser_cookie = site.browser.client.get("/auth/login/").headers["Set-Cookie"]
    assert browser_cookie.startswith("sentry-browser=")
    assert "; Secure" in browser_cookie
    # The test client sends Secure cookies to https only.
    site.browser.client = Browser(site).client
    environment = {"base_url": "https://sentry.example"}
    page = site.browser.client.get("/auth/login/", **environment)  # type: ignore[arg-type]
    assert "; Secure" in page.headers["Set-Cookie"]


def test_only_the_hash_of_the_token_is_stored(site: Site) -> None:
    site.browser.log_in()
    token = site.browser.cookie("sentrysid")
    assert token is not None
    [session] = site.store.sessions(site.clock.now())
    assert session.fingerprint == digest(token)[:12]
    assert (session.method, list(session.sso)) == ("sso", ["acme"])
    assert session.trace_id == site.builder.trace_id
    with site.store.reading() as db:
        assert token not in "\n".join(db.iterdump())


def test_a_login_makes_a_new_token_and_ends_the_old_session(site: Site) -> None:
    site.browser.log_in()
    old = site.browser.cookie("sentrysid")
    location = site.browser.post("/auth/login/acme/", init="1", provider="oidc").headers.get("Location", "")
    if not location:
        site.browser.get("/auth/login/acme/")
        location = site.browser.post("/auth/login/acme/", init="1", provider="oidc").headers["Location"]
    site.browser.get("/auth/sso/", **site.provider.authorize(location))
    new = site.browser.cookie("sentrysid")
    assert new != old
    assert len(site.store.sessions(site.clock.now())) == 1
    thief = Browser(site)
    thief.client.set_cookie("sentrysid", str(old))
    thief.get("/organizations/acme/issues/")
    assert thief.path == "/auth/login/acme/"


def test_a_planted_token_is_not_taken_over(site: Site) -> None:
    site.browser.client.set_cookie("sentrysid", "planted-by-an-attacker-planted-by-an-attacker")
    site.browser.log_in()
    assert site.browser.cookie("sentrysid") != "planted-by-an-attacker-planted-by-an-attacker"
    outcome = site.trace().step(Step.SESSION_CREATION)
    [fixation] = [check for check in outcome.checks if check.name == "session-fixation"]
    assert (fixation.status, fixation.actual) == (Status.PASSED, "another one than before")


def test_the_session_ends_when_its_time_is_over(make_site: Callable[..., Site]) -> None:
    site = make_site(sentry="session_seconds = 100")
    site.browser.log_in()
    site.clock.ahead = 99.0
    site.browser.get("/organizations/acme/issues/")
    assert site.browser.path == "/organizations/acme/issues/"
    site.clock.ahead = 101.0
    site.browser.get("/organizations/acme/issues/")
    assert site.browser.path == "/auth/login/acme/"


def test_an_expired_single_sign_on_is_asked_for_again(make_site: Callable[..., Site]) -> None:
    site = make_site(sentry="sso_expiry_seconds = 100")
    site.browser.log_in()
    site.clock.ahead = 101.0
    page = site.browser.get("/api/0/organizations/acme/projects/")
    assert (page.status_code, page.json["detail"]["code"]) == (401, "sso-required")  # type: ignore[index]
    site.browser.get("/organizations/acme/issues/", tab="1")
    assert site.browser.path == "/auth/login/acme/"
    assert site.browser.alert == "Your single sign-on has expired. Please log in with SSO again."
    site.provider.claims = {"exp": int(site.clock.now()) + 300, "iat": int(site.clock.now())}
    page = site.browser.post("/auth/login/acme/", init="1", provider="oidc", next="/organizations/acme/issues/")
    site.browser.get("/auth/sso/", **site.provider.authorize(page.headers["Location"]))
    assert site.browser.path == "/organizations/acme/issues/"


def test_logging_out_ends_the_session(site: Site) -> None:
    site.browser.log_in()
    token = str(site.browser.cookie("sentrysid"))
    assert site.browser.client.post("/auth/logout/").status_code == 403
    site.browser.post("/auth/logout/")
    assert (site.browser.path, site.browser.alert) == ("/auth/login/", "")
    assert site.browser.cookie("sentrysid") is None
    assert site.store.sessions(site.clock.now()) == []
    site.browser.client.set_cookie("sentrysid", token)
    site.browser.get("/")
    assert site.browser.path == "/auth/login/"
