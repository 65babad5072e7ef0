"""Signatures of SAML responses that are not there, or are by another key than the service provider knows."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.forgery import forgers_key
from fake_idp.faults.xml_forgery import (
    expired_of,
    foreign,
    forger,
    impersonate,
    key_value,
    sign_again,
    sign_only,
    twin_of,
    unsigned,
)
from fake_idp.saml import signature, xml
from fake_idp.saml.names import NAMESPACES

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import SignedResponse

fault = At("saml_signature", step="token_validation")

REQUIRED = "SAML Profiles 4.1.4.5"
TRUST = "SAML Core 5.4.5"
KEY_INFO = "XML Signature 4.5"


@fault("unsigned-response", spec=REQUIRED)
def missing(message: SignedResponse) -> None:
    """The response is about mallory, and nothing in it is signed.

    Client: rejects it: anybody can write an unsigned one.
    User: sees that the login failed. Anybody can be anybody at a client that accepts it.
    Seen: CVE-2020-12676 (FusionAuth), CVE-2026-28323 (SolarWinds Web Help Desk), apache/cloudstack issue 4519.
    """
    unsigned(message.root)
    impersonate(message)


@fault(spec="SAML Profiles 4.1.4.5 (E26)", reject="must_tolerate")
def on_the_assertion_only(message: SignedResponse) -> None:
    """The assertion is signed, the response around it is not.

    Client: accepts it, unless its metadata or settings ask for a signed response.
    User: notices nothing.
    """
    sign_only(message, "assertion")


@fault(spec="SAML Profiles 4.1.4.5 (E26)", reject="must_tolerate")
def on_the_response_only(message: SignedResponse) -> None:
    """The response is signed, the assertion in it has no signature of its own.

    Client: accepts it: the signature covers the assertion. It may ask for a signed assertion (WantAssertionsSigned).
    User: notices nothing; with clients that look for the signature in the assertion only, nobody can log in.
    """
    sign_only(message, "response")


@fault("invalid-xml-signature", spec=TRUST)
def other_key(message: SignedResponse) -> None:
    """The response is about mallory and signed by a stranger's key; KeyInfo has the real certificate.

    Client: verifies with the key that it knows, and rejects it.
    User: sees that the login failed.
    """
    impersonate(message)
    sign_again(message, signer=forger(), key_info=lambda: signature.key_info(message.signer.certificate))


@fault("invalid-xml-signature", spec=TRUST)
def other_key_without_key_info(message: SignedResponse) -> None:
    """The response is about mallory and signed by a stranger's key, of which nothing is said.

    Client: verifies with the key that it knows, and rejects it.
    User: sees that the login failed.
    """
    impersonate(message)
    sign_again(message, signer=forger(), key_info=lambda: None)


@fault("unknown-signing-certificate", spec=TRUST)
def self_signed_certificate(message: SignedResponse) -> None:
    """The response is about mallory, signed by a stranger's key; KeyInfo has the stranger's certificate.

    Client: takes the key from the metadata and never from the message, and rejects it.
    User: sees that the login failed; the same happens when the identity provider has a new certificate that was
    not announced, which is the commonest cause of a sudden outage.
    Seen: CVE-2015-5372 (nevisAuth).
    """
    impersonate(message)
    sign_again(message, signer=forger())


@fault("unknown-signing-certificate", spec=TRUST)
def twin_certificate(message: SignedResponse) -> None:
    """Like that, but the stranger's certificate has the names, the number and the times of the real one.

    Client: compares keys or fingerprints, never names, and rejects it.
    User: sees that the login failed.
    Seen: "certificate faking" in SAML Raider; CVE-2015-5372 (nevisAuth).
    """
    impersonate(message)
    twin = twin_of(message.signer.certificate)
    sign_again(message, signer=forger(), key_info=lambda: signature.key_info(twin))


@fault("unknown-signing-certificate", spec=TRUST)
def certificate_behind_the_real_one(message: SignedResponse) -> None:
    """The response is about mallory, signed by a stranger's key; KeyInfo has the real certificate first, then theirs.

    Client: rejects it: that a certificate it knows is named somewhere proves nothing.
    User: sees that the login failed.
    """
    impersonate(message)
    real = message.signer.certificate
    sign_again(message, signer=forger(), key_info=lambda: _certificates(real, forger().certificate))


@fault("invalid-xml-signature", spec=TRUST)
def key_value_of_a_stranger(message: SignedResponse) -> None:
    """The response is about mallory, signed by a stranger's key, which KeyInfo holds as a bare KeyValue.

    Client: never takes a key from the message, and rejects it.
    User: sees that the login failed.
    Seen: CVE-2021-21239 (pysaml2).
    """
    impersonate(message)
    sign_again(message, signer=forger(), key_info=lambda: xml.element("ds:KeyInfo", None, key_value(forgers_key())))


@fault("invalid-xml-signature", spec=TRUST)
def key_value_before_the_certificate(message: SignedResponse) -> None:
    """The response is about mallory; KeyInfo has the stranger's KeyValue, and behind it the real certificate.

    Client: rejects it, whichever of the two it looks at first.
    User: sees that the login failed.
    Seen: CVE-2021-21239 (pysaml2).
    """
    impersonate(message)
    real = message.signer.certificate

    def key_info() -> _Element:
        both = signature.key_info(real)
        both.insert(0, key_value(forgers_key()))
        return both

    sign_again(message, signer=forger(), key_info=key_info)


@fault("invalid-xml-signature", spec="XML Signature 4.5.3")
def key_by_reference(message: SignedResponse) -> None:
    """The response is about mallory; KeyInfo says at which URL the key is.

    Client: fetches nothing that a message names, and rejects it.
    User: sees that the login failed; a client that fetches can be made to ask any address in its own network.
    """
    impersonate(message)
    target = {"URI": "http://127.0.0.1:9/mallory.crt", "Type": NAMESPACES["ds"] + "rawX509Certificate"}
    sign_again(
        message,
        signer=forger(),
        key_info=lambda: xml.element("ds:KeyInfo", None, xml.element("ds:RetrievalMethod", target)),
    )


@fault(spec=TRUST, reject="must_tolerate")
def no_key_info(message: SignedResponse) -> None:
    """The signature does not say which key made it: it has no KeyInfo.

    Client: knows the key from the metadata and accepts it; KeyInfo is optional.
    User: notices nothing; with clients that want the certificate in the message, nobody can log in.
    """
    sign_again(message, key_info=lambda: None)


@fault(spec=KEY_INFO, reject="must_tolerate")
def key_name(message: SignedResponse) -> None:
    """KeyInfo has a KeyName and no certificate.

    Client: knows the key from the metadata and accepts it.
    User: notices nothing.
    """
    kid = message.signer.key.kid
    sign_again(message, key_info=lambda: xml.element("ds:KeyInfo", None, xml.element("ds:KeyName", None, kid)))


@fault(spec=KEY_INFO, reject="must_tolerate")
def key_value_only(message: SignedResponse) -> None:
    """KeyInfo has the right key as a bare KeyValue and no certificate.

    Client: knows the key from the metadata and accepts it.
    User: notices nothing.
    """
    private = message.signer.key.private
    sign_again(message, key_info=lambda: xml.element("ds:KeyInfo", None, key_value(private)))


@fault(spec="SAML Metadata 2.4.1.1", reject="must_tolerate")
def expired_certificate(message: SignedResponse) -> None:
    """The right key signed; the certificate in KeyInfo is another one for it, which expired in 2020.

    Client: takes the key from the metadata. In SAML the key counts, and not what the message says about it.
    User: notices nothing; with clients that look at the dates in KeyInfo, nobody can log in.
    """
    expired = expired_of(message.signer)
    sign_again(message, key_info=lambda: signature.key_info(expired))


@fault(spec=KEY_INFO, reject="must_tolerate")
def certificate_chain(message: SignedResponse) -> None:
    """The right key signed; KeyInfo has its certificate and another one behind it, as chains look.

    Client: takes the key from the metadata, and accepts it.
    User: notices nothing.
    """
    real = message.signer.certificate
    sign_again(message, key_info=lambda: _certificates(real, forger().certificate))


@fault(spec=KEY_INFO, reject="must_tolerate")
def certificate_in_lines(message: SignedResponse) -> None:
    """The certificate in KeyInfo is broken into lines of 64 characters, with blanks before each.

    Client: accepts it: white space in base64 means nothing.
    User: notices nothing.
    """

    def key_info() -> _Element:
        made = signature.key_info(message.signer.certificate)
        holder = made[0][0]
        text = holder.text or ""
        holder.text = "".join(f"\n    {text[at : at + 64]}" for at in range(0, len(text), 64)) + "\n  "
        return made

    sign_again(message, key_info=key_info)


@fault(spec=KEY_INFO, reject="must_tolerate")
def certificate_unreadable(message: SignedResponse) -> None:
    """The right key signed; what KeyInfo says is its certificate is none.

    Client: takes the key from the metadata, and does not stumble over a hint that it does not need.
    User: notices nothing.
    """
    sign_again(message, key_info=lambda: signature.key_info(b"no certificate"))


@fault(spec="XML Signature 4.5.4", reject="must_tolerate")
def serial_number_only(message: SignedResponse) -> None:
    """KeyInfo names the certificate by issuer and serial number only.

    Client: knows the key from the metadata and accepts it.
    User: notices nothing.
    """

    def key_info() -> _Element:
        serial = xml.element(
            "ds:X509IssuerSerial",
            None,
            xml.element("ds:X509IssuerName", None, "CN=Fake IdP"),
            xml.element("ds:X509SerialNumber", None, "1"),
        )
        return xml.element("ds:KeyInfo", None, xml.element("ds:X509Data", None, serial))

    sign_again(message, key_info=key_info)


@fault(spec="XML Signature 4.6", reject="must_tolerate")
def with_properties(message: SignedResponse) -> None:
    """The signature has an Id, and an Object with the time of signing, which it does not cover.

    Client: verifies what SignedInfo names, and accepts it.
    User: notices nothing.
    """

    def finish(made: _Element) -> None:
        made.set("Id", "_" + message.context.randomness.token(6))
        made.append(
            xml.element("ds:Object", None, foreign("urn:fake-idp:properties", "p", "SigningTime", text="2026-01-01"))
        )

    sign_again(message, finish=finish)


def _certificates(*certificates: bytes) -> _Element:
    """Several certificates in one X509Data."""
    written = [xml.element("ds:X509Certificate", None, base64.b64encode(each).decode("ascii")) for each in certificates]
    return xml.element("ds:KeyInfo", None, xml.element("ds:X509Data", None, *written))
