from __future__ import annotations

from dataclasses import replace

import pytest

from ssocli.checks.access import AccessContext
from ssocli.checks.check import Status, evaluate, rules

HEALTHY = AccessContext(
    organization="acme", user="alice@acme.example", now=1000.0, seats=3, rank=3, sso_required=True, sso_at=400.0,
    sso_expiry=600.0,
)  # fmt: skip

FAILING = {
    "ACC001": replace(HEALTHY, user_active=False),
    "ACC002": replace(HEALTHY, is_member=False),
    "ACC003": replace(HEALTHY, sso_at=None),
    "ACC004": replace(HEALTHY, sso_at=399.9),
    "ACC005": replace(HEALTHY, rank=4),
}


def failed_codes(context: AccessContext) -> list[str]:
    return [check.code for check in evaluate("access", context) if check.status is Status.FAILED]


def test_every_rule_has_a_failing_case() -> None:
    assert [entry.code for entry in rules("access")] == list(FAILING)


def test_healthy_access_passes() -> None:
    assert failed_codes(HEALTHY) == []


@pytest.mark.parametrize("code", FAILING)
def test_one_cause_is_one_finding(code: str) -> None:
    assert failed_codes(FAILING[code]) == [code]


def test_an_organization_that_does_not_require_sso_asks_for_none() -> None:
    assert failed_codes(replace(HEALTHY, sso_required=False, sso_at=None)) == []
    assert failed_codes(replace(HEALTHY, sso_required=False, sso_at=0.0)) == []
