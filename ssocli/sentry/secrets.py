"""Random values that people must not guess, and the hashes under which they are kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def token() -> str:
    """256 random bits in base64url."""
    return secrets.token_urlsafe(32)


def digest(value: str) -> str:
    """The SHA-256 of a random value, in hexadecimal: good enough for values that cannot be guessed."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def keyed(key: bytes, value: str) -> str:
    """A value that only the holder of the key can make from another one (HMAC-SHA-256)."""
    return hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def equal(left: str, right: str) -> bool:
    """Compare without telling by the time it takes where the first difference is."""
    return hmac.compare_digest(left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))
