"""A simulation in words and in Markdown."""

from __future__ import annotations

import msgspec
import pytest

from ssocli.report import markdown
from ssocli.report.results import Result, sentence, summary

GOOD = Result(
    "jwks.empty", "fault", ["jwks"], "must_reject", "a: b", "a: b", ["b"], "as_expected", 1.0, "None.", "RFC 7517"
)
BAD = msgspec.structs.replace(GOOD, name="jwks.many", actual="`authenticated`\n", verdict="differs")
NEVER = msgspec.structs.replace(GOOD, name="outage 2", kind="scenario", verdict="not_reached")


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([GOOD], "1 fault: 1 as expected"),
        ([GOOD, GOOD, BAD], "3 faults: 2 as expected, 1 differs"),
        ([NEVER, NEVER], "2 scenarios: 2 not reached"),
        ([GOOD, NEVER], "2 cases: 1 as expected, 1 not reached"),
        ([], "0 cases: nothing was tried"),
    ],
)
def test_summary(results: list[Result], said: str) -> None:
    assert summary(results) == said


def test_one_sentence_each() -> None:
    assert sentence(GOOD) == "jwks.empty: as expected (a: b)"
    assert sentence(BAD) == "jwks.many: differs: expected a: b, saw `authenticated`\\n"


def test_markdown_lists_only_what_differs() -> None:
    assert markdown.render_results([GOOD]) == "## 1 fault: 1 as expected\n"
    text = markdown.render_results([GOOD, BAD])
    assert "- `jwks.many` differs: expected `a: b`, seen `` `authenticated`\\n ``" in text
    assert "jwks.empty" not in text
