"""The committed cases are those that `make` writes, and hold nobody's secrets."""

from __future__ import annotations

import re

import pytest

from ssocli.checks.catalogue import catalogue
from ssocli.diagnose.known_errors import known_errors

from .case import CUSTOMERS, Case, all_cases
from .make import contents, made
from .vendors import KEYS

CASES = all_cases()
# Encryption draws a key and a vector: these differ at each run.
DRAWN = {"16-encrypted-for-an-old-certificate", "17-encrypted-but-no-key"}


def test_there_are_enough() -> None:
    assert sum(case.expected.verdict == "root_cause" for case in CASES) >= 40
    assert sum(case.expected.verdict == "healthy" for case in CASES) >= 10
    assert len({case.title for case in CASES}) == len(CASES)


def test_the_committed_files_are_those_that_are_made() -> None:
    for case in made():
        directory = CUSTOMERS / case.name
        wanted = contents(case)
        assert {file.name for file in directory.iterdir()} == set(wanted), case.name
        for name, data in wanted.items():
            if case.name not in DRAWN or name == "case.toml":
                assert (directory / name).read_bytes() == data, (
                    f"{case.name}/{name}: run python -m tests.customers.make"
                )
    made_or_recorded = {case.name for case in made()}
    assert not [case.name for case in CASES if case.name not in made_or_recorded and not case.name.startswith("har-")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_is_whole(case: Case) -> None:
    assert case.title
    assert case.inputs
    assert all((case.directory / name).stat().st_size for name in case.inputs)
    expected = case.expected
    if expected.verdict == "root_cause":
        assert expected.code
        assert expected.step
        assert expected.owner
    else:
        assert (expected.code, expected.step, expected.owner) == ("", "", "")
    named = {expected.code, *expected.among} - {""}
    assert named <= {*catalogue(), *(error.code for error in known_errors())}
    if expected.name:
        assert catalogue()[expected.code].name == expected.name


def test_no_private_key_is_in_them_but_the_published_test_keys() -> None:
    published = {(KEYS / f"{name}.pem").read_text(encoding="utf-8") for name in ("rsa-1", "rsa-2")}
    for file in CUSTOMERS.rglob("*"):
        if file.is_file() and b"PRIVATE KEY" in (data := file.read_bytes()):
            assert data.decode() in published, file


def test_nobody_real_is_in_them() -> None:
    vendors = r"okta\.com|onelogin\.com|auth0\.com|microsoftonline\.com|windows\.net|google\.com|googleapis\.com"
    vendors += r"|googleusercontent\.com|microsoft\.com|w3\.org|oasis-open\.org|xmlsoap\.org|github\.com|gmail\.com"
    for file in CUSTOMERS.rglob("*"):
        if file.is_file() and not file.parent.name.startswith("har-") and file.suffix != ".md":
            hosts = re.findall(rb"https?://([a-zA-Z0-9.-]+)|[\w.]+@([a-z.]+\.[a-z]+)", file.read_bytes())
            for host in (name.decode() for pair in hosts for name in pair if name):
                assert re.search(rf"(\.example|^|\.)(example|{vendors})$", host), f"{file}: {host}"
