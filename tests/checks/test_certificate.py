"""A certificate that somebody sent."""

from __future__ import annotations

import base64
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.certificate import CertificateContext
from ssocli.checks.check import Status, evaluate
from ssocli.checks.saml_certificate import read_certificates

from . import saml_forge as forge
from .forge import NOW, rsa_key

DAY = 86400


def pem(der: bytes) -> str:
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


GOOD = pem(forge.cert(rsa_key(), -DAY, 400 * DAY))


def failed(context: CertificateContext) -> dict[str, str]:
    return {check.code: check.actual for check in evaluate("certificate", context) if check.status is Status.FAILED}


@pytest.mark.parametrize("text", [GOOD, GOOD.replace("\n", "\r\n"), "".join(GOOD.splitlines()[1:-1])])
def test_a_good_certificate_has_no_findings(text: str) -> None:
    assert failed(CertificateContext(text, NOW)) == {}


@pytest.mark.parametrize(
    ("code", "start", "end"),
    [
        ("CERT003", -30 * DAY, -DAY),
        ("CERT004", DAY, 400 * DAY),
        ("CERT005", -DAY, 20 * DAY),
    ],
)
def test_its_time_is_judged_at_the_moment_in_question(code: str, start: float, end: float) -> None:
    assert set(failed(CertificateContext(pem(forge.cert(rsa_key(), start, end)), NOW))) == {code}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (GOOD[: len(GOOD) // 2], "is a part of it missing?"),
        ("SHA-256: " + ":".join(["AB"] * 32), "is a fingerprint"),
        ("<EntityDescriptor/>", "is XML or HTML"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "is a public key"),
        ("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----", "is a certificate request"),
    ],
)
def test_what_is_none_is_named(text: str, said: str) -> None:
    found = failed(CertificateContext(text, NOW))
    assert set(found) == {"CERT002"}
    assert said in found["CERT002"]


def test_a_private_key_is_one_finding() -> None:
    assert failed(CertificateContext("", NOW, is_private_key=True)) == {"CERT001": "a private key"}


def test_a_short_key_is_weak() -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    short = rsa.generate_private_key(65537, 1024)
    assert "CERT006" in failed(CertificateContext(pem(forge.cert(short)), NOW))


def test_one_that_nobody_registered() -> None:
    other = read_certificates(pem(forge.cert(rsa_key("another"))))
    assert isinstance(other, tuple)
    assert "CERT007" in failed(CertificateContext(GOOD, NOW, configured=other))
    own = read_certificates(GOOD)
    assert isinstance(own, tuple)
    assert failed(CertificateContext(GOOD, NOW, configured=(*other, *own))) == {}


def test_the_old_and_the_new_one() -> None:
    new = pem(forge.cert(rsa_key("another"), DAY / 2 - DAY, 500 * DAY))
    assert "CERT008" in failed(CertificateContext(GOOD, NOW, others=(new,)))
    assert failed(CertificateContext(new, NOW, others=(GOOD,))) == {}
    stranger = pem(forge.cert(rsa_key("another"), 0, 500 * DAY, "another"))
    assert failed(CertificateContext(GOOD, NOW, others=(stranger, "no certificate"))) == {}


@given(st.text(max_size=200))
@settings(max_examples=50, deadline=None)
def test_no_text_breaks_a_rule(text: str) -> None:
    checks = evaluate("certificate", CertificateContext(text, NOW, others=(text,)))
    assert Status.TOOL_ERROR not in {check.status for check in checks}
