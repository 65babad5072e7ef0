"""The login pages: what they offer, what they refuse, and that they lead nowhere else."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ssocli.sentry.app import create_app
from ssocli.sentry.journal import SingleJournal
from ssocli.trace import TraceBuilder
from tests.sentry.web.sentry_site import form_with

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


def test_the_list_of_providers(visitor):
    page = visitor.choose("acme")
    form = form_with(page, "login_hint")
    assert [button.value for button in form.buttons if button.name == "provider"] == [
        "acme-oidc",
        "acme-saml",
        "google",
        "github",
    ]
    assert form.field("init").value == "1"


# Where the login ends.


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
    from ssocli.config.load import default
    from ssocli.config.placeholder import with_fake_idp
    from ssocli.sentry.store import Store
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


def test_cookies_are_secure_under_https(config, store):
    from werkzeug.test import Client

    app = create_app(config, store, journal=SingleJournal(TraceBuilder()), url="https://sentry.example")
    response = Client(app).get("/auth/login/", base_url="https://sentry.example")
    cookies = response.headers.getlist("Set-Cookie")
    assert cookies
    assert all("Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
