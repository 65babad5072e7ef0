"""A service provider made of independent parts, and judges that share no code with the identity provider's signer."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
import xmlsec
from cryptography import x509
from lxml import etree

from fake_idp import FakeIdP
from fake_idp.config import Config, ServiceProvider, load

SP = "https://sp.example/metadata"
ACS = "http://127.0.0.1:9/acs"
FIXTURES = Path(__file__).parents[3] / "fixtures" / "idp"
NS = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
}
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"


def authn_request(
    *, inner: str = "", issuer: str | None = SP, request_id: str = "_request-1", **attributes: str | None
) -> bytes:
    """An AuthnRequest as text: an attribute given as None is left out, `inner` comes behind the Issuer."""
    all_attributes: dict[str, str | None] = {
        "Version": "2.0",
        "IssueInstant": "2026-01-01T00:00:00Z",
        "AssertionConsumerServiceURL": ACS,
        **attributes,
    }
    written = " ".join(f'{name}="{value}"' for name, value in all_attributes.items() if value is not None)
    named = f"<saml:Issuer>{issuer}</saml:Issuer>" if issuer is not None else ""
    return (
        f'<samlp:AuthnRequest xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" ID="{request_id}" {written}>'
        f"{named}{inner}</samlp:AuthnRequest>"
    ).encode()


def deflated(document: bytes) -> str:
    packing = zlib.compressobj(wbits=-15)
    return base64.b64encode(packing.compress(document) + packing.flush()).decode()


def encoded(document: bytes) -> str:
    return base64.b64encode(document).decode()


@dataclass
class Answer:
    """A SAML message that the identity provider's page posts."""

    action: str
    document: bytes
    relay_state: str | None

    @property
    def root(self) -> Any:
        return etree.fromstring(self.document)

    def one(self, path: str) -> Any:
        found = self.root.xpath(path, namespaces=NS)
        assert len(found) == 1, f"{path}: {found} in {self.document.decode()}"
        return found[0]

    def all(self, path: str) -> list[Any]:
        return list(self.root.xpath(path, namespaces=NS))

    @property
    def status(self) -> tuple[str, str | None]:
        codes = [code.get("Value").removeprefix(STATUS) for code in self.all("//samlp:StatusCode")]
        return codes[0], codes[1] if len(codes) > 1 else None

    @property
    def name_id(self) -> tuple[str, str]:
        found = self.one("//saml:Assertion/saml:Subject/saml:NameID")
        return found.text, found.get("Format").rpartition(":")[2]

    @property
    def attributes(self) -> dict[str, list[str]]:
        return {
            found.get("Name"): [value.text for value in found.findall("saml:AttributeValue", NS)]
            for found in self.all("//saml:Attribute")
        }


class Peer:
    """A browser and a service provider in one."""

    def __init__(self, idp: FakeIdP, issuer: str = "default") -> None:
        self.idp = idp
        self.issuer = idp.issuer(issuer)
        self.http = requests.Session()
        self.http.trust_env = False

    def send(self, document: bytes, relay_state: str | None = None, **extra: str) -> requests.Response:
        """By Redirect, and follow redirects as long as they stay at the issuer."""
        query = {"SAMLRequest": deflated(document)}
        if relay_state is not None:
            query["RelayState"] = relay_state
        return self.get(f"/saml/sso?{urlencode({**query, **extra})}")

    def get(self, path: str) -> requests.Response:
        return self.follow(self.http.get(self.issuer + path, allow_redirects=False))

    def post(self, path: str = "/saml/sso", **fields: str) -> requests.Response:
        return self.follow(self.http.post(self.issuer + path, data=fields, allow_redirects=False))

    def follow(self, response: requests.Response) -> requests.Response:
        while response.is_redirect and response.headers["Location"].startswith(self.idp.url):
            response = self.http.get(response.headers["Location"], allow_redirects=False)
        return response

    def submit(self, page: requests.Response, **fields: str) -> requests.Response:
        action, hidden = form_of(page)
        return self.follow(self.http.post(action, data={**hidden, **fields}, allow_redirects=False))

    def log_in(self, document: bytes | None = None, username: str = "alice", **extra: Any) -> Answer:
        """The whole way by Redirect."""
        page = self.send(authn_request() if document is None else document, **extra)
        return answer(self.submit(page, username=username, password="password", action="login"))


def form_of(page: requests.Response) -> tuple[str, dict[str, str]]:
    """Where the first form of a page goes, and its hidden fields."""
    html = etree.HTML(page.text)
    forms = html.findall(".//form")
    assert forms, f"{page.status_code} {page.text}"
    hidden = {field.get("name"): field.get("value") for field in forms[0].findall(".//input[@type='hidden']")}
    return unescape(forms[0].get("action")), hidden


def answer(page: requests.Response) -> Answer:
    action, hidden = form_of(page)
    assert "SAMLResponse" in hidden, page.text
    return Answer(action, base64.b64decode(hidden["SAMLResponse"]), hidden.get("RelayState"))


def error_of(page: requests.Response) -> dict[str, str]:
    """The parts of an error page."""
    html = etree.HTML(page.text)
    parts = {
        found.get("data-testid"): "".join(found.itertext()).strip() for found in html.findall(".//*[@data-testid]")
    }
    assert "error" in parts, page.text
    return parts


def config_with(*providers: ServiceProvider, **changes: Any) -> Config:
    """The bundled configuration with these service providers."""
    import msgspec

    return msgspec.structs.replace(load(), service_providers=providers, **changes)


def certificate(name: str = "rsa-1") -> x509.Certificate:
    return x509.load_pem_x509_certificate((FIXTURES / "keys" / f"{name}.crt").read_bytes())


def xmlsec_verify(document: bytes, tag: str, key: str = "rsa-1") -> None:
    """What the xmlsec library says about the signature of the element `tag`; raises when it does not hold."""
    root = etree.fromstring(document)
    xmlsec.tree.add_ids(root, ["ID"])
    [signature] = root.xpath(f"//{tag}/ds:Signature", namespaces=NS)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(FIXTURES / "keys" / f"{key}.crt"), xmlsec.KeyFormat.CERT_PEM)
    context.verify(signature)


@pytest.fixture
def peer_of() -> Iterator[Callable[..., Peer]]:
    peers: list[Peer] = []

    def make(idp: FakeIdP, issuer: str = "default") -> Peer:
        peers.append(Peer(idp, issuer))
        return peers[-1]

    yield make
    for made in peers:
        made.http.close()


@pytest.fixture
def peer(idp: FakeIdP, peer_of: Callable[..., Peer]) -> Peer:
    return peer_of(idp)


@pytest.fixture(scope="session")
def saml_schema() -> Callable[[Any], None]:
    """Raises when a document is not valid by the schemas of OASIS, as python3-saml carries them."""
    import onelogin.saml2

    folder = Path(onelogin.saml2.__file__).parent / "schemas"
    schemas = {
        namespace: etree.XMLSchema(etree.parse(folder / f"saml-schema-{name}-2.0.xsd"))
        for namespace, name in ((NS["samlp"], "protocol"), (NS["md"], "metadata"))
    }

    def check(root: Any) -> None:
        schemas[etree.QName(root).namespace].assertValid(root)

    return check


@pytest.fixture
def sp_metadata() -> bytes:
    """The metadata of a service provider with three consumer services and a certificate for everything."""
    body = "".join((FIXTURES / "keys" / "rsa-2.crt").read_text().splitlines()[1:-1])
    post, redirect = (f"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{name}" for name in ("POST", "Redirect"))
    return f"""<?xml version="1.0" encoding="utf-8"?>
<!-- written by hand -->
<EntityDescriptor xmlns="{NS["md"]}" xmlns:ds="{NS["ds"]}" entityID="{SP}">
  <SPSSODescriptor protocolSupportEnumeration="{NS["samlp"]}" AuthnRequestsSigned="true">
    <KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>
      {body}
    </ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>
    <SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="http://127.0.0.1:9/soap"/>
    <SingleLogoutService Binding="{redirect}" Location="http://127.0.0.1:9/slo"
      ResponseLocation="http://127.0.0.1:9/slo/done"/>
    <NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName</NameIDFormat>
    <NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</NameIDFormat>
    <AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
      Location="http://127.0.0.1:9/artifact"/>
    <AssertionConsumerService index="2" Binding="{post}" Location="http://127.0.0.1:9/two"/>
    <AssertionConsumerService index="3" isDefault="true" Binding="{post}" Location="http://127.0.0.1:9/default"/>
  </SPSSODescriptor>
</EntityDescriptor>""".encode()
