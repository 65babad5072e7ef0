import subprocess
import sys

import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml import XMLVerifier

from fake_idp.config import ServiceProvider
from fake_idp.refusal import RefusedError
from fake_idp.saml import sp_metadata

from .conftest import FIXTURES, NS, SP, certificate, config_with, xmlsec_verify


def fetch(idp, query="", issuer="default"):
    response = requests.get(idp.issuer(issuer) + "/saml/metadata" + query, timeout=5)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/samlmetadata+xml"
    return response.content


def certificates_in(document):
    return ["".join(found.text.split()) for found in etree.fromstring(document).iterfind(".//ds:X509Certificate", NS)]


def base64_of(name):
    return "".join(certificate(name).public_bytes(Encoding.PEM).decode().splitlines()[1:-1])


def test_contents(idp, saml_schema):
    root = etree.fromstring(fetch(idp))
    saml_schema(root)
    assert root.get("entityID") == idp.issuer() + "/saml/metadata" == idp.saml_metadata_url()
    role = root.find("md:IDPSSODescriptor", NS)
    for name, path in (("SingleSignOnService", "/saml/sso"), ("SingleLogoutService", "/saml/slo")):
        found = role.findall(f"md:{name}", NS)
        assert [service.get("Binding").rpartition(":")[2] for service in found] == ["HTTP-Redirect", "HTTP-POST"]
        assert {service.get("Location") for service in found} == {idp.issuer() + path}
    assert [found.text.rpartition(":")[2] for found in role.findall("md:NameIDFormat", NS)] == [
        "emailAddress", "persistent", "transient", "unspecified",
    ]  # fmt: skip
    assert certificates_in(etree.tostring(root)) == [base64_of("rsa-1")]
    assert root.find("ds:Signature", NS) is None


@pytest.mark.parametrize("by", ["query", "configuration"])
def test_signed(make_idp, saml_schema, by):
    idp = make_idp(config=config_with(sign_saml_metadata=by == "configuration"))
    document = fetch(idp, "?signed=1" if by == "query" else "")
    saml_schema(etree.fromstring(document))
    pem = certificate().public_bytes(Encoding.PEM).decode()
    signed = XMLVerifier().verify(document, x509_cert=pem, id_attribute="ID").signed_xml
    assert signed.get("entityID") == idp.saml_metadata_url()
    xmlsec_verify(document, "md:EntityDescriptor")


def test_issuers_and_namespaces_differ(idp):
    urls = {idp.saml_metadata_url(), idp.saml_metadata_url("google"), idp.saml_metadata_url(namespace="n1")}
    for url in urls:
        assert f'entityID="{url}"' in requests.get(url, timeout=5).text
    assert len(urls) == 3


def test_rotation_publishes_both_and_signs_with_the_new_one(idp, peer_of, clock):
    idp.keys.rotate(grace=60)
    assert certificates_in(fetch(idp)) == [base64_of("rsa-2"), base64_of("rsa-1")]
    assert base64_of("rsa-2") in peer_of(idp).log_in().document.decode()
    clock.advance(61)
    assert certificates_in(fetch(idp)) == [base64_of("rsa-2")]
    idp.keys.rotate()
    [made] = certificates_in(fetch(idp))
    assert made not in (base64_of("rsa-1"), base64_of("rsa-2"))
    assert made in peer_of(idp).log_in().document.decode()


def test_ec_certificate_is_there_where_somebody_gets_such_signatures(make_idp):
    idp = make_idp(config=config_with(ServiceProvider(entity_id=SP, signature_algorithm="ecdsa-sha256")))
    assert certificates_in(fetch(idp)) == [base64_of("rsa-1"), base64_of("ec-1")]


def test_certificate(idp):
    response = requests.get(idp.issuer() + "/saml/cert.pem", timeout=5)
    assert response.text == certificate().public_bytes(Encoding.PEM).decode()


def test_key_without_a_certificate_makes_always_the_same(make_idp, tmp_path):
    (tmp_path / "idp.toml").write_text(f'[[keys]]\nkid = "mine"\nfile = "{FIXTURES}/keys/rsa-2.pem"\n')
    pems = {
        requests.get(make_idp(config=tmp_path / "idp.toml").issuer() + "/saml/cert.pem", timeout=5).text
        for _ in range(2)
    }
    assert len(pems) == 1
    assert "BEGIN CERTIFICATE" in pems.pop()


def test_openid_connect_loads_nothing_of_saml():
    code = """
import sys
from fake_idp import FakeIdP
from http.client import HTTPConnection
query = "client_id=sentry&redirect_uri=http://127.0.0.1:9/&response_type=code&scope=openid"
with FakeIdP() as idp:
    for path, status in (("/.well-known/openid-configuration", 200), (f"/authorize?{query}", 302), ("/logout", 200)):
        connection = HTTPConnection("127.0.0.1", idp.port)
        connection.request("GET", path)
        assert connection.getresponse().status == status
        connection.close()
print(sorted(name for name in sys.modules if name in ("lxml", "cryptography") or name.startswith("fake_idp.saml")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def metadata(start, inner):
    return f"<{start} xmlns='{NS['md']}'>{inner}</{start.partition(' ')[0]}>".encode()


class TestOfServiceProviders:
    def test_read(self, sp_metadata_of, sp_metadata):
        found = sp_metadata_of(sp_metadata)
        assert (found.entity_id, found.authn_requests_signed, found.registered) == (SP, True, True)
        assert [(acs.index, acs.is_default) for acs in found.acs] == [(0, False), (2, False), (3, True)]
        assert found.default_acs.location == "http://127.0.0.1:9/default"
        assert (found.slo.location, found.slo.response_location) == (
            "http://127.0.0.1:9/slo",
            "http://127.0.0.1:9/slo/done",
        )
        assert found.name_id_format.endswith(":transient")
        assert found.certificates == (certificate("rsa-2").public_bytes(Encoding.DER),)
        assert found.encryption_certificate == found.certificates[0]

    @pytest.mark.parametrize(
        ("document", "seen"),
        [
            (b"", "nothing"),
            (b"<!DOCTYPE html><html></html>", "an HTML page"),
            (b'{"issuer": "x"}', "JSON"),
            (b"<EntityDescriptor", "line 1"),
            (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "<!DOCTYPE>"),
            (metadata("EntityDescriptor entityID='x'", "<IDPSSODescriptor/>"), "the metadata of an identity provider"),
            (metadata("EntitiesDescriptor", "<EntityDescriptor/><EntityDescriptor/>"), "an aggregate of 2 entities"),
            (metadata("EntityDescriptor", "<SPSSODescriptor/>"), "none"),
            (metadata("EntityDescriptor entityID='x'", "<SPSSODescriptor/><SPSSODescriptor/>"), "2"),
            (b"<a/>", "a"),
        ],
    )  # fmt: skip
    def test_refused(self, sp_metadata_of, document, seen):
        with pytest.raises(RefusedError) as caught:
            sp_metadata_of(document)
        assert seen in caught.value.refusal.seen

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            (b"MII", b"", "X.509 certificates"),
            (b"MII", b"?", "X.509 certificates"),
            (b'index="2"', b'index="two"', "number as index"),
            (b'Location="http://127.0.0.1:9/two"', b"", "Location and Binding"),
        ],
    )
    def test_refused_details(self, sp_metadata_of, sp_metadata, old, new, expected):
        assert old in sp_metadata
        with pytest.raises(RefusedError) as caught:
            sp_metadata_of(sp_metadata.replace(old, new, 1))
        assert expected in caught.value.refusal.expected

    @pytest.fixture
    def sp_metadata_of(self):
        return sp_metadata.read
