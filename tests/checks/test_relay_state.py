from __future__ import annotations

import pytest

from ssocli.checks.check import Severity
from ssocli.checks.relay_state import RelayStateContext
from tests.checks.cases import FAILED, PASSED, Case, assert_complete, check_case

PAGE = "/organizations/acme/issues/"
CASES = [
    Case("lost-relay-state", FAILED, lambda: RelayStateContext(PAGE, None), "none", Severity.WARNING),
    Case("lost-relay-state", FAILED, lambda: RelayStateContext(PAGE, PAGE[:-1]), "slash", Severity.WARNING),
    Case("lost-relay-state", FAILED, lambda: RelayStateContext(PAGE, ""), PAGE, Severity.WARNING),
    Case("lost-relay-state", PASSED, lambda: RelayStateContext(PAGE, PAGE)),
    Case("lost-relay-state", PASSED, lambda: RelayStateContext(None, None)),
    Case("lost-relay-state", PASSED, lambda: RelayStateContext(None, "https://idp.example/tile")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_answers_as_declared(case: Case) -> None:
    check_case("relay_state", case)


def test_every_rule_has_a_failing_case() -> None:
    assert_complete("relay_state", CASES)
