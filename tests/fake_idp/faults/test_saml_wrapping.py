"""Wrapped responses: what is signed is genuine and about alice, what is in its place is about mallory."""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from fake_idp.faults.fault import Fault, catalogue
from tests.fake_idp.saml.conftest import NS, certificate

from .saml_login import ALICE, MALLORY, Forged, Login, logins

WRAPPED = [fault for fault in catalogue().values() if fault.point == "saml_wrapping"]
RESPONSE, ASSERTION = "Response", "Response/Assertion"
# Where the two assertions stand: mallory's, then alice's.
PLACES = {
    "xsw1": (ASSERTION, "Response/Signature/Response/Assertion"),
    "xsw2": (ASSERTION, "Response/Response/Assertion"),
    "xsw3": (ASSERTION, ASSERTION),
    "xsw4": (ASSERTION, "Response/Assertion/Assertion"),
    "xsw5": (ASSERTION, ASSERTION),
    "xsw6": (ASSERTION, "Response/Assertion/Signature/Assertion"),
    "xsw7": ("Response/Extensions/Assertion", ASSERTION),
    "xsw8": (ASSERTION, "Response/Assertion/Signature/Object/Assertion"),
    "evil-behind-signed": (ASSERTION, ASSERTION),
    "evil-of-the-same-id": (ASSERTION, ASSERTION),
    "evil-signed-by-a-stranger": (ASSERTION, ASSERTION),
    "evil-in-extensions": ("Response/Extensions/Assertion", ASSERTION),
    "evil-in-status-detail": ("Response/Status/StatusDetail/Assertion", ASSERTION),
    "evil-in-object": ("Response/Assertion/Signature/Object/Assertion", ASSERTION),
    "evil-in-key-info": ("Response/Assertion/Signature/KeyInfo/Assertion", ASSERTION),
    "evil-in-signature": ("Response/Assertion/Signature/Assertion", ASSERTION),
    "signed-in-extensions": (ASSERTION, "Response/Extensions/Assertion"),
    "signed-in-status-detail": (ASSERTION, "Response/Status/StatusDetail/Assertion"),
    "signed-in-key-info": (ASSERTION, "Response/Assertion/Signature/KeyInfo/Assertion"),
    "signed-in-subject-confirmation-data": (
        ASSERTION,
        "Response/Assertion/Subject/SubjectConfirmation/SubjectConfirmationData/Assertion",
    ),
    "signed-in-attribute-value": (
        ASSERTION,
        "Response/Assertion/AttributeStatement/Attribute/AttributeValue/Assertion",
    ),
    "signed-in-advice": (ASSERTION, "Response/Assertion/Advice/Assertion"),
    "same-id-signed-in-extensions": (ASSERTION, "Response/Extensions/Assertion"),
    "same-id-signed-in-object": (ASSERTION, "Response/Assertion/Signature/Object/Assertion"),
    "same-id-signed-in-advice": (ASSERTION, "Response/Assertion/Advice/Assertion"),
    "response-in-extensions": (ASSERTION, "Response/Extensions/Response/Assertion"),
    "advice-about-another-person": ("Response/Assertion/Advice/Assertion", ASSERTION),
}
# In these there is one assertion only.
ONE = {
    "signed-refusal": MALLORY, "signed-metadata": MALLORY, "signed-logout": MALLORY, "enveloping": ALICE,
    "id-as-lower-case": ALICE, "id-as-xml-id": ALICE, "id-as-saml-id": ALICE,
}  # fmt: skip
SAME_ID = ("xsw7", "evil-of-the-same-id", "same-id-signed-in-extensions", "same-id-signed-in-object",
           "same-id-signed-in-advice")  # fmt: skip


@pytest.fixture(scope="module")
def log_in() -> Iterator[Login]:
    yield from logins()


def path_of(element: Any) -> str:
    path = [element, *element.iterancestors()]
    return "/".join(etree.QName(each).localname for each in reversed(path))


def name_of(assertion: Any) -> str:
    return str(assertion.xpath("string(saml:Subject/saml:NameID)", namespaces=NS))


def covered(forged: Forged) -> list[tuple[str, Any]]:
    """What the genuine signatures in the document cover, and where it stands; worked out by hand."""
    found = []
    for signature in forged.all("//ds:Signature"):
        info = signature.find("ds:SignedInfo", NS)
        octets = etree.tostring(info, method="c14n", exclusive=True)
        value = base64.b64decode(signature.findtext("ds:SignatureValue", namespaces=NS))
        try:
            certificate().public_key().verify(value, octets, padding.PKCS1v15(), hashes.SHA256())
        except Exception:  # noqa: BLE001 - it is not a genuine one
            continue
        uri = info.find("ds:Reference", NS).get("URI")
        digest = info.findtext("ds:Reference/ds:DigestValue", namespaces=NS)
        for target in forged.all(f"//*[@ID='{uri[1:]}']"):
            bare = copy.deepcopy(target)
            for own in bare.findall("ds:Signature", NS):
                bare.remove(own)
            made = hashlib.sha256(etree.tostring(bare, method="c14n", exclusive=True)).digest()
            if base64.b64encode(made).decode() == digest:
                found.append((path_of(target), bare))
    return found


def test_every_fault_has_its_place_here() -> None:
    assert {fault.id.partition(".")[2] for fault in WRAPPED} == {*PLACES, *ONE}


@pytest.mark.parametrize("name", PLACES)
def test_mallory_is_read_and_alice_is_signed(name: str, log_in: Login) -> None:
    forged = log_in(f"saml_wrapping.{name}")
    assert [line.fault for line in forged.fired] == [f"saml_wrapping.{name}"]
    by_name = {name_of(found): found for found in forged.all("//saml:Assertion")}
    assert set(by_name) == {MALLORY, ALICE}
    assert (path_of(by_name[MALLORY]), path_of(by_name[ALICE])) == PLACES[name]
    mallory = {value.text for value in by_name[MALLORY].iterfind("saml:AttributeStatement/saml:Attribute/*", NS)}
    assert {MALLORY, "mallory", "Mallory", "sentry-owners"} <= mallory
    assert not mallory & {ALICE, "alice", "Alice", "sentry-managers"}
    signed = [each.xpath("string(.//saml:NameID)", namespaces=NS) for _, each in covered(forged)]
    assert signed == [ALICE]
    assert (by_name[MALLORY].get("ID") == by_name[ALICE].get("ID")) == (name in SAME_ID)


CARELESS = ("(//saml:Assertion)[1]", "(//saml:Assertion)[last()]", "/*/saml:Assertion[1]", "/*/saml:Assertion[last()]")


@pytest.mark.parametrize("name", [name for name in PLACES if name != "advice-about-another-person"])
def test_some_careless_reader_is_fooled(name: str, log_in: Login) -> None:
    """It verifies what the signature names, wherever that is, and reads what it finds somewhere else."""
    forged = log_in(f"saml_wrapping.{name}")
    assert len(covered(forged)) == 1
    assert MALLORY in {name_of(found) for path in CARELESS for found in forged.all(path)}


def test_order_decides_which_one_a_careless_reader_takes(log_in: Login) -> None:
    first = {"xsw3": MALLORY, "xsw5": MALLORY, "evil-behind-signed": ALICE, "evil-signed-by-a-stranger": MALLORY}
    for name, expected in first.items():
        assert name_of(log_in(f"saml_wrapping.{name}").all("//saml:Assertion")[0]) == expected


@pytest.mark.parametrize("name", ONE)
def test_something_else_is_signed(name: str, log_in: Login) -> None:
    forged = log_in(f"saml_wrapping.{name}")
    assert forged.names() == {ONE[name]}
    [(place, signed)] = covered(forged)
    what = {"signed-refusal": "Response", "signed-metadata": "EntityDescriptor", "signed-logout": "LogoutResponse"}
    kind = what.get(name, "Response" if name == "enveloping" else "Assertion")
    assert etree.QName(signed).localname == kind
    if name == "signed-refusal":
        assert signed.find("samlp:Status/samlp:StatusCode", NS).get("Value").endswith(":Responder")
        assert place == "Response/Signature/Object/Response"


def test_the_stranger_signs_with_a_key_of_their_own(log_in: Login) -> None:
    forged = log_in("saml_wrapping.evil-signed-by-a-stranger")
    assert forged.holds("/samlp:Response/saml:Assertion[1]/ds:Signature", "mallory")
    assert forged.holds("/samlp:Response/saml:Assertion[2]/ds:Signature", "idp")


@pytest.mark.parametrize("fault", WRAPPED, ids=lambda fault: fault.id)
def test_the_ledger_shows_nobody(fault: Fault, log_in: Login) -> None:
    [line] = log_in(fault.id).fired
    assert line.before != line.after
    assert ALICE not in str(line)
