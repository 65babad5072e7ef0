"""XML signatures and those of the HTTP-Redirect binding: making ours, judging those of service providers.

Signing is in small steps - digest, SignedInfo, value, placement - so that each can be made wrong on purpose.
"""

from __future__ import annotations

import base64
import binascii
import copy
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from fake_idp.refusal import refuse
from fake_idp.saml import certificates, xml
from fake_idp.saml.names import qualified

if TYPE_CHECKING:
    from collections.abc import Collection

    from lxml.etree import _Element

    from fake_idp.keys import KeySet, SigningKey

SignatureAlgorithm = Literal["rsa-sha256", "rsa-sha384", "rsa-sha512", "ecdsa-sha256", "ecdsa-sha384"]

ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
SIGNATURES = {
    "rsa-sha256": _MORE + "rsa-sha256",
    "rsa-sha384": _MORE + "rsa-sha384",
    "rsa-sha512": _MORE + "rsa-sha512",
    "ecdsa-sha256": _MORE + "ecdsa-sha256",
    "ecdsa-sha384": _MORE + "ecdsa-sha384",
}
DIGESTS = {
    "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
    "sha384": _MORE + "sha384",
    "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
}
# Only for what is received, and not under strict.
_OLD_SIGNATURES = {"rsa-sha1": "http://www.w3.org/2000/09/xmldsig#rsa-sha1"}
_OLD_DIGESTS = {"sha1": "http://www.w3.org/2000/09/xmldsig#sha1"}


@dataclass(frozen=True, slots=True)
class Signer:
    """A key, its certificate in DER, and the algorithm it signs with."""

    key: SigningKey
    certificate: bytes
    algorithm: SignatureAlgorithm


def signer(keys: KeySet, algorithm: SignatureAlgorithm) -> Signer:
    """The current key for `algorithm`; raises LookupError when there is none of its type."""
    key = keys.current(key_algorithm(algorithm))
    return Signer(key, certificates.of_key(key), algorithm)


def key_algorithm(algorithm: str) -> str:
    """The JOSE name of an algorithm that takes the same type of key."""
    return "RS256" if algorithm.startswith("rsa") else "ES256"


def sign_element(target: _Element, signer: Signer) -> None:
    """Put an enveloped signature into `target`, behind its Issuer if it has one (SAML Core 5.4)."""
    info = signed_info(target, signer.algorithm)
    value = sign_octets(xml.canonical(info), signer)
    place(target, signature_element(info, value, signer.certificate))


def signed_info(target: _Element, algorithm: SignatureAlgorithm) -> _Element:
    """What is signed: one reference to `target` by its ID, with its digest (SAML Core 5.4.2, 5.4.4)."""
    hash_name = algorithm.partition("-")[2]
    digest = hashlib.new(hash_name, xml.canonical(target)).digest()
    return xml.element(
        "ds:SignedInfo",
        None,
        xml.element("ds:CanonicalizationMethod", {"Algorithm": EXCLUSIVE}),
        xml.element("ds:SignatureMethod", {"Algorithm": SIGNATURES[algorithm]}),
        xml.element(
            "ds:Reference",
            {"URI": f"#{target.get('ID')}"},
            xml.element(
                "ds:Transforms",
                None,
                xml.element("ds:Transform", {"Algorithm": ENVELOPED}),
                xml.element("ds:Transform", {"Algorithm": EXCLUSIVE}),
            ),
            xml.element("ds:DigestMethod", {"Algorithm": DIGESTS[hash_name]}),
            xml.element("ds:DigestValue", None, base64.b64encode(digest).decode("ascii")),
        ),
    )


def signature_element(info: _Element, value: bytes, certificate: bytes) -> _Element:
    """The whole signature, with the certificate as a hint (SAML Core 5.4.5)."""
    return xml.element(
        "ds:Signature",
        None,
        info,
        xml.element("ds:SignatureValue", None, base64.b64encode(value).decode("ascii")),
        key_info(certificate),
    )


def key_info(certificate: bytes) -> _Element:
    """A certificate as KeyInfo."""
    x509 = xml.element("ds:X509Certificate", None, certificates.base64_of(certificate))
    return xml.element("ds:KeyInfo", None, xml.element("ds:X509Data", None, x509))


def place(target: _Element, signature: _Element) -> None:
    """Behind the Issuer, or first where the schema has no Issuer before it."""
    first = target[0] if len(target) else None
    target.insert(1 if first is not None and first.tag == qualified("saml:Issuer") else 0, signature)


def sign_octets(octets: bytes, signer: Signer) -> bytes:
    """The bare signature value (XML Signature 6.4)."""
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    private: Any = signer.key.private
    hashed = _hash(signer.algorithm.partition("-")[2])
    if signer.algorithm.startswith("rsa"):
        return bytes(private.sign(octets, padding.PKCS1v15(), hashed))
    size = (private.curve.key_size + 7) // 8
    r, s = decode_dss_signature(private.sign(octets, ec.ECDSA(hashed)))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def verify_element(root: _Element, trusted: Collection[bytes], *, strict: bool) -> None:
    """Judge the enveloped signature of a message: it must cover the whole of `root` and be by a trusted certificate.

    `trusted` are certificates in DER; what the message says about its own key is ignored. Raises RefusedError.
    """
    signatures = xml.find_all(root, "ds:Signature")
    if len(signatures) != 1:
        raise _refused("one signature in the message itself", f"{len(signatures)}", "SAML Core 5.4.1")
    signature = signatures[0]
    infos = xml.find_all(signature, "ds:SignedInfo")
    references = xml.find_all(signature, "ds:SignedInfo/ds:Reference")
    if len(infos) != 1 or len(references) != 1:
        raise _refused("one SignedInfo with one Reference", f"{len(infos)} with {len(references)}", "SAML Core 5.4.2")
    uri = references[0].get("URI") or ""
    if root.get("ID") is None or uri != f"#{root.get('ID')}":
        raise _refused(f"a Reference to #{root.get('ID')}, the message itself", uri[:80] or "none", "SAML Core 5.4.2")
    _check_digest(root, references[0], strict=strict)
    method = _algorithm(infos[0], "ds:CanonicalizationMethod")
    if method != EXCLUSIVE:
        raise _refused("exclusive canonicalization without comments", method, "SAML Core 5.4.3")
    canonical = xml.canonical(infos[0], _prefixes(xml.find(infos[0], "ds:CanonicalizationMethod")))
    value = _decoded(xml.child_text(signature, "ds:SignatureValue") or "", "ds:SignatureValue")
    verify_octets(canonical, _algorithm(infos[0], "ds:SignatureMethod"), value, trusted, strict=strict)


def verify_octets(octets: bytes, algorithm: str, value: bytes, trusted: Collection[bytes], *, strict: bool) -> None:
    """Judge a bare signature by the URI of its algorithm (SAML Bindings 3.4.4.1). Raises RefusedError."""
    known = SIGNATURES if strict else SIGNATURES | _OLD_SIGNATURES
    name = next((name for name, uri in known.items() if uri == algorithm), None)
    if name is None:
        raise _refused("a signature with " + ", ".join(known), algorithm[:80] or "no algorithm", "SAML Core 5.4.1")
    if any(_fits(certificates.public_key(certificate), octets, name, value) for certificate in trusted):
        return
    raise _refused(
        "a signature by one of the certificates in the service provider's metadata",
        f"a signature that none of the {len(trusted)} made, or a message changed since",
        "SAML Core 5.4",
    )


def _check_digest(root: _Element, reference: _Element, *, strict: bool) -> None:
    transforms = xml.find_all(reference, "ds:Transforms/ds:Transform")
    names = [transform.get("Algorithm") or "" for transform in transforms]
    if set(names) != {ENVELOPED, EXCLUSIVE}:
        raise _refused(
            "the transforms enveloped-signature and exclusive canonicalization",
            ", ".join(names)[:160] or "none",
            "SAML Core 5.4.4",
        )
    known = DIGESTS if strict else DIGESTS | _OLD_DIGESTS
    algorithm = _algorithm(reference, "ds:DigestMethod")
    name = next((name for name, uri in known.items() if uri == algorithm), None)
    if name is None:
        raise _refused("a digest with " + ", ".join(known), algorithm[:80], "SAML Core 5.4.1")
    bare = copy.deepcopy(root)
    _cut(bare, xml.find_all(bare, "ds:Signature")[0])
    canonical = xml.canonical(bare, _prefixes(transforms[-1]))
    expected = _decoded(xml.child_text(reference, "ds:DigestValue") or "", "ds:DigestValue")
    if hashlib.new(name, canonical).digest() != expected:
        raise _refused("the digest of the message as it was received", "another one: it was changed", "SAML Core 5.4")


def _cut(parent: _Element, child: _Element) -> None:
    """Remove the child and keep the white space behind it, which is signed."""
    before, tail = child.getprevious(), child.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    child.tail = None
    parent.remove(child)


def _prefixes(method: _Element | None) -> list[str]:
    """The InclusiveNamespaces of exclusive canonicalization."""
    listed = None if method is None else method.find(f"{{{EXCLUSIVE}}}InclusiveNamespaces")
    return (listed.get("PrefixList") or "").split() if listed is not None else []


def _algorithm(parent: _Element, path: str) -> str:
    found = xml.find(parent, path)
    return "" if found is None else found.get("Algorithm") or ""


def _decoded(value: str, name: str) -> bytes:
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        raise _refused(f"base64 in {name}", "something else", "XML Signature 4.3") from None


def _fits(public: Any, octets: bytes, algorithm: str, value: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    hashed = _hash(algorithm.partition("-")[2])
    try:
        if algorithm.startswith("rsa") and isinstance(public, rsa.RSAPublicKey):
            public.verify(value, octets, padding.PKCS1v15(), hashed)
            return True
        if algorithm.startswith("ecdsa") and isinstance(public, ec.EllipticCurvePublicKey):
            half = len(value) // 2
            pair = encode_dss_signature(int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))
            public.verify(pair, octets, ec.ECDSA(hashed))
            return True
    except InvalidSignature:
        pass
    return False


def _hash(name: str) -> Any:
    from cryptography.hazmat.primitives import hashes

    return getattr(hashes, name.upper())()


def _refused(expected: str, seen: str, clause: str) -> Exception:
    return refuse(
        "invalid_request", "The signature of the message does not hold.", parameter="Signature", expected=expected,
        seen=seen, clause=clause,
        fix="sign with the key whose certificate is in the metadata registered here, after the last change",
    )  # fmt: skip
