from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Status, evaluate
from ssocli.checks.oauth_profile import OAuthProfileContext
from ssocli.exchange import Response
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case
from tests.checks.test_id_token import JSON


def answer(document: Any, status: int = 200) -> Response:
    return Response(status, (("Content-Type", "application/json"),), json.dumps(document).encode())


def address(email: str = "a@acme.example", *, primary: Any = True, verified: Any = True) -> dict[str, Any]:
    return {"email": email, "primary": primary, "verified": verified}


def profile(user: Any = None, emails: Any = None, membership: Any = None, **changes: Any) -> OAuthProfileContext:
    healthy: dict[str, Any] = {
        "profile": answer({"id": 583231, "login": "alice"} if user is None else user),
        "emails": answer([address("old@acme.example", primary=False), address()] if emails is None else emails),
        "membership": answer({"state": "active"} if membership is None else membership),
        "required_organization": "acme",
    }
    return OAuthProfileContext(**{**healthy, **changes})


CASES = [
    Case("missing-account-id", FAILED, lambda: profile({"login": "alice"}), "no id"),
    Case("missing-account-id", FAILED, lambda: profile({"id": "583231"}), "a string"),
    Case("missing-account-id", FAILED, lambda: profile({"id": True}), "a boolean"),
    Case("missing-account-id", FAILED, lambda: profile({"id": 0}), "0"),
    Case("missing-account-id", FAILED, lambda: profile([]), "no profile"),
    Case("missing-account-id", FAILED, lambda: profile(profile=None), "no profile"),
    Case("missing-account-id", PASSED, profile),
    Case(
        "not-an-organization-member",
        FAILED,
        lambda: OAuthProfileContext(answer({"id": 1}), None, answer({"message": "Not Found"}, 404), "acme"),
        "HTTP 404",
    ),
    Case(
        "not-an-organization-member",
        FAILED,
        lambda: OAuthProfileContext(answer({"id": 1}), required_organization="acme"),
        "no answer",
    ),
    Case("not-an-organization-member", FAILED, lambda: profile(membership=[]), "no JSON object"),
    Case("not-an-organization-member", PASSED, profile),
    Case("not-an-organization-member", SKIPPED, lambda: profile(required_organization=None)),
    Case("inactive-membership", FAILED, lambda: profile(membership={"state": "pending"}), "pending"),
    Case("inactive-membership", FAILED, lambda: profile(membership={}), "null"),
    Case("inactive-membership", PASSED, profile),
    Case("inactive-membership", SKIPPED, lambda: profile(membership=[])),
    Case("inactive-membership", SKIPPED, lambda: profile(membership={}, required_organization=None)),
    Case("unreadable-emails", FAILED, lambda: profile(emails={}), "HTTP 200"),
    Case(
        "unreadable-emails",
        FAILED,
        lambda: OAuthProfileContext(answer({"id": 1}), answer({"message": "Not Found"}, 404)),
        "HTTP 404",
    ),
    Case("unreadable-emails", PASSED, profile, "2 addresses"),
    Case("unreadable-emails", SKIPPED, lambda: OAuthProfileContext(answer({"id": 1}))),
    Case("no-verified-primary-email", FAILED, lambda: profile(emails=[]), "no address at all"),
    Case("no-verified-primary-email", FAILED, lambda: profile(emails=[address(verified=False)]), "not verified"),
    Case("no-verified-primary-email", FAILED, lambda: profile(emails=[address(primary=False)]), "none is primary"),
    Case("no-verified-primary-email", FAILED, lambda: profile(emails=[address(verified="yes")]), "not verified"),
    Case("no-verified-primary-email", PASSED, profile),
    Case("no-verified-primary-email", SKIPPED, lambda: profile(emails={})),
    Case("several-primary-emails", FAILED, lambda: profile(emails=[address(), address("b@acme.example")]), "2"),
    Case("several-primary-emails", PASSED, profile),
    Case("several-primary-emails", SKIPPED, lambda: profile(emails={})),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check_case("oauth_profile", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("oauth_profile", CASES)


def test_a_healthy_profile_raises_no_finding() -> None:
    assert_healthy("oauth_profile", profile())


@settings(max_examples=60, deadline=None)
@given(JSON, JSON | st.lists(st.dictionaries(st.sampled_from(["email", "primary", "verified"]), JSON)), JSON)
def test_any_answer_is_judged_without_tool_trouble(user: Any, emails: Any, membership: Any) -> None:
    context = OAuthProfileContext(answer(user), answer(emails), answer(membership), "acme")
    assert all(found.status is not Status.TOOL_ERROR for found in evaluate("oauth_profile", context))
