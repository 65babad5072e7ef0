"""Decrypting an assertion (SAML Core 6.1, XML Encryption 1.1): RSA-OAEP for the key, AES-GCM or -CBC for the data."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from ssocli.checks.document import Undecodable
from ssocli.checks.private_key import load_private_key
from ssocli.checks.saml_tree import DS, SAML, XENC, XENC11, Element, attribute, child, children, text_of
from ssocli.checks.saml_xml import read_xml

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

_XENC, _XENC11 = XENC.strip("{}"), XENC11.strip("{}")
_GCM = tuple(f"{_XENC11}aes{bits}-gcm" for bits in (128, 192, 256))
CBC = tuple(f"{_XENC}aes{bits}-cbc" for bits in (128, 192, 256))
_OAEP = (f"{_XENC}rsa-oaep-mgf1p", f"{_XENC11}rsa-oaep")
# What older services still take, and nobody should.
_TRIPLE_DES, _RSA_1_5 = f"{_XENC}tripledes-cbc", f"{_XENC}rsa-1_5"
_KEY_LIMIT = 8
# One sentence for a wrong key and for changed data: which of the two it was must not be told (XML Encryption 6.1).
_FAILED = "cannot be decrypted with the configured key: it was encrypted for another certificate, or changed on the way"


def decrypt_assertion(encrypted: Element, key_pem: str | None, *, weak: bool = False) -> Element | Undecodable:
    """The saml:Assertion in this saml:EncryptedAssertion. Never raises; the reason says what stands in the way.

    With `weak`, Triple DES and RSA 1.5 are taken, too.
    """
    data = child(encrypted, f"{XENC}EncryptedData")
    if data is None:
        return Undecodable("has no EncryptedData")
    if key_pem is None:
        return Undecodable("is encrypted, and no private key is configured to decrypt it")
    keys = _encrypted_keys(encrypted)
    if not keys:
        return Undecodable("has no EncryptedKey, in KeyInfo or beside EncryptedData")
    method, content = content_method(encrypted), _cipher_value(data)
    if method not in _GCM + CBC and not (weak and method == _TRIPLE_DES):
        return Undecodable(f"uses the data encryption {method or '(none)'}; expected AES-GCM or AES-CBC")
    if content is None:
        return Undecodable("has no CipherValue in base64")
    # Each of several keys is for another recipient, and need not say for whom.
    plain: bytes | Undecodable = Undecodable(_FAILED)
    for wrapped in keys[:_KEY_LIMIT]:
        plain = _decrypt(wrapped, content, method, key_pem, weak=weak)
        if not isinstance(plain, Undecodable):
            return _assertion(plain, data)
    return plain


def content_method(encrypted: Element) -> str:
    """The algorithm of the data; empty if none is named."""
    return attribute(child(encrypted, f"{XENC}EncryptedData", f"{XENC}EncryptionMethod"), "Algorithm") or ""


def weak_methods(encrypted: Element) -> list[str]:
    """The algorithms in use that are taken with `weak` only."""
    keys = [child(wrapped, f"{XENC}EncryptionMethod") for wrapped in _encrypted_keys(encrypted)]
    used = [content_method(encrypted), *(attribute(key, "Algorithm") for key in keys)]
    return [method for method in used if method in (_TRIPLE_DES, _RSA_1_5)]


def _encrypted_keys(encrypted: Element) -> list[Element]:
    """The keys in KeyInfo, then those beside the data: both places are allowed (XML Encryption 3.5)."""
    info = child(encrypted, f"{XENC}EncryptedData", f"{DS}KeyInfo")
    inside = [] if info is None else children(info, f"{XENC}EncryptedKey")
    return inside + children(encrypted, f"{XENC}EncryptedKey")


def _decrypt(wrapped: Element, content: bytes, method: str, key_pem: str, *, weak: bool) -> bytes | Undecodable:
    from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    transport = attribute(child(wrapped, f"{XENC}EncryptionMethod"), "Algorithm") or "(none)"
    if transport not in _OAEP and not (weak and transport == _RSA_1_5):
        return Undecodable(f"uses the key transport {transport}; expected RSA-OAEP")
    if (secret := _cipher_value(wrapped)) is None:
        return Undecodable("has no CipherValue in base64")
    try:
        private = load_private_key(key_pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return Undecodable("is encrypted, and the configured private key cannot be read (PEM, no passphrase)")
    if not isinstance(private, rsa.RSAPrivateKey):
        return Undecodable("is encrypted for an RSA key, and the configured private key is none")
    scheme = padding.PKCS1v15() if transport == _RSA_1_5 else _oaep(child(wrapped, f"{XENC}EncryptionMethod"))
    if isinstance(scheme, Undecodable):
        return scheme
    try:
        key = private.decrypt(secret, scheme)
        if method in _GCM:
            return AESGCM(key).decrypt(content[:12], content[12:], None)
        cipher = TripleDES(key) if method == _TRIPLE_DES else algorithms.AES(key)
        block = cipher.block_size // 8
        engine = Cipher(cipher, modes.CBC(content[:block])).decryptor()
        padded = engine.update(content[block:]) + engine.finalize()
    except (ValueError, InvalidTag):
        return Undecodable(_FAILED)
    return padded[: -padded[-1]] if padded and 1 <= padded[-1] <= block else Undecodable(_FAILED)


def _oaep(method: Element | None) -> padding.OAEP | Undecodable:
    """The OAEP parameters: SHA-1 for whatever is not named (XML Encryption 5.5.2)."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    known: dict[str, Callable[[], hashes.HashAlgorithm]] = {
        "sha1": hashes.SHA1,
        "sha224": hashes.SHA224,
        "sha256": hashes.SHA256,
        "sha384": hashes.SHA384,
        "sha512": hashes.SHA512,
    }
    digest = (attribute(child(method, f"{DS}DigestMethod"), "Algorithm") or "#sha1").rpartition("#")[2]
    mask = (attribute(child(method, f"{XENC11}MGF"), "Algorithm") or "#mgf1sha1").rpartition("#mgf1")[2]
    if digest not in known or mask not in known:
        return Undecodable("uses an RSA-OAEP digest or mask that is not known; expected SHA-1 or SHA-2")
    try:
        label = base64.b64decode(text_of(child(method, f"{XENC}OAEPparams")) or "") or None
    except (binascii.Error, ValueError):
        return Undecodable("has OAEPparams that are no base64")
    return padding.OAEP(padding.MGF1(known[mask]()), known[digest](), label)


def _cipher_value(element: Element) -> bytes | None:
    """The octets themselves; a CipherReference is never followed."""
    value = text_of(child(element, f"{XENC}CipherData", f"{XENC}CipherValue"))
    try:
        return None if value is None else base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _assertion(plain: bytes, data: Element) -> Element | Undecodable:
    """The assertion in decrypted octets.

    It is read by itself if it can be, since inclusive canonicalization would take along what the document around it
    declares; otherwise with the prefixes of that document, which it may use.
    """
    alone = read_xml(plain)
    if not isinstance(alone, Undecodable) and alone.tag == f"{SAML}Assertion":
        return alone
    from lxml import etree

    declared = " ".join(
        f"xmlns{f':{prefix}' if prefix else ''}={quoteattr(uri)}"
        for prefix, uri in data.nsmap.items()
        if prefix != "xml"
    )
    around = read_xml(f"<around {declared}>".encode() + plain + b"</around>")
    if isinstance(around, Undecodable):
        why = alone.reason if isinstance(alone, Undecodable) else "is not one Assertion"
        return Undecodable(f"was decrypted, and what came out {why}")
    found = children(around, f"{SAML}Assertion")
    if len(found) != 1:
        return Undecodable("was decrypted, and what came out is not one Assertion")
    return read_xml(etree.tostring(found[0], with_tail=False))
