"""Responses that readers read differently: what is signed still holds, and what a careless reader makes of it."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections.abc import Iterator

import pytest
from lxml import etree

from fake_idp.faults.fault import Fault, catalogue
from tests.fake_idp.saml.conftest import NS

from .saml_login import ALICE, MALLORY, Login, logins

RESPONSE, ASSERTION = "/samlp:Response/ds:Signature", "/samlp:Response/saml:Assertion/ds:Signature"
FAULTS = [fault for fault in catalogue().values() if fault.point == "saml_canonicalization"]
UNREADABLE = [fault for fault in FAULTS if fault.finding and fault.finding.name == "unreadable-response"]
HOLDS = [fault for fault in FAULTS if fault.reject in ("must_tolerate", "should_reject")]


@pytest.fixture(scope="module")
def log_in() -> Iterator[Login]:
    yield from logins()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_it_fires_once_and_the_ledger_shows_nobody(fault: Fault, log_in: Login) -> None:
    [line] = log_in(fault.id).fired
    assert (line.fault, line.before != line.after) == (fault.id, True)
    assert "acme.example" not in str(line)


@pytest.mark.parametrize("fault", HOLDS, ids=lambda fault: fault.id)
def test_xmlsec_finds_both_signatures_to_hold(fault: Fault, log_in: Login) -> None:
    forged = log_in(fault.id)
    assert [forged.holds(path) for path in (RESPONSE, ASSERTION)] == [True, True]


@pytest.mark.parametrize("name", ["prefix-renamed", "carriage-returns-kept", "composed-after-signing"])
def test_xmlsec_sees_the_change(name: str, log_in: Login) -> None:
    forged = log_in(f"saml_canonicalization.{name}")
    assert not any(forged.holds(path) for path in (RESPONSE, ASSERTION))


@pytest.mark.parametrize("name", ["comment-in-name-id", "processing-instruction-in-name-id"])
def test_a_careless_reader_takes_the_name_for_mallorys(name: str, log_in: Login) -> None:
    forged = log_in(f"saml_canonicalization.{name}")
    [name_id] = forged.all("//saml:NameID")
    assert (name_id.text, name_id.xpath("string()")) == (MALLORY, f"{MALLORY}.evil.example")


def test_a_careless_reader_takes_the_attributes_for_mallorys(log_in: Login) -> None:
    forged = log_in("saml_canonicalization.comment-in-attributes")
    values = [value for value in forged.all("//saml:AttributeValue") if "@" in value.xpath("string()")]
    assert {value.text for value in values} == {MALLORY}
    assert {value.xpath("string()") for value in values} == {f"{MALLORY}.evil.example"}
    assert forged.names() == {ALICE}


@pytest.mark.parametrize("name", ["audience", "issuer"])
def test_a_harmless_comment_leaves_the_text_as_it_was(name: str, log_in: Login) -> None:
    forged, good = log_in(f"saml_canonicalization.comment-in-{name}"), log_in()
    path = "//saml:Audience" if name == "audience" else "//saml:Assertion/saml:Issuer"
    [changed], [holder] = forged.all(path), good.all(path)
    assert changed.text != holder.text
    assert changed.xpath("string()").partition("/")[0] == holder.text.partition("/")[0]
    assert len(changed.xpath("comment()")) == 1


def test_the_digest_of_nothing(log_in: Login) -> None:
    forged = log_in("saml_canonicalization.void")
    [assertion] = forged.all("//saml:Assertion")
    digest = assertion.findtext("ds:Signature/ds:SignedInfo/ds:Reference/ds:DigestValue", namespaces=NS)
    assert base64.b64decode(digest) == hashlib.sha256().digest()
    assert (assertion.nsmap["void"], forged.names()) == ("1", {MALLORY})
    with pytest.raises(etree.C14NError):
        etree.tostring(assertion, method="c14n")
    assert not forged.holds(ASSERTION)


def test_a_namespace_that_looks_nearly_alike(log_in: Login) -> None:
    forged = log_in("saml_canonicalization.signature-of-another-namespace")
    assert (forged.all("//ds:Signature"), forged.names()) == ([], {MALLORY})
    assert len(forged.all("//*[local-name()='Signature']")) == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("prefixes-saml2", {"saml2p", "saml2", "ds"}),
        ("prefixes-none", {None, "ds"}),
        ("prefixes-swapped", {"samlp", "saml", "ds"}),
    ],
)
def test_prefixes(name: str, expected: set[str | None], log_in: Login) -> None:
    forged = log_in(f"saml_canonicalization.{name}")
    assert {each.prefix for each in forged.all("//*")} == expected
    if name == "prefixes-swapped":
        assert (forged.root.prefix, forged.all("//saml:Assertion")[0].prefix) == ("saml", "samlp")


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if ".rewritten-" in fault.id], ids=lambda fault: fault.id)
def test_rewriting_changes_octets_only(fault: Fault, log_in: Login) -> None:
    forged = log_in(fault.id)
    assert forged.names() == {ALICE}
    assert forged.all("//samlp:StatusCode")[0].get("Value").endswith(":Success")
    if fault.id.endswith("-attribute-order"):
        assert list(forged.root.attrib)[:2] == ["Version", "ID"]


@pytest.mark.parametrize("way", ["zero-width-space", "no-break-space", "homoglyph", "full-width", "capitals"])
def test_a_lookalike_is_another_name(way: str, log_in: Login) -> None:
    [name] = log_in(f"saml_canonicalization.lookalike-{way}").names()
    assert name != MALLORY
    folded = unicodedata.normalize("NFKC", name).casefold().strip().strip("\N{ZERO WIDTH SPACE}")
    assert folded.replace("\N{CYRILLIC SMALL LETTER A}", "a") == MALLORY


@pytest.mark.parametrize("name", ["decomposed", "composed-after-signing"])
def test_normal_forms(name: str, log_in: Login) -> None:
    text = log_in(f"saml_canonicalization.{name}").document.decode()
    assert unicodedata.is_normalized("NFC" if name == "composed-after-signing" else "NFD", text)
    assert not text.isascii()


@pytest.mark.parametrize("fault", UNREADABLE, ids=lambda fault: fault.id)
def test_what_must_not_be_read(fault: Fault, log_in: Login) -> None:
    document = log_in(fault.id).document
    assert len(document) < 100_000
    if document.startswith(b"<!DOCTYPE samlp:Response"):
        return
    if fault.id.endswith(".utf-16"):
        assert document.startswith((b"\xff\xfe", b"\xfe\xff"))
    elif fault.id.endswith(".bomb-attributes"):
        assert len(etree.fromstring(document).attrib) > 400
    else:
        with pytest.raises(etree.XMLSyntaxError):
            etree.fromstring(document)


@pytest.mark.parametrize(
    ("name", "needle"),
    [
        ("doctype-internal-entity", b">&name;</saml:NameID>"),
        ("doctype-entity-in-id", b' ID="&name;"'),
        ("xxe-file", b">&name;</saml:NameID>"),
        ("xxe-url", b">&name;</saml:NameID>"),
        ("xxe-parameter", b"%more;"),
        ("bomb-billion-laughs", b"&e9;</saml:NameID>"),
        ("bomb-quadratic", b"&e9;&e9;</saml:NameID>"),
        ("two-roots", b"</samlp:Response><samlp:Response"),
        ("null-character", b"&#0;"),
    ],
)
def test_the_payload_is_there(name: str, needle: bytes, log_in: Login) -> None:
    assert needle in log_in(f"saml_canonicalization.{name}").document


def test_an_entity_that_a_lax_parser_expands_is_mallory(log_in: Login) -> None:
    document = log_in("saml_canonicalization.doctype-internal-entity").document
    root = etree.fromstring(document, etree.XMLParser(resolve_entities=True))
    assert root.xpath("string(//saml:NameID)", namespaces=NS) == MALLORY
