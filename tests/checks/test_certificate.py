from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.certificate import CertificateContext
from ssocli.checks.check import Severity, Status, evaluate
from ssocli.checks.saml_certificate import read_certificates
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case
from tests.checks.forge import NOW, rsa_key
from tests.checks.saml_forge import cert

DAY = 86400


def pasted(der: bytes | None = None, **changes: Any) -> CertificateContext:
    body = base64.encodebytes(cert(rsa_key()) if der is None else der).decode()
    text = f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"
    return CertificateContext(**{"text": text, "now": NOW, **changes})


def known(der: bytes) -> Any:
    return read_certificates(base64.b64encode(der).decode())


def new() -> str:
    return pasted(cert(rsa_key("new"), -DAY / 24, 500 * DAY)).text


KEY = {"text": "", "is_private_key": True}
CASES = [
    Case("private-key-disclosed", FAILED, lambda: pasted(**KEY), "a private key"),
    Case("private-key-disclosed", PASSED, pasted),
    Case("unreadable-certificate", FAILED, lambda: pasted(text="AB:" * 31 + "AB"), "is a fingerprint"),
    Case("unreadable-certificate", FAILED, lambda: pasted(cert(rsa_key())[:300]), "is a part of it missing?"),
    Case("unreadable-certificate", PASSED, pasted),
    Case("unreadable-certificate", SKIPPED, lambda: pasted(**KEY)),
    Case("expired-pasted-certificate", FAILED, lambda: pasted(cert(rsa_key(), -2 * DAY, -DAY)), "valid to"),
    Case("expired-pasted-certificate", PASSED, pasted),
    Case("expired-pasted-certificate", SKIPPED, lambda: pasted(text="x")),
    Case("pasted-certificate-not-yet-valid", FAILED, lambda: pasted(cert(rsa_key(), DAY, 99 * DAY)), "valid from"),
    Case("pasted-certificate-not-yet-valid", PASSED, pasted),
    Case(
        "pasted-certificate-soon-expired", FAILED, lambda: pasted(cert(rsa_key(), 0, 9 * DAY)), "9 days", Severity.INFO
    ),
    Case("pasted-certificate-soon-expired", PASSED, pasted),
    Case("pasted-certificate-soon-expired", SKIPPED, lambda: pasted(cert(rsa_key(), -2 * DAY, -DAY))),
    Case("weak-certificate-key", FAILED, lambda: pasted(cert(rsa_key("weak", 1024))), "1024", Severity.WARNING),
    Case("weak-certificate-key", PASSED, pasted),
    Case("unregistered-certificate", FAILED, lambda: pasted(configured=known(cert(rsa_key("other")))), "one of CN=idp"),
    Case("unregistered-certificate", PASSED, lambda: pasted(configured=known(cert(rsa_key())))),
    Case("unregistered-certificate", SKIPPED, pasted),
    Case("certificate-replaced", FAILED, lambda: pasted(cert(rsa_key(), -9 * DAY), others=(new(),)), "begins at"),
    Case(
        "certificate-replaced",
        PASSED,
        lambda: pasted(cert(rsa_key("new")), others=(pasted(cert(rsa_key(), -9 * DAY)).text,)),
    ),
    Case("certificate-replaced", SKIPPED, pasted),
    Case("certificate-replaced", SKIPPED, lambda: pasted(others=("nothing",))),
    Case("certificate-replaced", SKIPPED, lambda: pasted(others=(pasted(cert(rsa_key("b"), subject="b")).text,))),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_answers_as_declared(case: Case) -> None:
    check_case("certificate", case)


def test_every_rule_has_a_failing_case() -> None:
    assert_complete("certificate", CASES)


def test_a_healthy_certificate_has_no_finding() -> None:
    assert_healthy("certificate", pasted())


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    checks = evaluate("certificate", CertificateContext(text, NOW))
    assert not [each for each in checks if each.status is Status.TOOL_ERROR]
