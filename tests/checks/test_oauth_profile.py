from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from checks.json_values import JSON
from checks.judging import Case, findings, judge, name
from ssocli.checks.check import Owner
from ssocli.checks.oauth_profile import OAuthProfileContext, verified_emails
from ssocli.exchange import Response


def email(address: str, *, primary: bool = False, verified: bool = True) -> dict[str, Any]:
    return {"email": address, "primary": primary, "verified": verified}


PRIMARY = email("a@acme.example", primary=True)
SECOND = email("b@acme.example")


def account(*emails: Any, **changes: Any) -> OAuthProfileContext:
    return OAuthProfileContext(**({"profile": {"id": 42, "login": "a"}, "emails": list(emails) or [PRIMARY]} | changes))


def member(status: int | None, body: Any = None) -> OAuthProfileContext:
    response = None if status is None else Response(status)
    return account(required_organization="acme", membership_response=response, membership=body)


CASES = [
    Case("profile-without-id", "passed", account()),
    Case("profile-without-id", "failed", account(profile={"login": "a"}), "no id"),
    Case("profile-without-id", "failed", account(profile={"id": "42"}), '"42"'),
    Case("profile-without-id", "failed", account(profile={"id": True}), "true"),
    Case("profile-without-id", "failed", account(profile={"id": 0}), "id 0"),
    Case("profile-without-id", "failed", account(profile=None), "no profile"),
    Case("profile-without-id", "failed", account(profile=[]), "an array"),
    Case("organization-membership-missing", "passed", member(200, {"state": "active"})),
    Case("organization-membership-missing", "failed", member(404), "HTTP 404", owner=Owner.USER),
    Case("organization-membership-missing", "failed", member(200, {"state": "pending"}), "not accepted"),
    Case("organization-membership-missing", "failed", member(200, []), "state null"),
    Case("organization-membership-missing", "failed", member(500), owner=Owner.IDP),
    Case("organization-membership-missing", "failed", member(None), owner=Owner.NETWORK),
    Case("organization-membership-missing", "skipped", account()),
    Case("no-verified-email", "passed", account()),
    Case("no-verified-email", "failed", account(email("a@acme.example", primary=True, verified=False)), "0 of 1"),
    Case("no-verified-email", "failed", account({"email": "a@acme.example", "verified": "true"}), "0 of 1"),
    Case("no-verified-email", "failed", account(emails=None), "user:email"),
    Case("ambiguous-primary-email", "passed", account(SECOND, PRIMARY)),
    Case("ambiguous-primary-email", "failed", account(SECOND), "0 primary"),
    Case("ambiguous-primary-email", "failed", account(PRIMARY, email("c@acme.example", primary=True)), "2 primary"),
    Case("ambiguous-primary-email", "failed", account(SECOND, PRIMARY | {"verified": False}), "not verified"),
    Case("ambiguous-primary-email", "skipped", account(emails=[]), also=("no-verified-email",)),
]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_rule(case: Case) -> None:
    judge("oauth_profile", case)


def test_verified_emails() -> None:
    unverified = email("c@acme.example", verified=False)
    assert verified_emails([SECOND, unverified, None, PRIMARY]) == ["a@acme.example", "b@acme.example"]
    assert verified_emails("x") == []


@settings(max_examples=50, deadline=None)
@given(document=JSON)
def test_no_document_stops_a_rule(document: Any) -> None:
    observed = account(profile=document, emails=document, required_organization="a", membership=document)
    for one in (observed, account(document), member(200, document)):
        assert not [check for check in findings("oauth_profile", one) if check.status.value == "tool_error"]
