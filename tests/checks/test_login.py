from __future__ import annotations

from dataclasses import replace

import pytest

from ssocli.checks.check import Status, evaluate, rules
from ssocli.checks.login import LoginContext

HEALTHY = LoginContext(
    organizations=("acme", "garage"),
    organization="acme",
    providers=("oidc", "github"),
    provider="oidc",
    next_page="/organizations/acme/issues/",
)

FAILING = {
    "LOGIN001": replace(HEALTHY, organization="Acme"),
    "LOGIN002": replace(HEALTHY, providers=()),
    "LOGIN003": replace(HEALTHY, provider="okta"),
    "LOGIN004": replace(HEALTHY, provider_problem="the environment variable SECRET is not set"),
    "LOGIN005": LoginContext(password="wrong", username="pat@acme.example"),
    "LOGIN006": LoginContext(password="too_many_attempts", username="pat@acme.example"),
    "LOGIN007": LoginContext(password="disabled", username="pat@acme.example"),
    "LOGIN008": replace(HEALTHY, next_page="//evil.example", next_problem="another site"),
}


def failed_codes(context: LoginContext) -> list[str]:
    return [check.code for check in evaluate("login", context) if check.status is Status.FAILED]


def test_every_rule_has_a_failing_case() -> None:
    assert [entry.code for entry in rules("login")] == list(FAILING)


def test_a_healthy_login_passes() -> None:
    assert failed_codes(HEALTHY) == []
    assert failed_codes(LoginContext(password="right", username="pat@acme.example")) == []


@pytest.mark.parametrize("code", [code for code in FAILING if code != "LOGIN002"])
def test_one_cause_is_one_finding(code: str) -> None:
    assert failed_codes(FAILING[code]) == [code]


def test_an_organization_without_providers_has_neither_sso_nor_the_chosen_provider() -> None:
    assert failed_codes(FAILING["LOGIN002"]) == ["LOGIN002", "LOGIN003"]
    assert failed_codes(replace(FAILING["LOGIN002"], provider=None, wants_sso=False)) == []


def test_nothing_is_judged_before_anything_was_asked() -> None:
    statuses = {check.status for check in evaluate("login", LoginContext())}
    assert statuses == {Status.SKIPPED}


def test_what_a_user_typed_is_shown_without_control_characters() -> None:
    checks = evaluate("login", replace(HEALTHY, organization="acme\x1b[31m"))
    assert "\x1b" not in "".join(check.actual for check in checks)
