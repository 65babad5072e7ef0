"""JUnit XML that every reader can parse."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.report.junit import Case, render


def test_counts_and_failures() -> None:
    root = ElementTree.fromstring(render("title", [Case("a", "s", 0.5), Case("b", "s", 0.25, "it broke")]))
    suite = root.find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("time")) == ("2", "1", "0.750")
    assert [case.find("failure") is not None for case in suite] == [False, True]


def test_what_proves_nothing_is_an_error_and_no_failure() -> None:
    root = ElementTree.fromstring(
        render("title", [Case("a", "s", 0.5, "it broke"), Case("b", "s", 0.1, "n/a", is_error=True)])
    )
    suite = root.find("testsuite")
    assert suite is not None
    assert (suite.get("failures"), suite.get("errors")) == ("1", "1")
    assert [[child.tag for child in case] for case in suite] == [["failure"], ["error"]]


@settings(max_examples=60)
@given(st.text(), st.text())
def test_any_text_can_be_parsed_again(name: str, problem: str) -> None:
    root = ElementTree.fromstring(render("title", [Case(name, "s", 0.0, problem)]).encode("utf-8", "surrogatepass"))
    assert len(list(root.iter("testcase"))) == 1
