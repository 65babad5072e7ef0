"""Responses and metadata made by hand, right and wrong ones, without any code that is under test."""

from __future__ import annotations

import base64
import functools
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from tests.checks.forge import NOW, rsa_key

IDP = "https://idp.example/metadata"
SP = "https://sentry.example/saml/metadata/acme/"
ACS = "https://sentry.example/saml/acs/acme/"
REQUEST = "_request-of-this-login"
NS = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
XMLNS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NS.items() if prefix != "md")
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
SUCCESS = '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>'


def at(offset: float) -> str:
    """The time so many seconds after NOW."""
    return datetime.fromtimestamp(NOW + offset, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@functools.cache
def cert(key: Any, start: float = -3600, end: float = 400 * 86400, subject: str = "idp") -> bytes:
    """A self-signed certificate in DER."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)])
    moment = datetime.fromtimestamp(NOW, UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1000).not_valid_before(moment + timedelta(seconds=start))
    builder = builder.not_valid_after(moment + timedelta(seconds=end))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def assertion(**changes: str) -> str:
    """A healthy assertion; each part, and each value in one, can be replaced."""
    part: dict[str, str] = {
        "id": "_a1",
        "version": "2.0",
        "issued": at(-1),
        "idp": IDP,
        "name_id": "alice@example.com",
        "not_before": at(-60),
        "end": at(300),
        "audience": SP,
        "recipient": f'Recipient="{ACS}"',
        "until": f'NotOnOrAfter="{at(300)}"',
        "in_response_to": f'InResponseTo="{REQUEST}"',
        "method": "urn:oasis:names:tc:SAML:2.0:cm:bearer",
        "session": f'SessionIndex="_s1" SessionNotOnOrAfter="{at(28800)}"',
        "context": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        "extra": "",
    } | changes
    part = {
        "issuer": "<saml:Issuer>{idp}</saml:Issuer>",
        "data": "<saml:SubjectConfirmationData {in_response_to} {recipient} {until}/>",
        "confirmation": '<saml:SubjectConfirmation Method="{method}">{data}</saml:SubjectConfirmation>',
        "name": '<saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">{name_id}</saml:NameID>',
        "subject": "<saml:Subject>{name}{confirmation}</saml:Subject>",
        "restriction": "<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction>",
        "conditions": '<saml:Conditions NotBefore="{not_before}" NotOnOrAfter="{end}">{restriction}</saml:Conditions>',
        "authn": '<saml:AuthnStatement AuthnInstant="{issued}" {session}><saml:AuthnContext><saml:AuthnContextClassRef>'
        "{context}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>",
        "attributes": "<saml:AttributeStatement>"
        + attribute("identifier", "alice-1")
        + attribute("email", "alice@example.com")
        + attribute("groups", "staff", "admins")
        + "</saml:AttributeStatement>",
    } | part
    text = (
        f'<saml:Assertion {XMLNS} ID="{{id}}" Version="{{version}}" IssueInstant="{{issued}}">{{issuer}}{{subject}}'
        "{conditions}{authn}{attributes}{extra}</saml:Assertion>"
    )
    for _ in range(4):
        for name, value in part.items():
            text = text.replace(f"{{{name}}}", value)
    return text


def attribute(name: str, *values: str) -> str:
    inside = "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
    return f'<saml:Attribute Name="{name}">{inside}</saml:Attribute>'


def response(inside: str | None = None, **changes: str) -> str:
    """A healthy response around an assertion (a signed one by default)."""
    part: dict[str, str] = {
        "id": "_r1",
        "version": 'Version="2.0"',
        "issued": at(-1),
        "destination": f'Destination="{ACS}"',
        "in_response_to": f'InResponseTo="{REQUEST}"',
        "issuer": f"<saml:Issuer>{IDP}</saml:Issuer>",
        "status": SUCCESS,
        "message": "",
    } | changes
    text = (
        f'<samlp:Response {XMLNS} ID="{{id}}" {{version}} IssueInstant="{{issued}}" {{destination}} {{in_response_to}}>'
        "{issuer}<samlp:Status>{status}{message}</samlp:Status>"
    )
    for name, value in part.items():
        text = text.replace(f"{{{name}}}", value)
    return text + (signed(assertion()) if inside is None else inside) + "</samlp:Response>"


def sign_octets(key: Any, method: str, data: bytes) -> bytes:
    digest: Any = {"1": hashes.SHA1, "256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}[
        method.rpartition("sha")[2]
    ]()
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), digest)
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
    size = (key.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def signed(
    xml: str,
    key: Any = None,
    *,
    method: str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    digest: str = "http://www.w3.org/2001/04/xmlenc#sha256",
    certificate: bytes | None = None,
    key_info: bool = True,
    uri: str | None = None,
    transforms: tuple[str, ...] = (ENVELOPED, EXC),
    canonicalization: str = EXC,
    references: int = 1,
    edit: Callable[[str], str] = lambda signature: signature,
    sign: Callable[[bytes], bytes] | None = None,
) -> str:
    """The element with an enveloped signature after its Issuer (or first); `edit` changes the signature's text."""
    key = rsa_key() if key is None else key
    root = etree.fromstring(xml)
    exclusive = canonicalization.startswith(EXC)
    octets = etree.tostring(
        root, method="c14n", exclusive=exclusive, with_comments=canonicalization.endswith("WithComments")
    )
    algorithm: Any = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}[
        digest.rpartition("#")[2]
    ]()
    hasher = hashes.Hash(algorithm)
    hasher.update(octets)
    value = base64.b64encode(hasher.finalize()).decode()
    steps = "".join(f'<ds:Transform Algorithm="{each}"/>' for each in transforms)
    reference = (
        f'<ds:Reference URI="{"#" + str(root.get("ID")) if uri is None else uri}"><ds:Transforms>'
        f"{steps}</ds:Transforms>"
        f'<ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue>{value}</ds:DigestValue></ds:Reference>'
    )
    info = (
        f'<ds:SignedInfo xmlns:ds="{NS["ds"]}"><ds:CanonicalizationMethod Algorithm="{canonicalization}"/>'
        f'<ds:SignatureMethod Algorithm="{method}"/>{reference * references}</ds:SignedInfo>'
    )
    # Inclusive canonicalization takes the namespaces of the place along.
    placed = etree.fromstring(f"<around {XMLNS}>{info}</around>")[0]
    data = etree.tostring(placed, method="c14n", exclusive=exclusive)
    made = base64.b64encode(sign(data) if sign is not None else sign_octets(key, method, data)).decode()
    shown = base64.b64encode(cert(key) if certificate is None else certificate).decode()
    brought = f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{shown}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    signature = edit(
        f'<ds:Signature xmlns:ds="{NS["ds"]}">{info}<ds:SignatureValue>{made}</ds:SignatureValue>'
        f"{brought if key_info else ''}</ds:Signature>"
    )
    head = re.match(r"<[^>]*>(<(?:\w+:)?Issuer[^>]*>[^<]*</(?:\w+:)?Issuer>)?", xml)
    assert head is not None
    return xml[: head.end()] + signature + xml[head.end() :]


@functools.cache
def sp_key() -> rsa.RSAPrivateKey:
    return rsa_key("service provider")


def pem(key: Any) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def encrypted(
    plain: str, *, method: str = "aes256-gcm", transport: str = "oaep", sibling: bool = False, key: Any = None
) -> str:
    """The assertion as an EncryptedAssertion for the service provider's key."""
    secret = os.urandom(int(method[3:6]) // 8)
    if method.endswith("gcm"):
        vector = os.urandom(12)
        content = vector + AESGCM(secret).encrypt(vector, plain.encode(), None)
        uri = f"http://www.w3.org/2009/xmlenc11#{method}"
    else:
        vector = os.urandom(16)
        length = 16 - len(plain.encode()) % 16
        engine = Cipher(algorithms.AES(secret), modes.CBC(vector)).encryptor()
        content = vector + engine.update(plain.encode() + os.urandom(length - 1) + bytes([length])) + engine.finalize()
        uri = f"http://www.w3.org/2001/04/xmlenc#{method}"
    digest = {"oaep": hashes.SHA1, "oaep256": hashes.SHA256, "oaep11": hashes.SHA256}.get(transport, hashes.SHA1)
    mask = hashes.SHA256 if transport == "oaep11" else hashes.SHA1
    scheme: Any = padding.PKCS1v15() if transport == "pkcs1" else padding.OAEP(padding.MGF1(mask()), digest(), None)
    wrapped = (sp_key() if key is None else key).public_key().encrypt(secret, scheme)
    named = {
        "oaep": "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
        "oaep256": "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
        "oaep11": "http://www.w3.org/2009/xmlenc11#rsa-oaep",
        "pkcs1": "http://www.w3.org/2001/04/xmlenc#rsa-1_5",
    }[transport]
    inside = '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>' if digest is hashes.SHA256 else ""
    inside += (
        '<e11:MGF xmlns:e11="http://www.w3.org/2009/xmlenc11#" Algorithm="http://www.w3.org/2009/xmlenc11#mgf1sha256"/>'
        if transport == "oaep11"
        else ""
    )
    box = (
        f'<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="{named}">{inside}</xenc:EncryptionMethod>'
        f"<xenc:CipherData><xenc:CipherValue>{base64.b64encode(wrapped).decode()}</xenc:CipherValue></xenc:CipherData>"
        "</xenc:EncryptedKey>"
    )
    info = "" if sibling else f'<ds:KeyInfo xmlns:ds="{NS["ds"]}">{box}</ds:KeyInfo>'
    return (
        '<saml:EncryptedAssertion xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">'
        '<xenc:EncryptedData Type="http://www.w3.org/2001/04/xmlenc#Element">'
        f'<xenc:EncryptionMethod Algorithm="{uri}"/>{info}<xenc:CipherData><xenc:CipherValue>'
        f"{base64.b64encode(content).decode()}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"
        f"{box if sibling else ''}</saml:EncryptedAssertion>"
    )


def metadata(**changes: str) -> str:
    """Healthy metadata of an identity provider."""
    part: dict[str, str] = {
        "entity": f'entityID="{IDP}"',
        "attributes": f'validUntil="{at(86400)}" cacheDuration="PT6H"',
        "role": "",
        "protocol": NS["samlp"],
        "keys": key_descriptor(cert(rsa_key())),
        "sso": service("SingleSignOnService", "Redirect", "https://idp.example/sso")
        + service("SingleSignOnService", "POST", "https://idp.example/sso"),
        "slo": service("SingleLogoutService", "Redirect", "https://idp.example/slo"),
        "format": "<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>",
        "more": "",
    } | changes
    text = (
        f'<md:EntityDescriptor xmlns:md="{NS["md"]}" xmlns:ds="{NS["ds"]}" ID="_m1" {{entity}} {{attributes}}>'
        '<md:IDPSSODescriptor protocolSupportEnumeration="{protocol}" {role}>{keys}{slo}{format}{sso}'
        "</md:IDPSSODescriptor>{more}</md:EntityDescriptor>"
    )
    for name, value in part.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def key_descriptor(*der: bytes, use: str = 'use="signing"', text: str | None = None) -> str:
    values = [base64.b64encode(each).decode() for each in der] if text is None else [text]
    inside = "".join(f"<ds:X509Data><ds:X509Certificate>{each}</ds:X509Certificate></ds:X509Data>" for each in values)
    return f"<md:KeyDescriptor {use}><ds:KeyInfo>{inside}</ds:KeyInfo></md:KeyDescriptor>"


def service(name: str, binding: str, url: str) -> str:
    return f'<md:{name} Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{binding}" Location="{url}"/>'


EC_METHOD = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"


def packed(xml: str | bytes) -> str:
    return base64.b64encode(xml.encode() if isinstance(xml, str) else xml).decode()
