"""Logins of our own, seen through a capture: the same findings, as far as the browser could see."""

from __future__ import annotations

import pytest

from ssocli.checks.check import Severity, Status
from ssocli.diagnose.capture import ObservedLogin, find_logins, read, rebuild
from ssocli.steps import Step
from ssocli.trace import Outcome, Trace

from .conftest import Entries, Record
from .recording import har


def only(entries: Entries) -> ObservedLogin:
    [login] = find_logins(read(har(entries), "login.har"))
    return login


def failure_of(trace: Trace) -> tuple[str, str]:
    assert trace.failure is not None
    step = trace.step(trace.failure.step)
    return trace.failure.step.value, next(c.name for c in step.checks if c.code == trace.failure.code)


@pytest.mark.parametrize(
    ("provider", "protocol"),
    [
        ("acme-oidc", "OpenID Connect"),
        ("google", "OpenID Connect"),
        ("github", "OAuth 2.0"),
        ("acme-saml", "SAML 2.0"),
    ],
)
def test_a_healthy_login(record: Record, provider: str, protocol: str) -> None:
    login = only(record(provider=provider))
    assert login.protocol == protocol
    assert login.request is not None
    assert login.response is not None
    assert login.request.key == login.response.key != ""
    trace = rebuild(login)
    assert trace.outcome is Outcome.AUTHENTICATED
    found = [c for step in trace.steps for c in step.checks if c.status is Status.FAILED]
    assert [c.name for c in found if c.severity is not Severity.INFO] == []
    assert [c for step in trace.steps for c in step.checks if c.status is Status.TOOL_ERROR] == []
    skipped = {step.step: step.summary for step in trace.steps if step.status is Status.SKIPPED}
    assert set(skipped) >= {Step.USER_PROVISIONING, Step.SESSION_CREATION, Step.AUTHORIZATION}
    assert (Step.TOKEN_VALIDATION in skipped) is (protocol != "SAML 2.0")
    assert trace.step(Step.REDIRECT_TO_DASHBOARD).summary.endswith("/organizations/acme/issues/, HTTP 200")
    assert rebuild(login) == trace
