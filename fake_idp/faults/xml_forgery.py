"""Putting SAML responses together by hand: signed in another way, by another key, or about another person."""

from __future__ import annotations

import base64
import copy
import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

from fake_idp.faults.artefacts import forged_person
from fake_idp.faults.forgery import KEY_FILE, KID, forgers_key
from fake_idp.keys import SigningKey
from fake_idp.saml import certificates, signature, xml
from fake_idp.saml.attributes import released
from fake_idp.saml.names import EMAIL, UNSPECIFIED, qualified
from fake_idp.saml.signature import Signer

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import SignedResponse

    Canonicalize = Callable[[_Element], bytes]
    EditInfo = Callable[[_Element, _Element], None]

INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


def assertions(root: _Element) -> list[_Element]:
    """The assertions in clear, wherever they stand. Raises LookupError if there is none."""
    found = list(root.iter(qualified("saml:Assertion")))
    if not found:
        raise LookupError("an assertion in clear")
    return found


def signatures(root: _Element) -> list[_Element]:
    """The signatures of the assertions and of the response, from the inside to the outside. Raises LookupError."""
    found = list(root.iter(qualified("ds:Signature")))
    if not found:
        raise LookupError("a signature")
    return found[::-1]


def unsigned(root: _Element) -> list[_Element]:
    """Take all signatures away; what was signed, from the inside to the outside."""
    targets = []
    for found in signatures(root):
        target = found.getparent()
        if target is not None:
            target.remove(found)
            targets.append(target)
    return targets


def sign_again(
    message: SignedResponse,
    *,
    targets: list[_Element] | None = None,
    signer: Signer | None = None,
    edit: EditInfo | None = None,
    sign: Callable[[bytes], bytes] | None = None,
    key_info: Callable[[], _Element | None] | None = None,
    finish: Callable[[_Element], None] | None = None,
    canonicalize: Canonicalize = xml.canonical,
) -> None:
    """Sign what was signed (or `targets`, from the inside to the outside) once more, in another way.

    `edit` changes the SignedInfo, given the element that it is about, before its octets are signed by `sign`.
    `key_info` makes another KeyInfo, or none; `finish` changes what has become the signature. `canonicalize` is for
    SignedInfo.
    """
    signer = signer or message.signer
    for target in unsigned(message.root) if targets is None else targets:
        if message.inside and target is message.root:
            raise LookupError("a response that is not encrypted")
        info = signature.signed_info(target, signer.algorithm)
        if edit is not None:
            edit(info, target)
        made = signature.signature_element(info, b"", signer.certificate)
        if key_info is not None:
            replace_key_info(made, key_info())
        signature.place(target, made)
        # Only where it stands has SignedInfo the namespaces that inclusive canonicalization takes along.
        octets = canonicalize(info)
        value = signature.sign_octets(octets, signer) if sign is None else sign(octets)
        write(made, "ds:SignatureValue", value)
        if finish is not None:
            finish(made)


def sign_only(message: SignedResponse, name: str) -> _Element:
    """Leave one signature, properly made: that of the `assertion` or of the `response`. Returns what is signed."""
    if len(message.root.findall(f".//{qualified('ds:Signature')}")):
        unsigned(message.root)
    target = message.root if name == "response" else assertions(message.root)[0]
    sign_again(message, targets=[target])
    return target


def write(parent: _Element, name: str, value: bytes) -> None:
    """Put `value`, in base64, into the descendant of that name."""
    part(parent, name).text = base64.b64encode(value).decode("ascii")


def part(parent: _Element, name: str) -> _Element:
    """The first descendant of that name. Raises LookupError if there is none."""
    found = parent.find(f".//{qualified(name)}")
    if found is None:
        raise LookupError(name)
    return found


def remove(parent: _Element, name: str) -> None:
    """Take the first descendant of that name away."""
    found = part(parent, name)
    around = found.getparent()
    if around is not None:
        around.remove(found)


def algorithm(parent: _Element, name: str, uri: str) -> None:
    """Name another algorithm."""
    part(parent, name).set("Algorithm", uri)


def digested(info: _Element, octets: bytes, hash_name: str, uri: str | None = None) -> None:
    """Put the digest of `octets` into SignedInfo, and the name of its algorithm."""
    if uri is not None:
        algorithm(info, "ds:DigestMethod", uri)
    write(info, "ds:DigestValue", hashlib.new(hash_name, octets).digest())


def replace_key_info(made: _Element, key_info: _Element | None) -> None:
    """Give a signature another KeyInfo, or take it away."""
    remove(made, "ds:KeyInfo")
    if key_info is not None:
        made.append(key_info)


def value_of(made: _Element) -> bytes:
    """The signature value."""
    return base64.b64decode(part(made, "ds:SignatureValue").text or "")


def flip(parent: _Element, name: str) -> None:
    """Change a bit in the first byte of what is in base64 in the descendant of that name."""
    raw = bytearray(base64.b64decode(part(parent, name).text or ""))
    raw[0] ^= 1
    write(parent, name, bytes(raw))


def impersonate(message: SignedResponse, assertion: _Element | None = None) -> None:
    """Put another person into the assertion (or all of them): into the name and every attribute."""
    person = forged_person(message.context)
    values = {each.name: each.values for each in released(person, message.provider, message.context.issuer.shape)}
    for found in assertions(message.root) if assertion is None else [assertion]:
        name_id = xml.find(found, "saml:Subject/saml:NameID")
        if name_id is not None:
            opaque = hashlib.sha256(person.sub.encode()).hexdigest()[:40]
            names = {EMAIL: person.email or person.username, UNSPECIFIED: person.username}
            name_id.text = names.get(name_id.get("Format") or UNSPECIFIED, opaque)
        for attribute in xml.find_all(found, "saml:AttributeStatement/saml:Attribute"):
            attribute[:] = [
                xml.element("saml:AttributeValue", None, value) for value in values.get(attribute.get("Name") or "", ())
            ]


def evil_assertion(message: SignedResponse, original: _Element, identifier: str | None = None) -> _Element:
    """The assertion once more, about another person, without a signature, under another ID (or `identifier`)."""
    evil = copy.deepcopy(original)
    evil.tail = None
    if evil.find(qualified("ds:Signature")) is not None:
        remove(evil, "ds:Signature")
    evil.set("ID", identifier or f"{original.get('ID')}-evil")
    impersonate(message, evil)
    return evil


def bare(original: _Element) -> _Element:
    """The element once more, without its own signature: exactly what the signature covers."""
    copied = copy.deepcopy(original)
    copied.tail = None
    found = copied.find(qualified("ds:Signature"))
    if found is not None:
        copied.remove(found)
    return copied


@cache
def forger() -> Signer:
    """The attacker with a key and a certificate of their own."""
    key = SigningKey(KID, {}, str(KEY_FILE))
    return Signer(key, certificates.of_key(key), "rsa-sha256")


def twin_of(certificate: bytes) -> bytes:
    """A certificate for the attacker's key in which everything else is as in `certificate`: names, number, times."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    real, key = x509.load_der_x509_certificate(certificate), _rsa(forgers_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(real.subject)
        .issuer_name(real.issuer)
        .public_key(key.public_key())
        .serial_number(real.serial_number)
        .not_valid_before(real.not_valid_before_utc)
        .not_valid_after(real.not_valid_after_utc)
    )
    for extension in real.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def expired_of(signer: Signer) -> bytes:
    """A certificate for the signer's own key that was valid in the year 2020 only."""
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    real = x509.load_der_x509_certificate(signer.certificate)
    key: Any = signer.key.private
    builder = x509.CertificateBuilder().subject_name(real.subject).issuer_name(real.issuer)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(2020, 12, 31, tzinfo=UTC)
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def key_value(private: Any) -> _Element:
    """The public half of an RSA key as a KeyValue (XML Signature 4.5.2)."""
    numbers = _rsa(private).public_key().public_numbers()
    parts = {"Modulus": numbers.n, "Exponent": numbers.e}
    written = [
        xml.element(f"ds:{name}", None, base64.b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).decode())
        for name, value in parts.items()
    ]
    return xml.element("ds:KeyValue", None, xml.element("ds:RSAKeyValue", None, *written))


def inclusive(element: _Element) -> bytes:
    """Inclusive canonical form without comments (Canonical XML 1.0)."""
    from lxml import etree

    return bytes(etree.tostring(element, method="c14n", exclusive=False, with_comments=False))


def foreign(
    namespace: str, prefix: str, name: str, attributes: dict[str, str] | None = None, text: str = ""
) -> _Element:
    """An element of a namespace that SAML has no name for."""
    from lxml import etree

    made = etree.Element(f"{{{namespace}}}{name}", attributes or {}, nsmap={prefix: namespace})
    made.text = text or None
    return made


def _rsa(private: Any) -> Any:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if not isinstance(private, RSAPrivateKey):
        raise LookupError("an RSA key")
    return private
