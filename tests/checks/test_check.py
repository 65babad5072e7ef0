from __future__ import annotations

import pytest

from ssocli.checks import check
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

AREA = __name__.removeprefix("ssocli.checks.").partition(".")[0]


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty registry, so that the rules declared here stay here."""
    monkeypatch.setattr(check, "_RULES", {})


def declare(code: str = "TST001", name: str = "bad-thing", step: Step = Step.TOKEN_VALIDATION) -> None:
    @rule(code, name, step=step, spec="RFC 0", owner=Owner.IDP, fix="Mend it.", severity=Severity.WARNING)
    def bad_thing(observed: str) -> Judgement:
        """A page."""
        return {
            "good": passed("good", "good"),
            "bad": failed("good", "bad"),
            "worse": failed("good", "worse", evidence="e", owner=Owner.APP, fix="F.", severity=Severity.ERROR),
            "none": skipped("nothing there"),
        }[observed]


def test_a_rule_is_declared_with_its_page() -> None:
    declare()
    [declared] = rules(AREA)
    assert (declared.code, declared.name, declared.doc) == ("TST001", "bad-thing", "A page.")
    assert rule_named("bad-thing") is rule_named("TST001") is declared


def test_a_code_is_given_once() -> None:
    declare()
    with pytest.raises(ValueError, match="TST001 is already taken by 'bad-thing'"):
        declare(name="other")


def test_a_rule_needs_a_page() -> None:
    with pytest.raises(ValueError, match="TST002 no-page has no docstring"):

        @rule("TST002", "no-page", step=Step.TOKEN_VALIDATION, spec="", owner=Owner.IDP, fix="")
        def no_page(_observed: str) -> Judgement:
            return passed("", "")


def test_an_unknown_name() -> None:
    with pytest.raises(KeyError):
        rule_named("nothing")


def test_a_failure_takes_what_was_declared_or_what_the_observation_knows() -> None:
    declare()
    [plain] = evaluate(AREA, "bad")
    assert (plain.severity, plain.owner, plain.fix) == (Severity.WARNING, Owner.IDP, "Mend it.")
    [special] = evaluate(AREA, "worse")
    assert (special.severity, special.owner, special.fix) == (Severity.ERROR, Owner.APP, "F.")
    assert special.evidence == "e"


def test_only_a_failed_error_blocks() -> None:
    declare()
    results: list[Check] = [evaluate(AREA, observed)[0] for observed in ("good", "none", "bad", "worse")]
    assert [result.status for result in results] == [Status.PASSED, Status.SKIPPED, Status.FAILED, Status.FAILED]
    assert first_blocking(results) is results[3]
    assert first_blocking(results[:3]) is None


def test_a_rule_that_crashes_is_this_tools_trouble() -> None:
    declare()
    [result] = evaluate(AREA, "unforeseen")
    assert result.status is Status.TOOL_ERROR
    assert result.actual == "the check itself failed: KeyError"
    assert not result.is_blocking


def test_the_rules_of_one_step() -> None:
    declare()
    declare("TST002", "later", Step.USER_PROVISIONING)
    assert [result.code for result in evaluate(AREA, "good", step=Step.USER_PROVISIONING)] == ["TST002"]
    assert [result.code for result in evaluate(AREA, "good")] == ["TST001", "TST002"]
