"""X.509 certificates: those of our keys, and reading those of others."""

from __future__ import annotations

import base64
import binascii
import hashlib
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fake_idp.keys import SigningKey

_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_UNTIL = datetime(2049, 12, 31, tzinfo=UTC)


def of_key(key: SigningKey) -> bytes:
    """The certificate of a signing key in DER: the configured one, or one that the key has signed itself.

    The latter is always the same for the same key, so that it can be pinned.
    """
    if key.certificate is None:
        if key.certificate_file is not None:
            key.certificate = read(Path(key.certificate_file).read_text(encoding="utf-8"))
        else:
            key.certificate = _self_signed(key)
    return key.certificate


def read(written: str) -> bytes:
    """The first certificate in PEM, or base64 without a frame, in DER. Raises ValueError for anything else."""
    _, begin, rest = written.partition("-----BEGIN CERTIFICATE-----")
    body = rest.partition("-----END")[0] if begin else written
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("expected a certificate in PEM or base64") from None
    public_key(der)
    return der


def public_key(der: bytes) -> Any:
    """The public key in a certificate, as a `cryptography` object. Raises ValueError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.x509 import load_der_x509_certificate

    try:
        return load_der_x509_certificate(der).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(f"expected an X.509 certificate: {error}") from None


def base64_of(der: bytes) -> str:
    """As it stands in XML."""
    return base64.b64encode(der).decode("ascii")


def pem(der: bytes) -> str:
    """As it stands in a file."""
    lines = "\n".join(textwrap.wrap(base64_of(der), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def _self_signed(key: SigningKey) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    private: Any = key.private
    public = private.public_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Fake IdP {key.kid}")])
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(int.from_bytes(hashlib.sha256(spki).digest()[:8], "big") | 1)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    deterministic = True if isinstance(private, ec.EllipticCurvePrivateKey) else None
    return builder.sign(private, SHA256(), ecdsa_deterministic=deterministic).public_bytes(Encoding.DER)
