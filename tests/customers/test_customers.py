"""The tool names the root cause, the step and the owner of every customer's case, and finds nothing in healthy ones."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

import pytest

from ssocli.checks.check import Severity
from ssocli.diagnose.diagnose import Given, Options, diagnose
from ssocli.diagnosis import Diagnosis

from .case import Case, all_cases

CASES = all_cases()


def given(case: Case) -> list[Given]:
    return [Given((case.directory / name).read_bytes(), name, case.directory) for name in case.inputs]


def judged(case: Case, inputs: list[Given]) -> Diagnosis:
    return diagnose(inputs, Options(now=datetime.fromisoformat(case.at).timestamp()))


def assert_as_expected(case: Case, found: Diagnosis) -> None:
    expected = case.expected
    assert found.verdict.value == expected.verdict, found.root
    assert found.trouble == ()
    if expected.verdict == "root_cause":
        assert found.root is not None
        check = found.root.check
        assert (check.code, found.root.step.value, check.owner.value) == (expected.code, expected.step, expected.owner)
        assert expected.name in {"", check.name}
        assert check.fix
    else:
        assert [finding for finding in found.findings if finding.check.severity is not Severity.INFO] == []
    assert set(expected.among) <= {finding.check.code for finding in found.findings}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_case_is_recognised(case: Case) -> None:
    assert_as_expected(case, judged(case, given(case)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_recognised_by_its_nature_and_not_by_its_file(case: Case) -> None:
    """Other names, other order, other wrapping: the same answer."""
    inputs = [
        Given(again, f"thing {number}", one.folder) for number, one in enumerate(given(case)) for again in wrapped(one)
    ]
    assert_as_expected(case, judged(case, inputs[::-1]))


def wrapped(one: Given) -> Iterator[bytes]:
    """The thing as another person would have pasted it."""
    text = one.data
    if re.fullmatch(rb"[A-Za-z0-9+/=\s]{200,}", text):
        yield b'"' + quote(text.strip(), safe="").encode() + b'"\r\n'
    elif re.fullmatch(rb"eyJ[\w.-]+\s*", text):
        yield b"Authorization: Bearer " + text
    elif text.startswith(b"<?xml") and len(text) < 100_000:
        yield base64.encodebytes(text)
    elif text.startswith((b"\xff\xfe", b"\xfe\xff", b"-----BEGIN PRIVATE")) or len(text) < 20:
        yield text
    else:
        yield b"\xef\xbb\xbf\r\n" + text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n\r\n"
