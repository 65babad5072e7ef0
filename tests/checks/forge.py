"""Tokens and keys made by hand, right and wrong ones, without any code that is under test."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

NOW = 1_800_000_000.0
SECRET = "a client secret of more than thirty-two octets"


@functools.cache
def rsa_key(name: str = "first", bits: int = 2048) -> rsa.RSAPrivateKey:
    """One key per name; weak ones are allowed here."""
    return rsa.generate_private_key(65537, bits)


@functools.cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@functools.cache
def ed_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def jwk(key: Any, kid: str | None = "k1", **members: Any) -> dict[str, Any]:
    """The public JWK of a private key."""
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        found = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
    elif isinstance(public, ec.EllipticCurvePublicKey):
        point = public.public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        found = {"kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y)}
    else:
        found = {"kty": "OKP", "crv": "Ed25519", "x": b64(public.public_bytes_raw())}
    return {**found, **({} if kid is None else {"kid": kid}), **members}


def pem(key: Any) -> bytes:
    layout = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, layout)


def signature(algorithm: str, key: Any, data: bytes) -> bytes:
    if algorithm.startswith("HS"):
        return hmac.new(key if isinstance(key, bytes) else key.encode(), data, f"sha{algorithm[2:]}").digest()
    if algorithm == "RS256":
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    if algorithm == "PS256":
        return key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    if algorithm == "ES256":
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return key.sign(data)


def jws(
    claims: Any, key: Any, *, header: dict[str, Any] | None = None, raw_header: str = "", raw_payload: str = ""
) -> str:
    """A compact JWS; `raw_header` and `raw_payload` take the place of the JSON, and `header` changes single members.

    A header member that is Ellipsis is left out. The algorithm that signs is the header's, RS256 if it is none.
    """
    members = {"alg": "RS256", "kid": "k1", "typ": "JWT", **(header or {})}
    members = {name: value for name, value in members.items() if value is not ...}
    first = b64((raw_header or json.dumps(members)).encode())
    second = b64((raw_payload or json.dumps(claims)).encode())
    data = f"{first}.{second}".encode()
    algorithm = members.get("alg") if isinstance(members.get("alg"), str) else "RS256"
    return f"{first}.{second}.{b64(signature(str(algorithm), key, data))}"


def claims(**changes: Any) -> dict[str, Any]:
    """Healthy claims with changes; a claim that is Ellipsis is left out."""
    healthy: dict[str, Any] = {
        "iss": "https://idp.example",
        "aud": "app",
        "sub": "alice-1",
        "exp": NOW + 300,
        "iat": NOW - 1,
        "nonce": "nonce-of-this-login",
    }
    return {name: value for name, value in {**healthy, **changes}.items() if value is not ...}


def half_hash(value: str, digest: str = "sha256") -> str:
    octets = hashlib.new(digest, value.encode()).digest()
    return b64(octets[: len(octets) // 2])


def certificate(key: Any) -> str:
    """A self-signed certificate as `x5c` carries it."""
    from datetime import UTC, datetime, timedelta

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mallory")])
    start = datetime.fromtimestamp(NOW, UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()
