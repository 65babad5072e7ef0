from __future__ import annotations

import base64
import hmac
from collections.abc import Callable

import pyotp
import pytest

from ssocli.checks.check import Status
from ssocli.steps import Step
from ssocli.trace import Action, Outcome

from .site import Site

EMAIL = "pat@garage.example"
PASSWORD = "correct horse"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SHORT_SECRET = "JBSWY3DPEHPK3PXP"  # 80 bits, of which pyotp computes no code by itself


def log_in(site: Site, password: str = PASSWORD, username: str = EMAIL, **form: str) -> int:
    site.browser.get("/auth/login/")
    page = site.browser.post("/auth/login/", op="password", username=username, password=password, **form)
    return page.status_code


def test_a_password_skips_the_steps_that_only_sso_has(site: Site) -> None:
    assert log_in(site) == 200
    assert site.browser.path == "/organizations/garage/issues/"
    assert site.browser.shown("role") == ["owner"]
    assert site.browser.shown("method") == ["password"]
    trace = site.trace()
    assert trace.outcome is Outcome.AUTHENTICATED
    statuses = [outcome.status for outcome in trace.steps]
    assert statuses == [Status.PASSED, *[Status.SKIPPED] * 5, *[Status.PASSED] * 4]
    assert "no identity provider" in trace.step(Step.TOKEN_VALIDATION).summary
    assert trace.session is not None
    assert (trace.session["method"], trace.session["sso_at"]) == ("password", None)


@pytest.mark.parametrize(
    ("username", "password"), [(EMAIL, "wrong"), (EMAIL, ""), ("nobody@acme.example", PASSWORD), ("", ""), (EMAIL, "ü")]
)
def test_a_wrong_password_is_said_on_the_page(site: Site, username: str, password: str) -> None:
    assert log_in(site, password, username) == 401
    assert site.browser.alert == "The e-mail address or the password is wrong. Please try again."
    failure = site.trace().failure
    assert failure is not None
    assert (failure.step, failure.code, failure.action) == (
        Step.USER_SELECTION, "LOGIN005", Action.RETURN_TO_LOGIN,
    )  # fmt: skip
    assert site.browser.cookie("sentrysid") is None


def test_five_wrong_passwords_in_a_minute_are_the_most(site: Site) -> None:
    assert [log_in(site, "wrong") for _ in range(6)] == [401] * 5 + [429]
    assert log_in(site) == 429
    assert "wait a minute" in site.browser.alert
    assert log_in(site, "wrong", "other@acme.example") == 401
    site.clock.ahead = 61.0
    assert log_in(site) == 200


def test_right_passwords_do_not_count(site: Site) -> None:
    for _ in range(6):
        assert log_in(site) == 200
        site.browser.client.delete_cookie("sentrysid")


def test_a_disabled_user_is_told_to_contact_support(make_site: Callable[..., Site]) -> None:
    site = make_site(user="active = false")
    assert log_in(site) == 403
    assert site.browser.alert == "This account is disabled. Please contact help@acme.example."
    assert site.findings() == [("user_selection", "LOGIN007")]


def test_a_password_does_not_satisfy_an_organization_that_requires_sso(site: Site) -> None:
    assert log_in(site, organization="acme") == 403
    failure = site.trace().failure
    assert failure is not None
    assert (failure.step, failure.code) == (Step.AUTHORIZATION, "ACC003")
    assert site.browser.alert == "Acme requires single sign-on. Please log in with SSO."
    assert 'href="/auth/login/acme/" data-testid="retry">Log in with SSO<' in site.browser.text
    site.browser.get("/organizations/acme/issues/")
    assert site.browser.path == "/auth/login/acme/"
    assert site.browser.alert == "Acme requires single sign-on. Please log in with SSO."
    page = site.browser.get("/api/0/organizations/acme/projects/")
    assert (page.status_code, page.json["detail"]["code"]) == (401, "sso-required")  # type: ignore[index]
    assert site.browser.get("/api/0/organizations/garage/projects/").status_code == 200


def test_an_organization_that_does_not_require_sso_is_content_with_a_password(make_site: Callable[..., Site]) -> None:
    site = make_site(organization="require_sso = false")
    assert log_in(site, organization="acme") == 200
    assert site.browser.path == "/organizations/acme/issues/"


def test_next_decides_the_organization(site: Site) -> None:
    assert log_in(site, next="/organizations/acme/issues/") == 403
    assert site.findings() == [("authorization", "ACC003")]


def test_the_user_of_another_organization_is_refused(make_site: Callable[..., Site]) -> None:
    site = make_site(user='[users."sam@acme.example"]\npassword = "pass"')
    assert log_in(site, "pass", "sam@acme.example", organization="garage") == 403
    assert site.findings() == [("authorization", "ACC002")]
    assert site.browser.alert == "You are not a member of garage. Please contact help@acme.example."


def test_a_changed_password_in_the_configuration_counts(make_site: Callable[..., Site]) -> None:
    first = make_site(user='[users."sam@acme.example"]\npassword = "old"\norganizations = { garage = "member" }')
    assert log_in(first, "old", "sam@acme.example") == 200
    changed = '[users."sam@acme.example"]\npassword = "new"\norganizations = { garage = "member" }'
    second = make_site(store=first.store, user=changed)
    assert log_in(second, "old", "sam@acme.example") == 401
    assert log_in(second, "new", "SAM@acme.example") == 200


def test_sentrys_own_second_factor_stands_between_password_and_session(make_site: Callable[..., Site]) -> None:
    site = make_site(user=f'totp_secret = "{SECRET}"')
    assert log_in(site) == 200
    assert site.browser.path == "/auth/2fa/"
    assert site.store.sessions(site.clock.now()) == []
    assert site.browser.get("/organizations/garage/issues/").status_code == 200
    assert site.browser.path == "/auth/login/garage/"  # not in yet
    site.browser.get("/auth/2fa/")
    code = pyotp.TOTP(SECRET).at(int(site.clock.now()))
    page = site.browser.post("/auth/2fa/", otp=f"{code[:3]} {code[3:]}")
    assert (page.status_code, site.browser.path) == (200, "/organizations/garage/issues/")
    assert site.browser.client.get("/auth/2fa/").headers["Location"] == "/auth/login/"  # nothing is owed any more


def test_a_wrong_code_is_said_and_may_be_repeated(make_site: Callable[..., Site]) -> None:
    site = make_site(user=f'totp_secret = "{SECRET}"')
    log_in(site)
    right = pyotp.TOTP(SECRET).at(int(site.clock.now()))
    page = site.browser.post("/auth/2fa/", otp="000000" if right != "000000" else "111111")
    assert page.status_code == 401
    failure = site.trace().failure
    assert failure is not None
    assert (failure.step, failure.code, failure.user_message) == (
        Step.SESSION_CREATION, "SESS001", site.browser.alert,
    )  # fmt: skip
    assert site.browser.post("/auth/2fa/", otp=right).status_code == 200
    assert site.trace().outcome is Outcome.AUTHENTICATED


def test_a_code_is_good_only_once(make_site: Callable[..., Site]) -> None:
    site = make_site(user=f'totp_secret = "{SECRET}"')
    log_in(site)
    code = pyotp.TOTP(SECRET).at(int(site.clock.now()))
    assert site.browser.post("/auth/2fa/", otp=code).status_code == 200
    site.browser.client.delete_cookie("sentrysid")
    log_in(site)
    assert site.browser.post("/auth/2fa/", otp=code).status_code == 401


@pytest.mark.parametrize(("secret", "status"), [(SHORT_SECRET, 200), ("not base32!", 401)])
def test_a_secret_may_be_short_but_must_be_one(make_site: Callable[..., Site], secret: str, status: int) -> None:
    site = make_site(user=f'totp_secret = "{secret}"')
    log_in(site)
    # RFC 6238 4.2 by hand.
    counter = (int(site.clock.now()) // 30).to_bytes(8, "big")
    mac = hmac.digest(base64.b32decode(SHORT_SECRET), counter, "sha1")
    number = int.from_bytes(mac[mac[-1] & 15 :][:4], "big") & 0x7FFFFFFF
    assert site.browser.post("/auth/2fa/", otp=f"{number % 1_000_000:06}").status_code == status


def test_five_wrong_codes_end_the_login(make_site: Callable[..., Site]) -> None:
    site = make_site(user=f'totp_secret = "{SECRET}"')
    log_in(site)
    for _ in range(5):
        assert site.browser.post("/auth/2fa/", otp="12").status_code == 401
    site.browser.post("/auth/2fa/", otp=pyotp.TOTP(SECRET).at(int(site.clock.now())))
    assert site.browser.path == "/auth/login/"
    assert "expired before the second factor" in site.browser.alert
    assert site.store.sessions(site.clock.now()) == []


def test_the_second_factors_page_without_a_first_factor_leads_to_the_login(site: Site) -> None:
    site.browser.get("/auth/2fa/")
    assert site.browser.path == "/auth/login/"


def test_sso_does_not_spare_the_second_factor(make_site: Callable[..., Site]) -> None:
    first = make_site()
    first.browser.log_in()
    # The person is known by SSO; later the configuration gives the same user a second factor.
    second = make_site(store=first.store, user=f'[users."person1@acme.example"]\ntotp_secret = "{SECRET}"')
    second.browser.log_in()
    assert second.browser.path == "/auth/2fa/"
    assert second.browser.cookie("sentrysid") is None
    second.browser.post("/auth/2fa/", otp=pyotp.TOTP(SECRET).at(int(second.clock.now())))
    assert second.browser.path == "/organizations/acme/issues/"
    trace = second.trace()
    assert trace.outcome is Outcome.AUTHENTICATED
    codes = {check.code for check in trace.step(Step.SESSION_CREATION).checks if check.status is Status.PASSED}
    assert "SESS001" in codes
    [session] = second.store.sessions(second.clock.now())[1:]
    assert "acme" in session.sso
