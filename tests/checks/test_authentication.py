"""Step 4's rules: each ending of the visit to the provider is one finding, and a good visit is none."""

from __future__ import annotations

import pytest

from ssocli.checks.authentication import AuthenticationContext, Ending
from ssocli.checks.check import Status, evaluate

FINDINGS: dict[Ending, str] = {
    "error_page": "identity-provider-error-page",
    "credentials_refused": "credentials-refused",
    "second_factor_wanted": "one-time-code-missing",
    "second_factor_refused": "one-time-code-refused",
    "not_understood": "page-not-understood",
    "unreachable": "identity-provider-unreachable",
    "timed_out": "callback-timed-out",
}


@pytest.mark.parametrize(("ending", "name"), FINDINGS.items())
def test_each_ending_is_exactly_one_finding(ending: Ending, name: str) -> None:
    context = AuthenticationContext(ending, "Sorry.", "https://idp.example/login", 403, "Log in", "alice")
    found = [check.name for check in evaluate("authentication", context) if check.status is Status.FAILED]
    assert found == [name]


def test_a_good_visit_has_no_finding() -> None:
    results = evaluate("authentication", AuthenticationContext("returned"))
    assert {check.status for check in results} == {Status.PASSED}


def test_the_providers_words_are_shown_harmlessly() -> None:
    context = AuthenticationContext("error_page", "bad\x1b[31m\u202e thing", "https://idp.example/", 400, "")
    [finding] = [check for check in evaluate("authentication", context) if check.status is Status.FAILED]
    assert "\x1b" not in finding.actual
    assert "\u202e" not in finding.actual
