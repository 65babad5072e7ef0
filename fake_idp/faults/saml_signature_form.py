"""Signatures of SAML responses whose parts are missing, doubled, damaged, or written in an uncommon way."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.xml_forgery import (
    assertions,
    flipped,
    forger,
    impersonate,
    part,
    remove,
    sign_again,
    sign_only,
    signatures,
    unsigned,
    value_of,
    write,
)
from fake_idp.saml import signature, xml

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import SignedResponse

fault = At("saml_signature", step="token_validation")

VALIDATION = "XML Signature 3.2"
SYNTAX = "XML Signature 4.1"
PLACE = "SAML Core 5.4.1 and 5.4.2"
_LINE = 76


@fault("invalid-xml-signature", spec=VALIDATION)
def value_flipped(message: SignedResponse) -> None:
    """A bit of the signature value is changed.

    Client: rejects the response.
    User: sees that the login failed.
    """
    sign_again(message, finish=lambda made: _flip(made, "ds:SignatureValue"))


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
    sign_again(message, edit=lambda info, _: _flip(info, "ds:DigestValue"))


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


@fault("malformed-signature", spec=PLACE)
def several(message: SignedResponse) -> None:
    """The assertion is signed twice: by the right key, and before that by a stranger.

    Client: rejects it: one of the two does not hold, and a message has one signature.
    User: sees that the login failed.
    """
    target = sign_only(message, "assertion")
    genuine = part(target, "ds:Signature")
    target.remove(genuine)
    sign_again(message, targets=[target], signer=forger())
    part(target, "ds:Signature").addnext(genuine)


@fault("misplaced-signature", spec="SAML Core 2.3.3 and 3.2.2", reject="should_reject")
def at_the_end(message: SignedResponse) -> None:
    """The signature is the last child of what it signs, and not the one behind the Issuer.

    Client: may accept it, since the signature holds; whoever checks the schema rejects it.
    User: notices nothing, or sees that the login failed.
    """

    def finish(made: _Element) -> None:
        target = made.getparent()
        if target is not None:
            target.append(made)

    sign_again(message, finish=finish)


@fault("foreign-reference", spec=PLACE, reject="should_reject")
def moved_to_the_response(message: SignedResponse) -> None:
    """The genuine signature of the assertion stands in the response, beside what it signs.

    Client: rejects it: a signature belongs in what it signs.
    User: sees that the login failed, or notices nothing.
    """
    target = sign_only(message, "assertion")
    made = part(target, "ds:Signature")
    target.remove(made)
    signature.place(message.root, made)


@fault("signature-wrapping", spec=PLACE)
def moved_to_the_subject(message: SignedResponse) -> None:
    """The genuine signature of the assertion stands in its Subject.

    Client: rejects it: a signature is a child of what it signs.
    User: sees that the login failed.
    """
    target = sign_only(message, "assertion")
    part(target, "saml:Subject").append(part(target, "ds:Signature"))


@fault.family(
    "value-{}",
    [
        ("in-lines", None, "RFC 2045 6.8"),
        ("with-carriage-returns", None, "RFC 2045 6.8"),
        ("indented", None, "RFC 2045 6.8"),
    ],
    reject="must_tolerate",
)
def line_breaks(message: SignedResponse, way: str) -> None:
    """Signature value and digest are written {}, as many libraries do.

    Client: accepts it: white space in base64 means nothing.
    User: notices nothing.
    Seen: xmlsec and Apache Santuario break lines at 64 and 76 characters; Java on Windows writes carriage returns.
    """
    line = {"in-lines": "\n", "with-carriage-returns": "\r\n", "indented": "\n      "}[way]

    def wrap(parent: _Element, name: str) -> None:
        holder = part(parent, name)
        text = holder.text or ""
        holder.text = line + line.join(text[at : at + _LINE] for at in range(0, len(text), _LINE)) + line

    sign_again(
        message,
        edit=lambda info, _: wrap(info, "ds:DigestValue"),
        finish=lambda made: wrap(made, "ds:SignatureValue"),
    )


@fault(spec="XML Signature 4.1", reject="must_tolerate")
def spread_over_lines(message: SignedResponse) -> None:
    """The signature is written over many lines, indented, and then signed as it is.

    Client: accepts it: the white space is part of what is signed.
    User: notices nothing.
    """
    from lxml import etree

    sign_again(message, edit=lambda info, _: etree.indent(info))


@fault(spec="XML Namespaces 6.2", reject="must_tolerate")
def without_prefix(message: SignedResponse) -> None:
    """The elements of the signature have no prefix: their namespace is the default one.

    Client: accepts it: prefixes mean nothing.
    User: notices nothing.
    """
    from lxml import etree

    targets = unsigned(message.root)
    for target in targets:
        info = signature.signed_info(target, message.signer.algorithm)
        made = signature.signature_element(info, b"", message.signer.certificate)
        plain = etree.fromstring(
            xml.serialize(made).replace(b"<ds:", b"<").replace(b"</ds:", b"</").replace(b":ds=", b"=")
        )
        signature.place(target, plain)
        octets = xml.canonical(part(plain, "ds:SignedInfo"))
        write(plain, "ds:SignatureValue", signature.sign_octets(octets, message.signer))


@fault("invalid-xml-signature", spec=VALIDATION)
def only_the_response_is_broken(message: SignedResponse) -> None:
    """The signature of the assertion holds; that of the response around it does not.

    Client: rejects it: every signature that is there must hold (SAML Profiles 4.1.4.3).
    User: sees that the login failed, or notices nothing at a client that looks at the assertion only.
    """
    sign_only(message, "assertion")
    sign_again(message, targets=[message.root], finish=lambda made: _flip(made, "ds:SignatureValue"))


@fault("invalid-xml-signature", spec="SAML Profiles 4.1.4.3")
def only_the_assertion_is_broken(message: SignedResponse) -> None:
    """The signature of the response holds; that of the assertion in it does not.

    Client: rejects it: every signature that is there must hold.
    User: sees that the login failed, or notices nothing at a client that looks at the response only.
    """
    unsigned(message.root)
    target = assertions(message.root)[0]
    sign_again(message, targets=[target], finish=lambda made: _flip(made, "ds:SignatureValue"))
    sign_again(message, targets=[message.root])


def _flip(parent: _Element, name: str) -> None:
    write(parent, name, flipped(part(parent, name).text))
