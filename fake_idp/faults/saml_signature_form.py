"""Signatures of SAML responses whose parts are missing, doubled or damaged."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.xml_forgery import (
    flip,
    impersonate,
    part,
    remove,
    sign_again,
    signatures,
    unsigned,
    value_of,
    write,
)
from fake_idp.saml import signature

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import SignedResponse

fault = At("saml_signature", step="token_validation")

VALIDATION = "XML Signature 3.2"
SYNTAX = "XML Signature 4.1"


@fault("invalid-xml-signature", spec=VALIDATION)
def value_flipped(message: SignedResponse) -> None:
    """A bit of the signature value is changed.

    Client: rejects the response.
    User: sees that the login failed.
    """
    sign_again(message, finish=lambda made: flip(made, "ds:SignatureValue"))


@fault("invalid-xml-signature", spec=VALIDATION)
def value_truncated(message: SignedResponse) -> None:
    """The second half of the signature value is missing.

    Client: rejects the response, and does not crash.
    User: sees that the login failed.
    """
    sign_again(message, sign=lambda octets: signature.sign_octets(octets, message.signer)[:128])


@fault("invalid-xml-signature", spec=VALIDATION)
def value_not_base64(message: SignedResponse) -> None:
    """The signature value is no base64.

    Client: rejects the response, and does not crash.
    User: sees that the login failed.
    """

    def finish(made: _Element) -> None:
        part(made, "ds:SignatureValue").text = "*** signed ***"

    sign_again(message, finish=finish)


@fault("invalid-xml-signature", spec=VALIDATION)
def value_of_another_message(message: SignedResponse) -> None:
    """The response is about mallory; the signature value is by the right key, over something else.

    Client: rejects it.
    User: sees that the login failed.
    """
    impersonate(message)
    sign_again(message, sign=lambda _: signature.sign_octets(b"another message", message.signer))


@fault("malformed-signature", spec=SYNTAX)
def value_empty(message: SignedResponse) -> None:
    """The response is about mallory; the signature value is empty.

    Client: rejects it.
    User: sees that the login failed. Anybody can be anybody at a client that takes nothing for no objection.
    """
    impersonate(message)
    sign_again(message, sign=lambda _: b"")


@fault.family(
    "no-{}",
    [
        ("signature-value", "malformed-signature", SYNTAX),
        ("signed-info", "malformed-signature", SYNTAX),
        ("reference", "malformed-signature", "XML Signature 4.4"),
        ("digest-value", "malformed-signature", "XML Signature 4.4.3"),
    ],
)
def without_a_part(message: SignedResponse, name: str) -> None:
    """The response is about mallory; its signatures have no {}.

    Client: rejects it, and does not crash.
    User: sees that the login failed. Anybody can be anybody at a client that checks only what is there.
    Seen: CVE-2022-39299 (passport-saml) is of this kind.
    """
    impersonate(message)
    names = {
        "signature-value": "ds:SignatureValue",
        "signed-info": "ds:SignedInfo",
        "reference": "ds:Reference",
        "digest-value": "ds:DigestValue",
    }
    sign_again(message, finish=lambda made: remove(made, names[name]))


@fault("malformed-signature", spec=SYNTAX)
def empty(message: SignedResponse) -> None:
    """The response is about mallory; its signatures are elements with nothing in them.

    Client: rejects it, and does not crash.
    User: sees that the login failed.
    """
    impersonate(message)
    sign_again(message, finish=lambda made: made.clear())


@fault("malformed-signature", spec="XML Signature 4.4")
def signed_info_twice(message: SignedResponse) -> None:
    """The response is about mallory: a SignedInfo that fits that stands in front of the one that is signed.

    Client: wants exactly one, and rejects the response.
    User: sees that the login failed.
    Seen: CVE-2025-29774 (xml-crypto), CVE-2019-3465 (xmlseclibs).
    """
    genuine = [copy.deepcopy(part(found, "ds:SignedInfo")) for found in signatures(message.root)]
    values = [value_of(found) for found in signatures(message.root)]
    impersonate(message)
    sign_again(message, sign=lambda _: values.pop(0), finish=lambda made: made.insert(1, genuine.pop(0)))


@fault("malformed-signature", spec="XML Signature 4.4.3")
def comment_in_the_digest(message: SignedResponse) -> None:
    """The response is about mallory: a comment in the digest has the digest that fits that, the text the genuine one.

    Client: reads the text and no comments, or wants no comments at all. It rejects the response.
    User: sees that the login failed.
    Seen: CVE-2025-29775 (xml-crypto before 6.0.1).
    """
    from lxml import etree

    genuine = [(found, found.getparent()) for found in signatures(message.root)]
    kept = [(copy.deepcopy(found), target) for found, target in genuine]
    unsigned(message.root)
    impersonate(message)
    for found, target in kept:
        if target is None:
            continue
        forged = part(signature.signed_info(target, message.signer.algorithm), "ds:DigestValue").text
        digest = part(found, "ds:DigestValue")
        comment = etree.Comment(forged or "")
        comment.tail, digest.text = digest.text, None
        digest.append(comment)
        signature.place(target, found)


@fault("invalid-xml-signature", spec=VALIDATION)
def digest_flipped(message: SignedResponse) -> None:
    """A bit of the digest is changed, and the signature is properly made over that.

    Client: computes the digest itself, and rejects the response.
    User: sees that the login failed.
    """
    sign_again(message, edit=lambda info, _: flip(info, "ds:DigestValue"))


@fault("malformed-signature", spec="XML Signature 4.4.3")
def digest_empty(message: SignedResponse) -> None:
    """The response is about mallory; the digest is empty, and the signature is properly made over that.

    Client: rejects it.
    User: sees that the login failed.
    """
    impersonate(message)
    sign_again(message, edit=lambda info, _: write(info, "ds:DigestValue", b""))


@fault("invalid-xml-signature", spec="XML Signature 3.2.1")
def digest_of_nothing(message: SignedResponse) -> None:
    """The response is about mallory; the digest is that of no octets at all, and properly signed.

    Client: computes the digest itself, rejects the response, and never takes a failed canonicalization for "".
    User: sees that the login failed.
    Seen: CVE-2025-66568 (ruby-saml before 1.18.0), CVE-2025-66578 (xmlseclibs before 3.1.4).
    """
    import hashlib

    impersonate(message)
    sign_again(message, edit=lambda info, _: write(info, "ds:DigestValue", hashlib.sha256().digest()))


@fault("invalid-xml-signature", spec="XML Signature 3.2.2")
def signed_info_changed(message: SignedResponse) -> None:
    """The response is about mallory: the digests were made to fit, after SignedInfo was signed.

    Client: verifies the signature over SignedInfo as it arrives, and rejects the response.
    User: sees that the login failed. Anybody can be anybody at a client that checks digests only.
    """
    values = [value_of(found) for found in signatures(message.root)]
    impersonate(message)
    sign_again(message, sign=lambda _: values.pop(0))
