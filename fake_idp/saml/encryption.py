"""XML Encryption of an assertion to the key of a service provider (XML Encryption 1.1, SAML Core 6)."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING, Any

from fake_idp.refusal import refuse
from fake_idp.saml import certificates, xml
from fake_idp.saml.names import NAMESPACES

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.saml.providers import ServiceProvider

ELEMENT = NAMESPACES["xenc"] + "Element"
CONTENT = {
    "aes128-cbc": NAMESPACES["xenc"] + "aes128-cbc",
    "aes256-cbc": NAMESPACES["xenc"] + "aes256-cbc",
    "aes128-gcm": NAMESPACES["xenc11"] + "aes128-gcm",
    "aes256-gcm": NAMESPACES["xenc11"] + "aes256-gcm",
}
TRANSPORT = {
    "rsa-oaep-mgf1p": NAMESPACES["xenc"] + "rsa-oaep-mgf1p",
    "rsa-oaep": NAMESPACES["xenc11"] + "rsa-oaep",
}
_BLOCK = 16


def recipient_key(provider: ServiceProvider) -> Any:
    """The public key of the service provider. RefusedError if there is none that can take the message."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    certificate = provider.encryption_certificate
    key = None if certificate is None else certificates.public_key(certificate)
    if not isinstance(key, RSAPublicKey):
        raise refuse(
            "RequestDenied", "The assertion cannot be encrypted for this service provider.", parameter="encrypt",
            expected="an RSA certificate for encryption in its metadata or registration",
            seen="none" if key is None else "a key of another type", clause="SAML Metadata 2.4.1.1",
        )  # fmt: skip
    return key


def encrypted_data(content: bytes, recipient: Any, algorithm: str, transport: str) -> _Element:
    """The EncryptedData with the key for it inside, which only `recipient` can unpack."""
    key = os.urandom(16 if algorithm.startswith("aes128") else 32)
    return xml.element(
        "xenc:EncryptedData",
        {"Type": ELEMENT},
        xml.element("xenc:EncryptionMethod", {"Algorithm": CONTENT[algorithm]}),
        xml.element("ds:KeyInfo", None, _encrypted_key(key, recipient, transport)),
        _cipher_data(encrypt(content, key, algorithm)),
    )


def encrypt(content: bytes, key: bytes, algorithm: str) -> bytes:
    """The bytes under a symmetric key: the initialization vector first (XML Encryption 5.2)."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if algorithm.endswith("gcm"):
        nonce = os.urandom(12)
        return nonce + AESGCM(key).encrypt(nonce, content, None)
    vector, padding = os.urandom(_BLOCK), _BLOCK - len(content) % _BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    # Only the last byte of this padding counts: it is the number of bytes added (XML Encryption 5.2).
    padded = content + bytes(padding - 1) + bytes([padding])
    return vector + encryptor.update(padded) + encryptor.finalize()


def _encrypted_key(key: bytes, recipient: Any, transport: str) -> _Element:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP

    old = transport == "rsa-oaep-mgf1p"
    hashed: Any = hashes.SHA1() if old else hashes.SHA256()  # noqa: S303  # what the algorithm's name means
    wrapped = recipient.encrypt(key, OAEP(MGF1(hashed), hashed, None))
    digest = NAMESPACES["ds"] + "sha1" if old else NAMESPACES["xenc"] + "sha256"
    generation = None if old else xml.element("xenc11:MGF", {"Algorithm": NAMESPACES["xenc11"] + "mgf1sha256"})
    method = xml.element(
        "xenc:EncryptionMethod",
        {"Algorithm": TRANSPORT[transport]},
        xml.element("ds:DigestMethod", {"Algorithm": digest}),
        generation,
    )
    return xml.element("xenc:EncryptedKey", None, method, _cipher_data(wrapped))


def _cipher_data(value: bytes) -> _Element:
    return xml.element(
        "xenc:CipherData", None, xml.element("xenc:CipherValue", None, base64.b64encode(value).decode("ascii"))
    )
