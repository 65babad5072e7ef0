"""Each fault of a logout message is met by the emulated Sentry as its page says."""

from __future__ import annotations

import pytest

from fake_idp.faults.fault import Fault, catalogue

from .test_logout import from_identity_provider, is_logged_in, log_out, register
from .world import World, alert

FAULTS = [fault for fault in catalogue().values() if fault.point == "saml_logout"]
ABOUT_ANSWERS = {"wrong-in-response-to", "response-partial", "response-refused", "response-unknown-principal"}
ANSWERS = [fault for fault in FAULTS if fault.id.partition(".")[2] in ABOUT_ANSWERS]


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in ANSWERS], ids=lambda fault: fault.id)
def test_a_request_ends_the_session_only_if_it_must_be_tolerated(world: World, fault: Fault) -> None:
    register(world)
    world.log_in()
    with world.idp.fault(fault.id) as armed:
        location = from_identity_provider(world).headers["Location"]
        world.session().get(location, allow_redirects=False)
    assert armed.fired == 1
    assert is_logged_in(world) is (fault.reject != "must_tolerate")


@pytest.mark.parametrize("fault", ANSWERS, ids=lambda fault: fault.id)
def test_an_answer_that_does_not_confirm_is_said_to_the_user(world: World, fault: Fault) -> None:
    register(world)
    world.log_in()
    with world.idp.fault(fault.id) as armed:
        page = log_out(world)
    assert armed.fired == 1
    if fault.reject != "should_reject":
        assert "here and where you logged in" not in alert(page)
    assert not is_logged_in(world)


def test_every_answer_fault_is_among_them() -> None:
    assert {fault.id.partition(".")[2] for fault in ANSWERS} == ABOUT_ANSWERS
