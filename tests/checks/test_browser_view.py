from __future__ import annotations

from dataclasses import replace

import pytest

from ssocli.checks.browser_view import BrowserViewContext, LostCookie
from ssocli.checks.check import Severity
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case

GOOD = BrowserViewContext(
    began_at="https://app.example/login",
    return_url="https://app.example/callback",
    arrived=True,
    status=200,
    page_url="https://app.example/home",
    title="Home",
    lost=(),
)
LOST = (LostCookie("session", "it is SameSite=Lax, and the answer is a POST from another site"),)

REFUSED, BACK = ("application-refuses-the-answer",), ("back-at-the-login-page",)


def seen(**changes: object) -> BrowserViewContext:
    return replace(GOOD, **changes)  # type: ignore[arg-type]  # members of the context


CASES = [
    Case("insecure-return-address", FAILED, lambda: seen(return_url="http://app.example/callback"), "http://app"),
    Case("insecure-return-address", PASSED, seen),
    Case("insecure-return-address", PASSED, lambda: seen(return_url="http://other.example/")),
    Case("insecure-return-address", SKIPPED, lambda: seen(began_at="http://app.example/")),
    Case("insecure-return-address", SKIPPED, lambda: seen(return_url="")),
    Case("return-to-another-host", FAILED, lambda: seen(began_at="https://www.app.example/"), "app.example"),
    Case("return-to-another-host", PASSED, seen),
    Case("return-to-another-host", SKIPPED, lambda: seen(began_at="")),
    Case(
        "login-cookie-lost",
        FAILED,
        lambda: seen(lost=LOST, status=400),
        "missing: session: it is SameSite=Lax",
        along=REFUSED,
    ),
    Case("login-in-a-frame", FAILED, lambda: seen(is_framed=True, arrived=False), "no answer came"),
    Case("login-in-a-frame", PASSED, lambda: seen(is_framed=True)),
    Case("login-in-a-frame", PASSED, seen),
    Case("login-cookie-lost", FAILED, lambda: seen(lost=LOST, is_login_page=True), "missing: session", along=BACK),
    Case("login-cookie-lost", PASSED, seen),
    Case("login-cookie-lost", SKIPPED, lambda: seen(lost=None)),
    Case("login-cookie-lost", SKIPPED, lambda: seen(lost=LOST, arrived=False)),
    Case("application-unreachable", FAILED, lambda: seen(status=None, trouble="no answer"), "no answer"),
    Case("application-unreachable", PASSED, seen),
    Case("application-unreachable", PASSED, lambda: seen(status=None), "the capture does not say"),
    Case("application-unreachable", SKIPPED, lambda: seen(arrived=False)),
    Case("application-unreachable", SKIPPED, lambda: seen(status=None, trouble="no answer", rounds=3)),
    Case(
        "unknown-return-address", FAILED, lambda: seen(status=404, page_url=GOOD.return_url + "?code=1"), "HTTP 404 at"
    ),
    Case("unknown-return-address", PASSED, lambda: seen(status=404)),
    Case("unknown-return-address", PASSED, seen),
    Case("unknown-return-address", SKIPPED, lambda: seen(status=None)),
    Case("application-refuses-the-answer", FAILED, lambda: seen(status=403, said="No."), "page 'Home': No."),
    Case(
        "application-refuses-the-answer",
        FAILED,
        lambda: seen(status=500, title=""),
        "HTTP 500 at https://app.example/home",
    ),
    Case("application-refuses-the-answer", PASSED, seen),
    Case("application-refuses-the-answer", SKIPPED, lambda: seen(arrived=False)),
    Case("back-at-the-login-page", FAILED, lambda: seen(is_login_page=True, said="Session expired"), "Session expired"),
    Case("back-at-the-login-page", PASSED, seen),
    Case("back-at-the-login-page", SKIPPED, lambda: seen(is_login_page=True, status=400)),
    Case("login-loop", FAILED, lambda: seen(rounds=3), "3 logins in a row"),
    Case("login-loop", PASSED, lambda: seen(rounds=2)),
    Case("login-loop", PASSED, seen),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check_case("browser_view", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("browser_view", CASES)


def test_a_good_login_raises_no_finding() -> None:
    assert_healthy("browser_view", GOOD)


def test_a_lost_cookie_that_nobody_missed_is_worth_knowing_only() -> None:
    found = check_case("browser_view", Case("login-cookie-lost", FAILED, lambda: seen(lost=LOST)))
    assert found.severity is Severity.INFO


def test_what_a_url_may_hide_is_never_shown() -> None:
    context = seen(status=500, page_url="https://app.example/cb?code=secret-code#secret-token")
    found = check_case("browser_view", Case("application-refuses-the-answer", FAILED, lambda: context))
    assert "secret" not in repr(found)
