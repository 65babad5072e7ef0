"""Shapes of responses, judged by software that shares no code with the signer."""

import base64

import pytest
import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier

from fake_idp.config import ServiceProvider

from .conftest import ACS, FIXTURES, NS, SP, Answer, answer, authn_request, certificate, config_with, xmlsec_verify

ALGORITHMS = {
    "rsa-sha256": (SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256, "rsa-1"),
    "rsa-sha384": (SignatureMethod.RSA_SHA384, DigestAlgorithm.SHA384, "rsa-1"),
    "rsa-sha512": (SignatureMethod.RSA_SHA512, DigestAlgorithm.SHA512, "rsa-1"),
    "ecdsa-sha256": (SignatureMethod.ECDSA_SHA256, DigestAlgorithm.SHA256, "ec-1"),
    "ecdsa-sha384": (SignatureMethod.ECDSA_SHA384, DigestAlgorithm.SHA384, "ec-1"),
}
SIGNED = {"assertion": ["saml:Assertion"], "response": ["samlp:Response"], "both": ["samlp:Response", "saml:Assertion"]}


def signxml_verify(response: Answer, tag: str, algorithm: str) -> etree._Element:
    """What signxml says is signed, when it is asked for the signature of the element `tag`."""
    method, digest, key = ALGORITHMS[algorithm]
    expected = SignatureConfiguration(
        location="./" if tag == "samlp:Response" else f"./{{{NS['saml']}}}Assertion/",
        signature_methods=frozenset({method}),
        digest_algorithms=frozenset({digest}),
        require_x509=True,
    )
    pem = certificate(key).public_bytes(Encoding.PEM).decode()
    result = XMLVerifier().verify(response.document, x509_cert=pem, expect_config=expected, id_attribute="ID")
    return result.signed_xml


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("sign", SIGNED)
def test_two_libraries_accept_every_signature(make_idp, peer_of, sign, algorithm):
    settings = ServiceProvider(entity_id=SP, sign=sign, signature_algorithm=algorithm)
    response = peer_of(make_idp(config=config_with(settings))).log_in()
    key = ALGORITHMS[algorithm][2]
    assert len(response.all("//ds:Signature")) == len(SIGNED[sign])
    for tag in SIGNED[sign]:
        signed = signxml_verify(response, tag, algorithm)
        assert signed.tag == f"{{{NS[tag.partition(':')[0]]}}}{tag.partition(':')[2]}"
        assert signed.xpath("string(//saml:NameID)", namespaces=NS) == "alice@acme.example"
        xmlsec_verify(response.document, tag, key)


@pytest.mark.parametrize("tag", SIGNED["both"])
def test_the_judges_see_a_change(peer, tag):
    response = peer.log_in()
    changed = Answer(response.action, response.document.replace(b"alice@acme", b"mallory@acme"), None)
    with pytest.raises(Exception, match=r"[Dd]igest mismatch"):
        signxml_verify(changed, tag, "rsa-sha256")
    with pytest.raises(xmlsec.VerificationError):
        xmlsec_verify(changed.document, tag)


SCHEMA_CASES = {
    "plain": {},
    "entra": {"attributes": "entra"},
    "no attributes": {"attributes": {}},
    "persistent": {"name_id_format": "persistent"},
    "transient": {"name_id_format": "transient", "sign": "response"},
    "encrypted": {
        "encrypt": True,
        "encryption_certificate": str(FIXTURES / "keys" / "rsa-2.crt"),
    },
}


@pytest.mark.parametrize("case", SCHEMA_CASES)
def test_schema(make_idp, peer_of, saml_schema, case):
    settings = ServiceProvider(entity_id=SP, **SCHEMA_CASES[case])
    saml_schema(peer_of(make_idp(config=config_with(settings))).log_in().root)


def test_schema_of_a_refusal(peer, saml_schema):
    response = peer.send(authn_request(IsPassive="true"))
    saml_schema(answer(response).root)


@pytest.mark.parametrize("transport", ["rsa-oaep-mgf1p", "rsa-oaep"])
@pytest.mark.parametrize("content", ["aes128-gcm", "aes256-gcm", "aes128-cbc", "aes256-cbc"])
def test_xmlsec_decrypts_and_then_verifies(make_idp, peer_of, content, transport):
    settings = ServiceProvider(
        entity_id=SP,
        encrypt=True,
        encryption_certificate=str(FIXTURES / "keys" / "rsa-2.crt"),
        content_encryption=content,
        key_transport=transport,
    )
    response = peer_of(make_idp(config=config_with(settings))).log_in()
    assert b"alice" not in response.document
    root = response.root
    xmlsec_verify(response.document, "samlp:Response")
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_file(str(FIXTURES / "keys" / "rsa-2.pem"), xmlsec.KeyFormat.PEM))
    [data] = root.xpath("//saml:EncryptedAssertion/xenc:EncryptedData", namespaces=NS)
    if transport == "rsa-oaep":
        # This build of the library does not know the transport of XML Encryption 1.1; its content is checked below.
        assertion = decrypted_by_hand(data, content)
    else:
        assertion = xmlsec.EncryptionContext(manager).decrypt(data)
    plain = Answer(ACS, etree.tostring(assertion), None)
    xmlsec_verify(plain.document, "saml:Assertion")
    assert plain.name_id[0] == "alice@acme.example"


def decrypted_by_hand(data: etree._Element, content: str) -> etree._Element:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    private = load_pem_private_key((FIXTURES / "keys" / "rsa-2.pem").read_bytes(), None)
    wrapped, sealed = (
        base64.b64decode(found.text)
        for found in (data.find(".//xenc:EncryptedKey//xenc:CipherValue", NS), data.find("xenc:CipherData/*", NS))
    )
    key = private.decrypt(wrapped, OAEP(MGF1(hashes.SHA256()), hashes.SHA256(), None))
    if content.endswith("gcm"):
        mode = modes.GCM(sealed[:12], sealed[-16:])
        return etree.fromstring(Cipher(algorithms.AES(key), mode).decryptor().update(sealed[12:-16]))
    plain = Cipher(algorithms.AES(key), modes.CBC(sealed[:16])).decryptor().update(sealed[16:])
    return etree.fromstring(plain[: -plain[-1]])


def test_every_time_and_address(make_idp, peer_of, clock):
    clock.freeze(1_800_000_000)
    peer = peer_of(make_idp())
    response = peer.log_in()
    root, issuer = response.root, peer.issuer + "/saml/metadata"
    assert (root.get("Version"), root.get("Destination"), root.get("InResponseTo")) == ("2.0", ACS, "_request-1")
    assert {found.text for found in response.all("//saml:Issuer")} == {issuer}
    assert {found.get("IssueInstant") for found in response.all("//*[@IssueInstant]")} == {"2027-01-15T08:00:00Z"}
    assert dict(response.one("//saml:SubjectConfirmationData").attrib) == {
        "NotOnOrAfter": "2027-01-15T08:05:00Z",
        "Recipient": ACS,
        "InResponseTo": "_request-1",
    }
    assert response.one("//saml:SubjectConfirmation").get("Method") == "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    conditions = response.one("//saml:Conditions")
    assert dict(conditions.attrib) == {"NotBefore": "2027-01-15T08:00:00Z", "NotOnOrAfter": "2027-01-15T08:05:00Z"}
    assert response.one("//saml:Audience").text == SP
    statement = response.one("//saml:AuthnStatement")
    assert statement.get("AuthnInstant") == "2027-01-15T08:00:00Z"
    assert statement.get("SessionNotOnOrAfter") == "2027-01-15T16:00:00Z"
    assert statement.get("SessionIndex")
    clock.advance(100)
    again = peer.send(authn_request())
    later = answer(again).one("//saml:AuthnStatement")
    assert later.get("AuthnInstant") == "2027-01-15T08:00:00Z", "the person did not log in again"
    assert later.get("SessionIndex") == statement.get("SessionIndex")


def test_identifiers_come_from_the_seed(make_idp, peer_of):
    ids = [peer_of(make_idp(seed=7)).log_in().root.xpath("//@ID") for _ in range(2)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2
    assert all(value[0] == "_" for value in ids[0])
    assert peer_of(make_idp()).log_in().root.xpath("//@ID") != ids[0]
