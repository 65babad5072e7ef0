from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ssocli.checks.check import Status
from ssocli.steps import Step
from ssocli.trace import Action, Outcome

from .provider import Provider, as_json
from .site import Browser, Site


def failure_of(site: Site) -> tuple[str, str, Action]:
    failure = site.trace().failure
    assert failure is not None
    assert failure.user_message == site.browser.alert
    return failure.step.value, failure.code, failure.action


def choose(browser: Browser, organization: str) -> None:
    browser.get("/auth/login/")
    browser.post("/auth/login/", op="sso", organization=organization)


def test_an_unknown_organization_is_said_on_the_page(site: Site) -> None:
    choose(site.browser, "<b>Acme Inc</b>")
    assert site.browser.page is not None
    assert site.browser.page.status_code == 404
    assert "no organization of this name" in site.browser.alert
    assert "<b>" not in site.browser.text
    assert 'value="&lt;b&gt;Acme Inc&lt;/b&gt;"' in site.browser.text
    assert failure_of(site) == ("user_selection", "LOGIN001", Action.RETURN_TO_LOGIN)


def test_an_organizations_name_is_taken_in_any_case(site: Site) -> None:
    choose(site.browser, " ACME ")
    assert site.browser.path == "/auth/login/acme/"


def test_an_organization_without_sso_is_said_on_the_page(site: Site) -> None:
    choose(site.browser, "garage")
    assert "no single sign-on" in site.browser.alert
    assert failure_of(site) == ("user_selection", "LOGIN002", Action.RETURN_TO_LOGIN)


def test_after_a_wrong_organization_the_user_can_type_another(site: Site) -> None:
    choose(site.browser, "acne")
    site.browser.post("/auth/login/", op="sso", organization="acme")
    page = site.browser.post("/auth/login/acme/", init="1", provider="oidc")
    site.browser.get("/auth/sso/", **site.provider.authorize(page.headers["Location"]))
    assert site.trace().outcome is Outcome.AUTHENTICATED


def test_the_organizations_own_page_is_the_first_step_by_itself(site: Site) -> None:
    site.browser.get("/auth/login/acme/")
    assert 'data-testid="provider-oidc"' in site.browser.text
    assert 'data-testid="password-form"' not in site.browser.text  # SSO is required
    assert site.builder.current is Step.IDP_SELECTION
    page = site.browser.post("/auth/login/acme/", init="1", provider="oidc")
    site.browser.get("/auth/sso/", **site.provider.authorize(page.headers["Location"]))
    assert site.trace().outcome is Outcome.AUTHENTICATED
    assert "by the address" in site.trace().step(Step.USER_SELECTION).summary


def test_the_page_of_an_unknown_organization_leads_to_the_login_page(site: Site) -> None:
    site.browser.get("/auth/login/nowhere/")
    assert site.browser.path == "/auth/login/"
    assert failure_of(site) == ("user_selection", "LOGIN001", Action.RETURN_TO_LOGIN)


def test_an_organization_without_providers_offers_the_password(site: Site) -> None:
    site.browser.get("/auth/login/garage/")
    assert 'data-testid="no-providers"' in site.browser.text
    assert 'data-testid="password-form"' in site.browser.text
    assert site.browser.alert == ""


def test_without_providers_there_is_nothing_to_choose(site: Site) -> None:
    site.browser.get("/auth/login/garage/")
    site.browser.post("/auth/login/garage/", init="1", provider="oidc")
    assert failure_of(site) == ("idp_selection", "LOGIN003", Action.RETURN_TO_LOGIN)
    assert "none is configured" in site.builder.finish().failure.message  # type: ignore[union-attr]


@pytest.mark.parametrize("key", ["okta", "", "../oidc"])
def test_an_unknown_provider_is_said_on_the_page(site: Site, key: str) -> None:
    choose(site.browser, "acme")
    site.browser.post("/auth/login/acme/", init="1", provider=key)
    assert site.browser.path == "/auth/login/acme/"
    assert failure_of(site) == ("idp_selection", "LOGIN003", Action.RETURN_TO_LOGIN)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('client_secret = { env = "SSOCLI_TEST_UNSET" }', "the environment variable SSOCLI_TEST_UNSET is not set"),
        ('client_secret = ""', "the client secret is empty"),
        ('client_auth = "private_key_jwt"\nprivate_key = "no-such.pem"', "cannot be read: no such file"),
        ('client_auth = "private_key_jwt"\nprivate_key = "{tmp}/bad.pem"', "it is not a PEM private key"),
    ],
)
def test_a_broken_provider_configuration_is_a_finding(
    make_site: Callable[..., Site], tmp_path: Path, settings: str, words: str
) -> None:
    (tmp_path / "bad.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    site = make_site(settings=settings.replace("{tmp}", str(tmp_path)))
    site.browser.start()
    failure = site.trace().failure
    assert failure is not None
    assert (failure.step, failure.code) == (Step.IDP_SELECTION, "LOGIN004")
    assert words in failure.message
    assert "contact help@acme.example" in site.browser.alert
    assert words not in site.browser.text


DISCOVERY = "/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((404, "text/plain", b"no"), "NET011"),
        ((200, "text/html", b"<!doctype html><title>Sign in</title>"), "NET012"),
        ((200, "application/json", b"not json"), "NET013"),
        (as_json([]), "NET014"),
        (as_json({"issuer": "https://other.example"}), "DISC001"),
    ],
)
def test_discovery_that_cannot_be_used_returns_to_the_login_page(site: Site, answer: Any, code: str) -> None:
    site.provider.answers = {DISCOVERY: answer}
    site.browser.start()
    assert site.browser.path == "/auth/login/acme/"
    assert failure_of(site) == ("redirect_to_idp", code, Action.RETURN_TO_LOGIN)
    assert [exchange.url for exchange in site.trace().step(Step.REDIRECT_TO_IDP).exchanges] == [
        site.provider.issuer + DISCOVERY
    ]


def test_a_provider_that_does_not_run_is_a_finding_of_the_network(make_site: Callable[..., Site]) -> None:
    provider = Provider()
    provider.server.stop()
    site = Site(provider)
    site.browser.start()
    assert failure_of(site) == ("redirect_to_idp", "NET002", Action.RETURN_TO_LOGIN)
    site.close()


def test_trouble_with_discovery_is_not_remembered(site: Site) -> None:
    site.provider.answers = {DISCOVERY: (503, "text/plain", b"later")}
    site.browser.start()
    site.provider.answers = {}
    site.browser.log_in()
    assert site.trace().outcome is Outcome.AUTHENTICATED


def test_forms_need_their_token(site: Site) -> None:
    site.browser.get("/auth/login/")
    for form in ({}, {"csrf_token": "wrong"}, {"csrf_token": "ü"}):
        page = site.browser.client.post("/auth/login/", data={"op": "sso", "organization": "acme", **form})
        assert page.status_code == 403
        assert "expired" in page.get_data(as_text=True)
    page = site.browser.client.post("/auth/login/acme/", data={"init": "1", "provider": "oidc"})
    assert page.headers["Location"] == "/auth/login/acme/"
    assert site.builder.failure is None


def test_a_token_is_bound_to_its_browser(site: Site) -> None:
    other = Browser(site)
    other.get("/auth/login/")
    site.browser.get("/auth/login/")
    site.browser.page = other.page
    page = site.browser.post("/auth/login/", op="sso", organization="acme")
    assert page.status_code == 403


def test_somebody_who_is_logged_in_needs_no_login_page(site: Site) -> None:
    site.browser.log_in()
    site.browser.get("/auth/login/", next="/organizations/acme/issues/?a=b")
    assert site.browser.page is not None
    assert site.browser.page.request.url.endswith("/organizations/acme/issues/?a=b")
    site.browser.get("/auth/login/")
    assert site.browser.path == "/organizations/acme/issues/"


def test_pages_are_locked_down(site: Site) -> None:
    pages = [site.browser.get(path) for path in ("/auth/login/", "/auth/login/acme/", "/auth/sso/", "/nowhere")]
    pages.append(site.browser.log_in())
    for page in pages:
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["X-Frame-Options"] == "DENY"
        assert "http://" not in page.get_data(as_text=True).replace(site.url, "")
        assert "<script" not in page.get_data(as_text=True)


def test_unknown_addresses_and_methods_have_pages(site: Site) -> None:
    assert site.browser.get("/nowhere").status_code == 404
    assert "Page not found" in site.browser.text
    page = site.browser.client.get("/auth/logout/")
    assert (page.status_code, page.headers["Allow"]) == (405, "POST")
    assert site.browser.client.put("/auth/login/").status_code == 405
    assert site.browser.client.get("/auth/login").headers["Location"].endswith("/auth/login/")
    page = site.browser.client.post("/auth/sso/", data={"code": "x" * 2_000_000})
    assert page.status_code == 413


def test_step_one_passes_with_the_organizations_checks(site: Site) -> None:
    choose(site.browser, "acme")
    site.browser.get("/auth/login/acme/")
    [first, *_] = site.trace().steps
    assert first.status is Status.PASSED
    assert {check.code for check in first.checks if check.status is Status.PASSED} == {"LOGIN001", "LOGIN002"}
