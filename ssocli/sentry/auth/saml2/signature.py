"""Signatures on messages of Sentry, and on the logout messages that arrive (SAML Core 5, SAML Bindings 3.4.4.1).

The signatures of responses are judged by the rules, with all that may be wrong about them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ssocli.checks.private_key import load_private_key
from ssocli.checks.saml_tree import Element
from ssocli.sentry.auth.saml2.messages import Message

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
# SigAlg of the Redirect binding to the hash: what SHA-1 signs is not accepted (RFC 9231 1.2, NIST SP 800-131A).
_HASHES = {
    f"{_MORE}rsa-sha256": "SHA256",
    f"{_MORE}rsa-sha384": "SHA384",
    f"{_MORE}rsa-sha512": "SHA512",
    f"{_MORE}ecdsa-sha256": "SHA256",
    f"{_MORE}ecdsa-sha384": "SHA384",
    f"{_MORE}ecdsa-sha512": "SHA512",
}
# signxml puts the signature where this is: after the Issuer, where the schema has it.
_PLACE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>'


def algorithm(pem: str) -> str:
    """The signature algorithm that goes with a private key, as an XML signature names it."""
    return f"{_MORE}{_name(load_private_key(pem))}"


def sign_octets(octets: bytes, pem: str) -> bytes:
    """The signature of a query, as in XML: an elliptic curve's is r and s side by side (RFC 4051 2.3.6)."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    key = load_private_key(pem)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the key was checked when the configuration was read")
    width = (key.curve.key_size + 7) // 8
    r, s = decode_dss_signature(key.sign(octets, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(width, "big") + s.to_bytes(width, "big")


def sign_message(message: Message, pem: str) -> bytes:
    """The message with a signature of its root inside."""
    from lxml import etree
    from signxml.algorithms import CanonicalizationMethod
    from signxml.signer import XMLSigner

    key = load_private_key(pem)
    root = etree.fromstring(f"{message.header}{_PLACE}{message.rest}")
    signer = XMLSigner(
        signature_algorithm=_name(key), c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    )
    # The identity provider knows Sentry's certificate from the metadata.
    key_info = etree.Element("{http://www.w3.org/2000/09/xmldsig#}KeyInfo")
    etree.SubElement(key_info, "{http://www.w3.org/2000/09/xmldsig#}KeyName").text = "sentry"
    signed = signer.sign(root, key=pem, reference_uri=message.id, key_info=key_info)
    octets: bytes = etree.tostring(signed)
    return octets


def verifies_octets(octets: bytes, algorithm: str, signature: bytes, certificates: Iterable[x509.Certificate]) -> bool:
    """Whether the query was signed with the key of one of these certificates."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    if algorithm not in _HASHES:
        return False
    digest = getattr(hashes, _HASHES[algorithm])()
    for certificate in certificates:
        key = certificate.public_key()
        try:
            if isinstance(key, rsa.RSAPublicKey) and "#rsa-" in algorithm:
                key.verify(signature, octets, padding.PKCS1v15(), digest)
                return True
            if isinstance(key, ec.EllipticCurvePublicKey) and "#ecdsa-" in algorithm:
                half = len(signature) // 2
                r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
                key.verify(encode_dss_signature(r, s), octets, ec.ECDSA(digest))
                return True
        except InvalidSignature:
            continue
    return False


def verified_root(root: Element, certificates: Iterable[x509.Certificate]) -> Element | None:
    """The message as its signature covers it, if the key of one of these certificates signed the whole of it."""
    from lxml import etree
    from signxml.exceptions import SignXMLException
    from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

    # Only a signature that is the root's own child, over the root.
    expected = SignatureConfiguration(location="./")
    for certificate in certificates:
        try:
            result = XMLVerifier().verify(root, x509_cert=certificate, expect_config=expected)
        except (SignXMLException, etree.LxmlError, ValueError, TypeError):
            continue
        signed = result.signed_xml if isinstance(result, VerifyResult) else None  # one reference is expected
        if signed is not None and signed.tag == root.tag and signed.get("ID") == root.get("ID"):
            return signed
    return None


def _name(key: PrivateKeyTypes) -> str:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    return "rsa-sha256" if isinstance(key, RSAPrivateKey) else "ecdsa-sha256"
