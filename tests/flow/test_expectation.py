"""How a login is expected to end, held against how it ended."""

from __future__ import annotations

import pytest

from ssocli.checks.check import Check, Severity, Status
from ssocli.flow.expectation import outcome_of, parse
from ssocli.steps import Step
from ssocli.trace import Trace, TraceBuilder

EXPIRED = Check("IDT024", "expired-id-token", Status.FAILED, Severity.ERROR, "later", "earlier")
ISSUER = Check("IDT016", "wrong-issuer", Status.FAILED, Severity.ERROR, "this", "that")


def refused() -> Trace:
    builder = TraceBuilder()
    builder.begin(Step.TOKEN_VALIDATION)
    builder.add_checks([EXPIRED, ISSUER])
    builder.fail("IDT024", "it expired", "sorry")
    return builder.finish()


def broken() -> Trace:
    builder = TraceBuilder()
    builder.begin(Step.TOKEN_VALIDATION)
    builder.tool_error("this tool broke")
    return builder.finish()


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("token_validation", True),
        ("token_validation:", True),
        ("token_validation:IDT024", True),
        ("token_validation:idt024", True),
        ("token_validation:expired-id-token", True),
        ("token_validation:wrong-issuer", True),
        ("token_validation:wrong-audience", False),
        ("token_generation", False),
        ("authenticated", False),
    ],
)
def test_a_refusal_is_met_by_its_step_and_any_finding_made_there(text: str, met: bool) -> None:
    assert parse(text).is_met_by(refused()) is met


def test_trouble_of_this_tool_is_never_what_was_expected() -> None:
    assert not parse("token_validation").is_met_by(broken())
    assert not parse("authenticated").is_met_by(broken())
    assert outcome_of(broken()) == "tool error"


def test_it_says_itself_in_the_words_of_an_outcome() -> None:
    assert str(parse("token_validation:IDT024")) == outcome_of(refused()) == "token_validation: expired-id-token"
    assert str(parse("token_validation")) == "token_validation"
    assert str(parse("authenticated")) == "authenticated"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected a step or authenticated, found ''"),
        ("authenticated:IDT024", "expected no finding after authenticated, found 'IDT024'"),
        ("token_validatoin", "did you mean token_validation?"),
        ("token_validation:IDT0024", "did you mean IDT024?"),
        ("token_validation:qqqqqqq", "docs/reference/checks.md lists them"),
    ],
)
def test_what_is_no_expectation_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        parse(text)
    assert said in str(caught.value)
