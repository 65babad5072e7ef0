"""One root, what follows from it, what stands beside it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.catalogue import catalogue
from ssocli.checks.check import Check, Severity, Status
from ssocli.diagnose.root_cause import Found, declared, sort
from ssocli.diagnosis import Finding


def found(code: str, *, observed: bool = False, severity: Severity | None = None) -> Found:
    rule = catalogue()[code]
    check = Check(code, rule.name, Status.FAILED, severity or rule.severity, "this", "that")
    return Found(Finding(check, rule.step, "x"), observed)


def codes(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.check.code for finding in findings}


@pytest.mark.parametrize(
    ("given_codes", "root", "symptoms"),
    [
        (["SRS051", "SRS009"], "SRS009", {"SRS051"}),
        (["SRS070", "SAT001", "SAT002", "SRS063"], "SRS063", {"SRS070", "SAT001", "SAT002"}),
        (["IDT015", "IDT012", "IDT016"], "IDT016", {"IDT012", "IDT015"}),
        (["SMD030", "SMD020", "SMD001"], "SMD001", {"SMD020", "SMD030"}),
        (["SRS045", "SPM004"], "SPM004", {"SRS045"}),
        (["IDT016", "CFG005", "DISC001"], "CFG005", {"DISC001", "IDT016"}),
        (["PROV004", "CFG013"], "CFG013", {"PROV004"}),
    ],
)
def test_what_follows_from_the_cause_is_folded_under_it(given_codes: list[str], root: str, symptoms: set[str]) -> None:
    for order in (given_codes, given_codes[::-1]):
        parts = sort([found(code) for code in order])
        assert parts.root is not None
        assert parts.root.check.code == root
        assert codes(parts.symptoms) == symptoms
        assert parts.supporting == ()


def test_what_has_nothing_to_do_with_it_stands_beside_it() -> None:
    parts = sort([found("SRS045"), found("SMD024"), found("SRS053")])
    assert parts.root is not None
    assert parts.root.check.code == "SRS045"
    assert codes(parts.supporting) == {"SMD024", "SRS053"}


def test_an_error_comes_before_a_warning_and_an_observation_before_a_setting() -> None:
    assert sort([found("CFG006"), found("IDT017")]).root == found("IDT017").finding
    assert sort([found("SMD033"), found("SRS045", observed=True)]).root == found("SRS045").finding
    assert sort([found("SRS045"), found("SRS004")]).root == found("SRS004").finding


def test_what_is_worth_knowing_is_no_cause() -> None:
    parts = sort([found("SMD023", severity=Severity.INFO)])
    assert parts.root is None
    assert codes(parts.supporting) == {"SMD023"}
    assert sort([]).root is None


def test_every_relation_is_between_rules_that_exist() -> None:
    for cause, effects in declared().items():
        assert cause in catalogue()
        assert effects
        assert [code for code in effects if code not in catalogue()] == [], cause
        assert cause not in effects
        assert all(re.fullmatch(r"[A-Z]+\d{3}", code) for code in effects)


@given(st.lists(st.sampled_from(sorted(catalogue())), max_size=12))
@settings(max_examples=100, deadline=None)
def test_nothing_is_lost_and_nothing_is_said_twice(given_codes: list[str]) -> None:
    findings = [found(code) for code in dict.fromkeys(given_codes)]
    parts = sort(findings)
    sorted_codes = [*([parts.root] if parts.root else []), *parts.supporting, *parts.symptoms]
    assert sorted(finding.check.code for finding in sorted_codes) == sorted(dict.fromkeys(given_codes))
    assert (parts.root is None) == all(each.finding.check.severity is Severity.INFO for each in findings)
