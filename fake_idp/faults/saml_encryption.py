"""Encrypted assertions that cannot be decrypted, should not be trusted, or are written in an uncommon way.

These strike where the identity provider encrypts for the service provider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.forgery import forgers_key
from fake_idp.faults.xml_encryption import (
    encrypted_data,
    replace,
    sign_again_outside,
    sign_inside_only,
    unsign_outside,
)
from fake_idp.faults.xml_forgery import (
    bare,
    evil_assertion,
    flip,
    impersonate,
    part,
    remove,
)
from fake_idp.saml import signature, xml

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import SignedResponse

fault = At("saml_encryption", step="token_validation")

UNDECRYPTABLE = "undecryptable-assertion"
CORE = "SAML Core 6.1"
DATA = "XML Encryption 5.2"
TRANSPORT = "XML Encryption 5.5"
KEYS = "XML Encryption 3.5"


@fault(UNDECRYPTABLE, spec=CORE)
def other_recipient(message: SignedResponse) -> None:
    """The assertion is encrypted for another certificate than the service provider's.

    Client: says that it cannot decrypt it, and not how far it came.
    User: sees that the login failed; as a rule the service provider has a new key, and the identity provider the old
    certificate.
    """
    replace(message, encrypted_data(message, recipient=forgers_key().public_key()))


@fault("unencrypted-assertion", spec="SAML Core 6.1")
def missing(message: SignedResponse) -> None:
    """The assertion comes in clear, though the service provider wants it encrypted.

    Client: rejects it where it insists on encryption.
    User: sees that the login failed, or notices nothing and shows everything to the browser and its extensions.
    """
    encrypted = part(message.root, "saml:EncryptedAssertion")
    encrypted.addprevious(message.assertion)
    message.root.remove(encrypted)
    sign_again_outside(message)


@fault.family(
    "{}",
    [
        ("no-encrypted-key", UNDECRYPTABLE, KEYS),
        ("no-cipher-data", UNDECRYPTABLE, "XML Encryption 3.3"),
        ("no-content-algorithm", UNDECRYPTABLE, "XML Encryption 3.2"),
        ("unknown-content-algorithm", UNDECRYPTABLE, "XML Encryption 3.2"),
        ("unknown-key-transport", UNDECRYPTABLE, TRANSPORT),
        ("cipher-value-empty", UNDECRYPTABLE, "XML Encryption 3.3"),
        ("cipher-value-not-base64", UNDECRYPTABLE, "XML Encryption 3.3"),
        ("cipher-value-flipped", UNDECRYPTABLE, DATA),
        ("cipher-value-truncated", UNDECRYPTABLE, DATA),
        ("cipher-by-reference", UNDECRYPTABLE, "XML Encryption 3.3.1"),
        ("key-flipped", UNDECRYPTABLE, TRANSPORT),
    ],
    reject="fail_cleanly",
)
def damaged(message: SignedResponse, how: str) -> None:
    """The encrypted assertion is damaged: {}.

    Client: says that it cannot decrypt it, in the same words and the same time whatever is wrong. It fetches nothing.
    User: sees that the login failed.
    """
    data = encrypted_data(message)
    _DAMAGES[how](data)
    replace(message, data)


@fault(UNDECRYPTABLE, spec="SAML Core 2.3.4", reject="fail_cleanly")
def no_encrypted_data(message: SignedResponse) -> None:
    """The element for an encrypted assertion is empty.

    Client: says that there is nothing to decrypt.
    User: sees that the login failed.
    """
    replace(message)


@fault.family(
    "content-{}",
    [
        ("garbage", UNDECRYPTABLE, CORE),
        ("empty", UNDECRYPTABLE, CORE),
        ("doctype", UNDECRYPTABLE, "Kantara SAML Deployment Profile G03"),
        ("response", UNDECRYPTABLE, "SAML Core 2.3.4"),
        ("encrypted-again", UNDECRYPTABLE, "SAML Core 2.3.4"),
        ("name-id", UNDECRYPTABLE, "SAML Core 2.3.4"),
    ],
    reject="fail_cleanly",
)
def other_content(message: SignedResponse, what: str) -> None:
    """What is properly encrypted is no assertion: {}.

    Client: judges what it decrypted as it judges whatever a stranger sends, and rejects the response.
    User: sees that the login failed.
    """
    plain = xml.serialize(message.assertion)
    contents: dict[str, Callable[[], bytes]] = {
        "garbage": lambda: bytes(range(256)),
        "empty": lambda: b"",
        "doctype": lambda: b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + plain,
        "response": lambda: xml.serialize(message.root),
        "encrypted-again": lambda: xml.serialize(part(message.root, "saml:EncryptedAssertion")),
        "name-id": lambda: xml.serialize(part(message.assertion, "saml:NameID")),
    }
    replace(message, encrypted_data(message, contents[what]()))


@fault(UNDECRYPTABLE, spec="XML Encryption 5.2", reject="fail_cleanly")
def cbc_padding(message: SignedResponse) -> None:
    """The assertion is encrypted with AES-CBC, and the padding inside says a length that is none.

    Client: rejects it in the same words and the same time as a wrong key.
    User: sees that the login failed.
    """
    replace(message, encrypted_data(message, algorithm="aes256-cbc", padding=200))


@fault("unsigned-response", spec="SAML Core 6.2")
def unsigned_for_anybody(message: SignedResponse) -> None:
    """Mallory's assertion is encrypted with the public key of the service provider, and nothing is signed.

    Client: does not take the encryption, which anybody can make, for a signature. It rejects the response.
    User: sees that the login failed. Anybody can be anybody at a client that takes it.
    Seen: CVE-2024-4985 (GitHub Enterprise Server), CVE-2026-2092 (Keycloak).
    """
    unsign_outside(message)
    evil = bare(message.assertion)
    impersonate(message, evil)
    replace(message, encrypted_data(message, xml.serialize(evil)))


@fault("signature-wrapping", spec="SAML Core 5.4.2 and 6.2")
def evil_around_signed(message: SignedResponse) -> None:
    """Mallory's assertion is encrypted; the signature beside it is genuine, of an assertion in an Object of it.

    Client: wants a signature to refer to the element that it stands in, and rejects the response.
    User: sees that the login failed. Anybody who ever logged in can be anybody at a client that is fooled.
    Seen: CVE-2024-9487 (GitHub Enterprise Server).
    """
    signed = sign_inside_only(message)
    made = part(signed, "ds:Signature")
    signed.remove(made)
    made.append(xml.element("ds:Object", None, signed))
    replace(message, encrypted_data(message, xml.serialize(evil_assertion(message, signed))))
    signature.place(message.root, made)


@fault("several-assertions", spec="SAML Core 5.4.2 and 6.2")
def evil_before_signed(message: SignedResponse) -> None:
    """Mallory's assertion, encrypted and not signed, stands in front of the signed one in clear.

    Client: takes one assertion, and rejects the response.
    User: sees that the login failed. Anybody who ever logged in can be anybody at a client that is fooled.
    """
    signed = sign_inside_only(message)
    replace(message, encrypted_data(message, xml.serialize(evil_assertion(message, signed))))
    part(message.root, "saml:EncryptedAssertion").addnext(signed)


@fault.family(
    "evil-{}-signed-inside",
    [("before", UNDECRYPTABLE, "SAML Core 2.3.4"), ("behind", UNDECRYPTABLE, "SAML Core 2.3.4")],
)
def two_inside(message: SignedResponse, place: str) -> None:
    """Mallory's assertion and the signed one are encrypted together, mallory's {} the other; nothing else is signed.

    Client: wants one assertion in what it decrypts, and rejects the response.
    User: sees that the login failed. Anybody who ever logged in can be anybody at a client that counts assertions only
    before it decrypts.
    """
    signed = sign_inside_only(message)
    both = [xml.serialize(evil_assertion(message, signed)), xml.serialize(signed)]
    replace(message, encrypted_data(message, b"".join(both if place == "before" else both[::-1])))


@fault("invalid-xml-signature", spec="SAML Core 6.2")
def changed_before_encryption(message: SignedResponse) -> None:
    """The signed assertion was made mallory's before it was encrypted; the response around it is not signed.

    Client: verifies the signature of what it decrypted, and rejects the response.
    User: sees that the login failed.
    """
    changed = sign_inside_only(message)
    impersonate(message, changed)
    replace(message, encrypted_data(message, xml.serialize(changed)))


def _cipher_value(data: _Element, change: Callable[[str], str]) -> None:
    holder = part(data[-1], "xenc:CipherValue")
    holder.text = change(holder.text or "")


def _by_reference(data: _Element) -> None:
    data[-1][:] = [xml.element("xenc:CipherReference", {"URI": "http://127.0.0.1:9/assertion"})]


_DAMAGES: dict[str, Callable[[_Element], object]] = {
    "no-encrypted-key": lambda data: remove(data, "ds:KeyInfo"),
    "no-cipher-data": lambda data: data.remove(data[-1]),
    "no-content-algorithm": lambda data: data.remove(data[0]),
    "unknown-content-algorithm": lambda data: data[0].set("Algorithm", "urn:fake-idp:algorithm"),
    "unknown-key-transport": lambda data: part(data, "xenc:EncryptedKey")[0].set("Algorithm", "urn:fake-idp:transport"),
    "cipher-value-empty": lambda data: _cipher_value(data, lambda _: ""),
    "cipher-value-not-base64": lambda data: _cipher_value(data, lambda _: "*** secret ***"),
    "cipher-value-flipped": lambda data: flip(data[-1], "xenc:CipherValue"),
    "cipher-value-truncated": lambda data: _cipher_value(data, lambda value: value[:400]),
    "cipher-by-reference": _by_reference,
    "key-flipped": lambda data: flip(part(data, "xenc:EncryptedKey"), "xenc:CipherValue"),
}
