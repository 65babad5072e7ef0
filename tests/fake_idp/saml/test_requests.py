"""AuthnRequests that must not be answered: the reason stays on the page of the identity provider."""

import base64
import copy
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import xmlsec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from signxml import DigestAlgorithm, SignatureMethod, XMLSigner

from fake_idp.config import ServiceProvider

from .conftest import ACS, FIXTURES, NS, SP, answer, authn_request, config_with, deflated, encoded, error_of

KEY, CERTIFICATE = FIXTURES / "keys" / "rsa-2.pem", FIXTURES / "keys" / "rsa-2.crt"
OTHER_KEY, OTHER_CERTIFICATE = FIXTURES / "keys" / "rsa-1.pem", FIXTURES / "keys" / "rsa-1.crt"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def signed_query(
    document: bytes, relay_state: str | None = "r", *, key: Path = KEY, lower: bool = False, algorithm: str = RSA_SHA256
) -> str:
    """As a service provider signs, by the standard's text."""
    query = f"SAMLRequest={quote(deflated(document), safe='')}"
    if relay_state is not None:
        query += f"&RelayState={quote(relay_state, safe='')}"
    query += f"&SigAlg={quote(algorithm, safe='')}"
    if lower:
        query = query.replace("%3A", "%3a").replace("%2B", "%2b").replace("%2F", "%2f")
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    hashed = hashes.SHA1() if algorithm.endswith("sha1") else hashes.SHA256()
    value = private.sign(query.encode(), padding.PKCS1v15(), hashed)
    return f"{query}&Signature={quote(base64.b64encode(value).decode(), safe='')}"


def signed_document(document: bytes, *, key: Path = KEY, certificate: Path = CERTIFICATE) -> bytes:
    root = etree.fromstring(document)
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
    )
    placeholder = etree.SubElement(root, "{http://www.w3.org/2000/09/xmldsig#}Signature", Id="placeholder")
    root.insert(1, placeholder)
    signed = signer.sign(
        root, key=key.read_bytes(), cert=certificate.read_text(), reference_uri=root.get("ID"), id_attribute="ID"
    )
    return etree.tostring(signed)


@pytest.fixture
def strict(make_idp, peer_of):
    """A strict identity provider that knows one service provider, which signs."""
    settings = ServiceProvider(
        entity_id=SP,
        assertion_consumer_services=(ACS,),
        certificates=(str(CERTIFICATE),),
        authn_requests_signed=True,
    )
    return peer_of(make_idp(config=config_with(settings), strict=True))


def request_for(peer, **change):
    return authn_request(**{"Destination": peer.issuer + "/saml/sso", **change})


class TestSignature:
    def test_redirect(self, strict):
        page = strict.get("/saml/sso?" + signed_query(request_for(strict)))
        assert answer(strict.submit(page, person="alice")).status == ("Success", None)

    def test_redirect_over_the_octets_as_received(self, strict):
        query = signed_query(request_for(strict), "a:b/c+d", lower=True)
        assert "%3a" in query
        # requests would write the escapes in upper case.
        connection = HTTPConnection("127.0.0.1", strict.idp.port, timeout=5)
        try:
            connection.request("GET", f"/default/saml/sso?{query}")
            response = connection.getresponse()
            assert response.status == 302, response.read().decode()
        finally:
            connection.close()

    def test_redirect_over_another_encoding_is_named(self, strict):
        query = signed_query(request_for(strict), "a b").replace("RelayState=a%20b", "RelayState=a+b")
        assert "another percent-encoding" in error_of(strict.get("/saml/sso?" + query))["error"]

    def test_order_of_the_parameters_does_not_matter(self, strict):
        parts = signed_query(request_for(strict)).split("&")
        assert "login-form" in strict.get("/saml/sso?" + "&".join(reversed(parts))).text

    def test_post(self, strict):
        page = strict.post(SAMLRequest=encoded(signed_document(request_for(strict))))
        assert answer(strict.submit(page, person="alice")).status == ("Success", None)

    @pytest.mark.parametrize("prefixes", [None, "xs", "#default xs"])
    def test_post_by_xmlsec(self, strict, prefixes):
        document = request_for(strict).replace(b" ID=", b' xmlns:xs="http://www.w3.org/2001/XMLSchema" ID=', 1)
        root = etree.fromstring(document)
        xmlsec.tree.add_ids(root, ["ID"])
        template = xmlsec.template.create(root, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA512)
        root.insert(1, template)
        template.tail = "\n  "  # stays when the signature is cut out: it is signed
        reference = xmlsec.template.add_reference(template, xmlsec.Transform.SHA512, uri="#_request-1")
        xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
        transform = xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
        if prefixes:
            xmlsec.template.transform_add_c14n_inclusive_namespaces(transform, prefixes)
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(str(KEY), xmlsec.KeyFormat.PEM)
        context.sign(template)
        assert "login-form" in strict.post(SAMLRequest=encoded(etree.tostring(root))).text

    def test_none(self, strict):
        parts = error_of(strict.send(request_for(strict)))
        assert parts["error"] == "The message is not signed."

    def test_none_is_enough_for_permissive(self, make_idp, peer_of):
        settings = ServiceProvider(entity_id=SP, certificates=(str(CERTIFICATE),), authn_requests_signed=True)
        assert "login-form" in peer_of(make_idp(config=config_with(settings))).send(authn_request()).text

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda query: query.replace("RelayState=r", "RelayState=s"),
            lambda query: query.replace("&RelayState=r", ""),
            lambda query: query.replace("rsa-sha256", "rsa-sha512"),
            lambda query: query.partition("&Signature=")[0] + "&Signature=AAAA",
            lambda query: query.partition("&Signature=")[0] + "&Signature=",
        ],
    )
    def test_redirect_spoilt(self, strict, spoil):
        parts = error_of(strict.get("/saml/sso?" + spoil(signed_query(request_for(strict)))))
        assert parts["error"] == "The signature of the message does not hold."
        assert strict.idp.requests("saml_sso")[-1].accepted is False

    def test_permissive_judges_what_it_can_judge(self, make_idp, peer_of):
        settings = ServiceProvider(entity_id=SP, certificates=(str(CERTIFICATE),))
        peer = peer_of(make_idp(config=config_with(settings)))
        query = signed_query(authn_request(), key=OTHER_KEY)
        assert "does not hold" in error_of(peer.get("/saml/sso?" + query))["error"]
        assert "login-form" in peer_of(make_idp()).get("/saml/sso?" + query).text, "no certificate to judge by"

    def test_post_by_another_key_that_shows_its_certificate(self, strict):
        document = signed_document(request_for(strict), key=OTHER_KEY, certificate=OTHER_CERTIFICATE)
        parts = error_of(strict.post(SAMLRequest=encoded(document)))
        assert "certificates in the service provider's metadata" in parts["expected"]

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            (b'AssertionConsumerServiceURL="http://127.0.0.1:9/acs"', b'ForceAuthn="true"', "digest"),
            (b'URI="#_request-1"', b'URI="#_other"', "the message itself"),
            (b'URI="#_request-1"', b'URI=""', "the message itself"),
            (b"xmldsig#enveloped-signature", b"xmldsig#base64", "transforms"),
            (b"2001/04/xmlenc#sha256", b"2000/09/xmldsig#md5", "digest with"),
            (b"xmldsig-more#rsa-sha256", b"xmldsig-more#hmac-sha256", "signature with"),
            (b'CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"',
             b'CanonicalizationMethod Algorithm="urn:x"', "canonicalization"),
        ],
    )  # fmt: skip
    def test_post_spoilt(self, strict, old, new, expected):
        document = signed_document(request_for(strict))
        assert old in document
        parts = error_of(strict.post(SAMLRequest=encoded(document.replace(old, new))))
        assert expected in parts["expected"]

    @pytest.mark.parametrize(
        ("tag", "seen"), [("SignedInfo", "2 with 2"), ("Reference", "1 with 2"), ("Signature", "2")]
    )
    def test_post_with_a_part_twice(self, strict, tag, seen):
        root = etree.fromstring(signed_document(request_for(strict)))
        [part] = root.iter(f"{{{NS['ds']}}}{tag}")
        part.addnext(copy.deepcopy(part))
        assert error_of(strict.post(SAMLRequest=encoded(etree.tostring(root))))["seen"] == seen

    def test_wrapped(self, strict):
        """The signed request inside one that says something else."""
        inner = signed_document(request_for(strict))
        outer = request_for(strict, request_id="_evil").replace(
            b"</samlp:AuthnRequest>", b"<samlp:Extensions>" + inner + b"</samlp:Extensions></samlp:AuthnRequest>"
        )
        assert error_of(strict.post(SAMLRequest=encoded(outer)))["error"] == "The message is not signed."
        signature = etree.tostring(etree.fromstring(inner).find("ds:Signature", NS))
        moved = outer.replace(b"</saml:Issuer>", b"</saml:Issuer>" + signature, 1)
        assert "the message itself" in error_of(strict.post(SAMLRequest=encoded(moved)))["expected"]

    def test_sha1_is_for_permissive_only(self, make_idp, peer_of, strict):
        old = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
        query = signed_query(request_for(strict), algorithm=old)
        assert "signature with" in error_of(strict.get("/saml/sso?" + query))["expected"]
        settings = ServiceProvider(entity_id=SP, certificates=(str(CERTIFICATE),))
        peer = peer_of(make_idp(config=config_with(settings)))
        assert "login-form" in peer.get("/saml/sso?" + signed_query(authn_request(), algorithm=old)).text


class TestAddresses:
    @pytest.mark.parametrize(
        "url", ["https://evil.example/acs", "//evil.example", "javascript:alert(1)", "http://127.0.0.1@evil.example/"]
    )
    def test_consumer_service_elsewhere(self, peer, url):
        parts = error_of(peer.send(authn_request(AssertionConsumerServiceURL=url)))
        assert "not one of this service provider" in parts["error"]
        assert parts["seen"] == url

    def test_configured_host(self, make_idp, peer_of):
        peer = peer_of(make_idp(config=config_with(redirect_hosts=("sp.example",))))
        assert peer.log_in(authn_request(AssertionConsumerServiceURL="https://sp.example/acs")).status[0] == "Success"

    def test_strict_wants_a_listed_one(self, strict):
        document = request_for(strict, AssertionConsumerServiceURL=ACS + "/")
        parts = error_of(strict.get("/saml/sso?" + signed_query(document)))
        assert parts["expected"] == ACS
        assert "trailing slash" in parts["fix"]

    def test_by_index_and_by_default(self, make_idp, peer_of, sp_metadata):
        peer = peer_of(make_idp())
        peer.idp.register_service_provider(sp_metadata)
        for given, expected in (
            ({"AssertionConsumerServiceIndex": "2"}, "http://127.0.0.1:9/two"),
            ({}, "http://127.0.0.1:9/default"),
        ):
            request = authn_request(AssertionConsumerServiceURL=None, **given)
            page = peer.send(request)
            assert answer(peer.submit(page, person="alice") if "login-form" in page.text else page).action == expected
        for index in ("7", "0"):  # none, and one for artifacts
            unknown = authn_request(AssertionConsumerServiceURL=None, AssertionConsumerServiceIndex=index)
            assert error_of(peer.send(unknown))["seen"] == index
        both = authn_request(AssertionConsumerServiceIndex="2")
        assert "twice" in error_of(peer.send(both))["error"]

    def test_none_at_all(self, peer):
        assert error_of(peer.send(authn_request(AssertionConsumerServiceURL=None)))["seen"] == "none"

    def test_destination(self, peer, strict):
        elsewhere = authn_request(Destination="https://other.example/sso")
        parts = error_of(peer.send(elsewhere))
        assert "addressed to somebody else" in parts["error"]
        assert parts["expected"] == peer.issuer + "/saml/sso"
        absent = error_of(strict.get("/saml/sso?" + signed_query(authn_request())))
        assert absent["seen"] == "none"

    @pytest.mark.parametrize("issuer", [None, "", "  "])
    def test_no_issuer(self, peer, issuer):
        assert "which service provider" in error_of(peer.send(authn_request(issuer=issuer)))["error"]

    def test_strict_wants_a_registered_one(self, strict):
        page = strict.send(request_for(strict, issuer=SP + "/"))
        assert page.status_code == 403
        assert error_of(page)["expected"] == SP

    def test_no_id(self, peer):
        assert "no ID" in error_of(peer.send(authn_request(request_id="")))["error"]


class TestKinds:
    def test_another_message(self, peer):
        logout = authn_request().replace(b"AuthnRequest", b"LogoutRequest")
        parts = error_of(peer.send(logout))
        assert (parts["expected"], parts["seen"]) == ("AuthnRequest", "LogoutRequest in SAMLRequest")

    def test_another_namespace(self, peer):
        old = authn_request().replace(b"SAML:2.0:protocol", b"SAML:1.0:protocol")
        assert "not a SAML 2.0 protocol message" in error_of(peer.send(old))["error"]

    @pytest.mark.parametrize(
        ("query", "seen"),
        [
            ("", "no parameters"),
            ("SAMLart=AAQ", "SAMLart"),
            ("SAMLRequest=a&SAMLRequest=b", "SAMLRequest, SAMLRequest"),
            ("SAMLRequest=a&SAMLResponse=b", "SAMLRequest, SAMLResponse"),
            ("samlrequest=a", "samlrequest"),
        ],
    )
    def test_not_one_message(self, peer, query, seen):
        assert error_of(peer.get("/saml/sso?" + query))["seen"] == seen

    def test_body_that_is_no_form(self, peer):
        page = peer.http.post(peer.issuer + "/saml/sso", json={"SAMLRequest": "x"})
        assert "application/json" in error_of(page)["seen"]

    def test_message_in_the_query_of_a_post(self, peer):
        query = urlencode({"SAMLRequest": encoded(authn_request())})
        page = peer.http.post(f"{peer.issuer}/saml/sso?{query}", data={})
        assert page.status_code == 400
        assert "expected" in error_of(page)

    def test_unknown_encoding(self, peer):
        assert error_of(peer.send(authn_request(), SAMLEncoding="urn:zip"))["seen"] == "urn:zip"
