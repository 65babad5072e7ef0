from __future__ import annotations

from dataclasses import replace

import pytest

from ssocli.checks.check import Status, evaluate, rules
from ssocli.checks.session import SessionContext

TOKEN = "t" * 43
COOKIE = f"sentrysid={TOKEN}; Secure; HttpOnly; Path=/; SameSite=Lax"
HEALTHY = SessionContext(set_cookie=COOKIE, stored="ab" * 32, previous="p" * 43, https=True, second_factor="right")

FAILING = {
    "SESS001": SessionContext(second_factor="wrong"),
    "SESS002": replace(HEALTHY, set_cookie=COOKIE.replace(" HttpOnly;", "")),
    "SESS003": replace(HEALTHY, set_cookie=COOKIE.replace("SameSite=Lax", "SameSite=None")),
    "SESS004": replace(HEALTHY, set_cookie=COOKIE.replace(" Secure;", "")),
    "SESS005": replace(HEALTHY, set_cookie=f"{COOKIE}; Domain=acme.example"),
    "SESS006": replace(HEALTHY, set_cookie=COOKIE.replace(TOKEN, "short")),
    "SESS007": replace(HEALTHY, previous=TOKEN),
    "SESS008": replace(HEALTHY, stored=TOKEN),
}


def failed_codes(context: SessionContext) -> list[str]:
    return [check.code for check in evaluate("session", context) if check.status is Status.FAILED]


def test_every_rule_has_a_failing_case() -> None:
    assert [entry.code for entry in rules("session")] == list(FAILING)


def test_a_healthy_session_passes() -> None:
    assert failed_codes(HEALTHY) == []
    plain = replace(HEALTHY, https=False, set_cookie=COOKIE.replace(" Secure;", ""), second_factor=None)
    assert failed_codes(plain) == []


@pytest.mark.parametrize("code", FAILING)
def test_one_cause_is_one_finding(code: str) -> None:
    assert failed_codes(FAILING[code]) == [code]


@pytest.mark.parametrize("change", [("; Path=/", ""), ("Path=/", "Path=/auth/")])
def test_the_cookie_is_for_all_pages(change: tuple[str, str]) -> None:
    assert failed_codes(replace(HEALTHY, set_cookie=COOKIE.replace(*change))) == ["SESS005"]


def test_a_cookie_without_samesite_is_found() -> None:
    assert failed_codes(replace(HEALTHY, set_cookie=COOKIE.replace("; SameSite=Lax", ""))) == ["SESS003"]


def test_an_expired_code_is_refused() -> None:
    assert failed_codes(SessionContext(second_factor="expired")) == ["SESS001"]


def test_the_token_is_never_shown() -> None:
    checks = [check for context in (HEALTHY, *FAILING.values()) for check in evaluate("session", context)]
    assert TOKEN not in repr(checks)
