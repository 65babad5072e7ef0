"""The generated reference is what the code says, and every rule has a whole page."""

from __future__ import annotations

import re

import pytest

from .generate import REFERENCE, declared_rules, pages


@pytest.mark.parametrize("name", list(pages()))
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == pages()[name], "run: python -m tests.docs.generate"


def test_every_rule_has_a_whole_page() -> None:
    for rule in declared_rules():
        assert re.fullmatch(r"[A-Z]+[0-9]{3}", rule.code), rule.code
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name), rule.name
        assert rule.doc.splitlines()[0].endswith("."), rule.code
        assert rule.fix.endswith("."), rule.code
        assert rule.spec, rule.code


def test_no_name_is_used_twice() -> None:
    names = [rule.name for rule in declared_rules()]
    assert sorted(names) == sorted(set(names))
