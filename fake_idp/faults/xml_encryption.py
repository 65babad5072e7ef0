"""Encrypting assertions by hand: for anybody, of anything, with every algorithm (XML Encryption 1.1)."""

from __future__ import annotations

import base64
import copy
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fake_idp.faults.saml_artefacts import SignedResponse
from fake_idp.faults.xml_forgery import bare, part, sign_again
from fake_idp.saml import encryption, xml
from fake_idp.saml.names import NAMESPACES, qualified

if TYPE_CHECKING:
    from lxml.etree import _Element

_XENC, _XENC11 = NAMESPACES["xenc"], NAMESPACES["xenc11"]
_DIGESTS = {"sha1": NAMESPACES["ds"] + "sha1", "sha256": _XENC + "sha256", "sha512": _XENC + "sha512"}
_KEY_SIZES = {"128": 16, "192": 24, "256": 32}
_BLOCK = {"tripledes-cbc": 8}


@dataclass(frozen=True, slots=True)
class KeyTransport:
    """How the key of the content is encrypted: the algorithm, and what it says of the parameters of OAEP.

    What is None is not said, and SHA-1 or no label (XML Encryption 5.5.2).
    """

    algorithm: str = _XENC + "rsa-oaep-mgf1p"
    digest: str | None = "sha1"
    mask: str | None = None
    label: bytes | None = None

    def wrap(self, key: bytes, recipient: Any) -> bytes:
        """The key, which only `recipient` can unpack."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15

        if self.algorithm.endswith("rsa-1_5"):
            return bytes(recipient.encrypt(key, PKCS1v15()))
        mask, digest = (getattr(hashes, (name or "sha1").upper())() for name in (self.mask, self.digest))
        return bytes(recipient.encrypt(key, OAEP(MGF1(mask), digest, self.label)))

    def element(self) -> _Element:
        """As the message says it."""
        is_oaep = not self.algorithm.endswith("rsa-1_5")
        digest = xml.element("ds:DigestMethod", {"Algorithm": _DIGESTS[self.digest]}) if self.digest else None
        mask = xml.element("xenc11:MGF", {"Algorithm": f"{_XENC11}mgf1{self.mask}"}) if self.mask else None
        label = base64.b64encode(self.label).decode("ascii") if self.label else None
        parameters = xml.element("xenc:OAEPparams", None, label) if label else None
        content = (parameters, digest, mask) if is_oaep else ()
        return xml.element("xenc:EncryptionMethod", {"Algorithm": self.algorithm}, *content)


def encrypted_data(
    message: SignedResponse,
    content: bytes | None = None,
    *,
    algorithm: str = "aes256-gcm",
    recipient: Any = None,
    transport: KeyTransport | None = None,
    wrapped: bytes | None = None,
    padding: int | None = None,
) -> _Element:
    """The EncryptedData of the assertion, or of `content`, with the key inside.

    `wrapped` is sent in place of the key; `padding` is what the last byte says under AES-CBC.
    """
    plain = xml.serialize(message.assertion) if content is None else content
    key = os.urandom(24 if algorithm == "tripledes-cbc" else _KEY_SIZES[algorithm[3:6]])
    namespace = _XENC11 if algorithm.endswith("gcm") else _XENC
    to = recipient or encryption.recipient_key(message.provider)
    return xml.element(
        "xenc:EncryptedData",
        {"Type": encryption.ELEMENT},
        xml.element("xenc:EncryptionMethod", {"Algorithm": namespace + algorithm}),
        xml.element("ds:KeyInfo", None, encrypted_key(wrapped or key, to, transport)),
        _cipher_data(_encrypted(plain, key, algorithm, padding)),
    )


def encrypted_key(key: bytes, recipient: Any, transport: KeyTransport | None = None) -> _Element:
    """The EncryptedKey for `recipient`."""
    transport = transport or KeyTransport()
    return xml.element("xenc:EncryptedKey", None, transport.element(), _cipher_data(transport.wrap(key, recipient)))


def in_clear(message: SignedResponse) -> SignedResponse:
    """The response before encryption, with the assertion in clear and signed, and the response around it not signed."""
    root = copy.deepcopy(message.root)
    around = SignedResponse(message.context, root, message.assertion, message.signer, message.provider, inside=True)
    around.assertion = sign_inside_only(around)
    encrypted = part(root, "saml:EncryptedAssertion")
    encrypted.addprevious(around.assertion)
    root.remove(encrypted)
    return around


def encrypt(message: SignedResponse) -> None:
    """Encrypt the assertions of the response."""
    for assertion in xml.find_all(message.root, "saml:Assertion"):
        data = encrypted_data(message, xml.serialize(assertion))
        assertion.addprevious(xml.element("saml:EncryptedAssertion", None, data))
        message.root.remove(assertion)


def replace(message: SignedResponse, *content: _Element) -> None:
    """Give the EncryptedAssertion of the response other content, and sign the response again if it was signed."""
    part(message.root, "saml:EncryptedAssertion")[:] = content
    sign_again_outside(message)


def sign_again_outside(message: SignedResponse) -> None:
    """Sign the response again if it was signed."""
    if unsign_outside(message):
        sign_outside(message)


def sign_outside(message: SignedResponse) -> None:
    """Sign the response, whether it was signed or not."""
    unsign_outside(message)
    sign_again(message, targets=[message.root])


def unsign_outside(message: SignedResponse) -> bool:
    """Take the signature of the response away; whether it had one."""
    own = message.root.find(qualified("ds:Signature"))
    if own is not None:
        message.root.remove(own)
    return own is not None


def sign_inside_only(message: SignedResponse) -> _Element:
    """Leave the response unsigned; the assertion once more, properly signed."""
    unsign_outside(message)
    signed = bare(message.assertion)
    sign_again(message, targets=[signed])
    return signed


def _encrypted(content: bytes, key: bytes, algorithm: str, padding: int | None) -> bytes:
    if algorithm.endswith("gcm"):
        return encryption.encrypt(content, key, algorithm)
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher: Any = TripleDES(key) if algorithm == "tripledes-cbc" else algorithms.AES(key)
    block = _BLOCK.get(algorithm, 16)
    vector, missing = os.urandom(block), block - len(content) % block
    padded = content + bytes(missing - 1) + bytes([missing if padding is None else padding])
    encryptor = Cipher(cipher, modes.CBC(vector)).encryptor()
    return vector + encryptor.update(padded) + encryptor.finalize()


def _cipher_data(value: bytes) -> _Element:
    written = xml.element("xenc:CipherValue", None, base64.b64encode(value).decode("ascii"))
    return xml.element("xenc:CipherData", None, written)
