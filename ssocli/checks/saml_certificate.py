"""Certificates as people paste them: with frame or without, several, broken over lines, or something else instead."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ssocli.checks.document import Undecodable
from ssocli.text import printable

if TYPE_CHECKING:
    from cryptography import x509

_LIMIT = 256 * 1024
_FRAME = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \1-----", re.DOTALL)
_FINGERPRINT = re.compile(r"(?:sha-?(?:1|256)\W{0,20})?((?:[0-9a-f]{2}[:\s-]?){20}|(?:[0-9a-f]{2}[:\s-]?){32})", re.I)
_BLANKS = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_WEAK_RSA = 2048
_WEAK_EC = 224


@dataclass(frozen=True, slots=True)
class Certificate:
    """An X.509 certificate. Times are in seconds since the epoch; `key_type` is `RSA`, `EC` or the type's own name."""

    der: bytes
    subject: str
    not_before: float
    not_after: float
    key_type: str
    key_size: int
    fingerprint: str

    @property
    def is_weak(self) -> bool:
        """Whether the key is too short to rely on (RSA below 2048 bits, an elliptic curve below 224)."""
        return self.key_size < {"RSA": _WEAK_RSA, "EC": _WEAK_EC}.get(self.key_type, 0)

    def load(self) -> x509.Certificate:
        """The certificate as the cryptography library's object."""
        from cryptography import x509

        return x509.load_der_x509_certificate(self.der)

    def __str__(self) -> str:
        return f"{printable(self.subject, 80) or '(no subject)'} (SHA-256 {self.fingerprint[:16]}…)"


def read_certificate(der: bytes) -> Certificate | Undecodable:
    """The certificate in these DER octets. Never raises."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    try:
        found = x509.load_der_x509_certificate(der)
        key = found.public_key()
        kind = {True: "EC"}.get(
            isinstance(key, ec.EllipticCurvePublicKey), type(key).__name__.removesuffix("PublicKey")
        )
        return Certificate(
            der=der,
            subject=found.subject.rfc4514_string(),
            not_before=found.not_valid_before_utc.timestamp(),
            not_after=found.not_valid_after_utc.timestamp(),
            key_type="RSA" if isinstance(key, rsa.RSAPublicKey) else kind,
            key_size=int(getattr(key, "key_size", 0)),
            fingerprint=found.fingerprint(hashes.SHA256()).hex(),
        )
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm) as error:
        return Undecodable(f"cannot be read as a certificate ({printable(str(error), 80)}); is a part of it missing?")


def read_certificates(text: str) -> tuple[Certificate, ...] | Undecodable:
    """The certificates in a pasted text, in order. Never raises, and never shows what may be a private key.

    PEM (one or several, any line ends), or bare base64 of DER, as metadata carries it, is read.
    """
    if not text.strip():
        return Undecodable("is empty")
    if len(text) > _LIMIT:
        return Undecodable(f"is larger than {_LIMIT} characters")
    if "PRIVATE KEY-----" in text:
        return Undecodable("holds a private key; expected certificates only. Treat that key as disclosed")
    if (foreign := _foreign(text)) is not None:
        return Undecodable(foreign)
    bodies = _bodies(text)
    if isinstance(bodies, Undecodable):
        return bodies
    found = []
    for number, body in enumerate(bodies, start=1):
        certificate = _decoded(body)
        if isinstance(certificate, Undecodable):
            which = f" (certificate {number} of {len(bodies)})" if len(bodies) > 1 else ""
            return Undecodable(certificate.reason + which)
        found.append(certificate)
    return tuple(found)


def _decoded(body: str) -> Certificate | Undecodable:
    try:
        return read_certificate(base64.b64decode(_BLANKS.sub("", body), validate=True))
    except (binascii.Error, ValueError):
        return Undecodable("is no base64 of a certificate; is a part of it missing?")


def _foreign(text: str) -> str | None:
    """What the text is instead of certificates, as half a sentence."""
    bare = text.strip()
    if _FINGERPRINT.fullmatch(bare.strip("=: ")):
        return "is a fingerprint; expected the certificate itself, a fingerprint cannot verify anything"
    if bare.startswith("<"):
        return "is XML or HTML; expected the certificate (from X509Certificate)"
    if "BEGIN CERTIFICATE REQUEST" in bare or "BEGIN NEW CERTIFICATE REQUEST" in bare:
        return "is a certificate request; expected the certificate that was issued for it"
    return "is a public key; expected the certificate around it" if "BEGIN PUBLIC KEY" in bare else None


def _bodies(text: str) -> list[str] | Undecodable:
    """The base64 of each certificate."""
    frames = _FRAME.findall(text)
    bodies = [body for label, body in frames if label in ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")]
    if bodies:
        return bodies
    if frames:
        return Undecodable(f"is a PEM file of another kind ({frames[0][0]}); expected CERTIFICATE")
    if "-----" in text:
        return Undecodable("has a BEGIN or END line without the other one; is a part of it missing?")
    return [text]
