"""Signatures of SAML responses by algorithms that are old, confused, unknown, or only uncommon."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from fake_idp.faults.fault import At
from fake_idp.faults.xml_forgery import (
    algorithm,
    digested,
    impersonate,
    remove,
    sign_again,
    sign_only,
)
from fake_idp.saml import signature, xml
from fake_idp.saml.names import NAMESPACES
from fake_idp.saml.signature import DIGESTS, SIGNATURES

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import SignedResponse
    from fake_idp.saml.signature import Signer

fault = At("saml_signature", step="token_validation")

ALGORITHMS = "SAML Core 5.4.1; XML Signature 6.4"
DIGEST = "XML Signature 6.2"
_DS = NAMESPACES["ds"]
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_HMAC = _MORE + "hmac-sha256"
_OLD = {"rsa-sha1": _DS + "rsa-sha1", "rsa-md5": _MORE + "rsa-md5"}
_OLD_DIGESTS = {"sha1": _DS + "sha1", "md5": _MORE + "md5"}


@fault.family(
    "{}",
    [
        ("rsa-sha1", "unaccepted-signature-algorithm", ALGORITHMS),
        ("rsa-md5", "unaccepted-signature-algorithm", ALGORITHMS),
    ],
    reject="should_reject",
)
def old_signature(message: SignedResponse, name: str) -> None:
    """The response is properly signed by the right key, with {}.

    Client: refuses the algorithm: two documents can be made that have the same hash.
    User: sees that the login failed, after the application was updated to a library that no longer takes it.
    Seen: gravitational/teleport issue 1754 (ADFS, where the secure hash algorithm is a setting of each application).
    """
    _sign_with(message, _OLD[name], lambda octets: _rsa_signed(message.signer, octets, name.partition("-")[2]))


@fault.family(
    "digest-{}",
    [
        ("sha1", "unaccepted-digest-algorithm", DIGEST),
        ("md5", "unaccepted-digest-algorithm", DIGEST),
    ],
    reject="should_reject",
)
def old_digest(message: SignedResponse, name: str) -> None:
    """The response is signed with a good algorithm, but over a digest of its content that is made with {}.

    Client: refuses the algorithm: the digest is all that ties the content to the signature.
    User: sees that the login failed.
    """
    _digest_with(message, _OLD_DIGESTS[name], name)


@fault.family(
    "hmac-with-{}",
    [
        ("certificate-pem", "unaccepted-signature-algorithm", ALGORITHMS),
        ("certificate-der", "unaccepted-signature-algorithm", ALGORITHMS),
        ("certificate-base64", "unaccepted-signature-algorithm", ALGORITHMS),
        ("public-key-pem", "unaccepted-signature-algorithm", ALGORITHMS),
        ("public-key-der", "unaccepted-signature-algorithm", ALGORITHMS),
        ("empty-secret", "unaccepted-signature-algorithm", ALGORITHMS),
    ],
)
def mac(message: SignedResponse, secret: str) -> None:
    """The response is about mallory, under a MAC (hmac-sha256) whose secret everybody knows: {}.

    Client: takes signatures only, never a MAC, and never a public key for a secret. It rejects the response.
    User: sees that the login failed. Anybody can be anybody at a client that is confused.
    Seen: GHSA-6vx8-pcwv-xhf4 (signxml before 4.0.4).
    """
    key = _everybody_knows(message.signer, secret)
    impersonate(message)
    _sign_with(message, _HMAC, lambda octets: hmac.digest(key, octets, "sha256"))


@fault("unaccepted-signature-algorithm", spec="XML Signature 6.3.1")
def hmac_of_no_length(message: SignedResponse) -> None:
    """The response is about mallory, under a MAC of which only the first 0 bits are to be compared.

    Client: rejects it, as a MAC and as one that proves nothing.
    User: sees that the login failed.
    Seen: CVE-2009-0217 (HMACOutputLength, in most XML signature libraries of that time).
    """
    impersonate(message)

    def edit(info: _Element, _: _Element) -> None:
        algorithm(info, "ds:SignatureMethod", _HMAC)
        info[1].append(xml.element("ds:HMACOutputLength", None, "0"))

    sign_again(message, edit=edit, sign=lambda _: bytes(1))


@fault.family(
    "algorithm-{}",
    [
        ("unknown", "unaccepted-signature-algorithm", ALGORITHMS),
        ("empty", "unaccepted-signature-algorithm", ALGORITHMS),
        ("none", "unaccepted-signature-algorithm", ALGORITHMS),
        ("missing", "unaccepted-signature-algorithm", ALGORITHMS),
    ],
)
def no_algorithm(message: SignedResponse, uri: str) -> None:
    """The response is about mallory; the algorithm of its signature is {}, and its value nothing but zeros.

    Client: accepts a short list of algorithms and nothing else. It rejects the response, and does not crash.
    User: sees that the login failed.
    """
    impersonate(message)
    uris = {"unknown": "urn:fake-idp:algorithm", "none": _DS + "none"}
    _sign_with(message, None if uri == "missing" else uris.get(uri, ""), lambda _: bytes(256))


@fault("unaccepted-digest-algorithm", spec=DIGEST)
def digest_unknown(message: SignedResponse) -> None:
    """The algorithm of the digest is unknown to everybody; the signature over it is good.

    Client: accepts a short list of algorithms and nothing else.
    User: sees that the login failed.
    """
    sign_again(message, edit=lambda info, _: algorithm(info, "ds:DigestMethod", "urn:fake-idp:digest"))


@fault("unaccepted-signature-algorithm", spec="RFC 6931 2.3.10", reject="should_reject")
def rsa_pss(message: SignedResponse) -> None:
    """The response is properly signed with RSA-PSS (sha256-rsa-MGF1), which the service provider did not ask for.

    Client: refuses it cleanly unless it knows and allows the algorithm.
    User: sees that the login failed, from the day the identity provider changed its default.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    private: Any = _rsa_key(message.signer)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
    uri = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
    _sign_with(message, uri, lambda octets: bytes(private.sign(octets, pss, hashes.SHA256())))


@fault("unknown-signing-certificate", spec="SAML Metadata 2.4.1.1")
def other_type_of_key(message: SignedResponse) -> None:
    """The response is signed with ECDSA, by a key of the identity provider that its metadata do not name.

    Client: takes the key from the metadata, and rejects the response.
    User: sees that the login failed, since the identity provider changed its key before it published it.
    """
    sign_again(message, signer=signature.signer(message.context.namespace.keys, "ecdsa-sha256"))


@fault("invalid-xml-signature", spec="XML Signature 6.4.3")
def psychic_signature(message: SignedResponse) -> None:
    """The response is about mallory, with an ECDSA signature of nothing but zeros.

    Client: rejects it.
    User: sees that the login failed. Anybody can be anybody at a client whose library accepts r = s = 0.
    Seen: CVE-2022-21449 (Java 15 to 18).
    """
    impersonate(message)
    _sign_with(message, SIGNATURES["ecdsa-sha256"], lambda _: bytes(64))


@fault("invalid-xml-signature", spec=ALGORITHMS)
def algorithm_of_another_key(message: SignedResponse) -> None:
    """The signature is rsa-sha256, and says that it is ecdsa-sha256.

    Client: rejects it: the key that it knows is not of that type. It does not crash.
    User: sees that the login failed.
    """
    _sign_with(message, SIGNATURES["ecdsa-sha256"], lambda octets: _rsa_signed(message.signer, octets, "sha256"))


@fault("unaccepted-signature-algorithm", spec=ALGORITHMS)
def algorithm_of_an_older_hash(message: SignedResponse) -> None:
    """The signature is rsa-sha256, and says that it is rsa-sha1.

    Client: goes by what is said, and refuses the algorithm.
    User: sees that the login failed.
    """
    _sign_with(message, _OLD["rsa-sha1"], lambda octets: _rsa_signed(message.signer, octets, "sha256"))


@fault("invalid-xml-signature", spec=ALGORITHMS)
def algorithm_of_another_hash(message: SignedResponse) -> None:
    """The signature is rsa-sha256, and says that it is rsa-sha512.

    Client: rejects it.
    User: sees that the login failed.
    """
    _sign_with(message, SIGNATURES["rsa-sha512"], lambda octets: _rsa_signed(message.signer, octets, "sha256"))


@fault("invalid-xml-signature", spec="XML Signature 6.4.2")
def without_padding(message: SignedResponse) -> None:
    """The response is about mallory; the signature is the number 1, which is its own root to every exponent.

    Client: checks the whole of the RSA padding, and rejects it.
    User: sees that the login failed.
    Seen: Bleichenbacher's forgery of 2006 (CVE-2006-4339) is of this kind.
    """
    impersonate(message)
    sign_again(message, sign=lambda _: bytes(255) + b"\1")


@fault.family(
    "{}",
    [("rsa-sha384", None, ALGORITHMS), ("rsa-sha512", None, ALGORITHMS)],
    reject="must_tolerate",
)
def longer(message: SignedResponse, name: str) -> None:
    """The response is signed with {} and a digest of the same length, in place of the usual SHA-256.

    Client: accepts it.
    User: notices nothing.
    """
    hash_name = name.partition("-")[2]

    def edit(info: _Element, target: _Element) -> None:
        algorithm(info, "ds:SignatureMethod", SIGNATURES[name])
        digested(info, xml.canonical(target), hash_name, DIGESTS[hash_name])

    sign_again(message, edit=edit, sign=lambda octets: _rsa_signed(message.signer, octets, hash_name))


@fault(spec=DIGEST, reject="must_tolerate")
def digest_longer(message: SignedResponse) -> None:
    """The digest is made with SHA-512, the signature with SHA-256.

    Client: accepts it: the two need not be the same.
    User: notices nothing.
    """
    _digest_with(message, DIGESTS["sha512"], "sha512")


@fault("unaccepted-signature-algorithm", spec=ALGORITHMS, reject="should_reject")
def rsa_sha1_in_the_assertion(message: SignedResponse) -> None:
    """Only the assertion is signed, with rsa-sha1, as older identity providers do by default.

    Client: refuses the algorithm.
    User: sees that the login failed.
    """
    target = sign_only(message, "assertion")
    remove(target, "ds:Signature")
    sign_again(
        message,
        targets=[target],
        edit=lambda info, _: algorithm(info, "ds:SignatureMethod", _OLD["rsa-sha1"]),
        sign=lambda octets: _rsa_signed(message.signer, octets, "sha1"),
    )


def _sign_with(message: SignedResponse, uri: str | None, sign: Any) -> None:
    """Name another algorithm (none at all for None), and make the value some way."""

    def edit(info: _Element, _: _Element) -> None:
        if uri is None:
            remove(info, "ds:SignatureMethod")
        else:
            algorithm(info, "ds:SignatureMethod", uri)

    sign_again(message, edit=edit, sign=sign)


def _digest_with(message: SignedResponse, uri: str, hash_name: str) -> None:
    sign_again(message, edit=lambda info, target: digested(info, xml.canonical(target), hash_name, uri))


def _rsa_key(signer: Signer) -> Any:
    if not signer.algorithm.startswith("rsa"):
        raise LookupError("an RSA key")
    return signer.key.private


def _rsa_signed(signer: Signer, octets: bytes, hash_name: str) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    hashed = getattr(hashes, hash_name.upper())()
    return bytes(_rsa_key(signer).sign(octets, padding.PKCS1v15(), hashed))


def _everybody_knows(signer: Signer, secret: str) -> bytes:
    """The bytes that attackers try: what is published, in the encodings that libraries keep it in."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from fake_idp.saml import certificates

    der = signer.certificate
    public = certificates.public_key(der)
    known: dict[str, bytes] = {
        "certificate-pem": certificates.pem(der).encode("ascii"),
        "certificate-der": der,
        "certificate-base64": certificates.base64_of(der).encode("ascii"),
        "public-key-pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "public-key-der": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "empty-secret": b"",
    }
    return known[secret]
