"""A login from the login page to the dashboard, request by request, with every kind of provider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ssocli.checks.check import Status
from ssocli.config.model import Config
from ssocli.steps import Step
from tests.sentry.web.sentry_site import assert_authenticated, changed, shown


def test_openid_connect_in_ten_steps(site, visitor):
    page = visitor.log_in()
    assert page.status == 200
    assert page.url == f"{site.url}/organizations/acme/issues/"
    assert 'data-testid="dashboard"' in page.source
    assert shown(page, "user-email") == "alice@acme.example"
    assert shown(page, "role") == "manager"
    assert all(project in page.text for project in ("backend", "frontend", "helpdesk"))
    trace = site.trace()
    assert_authenticated(trace)
    assert [outcome.status for outcome in trace.steps] == [Status.PASSED] * 10
    assert all(outcome.summary for outcome in trace.steps)
    judged = {outcome.step for outcome in trace.steps if outcome.checks}
    assert judged >= {
        Step.USER_SELECTION,
        Step.IDP_SELECTION,
        Step.REDIRECT_TO_IDP,
        Step.TOKEN_GENERATION,
        Step.TOKEN_VALIDATION,
        Step.USER_PROVISIONING,
        Step.SESSION_CREATION,
        Step.AUTHORIZATION,
    }


def test_the_trace_tells_user_session_and_access(site, visitor):
    visitor.log_in()
    trace = site.trace()
    assert trace.user["email"] == "alice@acme.example"
    assert trace.user["name"] == "Alice Arnold"
    assert (trace.user["created"], trace.user["updated"], trace.user["changed"]) == (True, False, [])
    assert trace.access["organization"] == "acme"
    assert trace.access["role"] == "manager"
    assert trace.access["teams"] == ["platform", "web"]
    assert "/organizations/acme/issues/" in trace.step(Step.REDIRECT_TO_DASHBOARD).summary
    assert "org:write" in trace.access["scopes"]
    [session] = site.store.sessions(site.clock.now())
    assert session.email == "alice@acme.example"
    assert session.method == "sso"
    assert list(session.sso) == ["acme"]


def test_no_secret_of_the_login_is_in_the_trace_outside_its_exchanges(site, visitor, idp):
    visitor.log_in()
    trace = site.trace()
    told = repr([(o.summary, o.checks) for o in trace.steps]) + repr((trace.user, trace.session, trace.access))
    tokens = [value.partition(";")[0].partition("=")[2] for value in visitor.set_cookies()]
    assert tokens
    for secret in [*filter(None, tokens), "sentry-secret"]:
        assert secret not in told


def test_the_second_login_updates_the_user_and_says_so(site, idp):
    site.visitor().log_in()
    site.builder.finish()
    site.visitor().log_in()
    trace = site.trace()
    assert_authenticated(trace)
    assert (trace.user["created"], trace.user["changed"]) == (False, ["last_login"])
    assert len([user for user in site.store.users() if user.email == "alice@acme.example"]) == 1


def test_oauth2_with_a_user_api(site, visitor):
    page = visitor.log_in("github", "bob")
    assert page.status == 200, page.text
    assert shown(page, "user-email") == "bob@acme.example"
    trace = site.trace()
    assert_authenticated(trace)
    urls = [e.url.partition("?")[0].rpartition("/api/v3")[2] for o in trace.steps for e in o.exchanges]
    assert "/user" in urls


def test_google_shaped_provider(site, visitor):
    page = visitor.log_in("google", "bob")
    assert page.status == 200, page.text
    assert_authenticated(site.trace())


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_response_modes_that_reach_the_server(config, make_site, mode):
    site = make_site(changed(config, "providers", "acme-oidc", response_mode=mode))
    page = site.visitor().log_in()
    assert page.status == 200, page.text
    assert "dashboard" in page.source
    assert_authenticated(site.trace())


def test_fragment_is_read_by_the_page_and_posted(config, make_site):
    site = make_site(changed(config, "providers", "acme-oidc", response_mode="fragment"))
    visitor = site.visitor()
    response = visitor.answer("acme-oidc")
    assert "#" in response.url
    assert "?code" not in response.url
    # The headless browser would submit the form by itself, but runs no script that fills it.
    page = visitor.browser.resume(response)
    visitor.browser.stop_before = None
    assert 'data-testid="fragment-response"' in page.source
    form = next(form for form in page.forms if form.field("code") is not None)
    parameters = dict(part.split("=", 1) for part in response.url.partition("#")[2].split("&"))
    from urllib.parse import unquote_plus

    values = {name: unquote_plus(value) for name, value in parameters.items() if form.field(name) is not None}
    assert {"code", "state"} <= values.keys()
    page = visitor.browser.submit(form, values)
    assert page.status == 200, page.text
    assert "dashboard" in page.source
    assert_authenticated(site.trace())


@pytest.mark.parametrize(
    "changes",
    [
        {"client_auth": "client_secret_basic"},
        {"client_id": "sentry-post", "client_auth": "client_secret_post"},
        {"client_id": "sentry-public", "client_auth": "none", "client_secret": None},
        {
            "client_id": "sentry-jwt",
            "client_auth": "private_key_jwt",
            "client_secret": None,
            "private_key": "sentry-jwt.pem",
            "private_key_id": "sentry-jwt-1",
        },
    ],
    ids=lambda changes: changes["client_auth"],
)
def test_client_authentication(config: Config, make_site: Callable[..., Any], request, changes):
    keys = request.config.rootpath / "fixtures" / "idp"
    site = make_site(changed(config, "providers", "acme-oidc", **changes), config_dir=keys)
    page = site.visitor().log_in()
    assert page.status == 200, page.text
    assert_authenticated(site.trace())


def test_the_store_holds_no_state_and_no_session_token(site, visitor):
    from urllib.parse import parse_qs, urlsplit

    page = visitor.leave("acme-oidc")
    state = parse_qs(urlsplit(page.pending.url).query)["state"][0]
    visitor.arrive(visitor.authenticate(page.pending))
    with site.store.reading() as connection:
        dump = "\n".join(connection.iterdump())
    assert state not in dump
    for cookie in visitor.set_cookies():
        value = cookie.partition(";")[0].partition("=")[2]
        assert not value or value not in dump
