from __future__ import annotations

from collections.abc import Callable

import pytest

from ssocli.checks.check import Status
from ssocli.steps import Step
from ssocli.trace import Outcome

from .provider import Provider
from .site import Site


def test_ten_steps_pass_and_the_dashboard_shows_what_the_user_may_see(site: Site) -> None:
    browser = site.browser
    page = browser.log_in()
    assert (page.status_code, browser.path) == (200, "/organizations/acme/issues/")
    assert browser.shown("user-email") == ["person1@acme.example"]
    assert browser.shown("role") == ["member"]
    assert browser.shown("no-projects")
    trace = site.trace()
    assert trace.outcome is Outcome.AUTHENTICATED
    assert [outcome.status for outcome in trace.steps] == [Status.PASSED] * 10
    assert site.findings() == []
    assert trace.user is not None
    assert (trace.user["email"], trace.user["created"]) == ("person1@acme.example", True)
    assert trace.session is not None
    assert trace.session["fingerprint"] in browser_session_hash(site)
    assert trace.access is not None
    assert (trace.access["role"], trace.access["projects"]) == ("member", [])


def browser_session_hash(site: Site) -> str:
    [session] = site.store.sessions(site.clock.now())
    return session.fingerprint


def test_every_hop_of_the_back_channel_is_in_the_step_it_belongs_to(site: Site) -> None:
    site.browser.log_in()
    hops = {
        outcome.step: [exchange.url.removeprefix(site.provider.issuer) for exchange in outcome.exchanges]
        for outcome in site.trace().steps
        if outcome.exchanges
    }
    assert hops == {
        Step.REDIRECT_TO_IDP: ["/.well-known/openid-configuration"],
        Step.TOKEN_GENERATION: ["/token"],
        Step.TOKEN_VALIDATION: ["/jwks", "/userinfo"],
    }


def test_the_second_login_updates_the_user(site: Site) -> None:
    site.browser.log_in()
    site.provider.told = {"name": "New Name"}
    site.browser.get("/")
    site.browser.post("/auth/logout/")
    site.browser.log_in()
    trace = site.trace()
    assert trace.user is not None
    assert trace.user["updated"] is True
    assert trace.user["changed"] == ["name", "last_login"]
    assert [user.name for user in site.store.users()] == ["Pat Parker", "New Name"]
    assert "updated user" in trace.step(Step.USER_PROVISIONING).summary


def test_metadata_and_keys_are_fetched_once_for_a_while(site: Site) -> None:
    for _ in range(2):
        site.browser.log_in()
        site.browser.client.delete_cookie("sentrysid")
    assert site.provider.requests.count("/.well-known/openid-configuration") == 1
    assert site.provider.requests.count("/jwks") == 1
    assert "earlier login" in site.trace().step(Step.REDIRECT_TO_IDP).summary
    site.clock.ahead = 301.0
    site.provider.claims = {"exp": int(site.clock.now()) + 300, "iat": int(site.clock.now())}
    site.browser.log_in()
    assert site.provider.requests.count("/.well-known/openid-configuration") == 2


def test_next_is_carried_through_the_whole_login(site: Site) -> None:
    site.browser.log_in("/organizations/acme/issues/?query=is:unresolved")
    assert site.browser.page is not None
    assert site.browser.page.request.url.endswith("/organizations/acme/issues/?query=is:unresolved")


@pytest.mark.parametrize(
    "wanted", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\r\nX: y"]
)
def test_the_login_never_ends_at_another_site(site: Site, wanted: str) -> None:
    page = site.browser.log_in(wanted)
    assert (page.status_code, site.browser.path) == (200, "/organizations/acme/issues/")
    assert site.findings() == [("user_selection", "LOGIN008")]
    assert site.trace().step(Step.USER_SELECTION).status is Status.WARNED


def test_the_authorization_request_carries_what_is_configured(make_site: Callable[..., Site]) -> None:
    settings = """
client_secret = "x"
prompt = "login"
max_age_seconds = 60
acr_values = ["urn:mfa", "urn:pwd"]
authorization_parameters = { audience = "api://x" }
"""
    site = make_site(settings=settings)
    location = site.browser.start(login_hint="alice smith")
    asked = site.provider.authorize(location) and site.provider.authorizations[-1]
    expected = {
        "response_type": "code",
        "client_id": "client-1",
        "redirect_uri": "http://sentry.test/auth/sso/",
        "scope": "openid profile email groups",
        "code_challenge_method": "S256",
        "login_hint": "alice smith",
        "prompt": "login",
        "max_age": "60",
        "acr_values": "urn:mfa urn:pwd",
        "audience": "api://x",
    }
    assert {name: asked.get(name) for name in expected} == expected
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43


def test_an_endpoints_own_query_is_kept(site: Site) -> None:
    site.provider.metadata = {"authorization_endpoint": f"{site.provider.issuer}/authorize?tenant=1"}
    assert "/authorize?tenant=1&response_type=code&" in site.browser.start()


def test_roles_and_teams_come_from_groups(make_site: Callable[..., Site], provider: Provider) -> None:
    settings = """
client_secret = "x"
roles = { bosses = "owner", leads = "manager" }
teams = { engineering = ["platform"], design = ["web"] }
"""
    site = make_site(settings=settings)
    provider.told = {"groups": ["leads", "engineering", "unknown", "bosses"]}
    site.browser.log_in()
    assert (site.browser.shown("role"), site.browser.shown("teams")) == (["owner"], ["platform"])
    assert site.browser.shown("project") == ["backend", "frontend"]  # a global role reaches all
    provider.told = {"groups": ["design"]}
    site.browser.client.delete_cookie("sentrysid")
    site.browser.log_in()
    assert (site.browser.shown("role"), site.browser.shown("teams")) == (["member"], ["web"])
    assert site.browser.shown("project") == ["frontend"]
    assert site.trace().user == {
        "id": 2, "email": "person1@acme.example", "name": "Person 1", "created": False, "updated": True,
        "changed": ["role", "teams", "last_login"],
    }  # fmt: skip
