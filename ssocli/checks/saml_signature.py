"""XML signatures in SAML (SAML Core 5.4): what one says about itself, and whether it verifies with a trusted key.

What a signature covers are the octets that the verifier returns, and nothing else. The certificate in KeyInfo is what
the sender says about itself; it is never trusted (SAML Core 5.4.5).
"""

from __future__ import annotations

import base64
import binascii
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ssocli.checks.document import Undecodable
from ssocli.checks.saml_certificate import Certificate, read_certificate
from ssocli.checks.saml_tree import DS, SAML, Element, child, children, is_element, text_of
from ssocli.checks.saml_xml import read_xml

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
SIGNATURE_METHODS = tuple(f"{_MORE}{key}-sha{bits}" for key in ("rsa", "ecdsa") for bits in (256, 384, 512))
DIGEST_METHODS = (
    "http://www.w3.org/2001/04/xmlenc#sha256",
    f"{_MORE}sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
)
# Good, but unusual in SAML; nobody must know them.
PSS_METHODS = tuple(f"http://www.w3.org/2007/05/xmldsig-more#sha{bits}-rsa-MGF1" for bits in (256, 384, 512))
# What older services still take, and nobody should.
SHA1_METHODS = ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", f"{_MORE}ecdsa-sha1")
SHA1_DIGEST = "http://www.w3.org/2000/09/xmldsig#sha1"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
# Inclusive canonicalization is only advised against (SAML Core 5.4.3); it loses nothing of what is signed.
INCLUSIVES = ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11")
CANONICALIZATIONS = (EXCLUSIVE, f"{EXCLUSIVE}WithComments", *INCLUSIVES)
# SAML has two; a thousand of them are an attack on the verifier (CVE-2021-39171).
TRANSFORM_LIMIT = 4
# Every spelling that some reader takes for an ID: two elements must not share a value across them.
_ID_NAMES = ("ID", "Id", "id")


@dataclass(frozen=True, slots=True)
class SignaturePolicy:
    """The algorithms that are accepted, as URIs."""

    methods: tuple[str, ...] = SIGNATURE_METHODS
    digests: tuple[str, ...] = DIGEST_METHODS
    canonicalizations: tuple[str, ...] = CANONICALIZATIONS

    def accepts(self, signature: Signature) -> bool:
        """Whether the signature uses nothing else, and few transforms, enveloped and canonicalization only."""
        return (
            len(signature.transforms) <= TRANSFORM_LIMIT
            and signature.method in self.methods
            and set(signature.digests) <= set(self.digests)
            and {signature.canonicalization, *signature.transforms} <= {ENVELOPED, *self.canonicalizations}
        )


@dataclass(frozen=True, slots=True)
class Signature:
    """What the ds:Signature in `parent` says about itself; nothing of it is verified.

    `references` are the URIs, `transforms` the algorithms of all references, `certificates` those in KeyInfo.
    `malformed` says what is wrong with its form; empty if nothing is. `misplaced` tells that it does not stand right
    behind the Issuer, or first where there is none.
    """

    parent: Element = field(repr=False)
    method: str
    digests: tuple[str, ...]
    canonicalization: str
    references: tuple[str | None, ...]
    transforms: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    malformed: str
    misplaced: bool

    @property
    def covers_parent(self) -> bool:
        """Whether its one reference is to the ID of the element that it stands in (SAML Core 5.4.2)."""
        identifier = self.parent.get("ID")
        return bool(identifier) and self.references == (f"#{identifier}",)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a signature covers: the tree of exactly the octets that were signed, and the key's certificate."""

    root: Element = field(repr=False)
    certificate: Certificate


def read_signature(parent: Element) -> Signature | None:
    """The signature that stands directly in this element, or None."""
    found = children(parent, f"{DS}Signature")
    if not found:
        return None
    signature = found[0]
    info = child(signature, f"{DS}SignedInfo")
    references = [] if info is None else children(info, f"{DS}Reference")
    transforms = [
        each for part in references for group in children(part, f"{DS}Transforms")
        for each in children(group, f"{DS}Transform")
    ]  # fmt: skip
    return Signature(
        parent=parent,
        method=_algorithm(child(info, f"{DS}SignatureMethod")),
        digests=tuple(_algorithm(child(part, f"{DS}DigestMethod")) for part in references),
        canonicalization=_algorithm(child(info, f"{DS}CanonicalizationMethod")),
        references=tuple(part.get("URI") for part in references),
        transforms=tuple(_algorithm(each) for each in transforms),
        certificates=_key_info(signature),
        malformed=_malformed(found, references),
        misplaced=_misplaced(signature),
    )


def verify(
    signature: Signature, certificates: tuple[Certificate, ...], policy: SignaturePolicy = SignaturePolicy()
) -> Verified | None:
    """What the signature covers, if it verifies with the key of one of the certificates; otherwise None.

    It must have one reference, to the element that it stands in, with accepted algorithms and no transforms but
    enveloped and canonicalization. The validity times of the certificates do not matter here: in SAML the key counts
    (SAML Metadata 2.4.1.1). Never raises.
    """
    if signature.malformed or not signature.covers_parent or not policy.accepts(signature):
        return None
    if repeated_ids(signature.parent):
        return None
    from lxml import etree

    octets = etree.tostring(signature.parent, with_tail=False)
    for certificate in certificates:
        covered = _covered(octets, certificate, policy)
        if covered is None:
            continue
        root = read_xml(covered)
        parent = signature.parent
        # What came back decides, whatever the verifier understood the reference to mean.
        if not isinstance(root, Undecodable) and (root.tag, root.get("ID")) == (parent.tag, parent.get("ID")):
            return Verified(root, certificate)
    return None


def repeated_ids(*roots: Element) -> tuple[str, ...]:
    """The IDs that more than one element of the trees has, whatever the attribute is called."""
    seen: set[str] = set()
    repeated: dict[str, None] = {}
    for element in itertools.chain.from_iterable(root.iter() for root in roots):
        if not is_element(element):
            continue
        mine = {value for name, value in element.attrib.items() if name.rpartition("}")[2] in _ID_NAMES}
        repeated.update(dict.fromkeys(sorted(mine & seen)))
        seen |= mine
    return tuple(repeated)


def method_name(uri: str) -> str:
    """The short name of an algorithm: `rsa-sha256`."""
    return uri.rpartition("#")[2] or uri or "(none)"


def _covered(octets: bytes, certificate: Certificate, policy: SignaturePolicy) -> bytes | None:
    """The octets that the signature in this document covers, if the certificate's key made it."""
    from signxml.algorithms import DigestAlgorithm, SignatureMethod
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    wanted = SignatureConfiguration(
        location="./",
        signature_methods=frozenset(each for each in SignatureMethod if each.value in policy.methods),
        digest_algorithms=frozenset(each for each in DigestAlgorithm if each.value in policy.digests),
        verification_time=datetime.fromtimestamp(certificate.not_before, UTC),
    )
    try:
        result = XMLVerifier().verify(octets, x509_cert=certificate.load(), expect_config=wanted)
    except Exception:  # noqa: BLE001 - whatever a stranger's signature makes the verifier raise: it does not verify
        return None
    return None if isinstance(result, list) else result.signed_data


def _algorithm(element: Element | None) -> str:
    return "" if element is None else str(element.get("Algorithm") or "")


def _key_info(signature: Element) -> tuple[Certificate, ...]:
    """The readable certificates in KeyInfo, at most five."""
    found = []
    for element in signature.findall(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")[:5]:
        try:
            certificate = read_certificate(base64.b64decode("".join((text_of(element) or "").split()), validate=True))
        except (binascii.Error, ValueError):
            continue
        if isinstance(certificate, Certificate):
            found.append(certificate)
    return tuple(found)


def _misplaced(signature: Element) -> bool:
    before = [each.tag for each in signature.itersiblings(preceding=True) if is_element(each)]
    return before not in ([], [f"{SAML}Issuer"])


def _malformed(signatures: list[Element], references: list[Element]) -> str:
    """What is wrong with the form of the signature, as half a sentence."""
    signature = signatures[0]
    if len(signatures) > 1:
        return f"{len(signatures)} signatures in one element"
    if (count := len(children(signature, f"{DS}SignedInfo"))) != 1:
        return f"{count} SignedInfo elements"
    if (count := len(children(signature, f"{DS}SignatureValue"))) != 1:
        return f"{count} SignatureValue elements"
    if not (text_of(child(signature, f"{DS}SignatureValue")) or "").strip():
        return "an empty SignatureValue"
    if not references:
        return "no Reference: it signs nothing"
    values = [child(reference, f"{DS}DigestValue") for reference in references]
    if any(not (text_of(value) or "").strip() for value in values):
        return "an empty DigestValue"
    # Readers that stop at a comment compare another digest than the one that was signed (CVE-2025-29775).
    return "a comment in the DigestValue" if any(value is not None and len(value) for value in values) else ""
