"""From a trace to the exit code."""

from __future__ import annotations

import pytest

from ssocli.checks.check import Check, Severity, Status
from ssocli.exit_code import ExitCode
from ssocli.flow.verdict import exit_code
from ssocli.steps import Step
from ssocli.trace import TraceBuilder


def failed(step: Step, name: str = "bad-thing") -> TraceBuilder:
    builder = TraceBuilder()
    builder.begin(step)
    builder.add_checks([Check("X001", name, Status.FAILED, Severity.ERROR, "good", "bad")])
    builder.fail("X001", "it was bad", "Sorry.")
    return builder


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (Step.USER_SELECTION, ExitCode.USAGE),
        (Step.IDP_SELECTION, ExitCode.USAGE),
        (Step.REDIRECT_TO_IDP, ExitCode.FINDINGS),
        (Step.EXTERNAL_AUTHENTICATION, ExitCode.IDP_REFUSED),
        (Step.TOKEN_GENERATION, ExitCode.IDP_REFUSED),
        (Step.TOKEN_VALIDATION, ExitCode.TOKEN_REFUSED),
        (Step.USER_PROVISIONING, ExitCode.PROVISIONING_FAILED),
        (Step.SESSION_CREATION, ExitCode.ACCESS_REFUSED),
        (Step.AUTHORIZATION, ExitCode.ACCESS_REFUSED),
        (Step.REDIRECT_TO_DASHBOARD, ExitCode.FINDINGS),
    ],
)
def test_each_step_has_its_code(step: Step, code: ExitCode) -> None:
    assert exit_code(failed(step).finish()) is code


@pytest.mark.parametrize("step", [Step.REDIRECT_TO_IDP, Step.TOKEN_GENERATION, Step.TOKEN_VALIDATION])
def test_a_provider_that_does_not_answer_is_unreachable_whoever_noticed(step: Step) -> None:
    assert exit_code(failed(step, "connection-refused").finish()) is ExitCode.UNREACHABLE


def test_the_limits_of_the_browser_are_inconclusive() -> None:
    assert exit_code(failed(Step.EXTERNAL_AUTHENTICATION, "page-not-understood").finish()) is ExitCode.INCONCLUSIVE
    assert exit_code(failed(Step.EXTERNAL_AUTHENTICATION, "callback-timed-out").finish()) is ExitCode.TIMED_OUT


def test_trouble_of_the_tool_is_70() -> None:
    builder = TraceBuilder()
    builder.begin(Step.TOKEN_VALIDATION)
    builder.tool_error("a defect")
    assert exit_code(builder.finish()) is ExitCode.INTERNAL_ERROR
    assert exit_code(TraceBuilder().finish()) is ExitCode.INTERNAL_ERROR


def test_the_names_that_the_verdict_knows_are_declared() -> None:
    from ssocli.flow import verdict
    from tests.docs.generate import declared_rules

    declared = {rule.name for rule in declared_rules()}
    assert declared >= verdict._UNREACHABLE | verdict._INCONCLUSIVE | verdict._TIMED_OUT
