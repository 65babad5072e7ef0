"""Passwords as the store keeps them: scrypt with a salt of its own each (RFC 7914)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

# About 20 ms and 16 MB each: enough for an emulated Sentry that holds test users only.
_COST = {"n": 2**14, "r": 8, "p": 1}
# What is compared with when there is no such user, so that the answer takes as long.
_NOBODY = "scrypt$" + base64.b64encode(bytes(16)).decode() + "$" + base64.b64encode(bytes(32)).decode()


def hash_password(password: str) -> str:
    """The text to store."""
    salt = secrets.token_bytes(16)
    return "$".join(("scrypt", base64.b64encode(salt).decode(), base64.b64encode(_derive(password, salt)).decode()))


def verify_password(password: str, stored: str | None) -> bool:
    """Whether this is the password; without a stored one it takes as long and the answer is no."""
    _, salt, key = (stored or _NOBODY).split("$")
    right = hmac.compare_digest(_derive(password, base64.b64decode(salt)), base64.b64decode(key))
    return right and stored is not None


def _derive(password: str, salt: bytes) -> bytes:
    secret = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, dklen=32, n=_COST["n"], r=_COST["r"], p=_COST["p"])
