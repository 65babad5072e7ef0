"""JUnit XML, as CI systems read it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree  # only written here, never read

# What XML 1.0 does not allow, not even escaped; ElementTree would write it all the same.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Case:
    """One test case; `problem` is empty if it passed. `elapsed` is in seconds.

    `is_error` says that nothing was proven: it is counted apart from failures.
    """

    name: str
    suite: str
    elapsed: float
    problem: str = ""
    is_error: bool = False


def render(title: str, cases: Sequence[Case]) -> str:
    """The cases as one test suite."""
    errors = sum(1 for case in cases if case.problem and case.is_error)
    failures = sum(1 for case in cases if case.problem) - errors
    elapsed = f"{sum(case.elapsed for case in cases):.3f}"
    root = ElementTree.Element("testsuites", name=title)
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=title,
        tests=str(len(cases)),
        failures=str(failures),
        errors=str(errors),
        skipped="0",
        time=elapsed,
    )
    for case in cases:
        node = ElementTree.SubElement(
            suite, "testcase", name=_legal(case.name), classname=_legal(case.suite), time=f"{case.elapsed:.3f}"
        )
        if case.problem:
            kind = "error" if case.is_error else "failure"
            ElementTree.SubElement(node, kind, message=_legal(case.problem)).text = _legal(case.problem)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
