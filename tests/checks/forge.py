"""Tokens and keys made by hand, good and bad: nothing here uses the code under test."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

NOW = 1_800_000_000
ISSUER = "https://idp.example/tenant"
CLIENT = "client-1"
SECRET = "a-client-secret-of-good-length-0123456789"
NONCE = "nonce-0123456789abcdefghij"
ACCESS_TOKEN = "access-token-0123456789"
ABSENT = object()

Signer = Callable[[bytes], bytes]
JsonObject = dict[str, Any]


def b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def _number(value: int, size: int | None = None) -> str:
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


@functools.cache
def _rsa_key(_name: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def rsa_key(name: str = "main", bits: int = 2048) -> rsa.RSAPrivateKey:
    return _rsa_key(name, bits)


@functools.cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@functools.cache
def ed_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def rsa_jwk(kid: str | None = "rsa-1", name: str = "main", bits: int = 2048, **members: Any) -> JsonObject:
    numbers = rsa_key(name, bits).public_key().public_numbers()
    jwk = {"kty": "RSA", "use": "sig", "n": _number(numbers.n), "e": _number(numbers.e)}
    return jwk | ({} if kid is None else {"kid": kid}) | members


def ec_jwk(kid: str = "ec-1") -> JsonObject:
    numbers = ec_key().public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "kid": kid, "x": _number(numbers.x, 32), "y": _number(numbers.y, 32)}


def ed_jwk(kid: str = "ed-1") -> JsonObject:
    raw = ed_key().public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": b64(raw)}


def rs256(name: str = "main", bits: int = 2048) -> Signer:
    return lambda data: rsa_key(name, bits).sign(data, padding.PKCS1v15(), hashes.SHA256())


def ps256(data: bytes) -> bytes:
    return rsa_key().sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


def es256_der(data: bytes) -> bytes:
    return ec_key().sign(data, ec.ECDSA(hashes.SHA256()))


def es256(data: bytes) -> bytes:
    r, s = decode_dss_signature(es256_der(data))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def eddsa(data: bytes) -> bytes:
    return ed_key().sign(data)


def hs256(secret: bytes) -> Signer:
    return lambda data: hmac.digest(secret, data, hashlib.sha256)


def nothing(_data: bytes) -> bytes:
    return b""


def public_pem(name: str = "main") -> bytes:
    return (
        rsa_key(name)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def at_hash(access_token: str = ACCESS_TOKEN) -> str:
    return b64(hashlib.sha256(access_token.encode()).digest()[:16])


def claims(**changes: Any) -> JsonObject:
    """The claims of a healthy token with these changed; ABSENT takes one out."""
    healthy = {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": "user-1",
        "iat": NOW - 1,
        "exp": NOW + 300,
        "nonce": NONCE,
        "at_hash": at_hash(),
    }
    return {name: value for name, value in (healthy | changes).items() if value is not ABSENT}


def header(**changes: Any) -> JsonObject:
    healthy = {"alg": "RS256", "kid": "rsa-1", "typ": "JWT"}
    return {name: value for name, value in (healthy | changes).items() if value is not ABSENT}


def jws(head: JsonObject | str, payload: JsonObject | str, sign: Signer | None = None) -> str:
    """A compact JWS; texts go in as they are."""
    parts = [part if isinstance(part, str) else json.dumps(part) for part in (head, payload)]
    signing_input = ".".join(b64(part.encode()) for part in parts)
    return f"{signing_input}.{b64((sign or rs256())(signing_input.encode()))}"
