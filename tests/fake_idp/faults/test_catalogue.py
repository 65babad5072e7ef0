"""Every fault fires, and changes the message of its point and none before it."""

from __future__ import annotations

import pytest

from fake_idp.faults import transport
from fake_idp.faults.fault import Fault, catalogue

from .conftest import Observation, Observe

ORDER = ("discovery", "jwks", "authorize", "token", "userinfo", "introspection", "refresh", "revocation", "device")
# Which answer carries what a fault of a point changes, and which other answers follow from that one.
CARRIER = {"callback": "authorize", "id_token": "token", "access_token": "token", "refresh_id_token": "refresh"}
BREAKS_THE_WIRE = ("reset", "silent", "drip", "no-http", "truncated", "huge")
ELSEWHERE = ("login", "consent", "logout", "logout_token", "clock", "tls")
FAULTS = [
    fault
    for fault in catalogue().values()
    if fault.point not in ELSEWHERE
    and not fault.point.startswith("saml_")
    and fault.id.partition(".")[2] not in BREAKS_THE_WIRE
]


def test_without_faults_two_logins_are_byte_for_byte_the_same(observe: Observe) -> None:
    first, second = observe(), observe()
    assert first.served == second.served
    assert tuple(first.served) == ORDER
    assert all(answer.status in (200, 302) for answer in first.served.values())
    assert first.fired == []


def test_armed_for_others_changes_nothing(observe: Observe) -> None:
    """The way through the engine is byte for byte the one around it."""
    others = [f"{fault.id}:user=bob" for fault in catalogue().values()]
    assert observe(*others).served == observe().served


@pytest.fixture(scope="module")
def good() -> dict[str, Observation]:
    return {}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_changes_its_own_message_and_none_before(
    fault: Fault, observe: Observe, good: dict[str, Observation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "DELAY", 0.0)
    if not good:
        good["login"] = observe()
    expected, seen = good["login"], observe(fault.id)
    again = fault.point == "access_token" and "refresh" in seen.served
    assert seen.fired == [fault.id] * (2 if again else 1), "once in each message of the point"
    carrier = CARRIER.get(fault.point, fault.point)
    before = ORDER[: ORDER.index(carrier)]
    assert {name: seen[name] for name in before} == {name: expected[name] for name in before}
    if fault.id.endswith((".slow", ".injected-code", ".expired-code", ".used-code", ".signing-key-rotation")):
        return  # there the message differs in time, or in nothing that is seen; see their own tests
    assert seen[carrier] != expected[carrier]


def test_of_a_point_only_one_is_served(observe: Observe) -> None:
    seen = observe("id_token.invalid-iss", "id_token.expired", "token.unknown-members")
    assert seen.fired == ["id_token.invalid-iss", "token.unknown-members"]
