from __future__ import annotations

from typing import Any

import pytest

from ssocli.checks import check as registry
from ssocli.checks.check import (
    Check,
    Judgement,
    Owner,
    Severity,
    Status,
    evaluate,
    failed,
    first_blocking,
    passed,
    rule,
    rule_named,
    rules,
    skipped,
)
from ssocli.steps import Step


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test declares is gone after it."""
    monkeypatch.setattr(registry, "_RULES", {})


def declare(
    code: str,
    judge: Any,
    *,
    module: str = "ssocli.checks.fruit",
    step: Step = Step.TOKEN_VALIDATION,
    severity: Severity = Severity.ERROR,
) -> None:
    judge.__module__ = module
    decorate = rule(code, f"rotten-{code}", step=step, spec="RFC 1", fix="Eat it.", owner=Owner.IDP, severity=severity)
    decorate(judge)


def sweet(fruit: str) -> Judgement:
    """Sour fruit."""
    return passed("sweet", fruit) if fruit == "sweet" else failed("sweet", fruit, evidence="the face")


def test_a_rule_answers_with_what_it_declared_and_what_it_saw() -> None:
    declare("F001", sweet)
    assert evaluate("fruit", "sour") == (
        Check(
            "F001",
            "rotten-F001",
            Status.FAILED,
            Severity.ERROR,
            "sweet",
            "sour",
            "the face",
            Owner.IDP,
            "Eat it.",
            "RFC 1",
        ),
    )
    assert evaluate("fruit", "sweet")[0].status is Status.PASSED


def test_a_judgement_may_know_better_than_the_declaration() -> None:
    def better(fruit: str) -> Judgement:
        """Sour fruit."""
        return failed("sweet", fruit, owner=Owner.CLOCK, fix="Wait.", severity=Severity.INFO)

    declare("F001", better)
    [found] = evaluate("fruit", "green")
    assert (found.owner, found.fix, found.severity) == (Owner.CLOCK, "Wait.", Severity.INFO)
    assert not found.is_blocking


def test_a_rule_that_crashes_is_the_tools_trouble() -> None:
    def broken(fruit: str) -> Judgement:
        """Sour fruit."""
        raise ValueError(fruit)

    declare("F001", broken)
    declare("F002", sweet)
    crashed, other = evaluate("fruit", "the-secret")
    assert crashed.status is Status.TOOL_ERROR
    assert not crashed.is_blocking
    assert "the-secret" not in repr(crashed)
    assert other.status is Status.FAILED


def test_rules_stand_in_the_order_of_their_codes_in_their_area() -> None:
    declare("F002", sweet, module="ssocli.checks.fruit.stone")
    declare("F001", lambda_of("Pips."), module="ssocli.checks.fruit.pome")
    declare("N001", lambda_of("Shells."), module="ssocli.checks.nut")
    assert [entry.code for entry in rules("fruit")] == ["F001", "F002"]
    assert [entry.code for entry in rules("nut")] == ["N001"]


def test_an_area_can_be_judged_step_by_step() -> None:
    declare("F001", sweet, step=Step.TOKEN_GENERATION)
    declare("F002", lambda_of("Worms."), step=Step.TOKEN_VALIDATION)
    assert [found.code for found in evaluate("fruit", "sour", step=Step.TOKEN_GENERATION)] == ["F001"]
    assert [found.code for found in evaluate("fruit", "sour")] == ["F001", "F002"]


def test_a_code_is_taken_once() -> None:
    declare("F001", sweet)
    with pytest.raises(ValueError, match="F001 is already taken by 'rotten-F001'"):
        declare("F001", lambda_of("Again."))


def test_a_rule_needs_its_page() -> None:
    with pytest.raises(ValueError, match="F001 rotten-F001 has no docstring"):
        declare("F001", lambda_of(None))


def test_a_rule_is_found_by_name_and_by_code() -> None:
    declare("F001", sweet)
    assert rule_named("F001") is rule_named("rotten-F001")
    assert rule_named("F001").doc == "Sour fruit."
    with pytest.raises(KeyError, match="F999"):
        rule_named("F999")


def test_only_a_failed_error_blocks() -> None:
    def at(status: Status, severity: Severity) -> Check:
        return Check("F001", "rotten", status, severity, "", "")

    harmless = [
        at(Status.PASSED, Severity.ERROR),
        at(Status.SKIPPED, Severity.ERROR),
        at(Status.TOOL_ERROR, Severity.ERROR),
        at(Status.FAILED, Severity.WARNING),
        at(Status.FAILED, Severity.INFO),
    ]
    blocking = at(Status.FAILED, Severity.ERROR)
    assert first_blocking(harmless) is None
    assert first_blocking([*harmless, blocking]) is blocking


def lambda_of(doc: str | None) -> Any:
    def judge(_: Any) -> Judgement:
        return skipped("not tasted")

    judge.__doc__ = doc
    return judge
