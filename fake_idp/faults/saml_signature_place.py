"""Signatures of SAML responses in another place, in another spelling, or on one element only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.xml_forgery import (
    assertions,
    flip,
    forger,
    part,
    sign_again,
    sign_only,
    unsigned,
    write,
)
from fake_idp.saml import signature, xml

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import SignedResponse

fault = At("saml_signature", step="token_validation")

VALIDATION = "XML Signature 3.2"
PLACE = "SAML Core 5.4.1 and 5.4.2"
_LINE = 76


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
    sign_again(message, targets=[message.root], finish=lambda made: flip(made, "ds:SignatureValue"))


@fault("invalid-xml-signature", spec="SAML Profiles 4.1.4.3")
def only_the_assertion_is_broken(message: SignedResponse) -> None:
    """The signature of the response holds; that of the assertion in it does not.

    Client: rejects it: every signature that is there must hold.
    User: sees that the login failed, or notices nothing at a client that looks at the response only.
    """
    unsigned(message.root)
    target = assertions(message.root)[0]
    sign_again(message, targets=[target], finish=lambda made: flip(made, "ds:SignatureValue"))
    sign_again(message, targets=[message.root])
