"""Encrypted assertions that are right, by uncommon or weak algorithms, or in an uncommon form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.forgery import forgers_key
from fake_idp.faults.xml_encryption import (
    KeyTransport,
    encrypted_data,
    encrypted_key,
    replace,
    sign_inside_only,
    sign_outside,
)
from fake_idp.faults.xml_forgery import (
    bare,
    part,
    remove,
    sign_again,
)
from fake_idp.saml import xml
from fake_idp.saml.names import NAMESPACES, qualified

if TYPE_CHECKING:
    from fake_idp.faults.saml_artefacts import SignedResponse

fault = At("saml_encryption", step="token_validation")

UNDECRYPTABLE = "undecryptable-assertion"
TRANSPORT = "XML Encryption 5.5"
KEYS = "XML Encryption 3.5"
_XENC, _XENC11 = NAMESPACES["xenc"], NAMESPACES["xenc11"]


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
    sign_outside(message)


@fault(spec="SAML Profiles 4.1.4.5 (E26)", reject="must_tolerate")
def signed_inside_only(message: SignedResponse) -> None:
    """The assertion was signed before it was encrypted, and the response around it is not signed.

    Client: accepts it, unless its settings ask for a signed response.
    User: notices nothing; with clients that look for signatures before they decrypt, nobody can log in.
    """
    replace(message, encrypted_data(message, xml.serialize(sign_inside_only(message))))


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
