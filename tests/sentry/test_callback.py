from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from ssocli.checks.check import Status
from ssocli.steps import Step
from ssocli.trace import Action, Outcome

from .provider import as_json
from .site import Browser, Site

CALLBACK = "/auth/sso/"


def refused(site: Site) -> tuple[str, str, Action]:
    failure = site.trace().failure
    assert failure is not None
    assert site.trace().outcome is Outcome.REFUSED
    assert failure.user_message == site.browser.alert
    later = [outcome.status for outcome in site.trace().steps if outcome.step.number > failure.step.number]
    assert set(later) <= {Status.NOT_REACHED}
    assert [user.email for user in site.store.users()] == ["pat@garage.example"]
    assert site.store.sessions(site.clock.now()) == []
    return failure.step.value, failure.code, failure.action


def test_an_error_returns_the_user_to_the_login_page_with_the_message_once(site: Site) -> None:
    location = site.browser.start("/organizations/acme/issues/?a=b")
    sent = site.provider.authorize(location)
    page = site.browser.get(CALLBACK, error="access_denied", error_description="No <b>way</b>", state=sent["state"])
    assert (page.status_code, site.browser.path) == (200, "/auth/login/acme/")
    assert site.browser.alert == ("You were not logged in by your identity provider: No <b>way</b>. Please try again.")
    assert 'name="next" value="/organizations/acme/issues/?a=b"' in site.browser.text
    assert refused(site) == ("external_authentication", "CB001", Action.RETURN_TO_LOGIN)
    assert "/token" not in site.provider.requests
    site.browser.get("/auth/login/acme/")
    assert site.browser.alert == ""


def test_after_a_failure_the_user_can_try_again(site: Site) -> None:
    sent = site.provider.authorize(site.browser.start())
    site.browser.get(CALLBACK, error="access_denied", state=sent["state"])
    page = site.browser.post("/auth/login/acme/", init="1", provider="oidc")
    site.browser.get(CALLBACK, **site.provider.authorize(page.headers["Location"]))
    assert site.trace().outcome is Outcome.AUTHENTICATED
    assert site.trace().failure is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": "forged"}, "CB008"),
        ({"state": None}, "CB007"),
        ({"iss": "https://evil.example"}, "CB010"),
        ({"iss": None}, "CB009"),
    ],
)
def test_a_response_of_another_login_or_issuer_never_redeems_its_code(
    site: Site, change: dict[str, str | None], code: str
) -> None:
    sent = site.provider.authorize(site.browser.start())
    parameters = {name: value for name, value in {**sent, **change}.items() if value is not None}
    page = site.browser.get(CALLBACK, **parameters)
    assert page.status_code == 403
    assert "Try SSO again" in site.browser.text
    assert "mailto:help@acme.example" in site.browser.text
    assert refused(site) == ("token_validation", code, Action.RETRY_OR_CONTACT_SUPPORT)
    assert "was not used" in site.trace().step(Step.TOKEN_GENERATION).summary
    assert "/token" not in site.provider.requests


def test_a_forged_response_leaves_the_login_that_waits_alone(site: Site) -> None:
    sent = site.provider.authorize(site.browser.start())
    site.browser.get(CALLBACK, code="forged", state="forged")
    assert site.browser.page is not None
    assert site.browser.page.status_code == 403
    site.browser.get(CALLBACK, **sent)
    assert site.trace().outcome is Outcome.AUTHENTICATED


def test_a_response_counts_only_in_the_browser_that_started_the_login(site: Site) -> None:
    sent = site.provider.authorize(site.browser.start())
    stranger = Browser(site)
    page = stranger.get(CALLBACK, **sent)
    assert page.status_code == 400
    assert "did not start a login" in stranger.alert
    stranger.get("/auth/login/")
    page = stranger.get(CALLBACK, **sent)
    assert (page.status_code, stranger.alert) == (400, "No login of this browser waits for this answer.")
    assert "/token" not in site.provider.requests


def test_another_browsers_state_is_a_finding_in_a_browser_that_waits_itself(site: Site) -> None:
    sent = site.provider.authorize(site.browser.start())
    victim = Browser(site)
    victim.start()
    page = victim.get(CALLBACK, **sent)
    assert page.status_code == 403
    assert site.findings() == [("token_validation", "CB008")]
    assert "/token" not in site.provider.requests


def test_a_second_tab_does_not_hurt_the_first(site: Site) -> None:
    first = site.provider.authorize(site.browser.start("/organizations/acme/issues/?tab=1"))
    site.provider.authorize(site.browser.start("/organizations/acme/issues/?tab=2"))
    site.browser.get(CALLBACK, **first)
    assert site.browser.page is not None
    assert site.browser.page.request.url.endswith("?tab=1")


def test_a_reload_of_the_callback_is_friendly_and_changes_nothing(site: Site) -> None:
    sent = site.provider.authorize(site.browser.start())
    site.browser.get(CALLBACK, **sent)
    page = site.browser.get(CALLBACK, **sent)
    assert page.status_code == 400
    assert site.browser.alert == "This answer of your identity provider was used already."
    assert 'href="/organizations/acme/issues/"' in site.browser.text
    assert site.trace().outcome is Outcome.AUTHENTICATED
    assert site.provider.requests.count("/token") == 1


@pytest.mark.parametrize("query", [{"foo": "bar"}, {"code": "x", "state": "y"}, {"response": "nothing"}, {}])
def test_stray_requests_get_a_page_and_are_in_no_trace(site: Site, query: dict[str, str]) -> None:
    site.browser.get("/auth/login/")
    page = site.browser.get(CALLBACK, **query)
    assert page.status_code == 400
    assert "Go to the login page" in site.browser.text
    assert site.builder.current is Step.USER_SELECTION
    assert site.builder.failure is None


@pytest.mark.parametrize("query", [{"foo": "bar"}, {"response": "nothing"}])
def test_garbage_does_not_disturb_a_login_that_waits(site: Site, query: dict[str, str]) -> None:
    sent = site.provider.authorize(site.browser.start())
    assert site.browser.get(CALLBACK, **query).status_code == 400
    site.browser.get("/favicon.ico")
    assert site.builder.failure is None
    site.browser.get(CALLBACK, **sent)
    assert site.trace().outcome is Outcome.AUTHENTICATED


def test_a_login_that_took_too_long_is_a_finding(site: Site) -> None:
    sent = site.provider.authorize(site.browser.start())
    site.clock.ahead = 601.0
    site.browser.get(CALLBACK, **sent)
    assert refused(site)[:2] == ("token_validation", "CB011")


def test_a_response_without_code_returns_to_the_login_page(site: Site) -> None:
    sent = site.provider.authorize(site.browser.start())
    del sent["code"]
    site.browser.get(CALLBACK, **sent)
    assert site.browser.path == "/auth/login/acme/"
    assert refused(site) == ("token_generation", "CB003", Action.RETURN_TO_LOGIN)


def test_a_repeated_parameter_is_refused(site: Site) -> None:
    sent = site.provider.authorize(site.browser.start())
    query = f"code={sent['code']}&code=other&state={sent['state']}&iss={site.provider.issuer}"
    page = site.browser.client.get(f"{CALLBACK}?{query}")
    assert page.headers["Location"] == "/auth/login/acme/"
    assert site.findings() == [("token_generation", "CB004")]


FORM_POST = 'client_secret = "x"\nresponse_mode = "form_post"'
FRAGMENT = 'client_secret = "x"\nresponse_mode = "fragment"'


def test_a_form_post_from_another_site_comes_without_cookies(make_site: Callable[..., Site]) -> None:
    site = make_site(settings=FORM_POST)
    sent = site.provider.authorize(site.browser.start())
    across = Browser(site).client.post(CALLBACK, data=sent)  # SameSite=Lax cookies are not sent
    assert across.status_code == 303
    assert "Set-Cookie" not in across.headers
    location = across.headers["Location"]
    assert location.startswith("/auth/sso/?response=")
    assert sent["code"] not in location
    site.browser.get(location)
    assert site.trace().outcome is Outcome.AUTHENTICATED
    page = site.browser.get(location)
    assert page.status_code == 400
    assert "Go to the dashboard" in site.browser.text


def test_a_post_of_any_length_is_not_kept(site: Site) -> None:
    page = site.browser.client.post(CALLBACK, data={"code": "x" * 70_000})
    assert page.status_code == 400
    assert "too long" in page.get_data(as_text=True)


def test_a_posted_response_counts_only_in_its_own_browser(make_site: Callable[..., Site]) -> None:
    site = make_site(settings=FORM_POST)
    sent = site.provider.authorize(site.browser.start())
    stranger = Browser(site)
    stranger.get("/auth/login/")
    location = stranger.client.post(CALLBACK, data=sent).headers["Location"]
    assert stranger.get(location).status_code == 400
    assert "/token" not in site.provider.requests


def test_a_fragment_is_posted_by_the_pages_own_form(make_site: Callable[..., Site]) -> None:
    site = make_site(settings=FRAGMENT)
    sent = site.provider.authorize(site.browser.start())
    page = site.browser.get(CALLBACK)
    assert page.status_code == 200
    assert 'data-testid="fragment-response"' in site.browser.text
    site.browser.post(CALLBACK, **sent, session_state="")
    assert site.trace().outcome is Outcome.AUTHENTICATED


def test_a_response_in_another_mode_than_asked_for_is_refused(make_site: Callable[..., Site]) -> None:
    site = make_site(settings=FRAGMENT)
    site.browser.get(CALLBACK, **site.provider.authorize(site.browser.start()))
    assert refused(site)[:2] == ("token_generation", "CB005")


TOKEN_FAILURES: list[tuple[dict[str, Any], str]] = [
    ({"/token": as_json({"error": "invalid_grant"}, 400)}, "TOK001"),
    ({"/token": as_json({"error": "invalid_client"}, 401)}, "TOK001"),
    ({"/token": (500, "text/plain", b"oops")}, "NET011"),
    ({"/token": (200, "text/html", b"<!doctype html><title>Login</title>")}, "NET012"),
    ({"/token": (200, "application/json", b"{")}, "NET013"),
    ({"/token": as_json({"access_token": "x", "token_type": "Bearer"})}, "TOK008"),
    ({"/token": as_json({"token_type": "Bearer", "id_token": "x"})}, "TOK005"),
    ({"/token": as_json({"token_type": "Bearer", "access_token": "a\r\nX-Y: z", "id_token": "x"})}, "TOK012"),
]


@pytest.mark.parametrize(("answers", "code"), TOKEN_FAILURES)
def test_no_token_returns_the_user_to_the_login_page(site: Site, answers: dict[str, Any], code: str) -> None:
    site.provider.answers = answers
    site.browser.log_in()
    assert refused(site) == ("token_generation", code, Action.RETURN_TO_LOGIN)
    assert site.browser.path == "/auth/login/acme/"


VALIDATION_FAILURES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({"iss": "https://evil.example"}, {}, {}),
    ({"aud": "another-client"}, {}, {}),
    ({"exp": 1000}, {}, {}),
    ({"nonce": "another"}, {}, {}),
    ({"sub": None}, {}, {}),
    ({}, {"sub": "subject-2"}, {}),
    ({}, {}, {"/jwks": (500, "text/plain", b"oops")}),
    ({}, {}, {"/userinfo": (200, "text/html", b"<!doctype html>")}),
    ({}, {}, {"/userinfo": as_json({"error": "invalid_token"}, 401)}),
]


@pytest.mark.parametrize(("claims", "told", "answers"), VALIDATION_FAILURES)
def test_an_invalid_token_offers_another_try_or_support(
    site: Site, claims: dict[str, Any], told: dict[str, Any], answers: dict[str, Any]
) -> None:
    site.provider.claims, site.provider.told, site.provider.answers = claims, told, answers
    page = site.browser.log_in()
    assert page.status_code == 403
    assert refused(site)[::2] == ("token_validation", Action.RETRY_OR_CONTACT_SUPPORT)
    assert 'data-testid="retry"' in site.browser.text
    assert site.builder.trace_id in site.browser.text


def test_every_rule_of_the_id_token_is_reported_and_not_only_the_first(site: Site) -> None:
    site.provider.claims = {"exp": 1000, "nonce": "another"}
    site.browser.log_in()
    assert len([code for step, code in site.findings() if step == "token_validation"]) == 2


def test_secrets_are_neither_logged_nor_on_pages(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    site.provider.claims = {"nonce": "another"}
    sent = site.provider.authorize(site.browser.start())
    site.browser.get(CALLBACK, **sent)
    written = caplog.text + repr([vars(record) for record in caplog.records]) + site.browser.text
    failure = repr(site.trace().failure) + repr([outcome.checks for outcome in site.trace().steps])
    for secret in (sent["code"], sent["state"], "access-token-1", "s3cret"):
        assert secret not in written
        assert secret not in failure


def test_a_defect_is_tool_trouble_and_never_a_finding(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise ZeroDivisionError("secret detail")

    sent = site.provider.authorize(site.browser.start())
    monkeypatch.setattr("ssocli.sentry.callback.redeem", broken)
    page = site.browser.get(CALLBACK, **sent)
    assert page.status_code == 500
    assert "secret detail" not in site.browser.text
    assert "secret detail" in caplog.text
    assert site.trace().outcome is Outcome.ERROR
    assert site.trace().failure is None
    assert site.trace().step(Step.TOKEN_GENERATION).status is Status.TOOL_ERROR


def test_an_error_of_another_login_is_not_believed(site: Site) -> None:
    site.browser.start()
    page = site.browser.get(CALLBACK, error="access_denied", error_description="Call 555-EVIL", state="x" * 43)
    assert page.status_code == 403
    assert "555-EVIL" not in site.browser.text
    assert refused(site) == ("token_validation", "CB008", Action.RETRY_OR_CONTACT_SUPPORT)
    assert "the error access_denied" in site.trace().step(Step.TOKEN_GENERATION).summary
