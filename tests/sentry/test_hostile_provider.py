"""Values that a provider may send to do harm, or by accident: none stops Sentry, none becomes its fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ssocli.steps import Step
from ssocli.trace import Outcome

from .provider import Provider
from .site import Site

DASHBOARD = 'data-testid="dashboard"'


@pytest.mark.parametrize(
    "endpoint", ["javascript:alert(1)", "ftp://127.0.0.1/", "/relative", "", "http://", 7, None, "http://127.0.0.1:x/"]
)
@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_endpoints_that_are_none(site: Site, provider: Provider, name: str, endpoint: Any) -> None:
    provider.metadata = {name: endpoint}
    site.browser.start()
    assert site.browser.alert
    failure = site.trace().failure
    assert failure is not None
    assert failure.step is Step.REDIRECT_TO_IDP


def test_metadata_that_were_mended_are_believed_at_once(site: Site, provider: Provider) -> None:
    provider.metadata = {"issuer": f"{provider.issuer}/"}
    assert site.browser.start() == ""
    provider.metadata = {}
    site.browser.log_in()
    assert DASHBOARD in site.browser.text


@pytest.mark.parametrize(
    "told",
    [
        {"name": "\ud800 half a character"},
        {"name": "n" * 50_000},
        {"name": "\x00\x1b[31m\u202e"},
        {"name": ["a", "list"]},
        {"name": 7, "picture": {}},
        {"name": "<script>alert(1)</script>"},
        {"picture": "javascript:alert(1)"},
        {"groups": "sentry-owners"},
        {"groups": [None, 7, {}, "web"]},
        {"groups": {"a": "b"}},
        {"email_verified": "maybe"},
        {"updated_at": "yesterday", "locale": []},
    ],
    ids=lambda told: ascii(told)[:40],
)
def test_odd_claims_do_not_stop_a_login(site: Site, provider: Provider, told: dict[str, Any]) -> None:
    provider.told = told
    site.browser.log_in()
    assert DASHBOARD in site.browser.text
    assert len(site.browser.text) < 50_000
    assert "javascript:" not in site.browser.text
    assert "<script>alert" not in site.browser.text
    assert site.trace().outcome is Outcome.AUTHENTICATED


@pytest.mark.parametrize(
    "email", ["\ud800@acme.example", 7, ["person@acme.example"], "", " ", "no-address", "@", "a@b@c"]
)
def test_odd_addresses_are_refused_in_step_7(make_site: Callable[..., Site], provider: Provider, email: Any) -> None:
    site = make_site(organization='allowed_domains = ["acme.example"]')
    provider.told = {"email": email}
    page = site.browser.log_in()
    assert page.status_code == 403
    failure = site.trace().failure
    assert failure is not None
    assert failure.step is Step.USER_PROVISIONING
    assert [user.email for user in site.store.users()] == ["pat@garage.example"]


def test_a_long_name_is_cut(site: Site, provider: Provider) -> None:
    provider.told = {"name": "n" * 3000}
    site.browser.log_in()
    assert site.browser.shown("user-name") == ["n" * 2000]


@pytest.mark.parametrize(
    "parameters",
    [
        {"code": "x" * 5000},
        {"code": "\x00"},
        {"code": "ä€"},
        {"code": ["one", "two"]},
        {"code": ""},
        {"error": "\x00\x1b[31m", "error_description": "x" * 3000},
        {"error": ""},
        {"id_token": "a.b.c", "access_token": "x"},
    ],
    ids=lambda parameters: "-".join(parameters),
)
def test_odd_authorization_responses_end_in_a_page(site: Site, provider: Provider, parameters: dict[str, Any]) -> None:
    sent = {**provider.authorize(site.browser.start()), **parameters}
    page = site.browser.get("/auth/sso/", **sent)
    assert page.status_code < 500
    assert site.trace().outcome is not Outcome.ERROR
