"""Forged signatures are what they say: by the right key where they should hold, by another where they should not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from fake_idp.config import ServiceProvider
from fake_idp.faults.fault import Fault, catalogue
from fake_idp.faults.forgery import forgers_key
from tests.fake_idp.saml.conftest import NS, SP, certificate

from .saml_login import ALICE, MALLORY, Forged, Login, logins

RESPONSE, ASSERTION = "/samlp:Response/ds:Signature", "/samlp:Response/saml:Assertion/ds:Signature"
SIGNED = [fault for fault in catalogue().values() if fault.point == "saml_signature"]
TOLERATED = [fault for fault in SIGNED if fault.reject == "must_tolerate"]
# They are about alice: what is wrong is how it is signed, by her own identity provider.
ABOUT_ALICE = {
    "rsa-sha1", "rsa-md5", "rsa-sha1-in-the-assertion", "digest-sha1", "digest-md5", "digest-unknown", "rsa-pss",
    "other-type-of-key", "algorithm-of-another-key", "algorithm-of-another-hash", "algorithm-of-an-older-hash",
    "value-flipped", "value-truncated", "value-not-base64", "digest-flipped", "several", "at-the-end",
    "moved-to-the-response", "moved-to-the-subject", "only-the-response-is-broken", "only-the-assertion-is-broken",
    "two-references", "references-crossed", "hundred-references", "hundred-transforms", "enveloped-not-named",
    *(f"transform-{name}" for name in ("xpath", "xpath-filter", "xslt", "base64", "decrypt", "unknown")),
    *(f"reference-to-{name}" for name in ("the-document", "nothing-named", "the-root-by-xpointer", "a-url", "a-file",
                                          "itself-by-xpointer", "nobody")),
    *(f"changed-{name}" for name in ("attribute", "added-attribute", "added-group", "end", "session-end",
                                     "authn-context", "added-audience", "line-breaks")),
}  # fmt: skip
# Here the change is in the name itself, and makes it nobody's.
NOBODY = {"changed-case", "changed-white-space"}


@pytest.fixture(scope="module")
def log_in() -> Iterator[Login]:
    yield from logins()


def name_of(fault: Fault) -> str:
    return fault.id.partition(".")[2]


@pytest.mark.parametrize("fault", SIGNED, ids=name_of)
def test_it_fires_once_and_says_whom_it_is_about(fault: Fault, log_in: Login) -> None:
    forged, name = log_in(fault.id), name_of(fault)
    [line] = forged.fired
    assert (line.fault, line.before != line.after) == (fault.id, True)
    assert ALICE not in str(line.after)
    genuine = fault.reject == "must_tolerate" or name in ABOUT_ALICE
    assert (forged.names() == {ALICE if genuine else MALLORY}) == (name not in NOBODY)


@pytest.mark.parametrize("fault", TOLERATED, ids=name_of)
def test_xmlsec_accepts_what_must_be_tolerated(fault: Fault, log_in: Login) -> None:
    forged = log_in(fault.id)
    places = [path for path in (RESPONSE, ASSERTION) if forged.all(path)]
    assert places
    if fault.id == "saml_signature.on-the-assertion-only":
        assert places == [ASSERTION]
    if fault.id == "saml_signature.on-the-response-only":
        assert places == [RESPONSE]
    assert [path for path in places if not forged.holds(path)] == []


@pytest.mark.parametrize(
    "name",
    ["other-key", "other-key-without-key-info", "self-signed-certificate", "twin-certificate", "key-by-reference",
     "key-value-of-a-stranger", "key-value-before-the-certificate", "certificate-behind-the-real-one"],
)  # fmt: skip
def test_a_strangers_signature_holds_with_the_strangers_key(name: str, log_in: Login) -> None:
    forged = log_in(f"saml_signature.{name}")
    for path in (RESPONSE, ASSERTION):
        assert forged.holds(path, "mallory")
        assert not forged.holds(path)


@pytest.mark.parametrize(
    "name", [name_of(fault) for fault in SIGNED if fault.finding and fault.finding.name == "invalid-xml-signature"]
)
def test_xmlsec_sees_that_it_does_not_hold(name: str, log_in: Login) -> None:
    forged = log_in(f"saml_signature.{name}")
    assert not all(forged.holds(path) for path in (RESPONSE, ASSERTION))


def test_a_twin_differs_in_its_key_only(log_in: Login) -> None:
    forged, real = log_in("saml_signature.twin-certificate"), certificate()
    text = forged.all(f"{RESPONSE}//ds:X509Certificate")[0].text
    twin = x509.load_der_x509_certificate(base64.b64decode(text))
    for part in ("subject", "issuer", "serial_number", "not_valid_before_utc", "not_valid_after_utc"):
        assert getattr(twin, part) == getattr(real, part)
    assert twin.public_key() == forgers_key().public_key()
    assert twin.public_key() != real.public_key()
    twin.verify_directly_issued_by(twin)


def test_an_expired_certificate_is_of_the_real_key(log_in: Login) -> None:
    forged = log_in("saml_signature.expired-certificate")
    text = forged.all(f"{RESPONSE}//ds:X509Certificate")[0].text
    expired = x509.load_der_x509_certificate(base64.b64decode(text))
    assert expired.not_valid_after_utc.year == 2020
    assert expired.public_key() == certificate().public_key()


def signed_info(forged: Forged, path: str = RESPONSE) -> bytes:
    [info] = forged.all(f"{path}/ds:SignedInfo")
    return bytes(etree.tostring(info, method="c14n", exclusive=True))


def value(forged: Forged, path: str = RESPONSE) -> bytes:
    return base64.b64decode(forged.all(f"{path}/ds:SignatureValue")[0].text)


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("certificate-pem", lambda: certificate().public_bytes(Encoding.PEM)),
        ("certificate-der", lambda: certificate().public_bytes(Encoding.DER)),
        ("certificate-base64", lambda: base64.b64encode(certificate().public_bytes(Encoding.DER))),
        ("empty-secret", lambda: b""),
    ],
)
def test_a_mac_is_made_with_what_is_published(name, secret, log_in: Login) -> None:
    forged = log_in(f"saml_signature.hmac-with-{name}")
    assert hmac.digest(secret(), signed_info(forged), hashlib.sha256) == value(forged)


@pytest.mark.parametrize(("name", "hashed"), [("rsa-sha1", hashes.SHA1()), ("rsa-md5", hashes.MD5())])
def test_old_signatures_are_good_ones(name: str, hashed: hashes.HashAlgorithm, log_in: Login) -> None:
    forged = log_in(f"saml_signature.{name}")
    for path in (RESPONSE, ASSERTION):
        certificate().public_key().verify(value(forged, path), signed_info(forged, path), padding.PKCS1v15(), hashed)


def test_pss_is_a_good_signature(log_in: Login) -> None:
    forged = log_in("saml_signature.rsa-pss")
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    certificate().public_key().verify(value(forged), signed_info(forged), scheme, hashes.SHA256())


@pytest.mark.parametrize("name", ["digest-sha1", "digest-md5"])
def test_old_digests_are_good_ones(name: str, log_in: Login) -> None:
    forged = log_in(f"saml_signature.{name}")
    root = forged.root
    for parent in (root.find("saml:Assertion", NS), root):
        made = parent.find("ds:Signature", NS)
        [digest] = made.iterfind("ds:SignedInfo/ds:Reference/ds:DigestValue", NS)
        bare = etree.fromstring(etree.tostring(parent))
        bare.remove(bare.find("ds:Signature", NS))
        octets = etree.tostring(bare, method="c14n", exclusive=True)
        assert base64.b64encode(hashlib.new(name.partition("-")[2], octets).digest()).decode() == digest.text


def test_another_type_of_key_signs_well(log_in: Login) -> None:
    forged = log_in("saml_signature.other-type-of-key")
    assert forged.holds(RESPONSE, "ec")


@pytest.mark.parametrize(
    "name",
    ["reference-to-another-element", "reference-to-an-object", "reference-to-a-manifest", "two-references",
     "references-crossed", "moved-to-the-response", "hundred-references", "at-the-end"],
)  # fmt: skip
def test_what_they_name_is_properly_signed(name: str, log_in: Login) -> None:
    forged = log_in(f"saml_signature.{name}")
    places = [path for path in (RESPONSE, ASSERTION) if forged.all(path)]
    assert places
    assert [path for path in places if not forged.holds(path, ids=("ID", "Id"))] == []


@pytest.mark.parametrize("sign", ["assertion", "response"])
@pytest.mark.parametrize("name", ["other-key", "value-flipped", "rsa-sha512", "missing"])
def test_what_was_signed_is_forged_and_nothing_else(name: str, sign, log_in: Login) -> None:
    forged = log_in(f"saml_signature.{name}", provider=ServiceProvider(entity_id=SP, sign=sign))
    expected = [] if name == "missing" else [ASSERTION if sign == "assertion" else RESPONSE]
    assert [path for path in (RESPONSE, ASSERTION) if forged.all(path)] == expected


FORGED = ("saml_signature", "saml_wrapping", "saml_canonicalization")


@pytest.mark.parametrize(
    "fault", [each for each in catalogue().values() if each.point in FORGED], ids=lambda each: each.id
)
def test_at_any_service_provider_it_is_made_or_refused_in_words(fault: Fault, log_in: Login) -> None:
    provider = ServiceProvider(
        entity_id=SP,
        sign="assertion",
        signature_algorithm="ecdsa-sha256",
        attributes={},
        name_id_format="persistent",
    )
    forged = log_in(fault.id, provider=provider)
    if not forged.fired:
        assert re.search(
            r"cannot be made here.*Seen: a message without [a-zA-Z :-]+\.", forged.all("//samlp:StatusMessage")[0].text
        )


def test_what_cannot_be_made_is_refused(log_in: Login) -> None:
    provider = ServiceProvider(entity_id=SP, signature_algorithm="ecdsa-sha256")
    forged = log_in("saml_signature.rsa-sha1", provider=provider)
    assert "cannot be made here" in forged.all("//samlp:StatusMessage")[0].text
    assert forged.fired == []
