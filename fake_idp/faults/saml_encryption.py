"""Encrypted assertions that cannot be decrypted, should not be trusted, or are written in an uncommon way.

These strike where the identity provider encrypts for the service provider.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.forgery import forgers_key
from fake_idp.faults.xml_encryption import KeyTransport, encrypted_data, encrypted_key, replace
from fake_idp.faults.xml_forgery import (
    bare,
    evil_assertion,
    flipped,
    impersonate,
    part,
    remove,
    sign_again,
    unsigned,
    write,
)
from fake_idp.saml import signature, xml
from fake_idp.saml.names import NAMESPACES, qualified

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
_XENC, _XENC11 = NAMESPACES["xenc"], NAMESPACES["xenc11"]


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
    _in_the_response(message, message.assertion)


@fault.family(
    "{}",
    [
        ("no-encrypted-data", UNDECRYPTABLE, "SAML Core 2.3.4"),
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
    content, key = data[-1], part(data, "xenc:EncryptedKey")
    value = content[0]
    if how == "no-encrypted-data":
        data = None
    elif how == "no-encrypted-key":
        remove(data, "ds:KeyInfo")
    elif how == "no-cipher-data":
        data.remove(content)
    elif how == "no-content-algorithm":
        data.remove(data[0])
    elif how == "unknown-content-algorithm":
        data[0].set("Algorithm", "urn:fake-idp:algorithm")
    elif how == "unknown-key-transport":
        key[0].set("Algorithm", "urn:fake-idp:transport")
    elif how == "cipher-by-reference":
        content[:] = [xml.element("xenc:CipherReference", {"URI": "http://127.0.0.1:9/assertion"})]
    elif how == "key-flipped":
        write(key, "xenc:CipherValue", flipped(part(key, "xenc:CipherValue").text))
    else:
        value.text = {
            "cipher-value-empty": "",
            "cipher-value-not-base64": "*** secret ***",
            "cipher-value-flipped": _flipped(value),
            "cipher-value-truncated": (value.text or "")[:400],
        }[how]
    replace(message, data)


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


@fault.family(
    "key-transport-{}",
    [("rsa-1-5", UNDECRYPTABLE, "XML Encryption 5.5.1"), ("of-a-short-key", UNDECRYPTABLE, TRANSPORT)],
    reject="should_reject",
)
def weak_transport(message: SignedResponse, name: str) -> None:
    """The key of the content is encrypted in a weak way: {}.

    Client: takes RSA-OAEP only, or answers to a wrong padding as to everything else.
    User: sees that the login failed. Whoever can ask a client often enough reads everything (padding oracle).
    Seen: Bleichenbacher's attack of 1998, against XML Encryption in "Bleichenbacher's Attack Strikes Again" (2012).
    """
    if name == "rsa-1-5":
        replace(message, encrypted_data(message, transport=KeyTransport(_XENC + "rsa-1_5")))
    else:
        replace(message, encrypted_data(message, wrapped=b"short"))


@fault(UNDECRYPTABLE, spec="XML Encryption 5.2.1", reject="should_reject")
def triple_des(message: SignedResponse) -> None:
    """The assertion is encrypted with Triple DES.

    Client: takes AES only.
    User: sees that the login failed.
    """
    replace(message, encrypted_data(message, algorithm="tripledes-cbc"))


@fault.family(
    "{}",
    [
        ("aes128-cbc", "unauthenticated-encryption", "XML Encryption 5.2.4 and 6.1"),
        ("aes192-cbc", "unauthenticated-encryption", "XML Encryption 5.2.4 and 6.1"),
        ("aes256-cbc", "unauthenticated-encryption", "XML Encryption 5.2.4 and 6.1"),
    ],
    reject="should_reject",
)
def unauthenticated(message: SignedResponse, algorithm: str) -> None:
    """The assertion is encrypted with {}, which does not notice changes.

    Client: prefers AES-GCM, and lets nobody learn whether a padding was good.
    User: notices nothing, or sees that the login failed.
    Seen: "How to Break XML Encryption" (2011); node-saml/passport-saml issue 618.
    """
    replace(message, encrypted_data(message, algorithm=algorithm))


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
    _unsign(message)
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
    _unsign(message)
    signed = copy.deepcopy(message.assertion)
    _signed_once_more(message, signed)
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
    _unsign(message)
    signed = copy.deepcopy(message.assertion)
    _signed_once_more(message, signed)
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
    _unsign(message)
    signed = copy.deepcopy(message.assertion)
    _signed_once_more(message, signed)
    both = [xml.serialize(evil_assertion(message, signed)), xml.serialize(signed)]
    replace(message, encrypted_data(message, b"".join(both if place == "before" else both[::-1])))


@fault("invalid-xml-signature", spec="SAML Core 6.2")
def changed_before_encryption(message: SignedResponse) -> None:
    """The signed assertion was made mallory's before it was encrypted; the response around it is not signed.

    Client: verifies the signature of what it decrypted, and rejects the response.
    User: sees that the login failed.
    """
    _unsign(message)
    changed = copy.deepcopy(message.assertion)
    _signed_once_more(message, changed)
    impersonate(message, changed)
    replace(message, encrypted_data(message, xml.serialize(changed)))


@fault.family(
    "{}",
    [("aes128-gcm", None, "XML Encryption 5.2.4"), ("aes192-gcm", None, "XML Encryption 5.2.4")],
    reject="must_tolerate",
)
def other_length(message: SignedResponse, algorithm: str) -> None:
    """The assertion is encrypted with {} in place of the usual 256 bits.

    Client: accepts it.
    User: notices nothing.
    """
    replace(message, encrypted_data(message, algorithm=algorithm))


@fault.family(
    "oaep-{}",
    [
        ("sha1-by-default", None, "XML Encryption 5.5.2"),
        ("sha256-digest", None, "XML Encryption 5.5.2"),
        ("sha256-with-mgf1-sha1", None, "XML Encryption 5.5.2"),
        ("sha512", None, "XML Encryption 5.5.2"),
        ("with-a-label", None, "XML Encryption 5.5.2"),
    ],
    reject="must_tolerate",
)
def oaep(message: SignedResponse, way: str) -> None:
    """The key is encrypted with RSA-OAEP and these parameters: {}.

    Client: accepts it: digest, mask and label are said in the message.
    User: notices nothing; with clients that know SHA-1 only, nobody can log in.
    Seen: SAML-Toolkits/python3-saml issue 316, ITfoxtec/ITfoxtec.Identity.Saml2 issue 140.
    """
    old, new = _XENC + "rsa-oaep-mgf1p", _XENC11 + "rsa-oaep"
    transports = {
        "sha1-by-default": KeyTransport(old, None, None),
        "sha256-digest": KeyTransport(old, "sha256", None),
        "sha256-with-mgf1-sha1": KeyTransport(new, "sha256", "sha1"),
        "sha512": KeyTransport(new, "sha512", "sha512"),
        "with-a-label": KeyTransport(new, "sha256", "sha256", b"label"),
    }
    replace(message, encrypted_data(message, transport=transports[way]))


@fault.family(
    "key-{}",
    [
        ("beside-the-data", None, KEYS),
        ("by-retrieval-method", None, "XML Encryption 3.5.2"),
        ("behind-that-of-another", None, KEYS),
        ("beside-that-of-another", None, KEYS),
        ("with-hints", None, KEYS),
    ],
    reject="must_tolerate",
)
def place_of_the_key(message: SignedResponse, place: str) -> None:
    """The encrypted key is not the only child of KeyInfo, as it usually is, but {}.

    Client: accepts it: all these are allowed. Of several keys it takes the one that it can decrypt.
    User: notices nothing.
    Seen: indigo-iam/iam issue 742, wso2/product-is issue 15351.
    """
    data = encrypted_data(message)
    info, key = part(data, "ds:KeyInfo"), part(data, "xenc:EncryptedKey")
    others = encrypted_key(bytes(32), forgers_key().public_key())
    beside = []
    if place == "behind-that-of-another":
        info.insert(0, others)
    elif place == "with-hints":
        key.set("Recipient", message.provider.entity_id)
        key.insert(1, xml.element("ds:KeyInfo", None, xml.element("ds:KeyName", None, "encryption")))
        info.insert(0, xml.element("ds:KeyName", None, "content"))
    else:
        beside = [others, key] if place == "beside-that-of-another" else [key]
        key.set("Id", "_key")
        info[:] = [
            xml.element("ds:RetrievalMethod", {"URI": "#_key", "Type": _XENC + "EncryptedKey"}),
        ]
        if place == "beside-the-data":
            data.remove(info)
    replace(message, data, *beside)


@fault.family(
    "{}",
    [
        ("base64-in-lines", None, "RFC 2045 6.8"),
        ("no-type", None, "XML Encryption 3.1"),
        ("media-type", None, "XML Encryption 3.1"),
        ("prefixes-from-outside", None, "XML Encryption 4.2"),
        ("xml-declaration-inside", None, "XML Encryption 4.2"),
        ("line-ends-inside", None, "XML Encryption 4.2"),
    ],
    reject="must_tolerate",
)
def uncommon(message: SignedResponse, way: str) -> None:
    """The assertion is properly encrypted, and written in an uncommon way: {}.

    Client: accepts it.
    User: notices nothing.
    """
    plain = xml.serialize(message.assertion)
    declaration = f' xmlns:saml="{NAMESPACES["saml"]}"'.encode()
    contents = {
        "prefixes-from-outside": plain.replace(declaration, b"", 1),
        "xml-declaration-inside": b'<?xml version="1.0" encoding="UTF-8"?>' + plain,
        "line-ends-inside": b"\n  " + plain + b"\n",
    }
    data = encrypted_data(message, contents.get(way))
    if way == "base64-in-lines":
        for value in data.iter(qualified("xenc:CipherValue")):
            text = value.text or ""
            value.text = "\n" + "\n".join(text[at : at + 64] for at in range(0, len(text), 64)) + "\n"
    elif way == "no-type":
        del data.attrib["Type"]
    elif way == "media-type":
        data.set("MimeType", "text/xml")
        data.set("Id", "_data")
    replace(message, data)


@fault(spec="SAML Profiles 4.1.4.5 (E26)", reject="must_tolerate")
def signed_outside_only(message: SignedResponse) -> None:
    """The response is signed, and the encrypted assertion in it has no signature of its own.

    Client: accepts it, unless its metadata or settings ask for a signed assertion.
    User: notices nothing.
    """
    replace(message, encrypted_data(message, xml.serialize(bare(message.assertion))))
    _sign_response(message)


@fault(spec="SAML Profiles 4.1.4.5 (E26)", reject="must_tolerate")
def signed_inside_only(message: SignedResponse) -> None:
    """The assertion was signed before it was encrypted, and the response around it is not signed.

    Client: accepts it, unless its settings ask for a signed response.
    User: notices nothing; with clients that look for signatures before they decrypt, nobody can log in.
    """
    _unsign(message)
    signed = copy.deepcopy(message.assertion)
    _signed_once_more(message, signed)
    replace(message, encrypted_data(message, xml.serialize(signed)))


@fault("missing-name-id", spec="SAML Core 2.2.4", reject="should_reject")
def encrypted_id(message: SignedResponse) -> None:
    """In the encrypted assertion, the NameID is encrypted once more.

    Client: decrypts it, or says clearly that it does not.
    User: sees that the login failed, or is known by an attribute.
    """
    _inside(message, "saml:NameID", "saml:EncryptedID")


@fault("encrypted-attribute", spec="SAML Core 2.7.3.2", reject="should_reject")
def encrypted_attribute(message: SignedResponse) -> None:
    """In the encrypted assertion, one more attribute is encrypted once more.

    Client: decrypts it, or does without.
    User: sees that the login failed, or lacks what the attribute says.
    """
    added = xml.element("saml:Attribute", {"Name": "secret"}, xml.element("saml:AttributeValue", None, "secret"))
    part(message.assertion, "saml:AttributeStatement").append(added)
    _inside(message, "saml:Attribute[last()]", "saml:EncryptedAttribute")


def _inside(message: SignedResponse, path: str, name: str) -> None:
    """Encrypt a part of the assertion, and sign and encrypt the assertion again."""
    found = message.assertion.findall(f".//{path}", NAMESPACES)[-1]
    hidden = xml.element(name, None, encrypted_data(message, xml.serialize(found)))
    found.addprevious(hidden)
    around = found.getparent()
    if around is not None:
        around.remove(found)
    if message.assertion.find(qualified("ds:Signature")) is not None:
        remove(message.assertion, "ds:Signature")
        sign_again(message, targets=[message.assertion])
    replace(message, encrypted_data(message))


def _in_the_response(message: SignedResponse, content: _Element) -> None:
    """Put something else in the place of the encrypted assertion."""
    encrypted = part(message.root, "saml:EncryptedAssertion")
    encrypted.addprevious(content)
    message.root.remove(encrypted)
    if message.root.find(qualified("ds:Signature")) is not None:
        _sign_response(message)


def _sign_response(message: SignedResponse) -> None:
    if message.root.find(qualified("ds:Signature")) is not None:
        message.root.remove(part(message.root, "ds:Signature"))
    sign_again(message, targets=[message.root])


def _unsign(message: SignedResponse) -> None:
    """Take the signature of the response away, if it has one."""
    if message.root.find(qualified("ds:Signature")) is not None:
        unsigned(message.root)


def _signed_once_more(message: SignedResponse, assertion: _Element) -> None:
    """Sign a copy of the assertion, whether the assertion was signed or not."""
    if assertion.find(qualified("ds:Signature")) is not None:
        remove(assertion, "ds:Signature")
    sign_again(message, targets=[assertion])


def _flipped(value: _Element) -> str:
    from fake_idp.saml.certificates import base64_of

    return base64_of(flipped(value.text))
