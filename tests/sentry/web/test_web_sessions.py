"""The session cookie, its end, and what a session is allowed to see."""

from __future__ import annotations

import json

import pyotp

from ssocli.steps import Step
from ssocli.trace import Action
from tests.sentry.web.sentry_site import assert_authenticated, assert_refused, changed, form_with, shown

DASHBOARD = 'data-testid="dashboard"'
PAT = "pat@garage.example"
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def session_cookies(visitor) -> list[str]:
    """The cookies that went with the redirect to the dashboard."""
    found = []
    for exchange in visitor.seen:
        headers = exchange.response.headers if exchange.response else ()
        location = dict(headers).get("Location", "")
        if "/organizations/" in location or location.endswith("/issues/"):
            found += [value for name, value in headers if name.lower() == "set-cookie"]
    return found


def test_the_session_cookie(site, visitor):
    visitor.log_in()
    [cookie] = session_cookies(visitor)
    attributes = [part.strip().lower() for part in cookie.split(";")[1:]]
    assert "httponly" in attributes
    assert "samesite=lax" in attributes
    assert "path=/" in attributes
    assert not any(part.startswith("domain") for part in attributes)
    assert "secure" not in attributes, "this Sentry is served over http"
    assert len(cookie.partition(";")[0].partition("=")[2]) >= 43, "256 bits"


def test_a_token_planted_before_the_login_is_not_used(site, visitor):
    attacker = site.visitor()
    attacker.log_in("acme-oidc", "bob")
    [planted] = session_cookies(attacker)
    name, _, value = planted.partition(";")[0].partition("=")
    visitor.get("/auth/login/")
    visitor.browser.jar.store(f"{site.url}/", f"{name}={value}; Path=/")
    leaving = visitor.get("/auth/login/acme/")
    form = form_with(leaving, "login_hint")
    visitor.browser.stop_before = lambda _method, url: not url.startswith(site.url)
    page = visitor.browser.submit(form, {}, "acme-oidc")
    visitor.arrive(visitor.authenticate(page.pending, "alice"))
    [cookie] = session_cookies(visitor)
    assert value not in cookie
    assert [session.email for session in site.store.sessions(site.clock.now())] == ["alice@acme.example"]


def test_logout_ends_the_session(site, visitor):
    page = visitor.log_in()
    form = next(form for form in page.forms if form.action.endswith("/auth/logout/"))
    visitor.browser.submit(form)
    assert site.store.sessions(site.clock.now()) == []
    assert DASHBOARD not in visitor.get("/organizations/acme/issues/").source


def test_logout_needs_the_forms_token(site, visitor):
    page = visitor.log_in()
    form = next(form for form in page.forms if form.action.endswith("/auth/logout/"))
    hidden = next(field.name for field in form.fields if field.is_hidden)
    visitor.browser.submit(form, {hidden: "forged"})
    assert len(site.store.sessions(site.clock.now())) == 1


def test_a_session_ends_after_its_time(site, visitor):
    visitor.log_in()
    site.clock.ahead = site.config.sentry.session_seconds + 1
    page = visitor.get("/organizations/acme/issues/")
    assert DASHBOARD not in page.source
    assert "/auth/login/" in page.url


def test_sso_is_asked_for_again_after_its_time(site, visitor):
    visitor.log_in()
    site.clock.ahead = site.config.sentry.sso_expiry_seconds + 1
    page = visitor.get("/organizations/acme/issues/")
    assert DASHBOARD not in page.source
    assert "/auth/login/acme/" in page.url or page.status == 403


# Passwords.


# Sentry's own second factor.


def test_second_factor_after_sso(config, make_site, site, store):
    site.visitor().log_in("acme-oidc", "alice")
    site.builder.finish()
    with store.transaction() as connection:
        connection.execute("UPDATE users SET totp_secret = ? WHERE email = 'alice@acme.example'", (TOTP,))
    visitor = site.visitor()
    page = visitor.log_in("acme-oidc", "alice")
    assert page.url == f"{site.url}/auth/2fa/"
    assert len(site.store.sessions(site.clock.now())) == 1, "only that of the first visitor"
    page = visitor.browser.submit(form_with(page, "otp"), {"otp": pyotp.TOTP(TOTP).now()})
    assert DASHBOARD in page.source, page.text
    assert_authenticated(site.trace())


# Access.


def test_the_api_answers_by_the_same_rules(site, visitor):
    path = "/api/0/organizations/acme/projects/"
    page = visitor.get(path)
    assert page.status == 401
    visitor.log_in("acme-oidc", "bob")
    page = visitor.get(path)
    assert page.status == 200
    assert "helpdesk" in page.source
    assert "backend" not in page.source
    assert visitor.get("/api/0/organizations/garage/projects/").status == 403
    assert visitor.get("/api/0/organizations/nowhere/projects/").status == 404


def test_the_api_asks_for_sso(site, visitor):
    visitor.log_in_with_password(PAT, "password", "/organizations/garage/issues/")
    page = visitor.get("/api/0/organizations/acme/projects/")
    assert page.status == 401
    assert "sso-required" in json.dumps(json.loads(page.source))


def test_a_member_sees_own_teams_projects_only(site, visitor):
    page = visitor.log_in("acme-oidc", "bob")
    assert shown(page, "role") == "member"
    assert "helpdesk" in page.text
    assert "backend" not in page.text


def test_another_organization_is_closed(site, visitor):
    visitor.log_in("acme-oidc", "bob")
    page = visitor.get("/organizations/garage/issues/")
    assert page.status == 403
    assert DASHBOARD not in page.source


def test_a_seat_limit_refuses_the_next_member(config, make_site):
    site = make_site(changed(config, "organizations", "acme", seats=1))  # taken by the configured member
    page = site.visitor().log_in("acme-oidc", "bob")
    assert DASHBOARD not in page.source
    assert_refused(site.trace(), Step.USER_PROVISIONING, "seat-limit-reached", Action.CONTACT_SUPPORT)


def test_a_user_who_was_disabled_loses_the_session_at_once(site, visitor, store):
    visitor.log_in("acme-oidc", "bob")
    with store.transaction() as connection:
        connection.execute("UPDATE users SET active = 0 WHERE email = 'bob@acme.example'")
    assert DASHBOARD not in visitor.get("/organizations/acme/issues/").source
