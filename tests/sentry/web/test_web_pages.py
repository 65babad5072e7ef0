"""The login pages: what they offer, what they refuse, and that they lead nowhere else."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ssocli.sentry.app import create_app
from ssocli.sentry.journal import SingleJournal

from ssocli.checks.check import Status
from ssocli.config.model import FromEnvironment
from ssocli.steps import Step
from ssocli.trace import Action, Outcome, TraceBuilder
from tests.sentry.web.sentry_site import assert_refused, changed, form_with

DASHBOARD = 'data-testid="dashboard"'


def test_the_login_page(visitor):
    page = visitor.login_page()
    assert page.status == 200
    assert form_with(page, "organization").field("organization").label
    form = form_with(page, "password")
    assert form.field("username").label
    assert form.field("password").type == "password"
    assert form.field("password").autocomplete == "current-password"


@pytest.mark.parametrize(
    "path", ["/auth/login/", "/auth/login/acme/", "/auth/sso/", "/nowhere/", "/api/0/organizations/acme/projects/"]
)
def test_every_page_is_hardened(visitor, path):
    visitor.get(path)
    headers = {name.lower(): value for name, value in visitor.seen[-1].response.headers}
    assert "no-store" in headers["cache-control"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "referrer-policy" in headers
    if headers["content-type"].startswith("text/html"):
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy


def test_pages_load_nothing_from_elsewhere(visitor):
    visitor.log_in()
    for exchange in visitor.seen:
        body = exchange.response.body.decode("utf-8", "replace")
        if exchange.url.startswith(visitor.site.url):
            assert "src=" not in body
            assert "<link" not in body


def test_unknown_page(visitor):
    page = visitor.get("/nowhere/<script>")
    assert page.status == 404
    assert "<script>" not in page.source.partition("<body")[2]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_wrong_method(site, visitor, method):
    from ssocli.flow.browser import Navigation

    page = visitor.arrive(Navigation(method, f"{site.url}/organizations/acme/issues/"))
    assert page.status == 405


@pytest.mark.parametrize("slug", ["nowhere", "", "ACME Inc", "../../etc", "<script>"])
def test_unknown_organization(site, visitor, slug):
    page = visitor.choose(slug)
    assert page.alerts
    assert "<script>" not in page.source.partition("<body")[2].partition("<script nonce")[0]
    assert_refused(site.trace(), Step.USER_SELECTION, "unknown-organization", Action.RETURN_TO_LOGIN)


def test_organization_without_sso(site, visitor):
    page = visitor.choose("garage")
    assert page.alerts
    assert form_with(page, "password").field("username")
    assert_refused(site.trace(), Step.USER_SELECTION, "organization-without-sso", Action.RETURN_TO_LOGIN)


def test_the_list_of_providers(visitor):
    page = visitor.choose("acme")
    form = form_with(page, "login_hint")
    assert [button.value for button in form.buttons if button.name == "provider"] == ["acme-oidc", "google", "github"]
    assert form.field("init").value == "1"


def test_unknown_provider(site, visitor):
    from dataclasses import replace

    page = visitor.choose("acme")
    form = form_with(page, "login_hint")
    button = replace(form.buttons[0], value="gone")
    page = visitor.browser.submit(form, {}, button)
    assert page.alerts
    assert_refused(site.trace(), Step.IDP_SELECTION, "unknown-provider", Action.RETURN_TO_LOGIN)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_secret": FromEnvironment("SSOCLI_TEST_SECRET_THAT_IS_NOT_SET")},
        {"client_auth": "private_key_jwt", "private_key": "missing.pem"},
    ],
    ids=["secret-not-set", "key-not-there"],
)
def test_broken_provider_configuration(config, make_site, tmp_path, changes):
    site = make_site(changed(config, "providers", "acme-oidc", **changes), config_dir=tmp_path)
    page = site.visitor().leave("acme-oidc")
    assert page.pending is None
    assert page.alerts
    assert_refused(site.trace(), Step.IDP_SELECTION, "broken-provider-configuration", Action.RETURN_TO_LOGIN)


def test_an_unreachable_provider(config, make_site):
    site = make_site(changed(config, "providers", "acme-oidc", issuer="http://127.0.0.1:1/nobody"))
    page = site.visitor().leave("acme-oidc")
    assert page.pending is None
    assert page.alerts
    assert_refused(site.trace(), Step.REDIRECT_TO_IDP, "connection-refused", Action.RETURN_TO_LOGIN)


@pytest.mark.parametrize("name", ["organization", "username", "login_hint"])
def test_every_form_needs_its_token(site, visitor, name):
    page = visitor.get("/auth/login/acme/") if name == "login_hint" else visitor.login_page()
    form = form_with(page, name)
    token = next(field for field in form.fields if "csrf" in field.name)
    for forged in ("", "forged", token.value + "x"):
        visitor.browser.stop_before = lambda _method, url: not url.startswith(site.url)
        page = visitor.browser.submit(form, {token.name: forged})
        assert page.pending is None
        assert page.alerts


def test_a_forms_token_belongs_to_one_browser(site, visitor):
    token = next(field for field in form_with(visitor.login_page(), "organization").fields if "csrf" in field.name)
    other = site.visitor()
    form = form_with(other.login_page(), "organization")
    page = other.browser.submit(form, {token.name: token.value, "organization": "acme"})
    assert page.alerts


# Where the login ends.


def test_next_is_carried_along(visitor):
    page = visitor.log_in(next_url="/organizations/acme/issues/?query=is:unresolved")
    assert page.url == f"{visitor.site.url}/organizations/acme/issues/?query=is:unresolved"
    assert DASHBOARD in page.source


EVIL = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "///evil.example/",
    "/%09/evil.example",
    "/\t/evil.example/",
    "\t//evil.example/",
    " //evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "/path\r\nSet-Cookie: a=b",
    "http:evil.example",
    "http:///evil.example",
    "evil.example",
    "@evil.example",
    ".evil.example",
    ":1@evil.example",
    "/\u2028/evil.example",
]


@pytest.mark.parametrize("wanted", EVIL)
def test_no_open_redirect(site, visitor, wanted):
    response = visitor.answer("acme-oidc", next_url=wanted)
    page = visitor.arrive(response)
    assert urlsplit(page.url)[:2] == urlsplit(site.url)[:2]


@pytest.fixture(scope="module")
def logged_in(idp):
    """A browser with a session: the login page sends it to `next` at once."""
    from ssocli.sentry.store import Store

    from ssocli.config.load import default
    from ssocli.config.placeholder import with_fake_idp
    from tests.sentry.web.sentry_site import Site

    with Store.open(":memory:") as store:
        site = Site(with_fake_idp(default(), idp.url), store)
        visitor = site.visitor()
        visitor.log_in()
        yield visitor
        site.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=30),
        st.builds(
            "".join,
            st.lists(
                st.sampled_from(["/", "\\", "\t", "\r\n", "@", ":", "http:", "evil.example", "%2f", "?", "#", " "])
            ),
        ),
    )
)
def test_whatever_next_is_the_browser_stays_here(logged_in, wanted):
    site = logged_in.site
    logged_in.browser.stop_before = lambda _method, _url: True
    page = logged_in.browser.open(f"{site.url}/auth/login/?next={quote(wanted, safe='', errors='replace')}")
    if page.pending is not None:
        assert urlsplit(page.pending.url)[:2] == urlsplit(site.url)[:2]


def test_trouble_of_our_own_is_no_finding(config, make_site, caplog):
    def broken(*args, **options):
        raise RuntimeError("a defect with a password=secret in it")

    site = make_site(config, send=broken)
    page = site.visitor().leave("acme-oidc")
    assert page.status == 500
    assert "secret" not in page.source
    assert "Traceback" not in page.source
    trace = site.trace()
    assert trace.outcome is Outcome.ERROR
    assert trace.failure is None
    assert trace.step(Step.REDIRECT_TO_IDP).status is Status.TOOL_ERROR
    assert "secret" not in trace.step(Step.REDIRECT_TO_IDP).summary
    assert [record.levelname for record in caplog.records if record.name == "ssocli.sentry"] == ["ERROR"]


def test_cookies_are_secure_under_https(config, store):
    from werkzeug.test import Client

    app = create_app(config, store, journal=SingleJournal(TraceBuilder()), url="https://sentry.example")
    response = Client(app).get("/auth/login/", base_url="https://sentry.example")
    cookies = response.headers.getlist("Set-Cookie")
    assert cookies
    assert all("Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
