from __future__ import annotations

import base64
import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.document import Undecodable
from ssocli.checks.saml_certificate import read_certificates
from tests.checks.forge import NOW, ec_key, rsa_key
from tests.checks.saml_forge import cert, pem

DER = cert(rsa_key())
PEM = ssl.DER_cert_to_PEM_cert(DER)
BARE = base64.b64encode(DER).decode()


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        PEM.replace("\n", "\r\n"),
        BARE,
        f"\n {BARE[:64]}\n\t{BARE[64:]} ",
        BARE.replace("M", "M\u200b", 1),
        f"Bag Attributes\n{PEM}\nthe end",
        PEM.replace("CERTIFICATE", "X509 CERTIFICATE"),
        PEM.replace("\n", " "),
    ],
    ids=["pem", "crlf", "bare", "indented", "invisible", "bag", "x509", "one-line"],
)
def test_a_pasted_certificate_is_read(text: str) -> None:
    found = read_certificates(text)
    assert not isinstance(found, Undecodable), found
    [certificate] = found
    assert (certificate.der, certificate.subject, certificate.key_type, certificate.key_size) == (
        DER, "CN=idp", "RSA", 2048,
    )  # fmt: skip
    assert (certificate.not_before, certificate.not_after) == (NOW - 3600, NOW + 400 * 86400)
    assert not certificate.is_weak
    assert certificate.fingerprint[:16] in str(certificate)


def test_a_chain_keeps_its_order() -> None:
    found = read_certificates(PEM + ssl.DER_cert_to_PEM_cert(cert(ec_key())))
    assert not isinstance(found, Undecodable)
    assert [(each.key_type, each.key_size) for each in found] == [("RSA", 2048), ("EC", 256)]


def test_a_weak_key_is_known() -> None:
    found = read_certificates(base64.b64encode(cert(rsa_key("weak", 1024))).decode())
    assert not isinstance(found, Undecodable)
    assert found[0].is_weak


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("a" * 300_000, "larger than"),
        (pem(rsa_key()), "holds a private key"),
        (PEM + pem(rsa_key()), "holds a private key"),
        ("AB:" * 19 + "CD", "is a fingerprint"),
        ("sha256: " + "ab" * 32, "is a fingerprint"),
        ("<ds:X509Certificate>", "XML or HTML"),
        (PEM.replace("CERTIFICATE", "CERTIFICATE REQUEST"), "certificate request"),
        (PEM.replace("CERTIFICATE", "PUBLIC KEY"), "is a public key"),
        (PEM.replace("CERTIFICATE", "PKCS7"), "another kind (PKCS7)"),
        (PEM.split("-----END", maxsplit=1)[0], "without the other one"),
        (BARE[:400], "cannot be read"),
        (BARE[:401], "is a part of it missing"),
        (PEM + PEM.replace(BARE[:8], "AAAAAAAA"), "certificate 2 of 2"),
        ("Hello!", "no base64"),
    ],
)
def test_what_is_pasted_instead_is_named(text: str, words: str) -> None:
    found = read_certificates(text)
    assert isinstance(found, Undecodable)
    assert words in found.reason


def test_no_private_key_is_shown() -> None:
    found = read_certificates(pem(rsa_key()))
    assert isinstance(found, Undecodable)
    assert not any(line in found.reason for line in pem(rsa_key()).split("\n") if line)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=120), st.integers(0, len(BARE)).map(lambda at: BARE[:at] + BARE[at + 1 :])))
def test_nothing_raises(text: str) -> None:
    read_certificates(text)
