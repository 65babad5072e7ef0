from __future__ import annotations

from dataclasses import replace

import pytest

from ssocli.checks.check import Severity, Status, evaluate, first_blocking, rules
from ssocli.checks.provisioning import ProvisioningContext

NEW = ProvisioningContext(
    organization="acme",
    email="alice@acme.example",
    email_verified=True,
    members=1,
    seats=2,
    allowed_domains=("acme.example",),
)
KNOWN = replace(NEW, user=7, stored_email="alice@acme.example", email_holder=7, is_member=True, members=2)

FAILING = {
    "PROV001": replace(NEW, email=None),
    "PROV002": replace(KNOWN, user_active=False),
    "PROV003": replace(NEW, email_holder=3),
    "PROV004": replace(NEW, email="alice@gmail.example"),
    "PROV005": replace(NEW, members=2),
    "PROV006": replace(NEW, email_verified=False),
}


def failed_codes(context: ProvisioningContext) -> list[str]:
    return [check.code for check in evaluate("provisioning", context) if check.status is Status.FAILED]


def test_every_rule_has_a_failing_case() -> None:
    assert [entry.code for entry in rules("provisioning")] == list(FAILING)


@pytest.mark.parametrize("context", [NEW, KNOWN])
def test_healthy_identities_pass(context: ProvisioningContext) -> None:
    assert failed_codes(context) == []


@pytest.mark.parametrize("code", FAILING)
def test_one_cause_is_one_finding(code: str) -> None:
    assert failed_codes(FAILING[code]) == [code]


@pytest.mark.parametrize(
    "email", ["alice", "@acme.example", "alice@", "a lice@acme.example", "a\x00@b.example", "a" * 250 + "@b.example"]
)
def test_an_address_has_a_name_and_a_domain(email: str) -> None:
    assert "PROV001" in failed_codes(replace(NEW, email=email))


def test_a_known_user_may_come_without_an_address() -> None:
    assert failed_codes(replace(KNOWN, email=None, email_holder=None)) == []


def test_a_known_user_without_an_address_is_held_to_the_stored_ones_domain() -> None:
    context = replace(KNOWN, email=None, email_holder=None, stored_email="alice@old.example")
    assert failed_codes(context) == ["PROV004"]


def test_a_known_user_whose_new_address_is_taken_is_only_warned() -> None:
    checks = evaluate("provisioning", replace(KNOWN, email="bob@acme.example", email_holder=3))
    [failed] = [check for check in checks if check.status is Status.FAILED]
    assert (failed.code, failed.severity) == ("PROV003", Severity.WARNING)
    assert first_blocking(checks) is None


def test_domains_are_compared_without_case_and_as_a_whole() -> None:
    assert failed_codes(replace(NEW, email="alice@ACME.example")) == []
    assert failed_codes(replace(NEW, email="alice@evilacme.example")) == ["PROV004"]
    assert failed_codes(replace(NEW, email="alice@acme.example@evil.example")) == ["PROV004"]


def test_an_unverified_address_does_not_stop_anybody() -> None:
    assert first_blocking(evaluate("provisioning", FAILING["PROV006"])) is None


def test_a_member_needs_no_free_seat() -> None:
    assert failed_codes(replace(KNOWN, members=9)) == []
