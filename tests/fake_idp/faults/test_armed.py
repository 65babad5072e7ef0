"""Whom a fault is for, and which times it strikes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_idp.faults.armed import Armed, Match, Schedule, Situation, conditions
from fake_idp.faults.fault import Fault


def some_fault(point: str = "id_token") -> Fault:
    return Fault(f"{point}.some", point, "", "must_reject", "doc", None, print)


def struck(schedule: Schedule, logins: int = 8, draw: float = 0.5) -> list[int]:
    """The numbers of the logins that are struck."""
    armed = Armed(some_fault(), schedule=schedule)
    return [number for number in range(1, logins + 1) if armed.decide(f"flow-{number}", lambda: draw)]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (Schedule(), [1, 2, 3, 4, 5, 6, 7, 8]),
        (Schedule(nth=2), [2]),
        (Schedule(first=3), [1, 2, 3]),
        (Schedule(after=6), [7, 8]),
        (Schedule(every=3), [3, 6]),
        (Schedule(after=1, every=3), [4, 7]),
        (Schedule(times=2), [1, 2]),
        (Schedule(every=2, times=2), [2, 4]),
        (Schedule(probability=0.5), []),
        (Schedule(probability=0.51), [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_schedule(schedule: Schedule, expected: list[int]) -> None:
    assert struck(schedule) == expected


def test_a_decision_holds_for_the_whole_login() -> None:
    armed = Armed(some_fault(), schedule=Schedule(times=1))
    assert [armed.decide("one", lambda: 0), armed.decide("two", lambda: 0), armed.decide("one", lambda: 0)] == [
        True,
        False,
        True,
    ]
    assert (armed.seen, armed.fired) == (2, 1)


def test_counting_requests_instead_of_logins() -> None:
    armed = Armed(some_fault(), schedule=Schedule(times=1, per="request"))
    assert [armed.decide("one", lambda: 0) for _ in range(3)] == [True, False, False]


@given(
    logins=st.integers(0, 40), first=st.none() | st.integers(1, 9), after=st.integers(0, 9), every=st.integers(1, 5),
    times=st.none() | st.integers(1, 5),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_conditions_narrow_and_never_widen(
    logins: int, first: int | None, after: int, every: int, times: int | None
) -> None:
    numbers = struck(Schedule(first=first, after=after, every=every, times=times), logins)
    assert set(numbers) <= set(struck(Schedule(after=after, every=every), logins))
    assert all(number > after and (number - after) % every == 0 for number in numbers)
    assert len(numbers) <= (times or logins)
    assert all(number <= (first or logins) for number in numbers)


SITUATION = Situation("web", "alice", "default", "http://127.0.0.1/default", "flow-1")


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        (Match(), True),
        (Match(client="web"), True),
        (Match(client="other"), False),
        (Match(user="alice"), True),
        (Match(user="bob"), False),
        (Match(issuer="default"), True),
        (Match(issuer="http://127.0.0.1/default"), True),
        (Match(issuer="google"), False),
        (Match(flow="flow-1"), True),
        (Match(flow="flow-2"), False),
        (Match(client="web", user="alice", issuer="default", flow="flow-1"), True),
        (Match(client="web", user="bob"), False),
    ],
)
def test_match(match: Match, expected: bool) -> None:
    assert match.covers(SITUATION) is expected


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"nth": 0}, "nth: expected a whole number of at least 1, got 0"),
        ({"times": True}, "times: expected a whole number of at least 1, got True"),
        ({"after": -1}, "after: expected a whole number of at least 0, got -1"),
        ({"every": 1.5}, "every: expected a whole number of at least 1, got 1.5"),
        ({"probability": 1.5}, "probability: expected a number from 0 to 1, got 1.5"),
        ({"per": "day"}, "per: expected flow or request, got 'day'"),
        ({"usr": "alice"}, "usr: expected one of client, user, issuer, flow, nth"),
    ],
)
def test_conditions_that_make_no_sense(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=r"^") as caught:
        conditions(values)
    assert str(caught.value).startswith(sentence)


def test_description() -> None:
    armed = Armed(some_fault(), *conditions({"user": "alice", "times": 1}))
    assert armed.describe() == "id_token.some user=alice times=1"
