"""Recordings of a real browser: each login fails, or not, as its `case.toml` says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import requests

from fake_idp import FakeIdP
from ssocli.checks.check import Check, Severity, Status
from ssocli.checks.saml_metadata import read_idp
from ssocli.config.load import load
from ssocli.config.model import Saml2Provider
from ssocli.diagnose.capture import Known, find_logins, read, rebuild
from ssocli.steps import Step
from ssocli.trace import Outcome, Trace

CUSTOMERS = Path(__file__).parents[3] / "fixtures" / "customers"
RECORDINGS = sorted(CUSTOMERS.glob("har-*/login.har"))


def known_from(folder: Path, inputs: list[str]) -> Known:
    """What the other files of the case tell."""
    if "metadata.xml" in inputs:
        return Known(idp=read_idp((folder / "metadata.xml").read_bytes()))
    if "sentry.toml" in inputs:
        provider = load(folder / "sentry.toml").providers["acme-saml"]
        assert isinstance(provider, Saml2Provider)
        return Known(attributes=provider.attributes)
    return Known()


def traces(recording: Path, known: Known | None = None) -> list[Trace]:
    capture = read(recording.read_bytes(), recording.name)
    assert capture.creator.startswith("Chromium ")
    assert capture.notes == ()
    return [rebuild(login, known) for login in find_logins(capture)]


def test_there_are_recordings() -> None:
    assert len(RECORDINGS) >= 12


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.parent.name)
def test_the_last_failure_is_the_one_expected(recording: Path) -> None:
    case = tomllib.loads((recording.parent / "case.toml").read_text(encoding="utf-8"))
    expected, found = case["expected"], traces(recording, known_from(recording.parent, case["inputs"]))
    assert len(found) == (10 if "ten" in recording.parent.name else 1)
    for trace in found:
        assert len(trace.steps) == 10
        assert [c.name for step in trace.steps for c in step.checks if c.status is Status.TOOL_ERROR] == []
    failed = [trace for trace in found if trace.outcome is not Outcome.AUTHENTICATED]
    if expected["verdict"] == "healthy":
        assert failed == []
        broken = [c for trace in found for step in trace.steps for c in step.checks if c.status is Status.FAILED]
        assert [c.name for c in broken if c.severity is not Severity.INFO] == []
        return
    failure = failed[-1].failure
    assert failure is not None
    check = next(c for c in failed[-1].step(failure.step).checks if c.code == failure.code)
    seen = {"code": check.code, "name": check.name, "step": failure.step.value, "owner": check.owner.value}
    assert seen == {name: expected[name] for name in seen}


def test_of_ten_logins_two_failed() -> None:
    found = traces(CUSTOMERS / "har-ten-logins" / "login.har")
    failures = [(number, trace.failure.code) for number, trace in enumerate(found, 1) if trace.failure]
    assert failures == [(8, "CB001"), (10, "WEB005")]


def test_a_token_is_judged_by_what_is_known(server: FakeIdP) -> None:
    recording = CUSTOMERS / "har-expired-token-in-the-browser" / "login.har"
    [login] = find_logins(read(recording.read_bytes(), "x"))
    jwks = requests.get(f"{server.issuer()}/jwks", timeout=5).json()  # the same keys as in the recording
    others = {"keys": [{**jwk, "kid": f"old-{jwk['kid']}"} for jwk in jwks["keys"]]}

    def judged(known: Known) -> dict[str, Check]:
        return {check.name: check for check in rebuild(login, known).step(Step.TOKEN_VALIDATION).checks}

    def blocking(known: Known) -> set[str]:
        return {name for name, check in judged(known).items() if check.is_blocking}

    assert blocking(Known()) == {"expired-id-token"}
    assert judged(Known())["invalid-signature"].actual == "the provider's keys are not known"
    assert judged(Known(jwks=jwks))["invalid-signature"].status is Status.PASSED
    assert "unknown-key-id" in blocking(Known(jwks=others))
    assert "wrong-audience" in blocking(Known(client_id="another"))
    assert "wrong-issuer" in blocking(Known(issuer="https://idp.example"))
