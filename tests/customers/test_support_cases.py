"""The page of the support cases and the fixtures say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ssocli.checks.catalogue import catalogue

from .case import all_cases

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "support-cases.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| ((?:sentry 8|saml c)\.\d+) \| .*? \| (.*) \|$", PAGE, re.MULTILINE))
EXPECTED = [f"sentry 8.{number}" for number in range(1, 26)] + [f"saml c.{number}" for number in range(1, 26)]


def shown_by(row: str) -> str:
    """The last cell."""
    return ROWS[row].rpartition(" | ")[2]


def test_every_support_case_has_its_row() -> None:
    assert list(ROWS) == EXPECTED


@pytest.mark.parametrize("row", EXPECTED)
def test_a_row_names_exactly_the_fixtures_that_cover_it(row: str) -> None:
    named = re.findall(r"`((?!tests/)[^`]+)`", shown_by(row)) if not shown_by(row).startswith("Not ") else []
    assert sorted(named) == sorted(case.name for case in all_cases() if row in case.covers)


@pytest.mark.parametrize("row", EXPECTED)
def test_a_row_is_proved_or_says_why_it_cannot_be(row: str) -> None:
    cell = shown_by(row)
    paths = re.findall(r"`(tests/[^`]+)`", cell)
    assert all((ROOT / path).exists() for path in paths)
    assert cell.startswith(("`", "Not ")), cell
    assert len(cell) > 40 or cell.startswith("`")


def test_every_code_on_the_page_exists() -> None:
    named = set(re.findall(r"\b[A-Z]{2,5}\d{3}\b", PAGE))
    assert named
    assert named <= set(catalogue())


def test_every_case_covers_rows_that_exist() -> None:
    assert {row for case in all_cases() for row in case.covers} <= set(EXPECTED)
