"""Encrypted assertions with faults, decrypted by xmlsec or by hand."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest
import xmlsec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from fake_idp.faults.fault import Fault, catalogue
from fake_idp.faults.forgery import forgers_key
from tests.fake_idp.saml.conftest import ACS, FIXTURES, NS, Answer

from .saml_login import ALICE, ENCRYPTING, MALLORY, Forged, Login, logins

FAULTS = [fault for fault in catalogue().values() if fault.point == "saml_encryption"]
RESPONSE, ASSERTION = "/samlp:Response/ds:Signature", "/saml:Assertion/ds:Signature"
HASHES = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha512": hashes.SHA512}
OURS: Any = load_pem_private_key((FIXTURES / "keys" / "rsa-2.pem").read_bytes(), None)


@pytest.fixture(scope="module")
def log_in() -> Iterator[Login]:
    yield from logins()


def served(log_in: Login, name: str) -> Forged:
    return log_in(f"saml_encryption.{name}", provider=ENCRYPTING)


def decrypted(encrypted: Any, private: Any = OURS) -> bytes:
    """What is in the EncryptedData, by the first EncryptedKey that this private key unpacks."""
    data = next(encrypted.iter(f"{{{NS['xenc']}}}EncryptedData"))
    algorithm = data.find("xenc:EncryptionMethod", NS).get("Algorithm").rpartition("#")[2]
    content = base64.b64decode(data.find("xenc:CipherData/xenc:CipherValue", NS).text)
    for wrapped in encrypted.iter(f"{{{NS['xenc']}}}EncryptedKey"):
        value = base64.b64decode(wrapped.find("xenc:CipherData/xenc:CipherValue", NS).text)
        try:
            key = private.decrypt(value, scheme_of(wrapped.find("xenc:EncryptionMethod", NS)))
        except ValueError:
            continue
        if algorithm.endswith("gcm"):
            mode: Any = modes.GCM(content[:12], content[-16:])
            engine = Cipher(algorithms.AES(key), mode).decryptor()
            return bytes(engine.update(content[12:-16]) + engine.finalize())
        if algorithm == "tripledes-cbc":
            from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES

            engine = Cipher(TripleDES(key), modes.CBC(content[:8])).decryptor()
            padded = engine.update(content[8:]) + engine.finalize()
        else:
            engine = Cipher(algorithms.AES(key), modes.CBC(content[:16])).decryptor()
            padded = engine.update(content[16:]) + engine.finalize()
        return bytes(padded[: -padded[-1]])
    raise LookupError("no key for us")


def scheme_of(method: Any) -> Any:
    if method.get("Algorithm").endswith("rsa-1_5"):
        return padding.PKCS1v15()
    named = [(each.get("Algorithm") or "").rpartition("#")[2] for each in method]
    digest = next((each for each in named if each in HASHES), "sha1")
    mask = next((each.removeprefix("mgf1") for each in named if each.startswith("mgf1")), "sha1")
    label = method.findtext("xenc:OAEPparams", namespaces=NS)
    return padding.OAEP(padding.MGF1(HASHES[mask]()), HASHES[digest](), base64.b64decode(label) if label else None)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_it_fires_once_and_the_ledger_shows_nobody(fault: Fault, log_in: Login) -> None:
    forged = log_in(fault.id, provider=ENCRYPTING)
    [line] = forged.fired
    assert (line.fault, line.before != line.after) == (fault.id, True)
    assert "acme.example" not in str(line)


def test_it_does_not_fire_where_nothing_is_encrypted(log_in: Login) -> None:
    assert log_in("saml_encryption.other-recipient").fired == []


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if fault.reject == "must_tolerate"], ids=lambda fault: fault.id
)
def test_what_must_be_tolerated_can_be_decrypted_and_holds(fault: Fault, log_in: Login) -> None:
    forged, name = log_in(fault.id, provider=ENCRYPTING), fault.id.partition(".")[2]
    assert b"alice" not in forged.document
    [encrypted] = forged.all("//saml:EncryptedAssertion")
    plain = decrypted(encrypted)
    if name == "prefixes-from-outside":
        assert b"xmlns:saml=" not in plain
        plain = f'<around xmlns:saml="{NS["saml"]}">'.encode() + plain + b"</around>"
        plain = etree.tostring(etree.fromstring(plain)[0])
    inside = Forged(plain.strip(), [])
    assert inside.names() == {ALICE}
    signed = {"inside": bool(inside.all(ASSERTION)), "outside": bool(forged.all(RESPONSE))}
    assert signed == {"inside": name != "signed-outside-only", "outside": name != "signed-inside-only"}
    if signed["inside"]:
        assert inside.holds(ASSERTION)
    if signed["outside"]:
        assert forged.holds(RESPONSE)


@pytest.mark.parametrize(
    "name", ["aes192-gcm", "key-by-retrieval-method", "key-with-hints", "oaep-sha1-by-default", "base64-in-lines"]
)
def test_xmlsec_decrypts_it(name: str, log_in: Login) -> None:
    forged = served(log_in, name)
    root = forged.root
    xmlsec.tree.add_ids(root, ["Id"])
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_file(str(FIXTURES / "keys" / "rsa-2.pem"), xmlsec.KeyFormat.PEM))
    [data] = root.xpath("//saml:EncryptedAssertion/xenc:EncryptedData", namespaces=NS)
    assertion = xmlsec.EncryptionContext(manager).decrypt(data)
    assert Answer(ACS, etree.tostring(assertion), None).name_id[0] == ALICE


@pytest.mark.parametrize("name", ["aes128-cbc", "aes192-cbc", "aes256-cbc", "triple-des", "key-transport-rsa-1-5"])
def test_weak_algorithms_are_well_used(name: str, log_in: Login) -> None:
    forged = served(log_in, name)
    inside = Forged(decrypted(forged.root), [])
    assert (inside.names(), inside.holds(ASSERTION), forged.holds(RESPONSE)) == ({ALICE}, True, True)
    algorithms_used = " ".join(each.get("Algorithm") for each in forged.all("//xenc:EncryptionMethod"))
    assert {"triple-des": "tripledes-cbc", "key-transport-rsa-1-5": "rsa-1_5"}.get(name, name) in algorithms_used


def test_another_recipient_can_read_it_and_ours_cannot(log_in: Login) -> None:
    forged = served(log_in, "other-recipient")
    with pytest.raises(LookupError):
        decrypted(forged.root)
    assert Forged(decrypted(forged.root, forgers_key()), []).names() == {ALICE}


@pytest.mark.parametrize(
    "name", ["unsigned-for-anybody", "changed-before-encryption", "evil-around-signed", "evil-before-signed"]
)
def test_mallory_is_inside(name: str, log_in: Login) -> None:
    forged = served(log_in, name)
    [encrypted] = forged.all("//saml:EncryptedAssertion")
    inside = Forged(decrypted(encrypted), [])
    assert inside.names() == {MALLORY}
    assert forged.all(RESPONSE) == [] or name == "evil-around-signed"
    if name == "unsigned-for-anybody":
        assert (inside.all("//ds:Signature"), forged.all("//ds:Signature")) == ([], [])
    elif name == "changed-before-encryption":
        assert not inside.holds(ASSERTION)
    else:
        assert forged.names() == {ALICE}
        assert len(forged.all("//ds:Signature")) == 1
    if name == "evil-before-signed":
        assert forged.holds("/samlp:Response/saml:Assertion/ds:Signature")


@pytest.mark.parametrize(("place", "names"), [("before", [MALLORY, ALICE]), ("behind", [ALICE, MALLORY])])
def test_two_are_inside(place: str, names: list[str], log_in: Login) -> None:
    forged = served(log_in, f"evil-{place}-signed-inside")
    assert forged.all(RESPONSE) == []
    inside = Forged(b"<around>" + decrypted(forged.root) + b"</around>", [])
    assert [each.text for each in inside.all("//saml:NameID")] == names
    assert [
        each.getparent().xpath("string(.//saml:NameID)", namespaces=NS) for each in inside.all("//ds:Signature")
    ] == [ALICE]
    assert inside.holds("//ds:Signature")


def test_in_clear(log_in: Login) -> None:
    forged = served(log_in, "missing")
    assert (forged.names(), forged.all("//xenc:EncryptedData")) == ({ALICE}, [])
    assert forged.holds(RESPONSE)
    assert forged.holds("/samlp:Response/saml:Assertion/ds:Signature")


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("garbage", rb"\x00\x01\x02"),
        ("empty", rb"$"),
        ("doctype", rb"<!DOCTYPE"),
        ("response", rb"<samlp:Response.*<saml:EncryptedAssertion"),
        ("encrypted-again", rb"<saml:EncryptedAssertion"),
        ("name-id", rb"<saml:NameID"),
    ],
)
def test_other_content(name: str, pattern: bytes, log_in: Login) -> None:
    forged = served(log_in, f"content-{name}")
    assert re.match(pattern, decrypted(forged.root), re.DOTALL)
    assert forged.holds(RESPONSE)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.reject == "fail_cleanly"], ids=lambda f: f.id)
def test_the_response_around_what_is_damaged_is_genuine(fault: Fault, log_in: Login) -> None:
    forged = log_in(fault.id, provider=ENCRYPTING)
    assert forged.holds(RESPONSE)
    assert len(forged.all("//saml:EncryptedAssertion")) == 1


@pytest.mark.parametrize(
    ("name", "tag"), [("encrypted-id", "EncryptedID"), ("encrypted-attribute", "EncryptedAttribute")]
)
def test_encrypted_once_more(name: str, tag: str, log_in: Login) -> None:
    inside = Forged(decrypted(served(log_in, name).root), [])
    assert inside.holds(ASSERTION)
    [hidden] = inside.all(f"//saml:{tag}")
    assert (ALICE if name == "encrypted-id" else "secret").encode() in decrypted(hidden)


@pytest.mark.parametrize("name", ["other-key", "no-key-info", "changed-name-id", "inclusive-canonicalization"])
def test_a_signature_is_forged_before_it_is_encrypted(name: str, log_in: Login) -> None:
    forged = log_in(f"saml_signature.{name}", provider=ENCRYPTING)
    assert [line.fault for line in forged.fired] == [f"saml_signature.{name}"]
    assert forged.all("//ds:Signature") == []
    inside = Forged(decrypted(forged.root), [])
    assert inside.names() == ({MALLORY} if name in ("other-key", "changed-name-id") else {ALICE})
    assert inside.holds(ASSERTION) == (name in ("no-key-info", "inclusive-canonicalization"))
    assert inside.holds(ASSERTION, "mallory") == (name == "other-key")


def test_wrapping_is_encrypted_assertion_by_assertion(log_in: Login) -> None:
    forged = log_in("saml_wrapping.xsw3", provider=ENCRYPTING)
    insides = [Forged(decrypted(each), []) for each in forged.all("/samlp:Response/saml:EncryptedAssertion")]
    assert [each.names() for each in insides] == [{MALLORY}, {ALICE}]
    assert [bool(each.all(ASSERTION)) for each in insides] == [False, True]
    assert insides[1].holds(ASSERTION)


def test_the_spelling_of_an_encrypted_response(log_in: Login) -> None:
    forged = log_in("saml_canonicalization.rewritten-quotes", provider=ENCRYPTING)
    assert b'"' not in forged.document
    assert forged.holds(RESPONSE)


@pytest.mark.parametrize(
    ("fault", "lacks"),
    [
        ("saml_wrapping.xsw1", "a response that is not encrypted"),
        ("saml_signature.on-the-response-only", "a response that is not encrypted"),
        ("saml_canonicalization.comment-in-name-id", "an assertion in clear"),
        ("saml_canonicalization.bare-ampersand", "what it rewrites"),
    ],
)
def test_what_cannot_be_made_under_encryption_is_refused(fault: str, lacks: str, log_in: Login) -> None:
    forged = log_in(fault, provider=ENCRYPTING)
    assert forged.fired == []
    assert forged.all("//samlp:StatusMessage")[0].text.endswith(f"a message without {lacks}.")
