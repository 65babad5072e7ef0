from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Severity, Status, evaluate
from ssocli.checks.clock import ClockContext
from ssocli.exchange import Response
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case
from tests.checks.forge import NOW


def answered(ahead: float, age: str | None = None, took: float = 0.2) -> ClockContext:
    """An answer of a server whose clock is this much ahead, half of the time into the request."""
    date = formatdate(NOW + took / 2 + ahead, usegmt=True)
    return saying(date, age, took)


def saying(date: str | None, age: str | None = None, took: float = 0.2) -> ClockContext:
    headers = (*((("Date", date),) if date is not None else ()), *((("Age", age),) if age is not None else ()))
    return ClockContext(Response(200, headers), NOW, NOW + took)


CASES = [
    Case("clock-offset", FAILED, lambda: answered(62), "s ahead", Severity.WARNING),
    Case("clock-offset", FAILED, lambda: answered(-62), "s behind", Severity.WARNING),
    Case("clock-offset", FAILED, lambda: answered(-299), "s behind", Severity.WARNING),
    Case("clock-offset", FAILED, lambda: answered(302), "s ahead", Severity.ERROR),
    Case("clock-offset", FAILED, lambda: answered(-3600), "3600 s behind", Severity.ERROR),
    Case("clock-offset", FAILED, lambda: answered(62, age="1"), "63 s ahead"),
    Case("clock-offset", PASSED, lambda: answered(0), "no difference"),
    Case("clock-offset", PASSED, lambda: answered(59), "s ahead"),
    Case("clock-offset", PASSED, lambda: answered(-59), "s behind"),
    Case("clock-offset", PASSED, lambda: answered(-7000, age="7000"), "no difference"),
    Case("clock-offset", PASSED, lambda: answered(-50, took=120), "no difference"),
    Case("clock-offset", PASSED, lambda: answered(0, age="-5")),
    Case("clock-offset", SKIPPED, lambda: saying(None), "no Date"),
    Case("clock-offset", SKIPPED, lambda: saying("yesterday")),
    Case("clock-offset", SKIPPED, lambda: saying("Thu, 99 Nov 2026 01:06:13 GMT")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check_case("clock", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("clock", CASES)


def test_a_right_clock_raises_no_finding() -> None:
    assert_healthy("clock", answered(0.4))


@settings(max_examples=60)
@given(st.integers(-5000, 5000), st.floats(0, 30))
def test_the_offset_is_never_off_by_more_than_the_request_took(ahead: int, took: float) -> None:
    offset = answered(ahead, took=took).offset
    assert offset is not None
    assert abs(offset - ahead) <= took + 1


@settings(max_examples=60)
@given(st.text(max_size=40), st.text(max_size=10))
def test_any_header_is_judged_without_tool_trouble(date: str, age: str) -> None:
    assert all(found.status is not Status.TOOL_ERROR for found in evaluate("clock", saying(date, age)))
