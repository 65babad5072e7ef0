"""Which of the armed faults an artefact gets, and what is remembered."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_idp.clock import Clock
from fake_idp.faults.armed import Match, Schedule, Situation
from fake_idp.faults.engine import MAX_SELECTED, Faults
from fake_idp.faults.fault import Fault
from fake_idp.randomness import Randomness


def fault(name: str, point: str = "id_token") -> Fault:
    return Fault(f"{point}.{name}", point, "", "must_reject", "doc", None, print)


def login(flow: str | None = "flow-1", user: str | None = "alice") -> Situation:
    return Situation("web", user, "default", "http://127.0.0.1/default", flow)


def picked(faults: Faults, flow: str | None, point: str = "id_token", user: str | None = "alice") -> str | None:
    chosen = faults.pick(point, login(flow, user))
    return chosen.id if chosen else None


@pytest.fixture
def faults() -> Faults:
    return Faults(Clock(), Randomness(1))


def test_nothing_armed(faults: Faults) -> None:
    assert not faults.active
    assert picked(faults, "f") is None


def test_first_match_within_a_point(faults: Faults) -> None:
    faults.arm(fault("a"))
    faults.arm(fault("b"))
    assert [picked(faults, "f"), picked(faults, "g")] == ["id_token.a", "id_token.a"]


def test_points_do_not_meet(faults: Faults) -> None:
    faults.arm(fault("a", "token"))
    faults.arm(fault("b", "id_token"))
    assert (picked(faults, "f", "token"), picked(faults, "f"), picked(faults, "f", "userinfo")) == (
        "token.a",
        "id_token.b",
        None,
    )


def test_one_shots_queue_up_per_point_and_match(faults: Faults) -> None:
    faults.arm(fault("always"))
    for name in "abc":
        faults.arm(fault(name), schedule=Schedule(times=1))
    faults.arm(fault("bobs"), Match(user="bob"), Schedule(times=1))
    faults.arm(fault("x", "token"), schedule=Schedule(times=1))
    assert [picked(faults, flow) for flow in ("1", "2")] == ["id_token.a", "id_token.b"]
    assert picked(faults, "3", "token") == "token.x"
    assert picked(faults, "1") == "id_token.a", "a login keeps its fault"
    assert [picked(faults, flow) for flow in ("4", "5")] == ["id_token.c", "id_token.always"]
    assert picked(faults, "6", user="bob") == "id_token.bobs"


def test_order_of_ranks(faults: Faults) -> None:
    faults.arm(fault("preset"), preset=True)
    faults.arm(fault("standing"))
    faults.arm(fault("once"), schedule=Schedule(times=1))
    faults.arm(fault("own"), Match(flow="f"))
    assert [picked(faults, flow) for flow in ("f", "g", "h")] == ["id_token.own", "id_token.once", "id_token.standing"]
    assert [armed.fault.id for armed in faults.never_fired()] == ["id_token.preset"]


def test_requests_of_no_login_count_to_the_last_one(faults: Faults) -> None:
    faults.arm(fault("empty", "jwks"), Match(user="alice"))
    assert picked(faults, None, "jwks", None) is None, "nobody is logging in"
    picked(faults, "f")
    assert picked(faults, None, "jwks", None) == "jwks.empty"
    picked(faults, "g", user="bob")
    assert picked(faults, None, "jwks", None) is None


def test_requests_of_no_login_count_for_themselves(faults: Faults) -> None:
    faults.arm(fault("down", "discovery"), schedule=Schedule(times=1))
    picked(faults, "f")
    assert [picked(faults, None, "discovery", None) for _ in range(2)] == ["discovery.down", None]


def test_disarm_and_clear(faults: Faults) -> None:
    armed = faults.arm(fault("a"))
    faults.disarm(armed)
    faults.disarm(armed)
    assert not faults.active
    faults.arm(fault("a"))
    faults.note(fault("a"), "token", login(), {"exp": 1}, {"exp": 0})
    faults.clear()
    assert (faults.active, faults.armed(), faults.ledger()) == (False, [], [])


def test_ledger(faults: Faults) -> None:
    faults.note(fault("a"), "token", login("f"), {"exp": 1}, {"exp": 0})
    faults.note(fault("b"), "token", login("g"), {}, {})
    (line,) = faults.ledger("id_token.a")
    assert (line.number, line.fault, line.point, line.endpoint, line.flow, line.client, line.user) == (
        1, "id_token.a", "id_token", "token", "f", "web", "alice",
    )  # fmt: skip
    assert (line.before, line.after) == ({"exp": 1}, {"exp": 0})
    assert [other.fault for other in faults.ledger(flow="g")] == ["id_token.b"]


def test_what_requests_select_is_armed_once_and_bounded(faults: Faults) -> None:
    expired = fault("expired")
    faults.select([expired], Match(issuer="u"))
    faults.select([expired], Match(issuer="u"))
    assert len(faults.armed()) == 1
    for number in range(MAX_SELECTED + 10):
        faults.select([expired], Match(flow=str(number)))
    assert len(faults.armed()) == MAX_SELECTED
    assert picked(faults, str(MAX_SELECTED)) == "id_token.expired"
    assert picked(faults, "0") is None, "the oldest went first"


def test_probability_is_repeatable() -> None:
    def run(seed: int) -> list[bool]:
        faults = Faults(Clock(), Randomness(seed))
        faults.arm(fault("a"), schedule=Schedule(probability=0.5))
        return [picked(faults, str(number)) is not None for number in range(64)]

    assert run(1) == run(1) != run(2)
    assert 10 < sum(run(1)) < 54


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=8))
@settings(max_examples=50, deadline=None)
def test_a_queue_of_one_shots_comes_out_in_order(names: list[str]) -> None:
    faults = Faults(Clock(), Randomness(1))
    for name in names:
        faults.arm(fault(name), schedule=Schedule(times=1))
    assert [picked(faults, str(number)) for number in range(len(names) + 1)] == [
        *(f"id_token.{name}" for name in names),
        None,
    ]
