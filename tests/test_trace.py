"""The trace: what belongs to which step, what a failure does to the rest, what listeners hear."""

from __future__ import annotations

import pytest

from ssocli.checks.check import Check, Severity, Status
from ssocli.exchange import Exchange, Request
from ssocli.steps import Step
from ssocli.trace import Action, Event, Outcome, StepFinished, StepStarted, TraceBuilder, TraceFinished, action_after


def check(status: Status, severity: Severity = Severity.ERROR) -> Check:
    return Check("X001", "bad-thing", status, severity, "good", "bad")


def test_ten_concluded_steps_are_an_authenticated_login() -> None:
    builder = TraceBuilder()
    for step in Step:
        builder.begin(step)
        builder.conclude(f"{step.value} done")
    trace = builder.finish()
    assert trace.outcome is Outcome.AUTHENTICATED
    assert [outcome.step for outcome in trace.steps] == list(Step)
    assert {outcome.status for outcome in trace.steps} == {Status.PASSED}


def test_a_failure_leaves_the_later_steps_not_reached() -> None:
    builder = TraceBuilder()
    builder.begin(Step.USER_SELECTION)
    builder.conclude("chosen")
    builder.begin(Step.IDP_SELECTION)
    failure = builder.fail("X001", "no provider", "There is no provider.")
    trace = builder.finish()
    assert trace.outcome is Outcome.REFUSED
    assert trace.failure is failure
    assert failure.step is Step.IDP_SELECTION
    assert [outcome.status for outcome in trace.steps[2:]] == [Status.NOT_REACHED] * 8


def test_the_first_failure_stands() -> None:
    builder = TraceBuilder()
    builder.begin(Step.TOKEN_VALIDATION)
    builder.fail("X001", "first", "")
    builder.fail("X002", "second", "")
    assert builder.finish().failure.code == "X001"  # type: ignore[union-attr]  # it failed


def test_an_exchange_belongs_to_the_step_in_which_it_completed() -> None:
    builder = TraceBuilder()
    hop = Exchange("GET", "http://127.0.0.1/", Request(), None)
    builder.add_exchange(hop)  # before any step: nowhere to put it
    builder.begin(Step.USER_SELECTION)
    builder.conclude("chosen")
    builder.add_exchange(hop)
    builder.begin(Step.IDP_SELECTION)
    builder.conclude("chosen")
    trace = builder.finish()
    assert [len(outcome.exchanges) for outcome in trace.steps[:2]] == [1, 0]


@pytest.mark.parametrize(
    ("checks", "status"),
    [
        ([], Status.PASSED),
        ([check(Status.PASSED)], Status.PASSED),
        ([check(Status.SKIPPED)], Status.PASSED),
        ([check(Status.PASSED), check(Status.FAILED, Severity.WARNING)], Status.WARNED),
        ([check(Status.WARNED)], Status.WARNED),
        ([check(Status.FAILED, Severity.INFO)], Status.PASSED),
    ],
)
def test_the_worst_check_decides_the_verdict(checks: list[Check], status: Status) -> None:
    builder = TraceBuilder()
    builder.begin(Step.TOKEN_VALIDATION)
    builder.add_checks(checks)
    builder.conclude("done")
    assert builder.finish().step(Step.TOKEN_VALIDATION).status is status


def test_a_step_tried_again_starts_afresh_with_all_that_came_after_it() -> None:
    builder = TraceBuilder()
    builder.begin(Step.USER_SELECTION)
    builder.fail("LOGIN001", "unknown organization", "")
    builder.begin(Step.USER_SELECTION)
    builder.conclude("acme")
    trace = builder.finish()
    assert trace.failure is None
    assert trace.step(Step.USER_SELECTION).summary == "acme"


def test_trouble_of_the_tool_is_an_error_and_no_refusal() -> None:
    builder = TraceBuilder()
    builder.begin(Step.TOKEN_VALIDATION)
    builder.tool_error("a defect")
    trace = builder.finish()
    assert trace.outcome is Outcome.ERROR
    assert trace.failure is None


def test_listeners_hear_every_event_in_order() -> None:
    heard: list[Event] = []
    builder = TraceBuilder([heard.append])
    builder.begin(Step.USER_SELECTION)
    builder.begin(Step.USER_SELECTION)  # still open: nothing happens
    builder.conclude("chosen")
    builder.begin(Step.IDP_SELECTION)
    trace = builder.finish()
    assert builder.finish() is trace
    assert [type(event) for event in heard] == [StepStarted, StepFinished, StepStarted, StepFinished, TraceFinished]


@pytest.mark.parametrize(
    ("step", "action"),
    [
        (Step.EXTERNAL_AUTHENTICATION, Action.RETURN_TO_LOGIN),
        (Step.TOKEN_GENERATION, Action.RETURN_TO_LOGIN),
        (Step.TOKEN_VALIDATION, Action.RETRY_OR_CONTACT_SUPPORT),
        (Step.USER_PROVISIONING, Action.CONTACT_SUPPORT),
        (Step.AUTHORIZATION, Action.CONTACT_SUPPORT),
    ],
)
def test_the_flow_says_what_the_user_can_do(step: Step, action: Action) -> None:
    assert action_after(step) is action


def test_a_login_cannot_fail_before_it_began() -> None:
    with pytest.raises(RuntimeError, match="before its first step"):
        TraceBuilder().fail("X001", "", "")


def test_a_login_that_stops_in_the_middle_of_a_step_is_trouble_of_the_tool() -> None:
    builder = TraceBuilder()
    builder.begin(Step.USER_SELECTION)
    trace = builder.finish()
    assert trace.outcome is Outcome.ERROR
    assert trace.step(Step.USER_SELECTION).status is Status.TOOL_ERROR


def test_going_on_after_a_step_never_undoes_what_somebody_else_began() -> None:
    builder = TraceBuilder()
    builder.begin(Step.REDIRECT_TO_IDP)
    builder.begin_after(Step.REDIRECT_TO_IDP, Step.EXTERNAL_AUTHENTICATION)  # no verdict yet
    assert builder.current is Step.REDIRECT_TO_IDP
    builder.conclude("on the way")
    builder.begin_after(Step.REDIRECT_TO_IDP, Step.EXTERNAL_AUTHENTICATION)
    assert builder.current is Step.EXTERNAL_AUTHENTICATION
    builder.begin(Step.TOKEN_GENERATION)
    builder.begin_after(Step.REDIRECT_TO_IDP, Step.EXTERNAL_AUTHENTICATION)
    assert builder.current is Step.TOKEN_GENERATION
