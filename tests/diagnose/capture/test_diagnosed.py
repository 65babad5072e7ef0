"""A capture given to `diagnose`: the findings of its steps, with their places in the file."""

from __future__ import annotations

from ssocli.diagnose.diagnose import Given, diagnose
from ssocli.diagnosis import Diagnosis, Kind, Verdict

from .conftest import Record
from .recording import har


def diagnosed(data: bytes) -> Diagnosis:
    return diagnose([Given(data, "login.har")])


def test_a_healthy_login_is_healthy(record: Record) -> None:
    found = diagnosed(har(record()))
    assert (found.verdict, found.root) == (Verdict.HEALTHY, None)
    assert found.trace is not None
    assert len(found.trace.steps) == 10
    assert found.inputs[0].kind is Kind.HAR
    assert "1 login; OpenID Connect from" in found.inputs[0].summary


def test_the_failure_of_a_login_is_the_root_with_its_place(record: Record) -> None:
    found = diagnosed(har(record(fault="authorize.access_denied")))
    assert found.root is not None
    assert found.root.check.code == "CB001"
    assert found.root.place.startswith("login.har, entry ")


def test_of_several_logins_the_one_that_failed_counts(record: Record) -> None:
    entries = [*record(), *record(fault="authorize.access_denied"), *record()]
    found = diagnosed(har(entries))
    assert found.root is not None
    assert "login 2 of 3" in found.inputs[0].summary


def test_a_capture_without_single_sign_on_cannot_tell() -> None:
    found = diagnosed(b'{"log": {"version": "1.2", "creator": {"name": "x"}, "entries": []}}')
    assert found.verdict is Verdict.UNCLEAR
    assert "no single sign-on" in found.inputs[0].summary
    assert found.missing


def test_a_broken_capture_is_a_sentence() -> None:
    found = diagnosed(b'{"log": {"entries": "nothing"}}')
    assert found.verdict is Verdict.UNCLEAR
    assert found.inputs[0].summary
