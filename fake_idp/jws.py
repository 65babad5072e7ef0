"""JSON Web Signatures from their parts (RFC 7515 7.1).

Raw on purpose: a library that refuses to make a wrong token is of no use to an identity provider that is to
be wrong on request. The header and the payload are taken as they are; only `signature` knows algorithms.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from fake_idp import base64url

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes


def compact(header: dict[str, Any], payload: bytes, key: PrivateKeyTypes | bytes | None) -> str:
    """The compact serialization of `payload` under `header`, signed by the algorithm the header names."""
    signing_input = f"{base64url.encode(_json(header))}.{base64url.encode(payload)}"
    return f"{signing_input}.{base64url.encode(signature(str(header.get('alg')), key, signing_input.encode('ascii')))}"


def jwt(header: dict[str, Any], claims: dict[str, Any], key: PrivateKeyTypes | bytes | None) -> str:
    """A signed JWT (RFC 7519 7.1)."""
    return compact(header, _json(claims), key)


def signature(alg: str, key: PrivateKeyTypes | bytes | None, data: bytes) -> bytes:
    """The signature of `data` (RFC 7518 3, RFC 8037 3.1); raises ValueError if `key` cannot make it."""
    if alg == "none":
        return b""
    if alg == "HS256" and isinstance(key, bytes):
        return hmac.digest(key, data, "sha256")
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

    if alg == "RS256" and isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    if alg == "PS256" and isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    if alg == "ES256" and isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    if alg == "EdDSA" and isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    raise ValueError(f"expected a key for {alg}, got {type(key).__name__}")


def half_hash(alg: str, value: str) -> str:
    """`at_hash` and its like: the left half of the hash that `alg` uses (OIDC Core 3.1.3.6).

    Ed25519 signs over SHA-512 (RFC 8032 5.1), so EdDSA takes that; all others here take SHA-256.
    """
    digest = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(value.encode("ascii")).digest()
    return base64url.encode(digest[: len(digest) // 2])


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
