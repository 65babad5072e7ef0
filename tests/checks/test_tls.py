from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Status, evaluate
from ssocli.checks.tls import TlsContext
from ssocli.exchange import TlsSession
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case
from tests.checks.forge import NOW, ec_key, rsa_key
from tests.checks.saml_forge import cert

DAY = 86400.0


def met(der: bytes | None = None, version: str = "TLSv1.3", now: float = NOW) -> TlsContext:
    return TlsContext(TlsSession(version, cert(rsa_key()) if der is None else der), now)


def lasting(start: float, end: float) -> TlsContext:
    """A certificate that began `start` days ago and ends in `end` days."""
    return met(cert(ec_key(), -start * DAY, end * DAY))


CASES = [
    Case("server-certificate-soon-expired", FAILED, lambda: lasting(335, 29), "29 days from now"),
    Case("server-certificate-soon-expired", FAILED, lambda: lasting(61, 29), "29 days"),
    Case("server-certificate-soon-expired", FAILED, lambda: lasting(5, 1.5), "36 hours"),
    Case("server-certificate-soon-expired", PASSED, lambda: lasting(334, 31)),
    Case("server-certificate-soon-expired", PASSED, lambda: lasting(3, 4)),
    Case("server-certificate-soon-expired", SKIPPED, lambda: met(b"no certificate")),
    Case("weak-server-key", FAILED, lambda: met(cert(rsa_key("weak", 1024))), "RSA 1024"),
    Case("weak-server-key", PASSED, met, "RSA 2048"),
    Case("weak-server-key", PASSED, lambda: met(cert(ec_key())), "EC 256"),
    Case("weak-server-key", SKIPPED, lambda: met(b"")),
    Case("old-tls-version", FAILED, lambda: met(version="TLSv1.1"), "TLSv1.1"),
    Case("old-tls-version", PASSED, met),
    Case("old-tls-version", PASSED, lambda: met(version="TLSv1.2")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check_case("tls", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("tls", CASES)


def test_a_good_connection_raises_no_finding() -> None:
    assert_healthy("tls", met())


@settings(max_examples=40)
@given(st.binary(max_size=80), st.text(max_size=10), st.floats(allow_nan=True))
def test_any_certificate_is_judged_without_tool_trouble(der: bytes, version: str, now: float) -> None:
    for observed in (met(der, version, now), met(None, version, now)):
        assert all(found.status is not Status.TOOL_ERROR for found in evaluate("tls", observed))
