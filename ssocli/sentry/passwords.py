"""Passwords at rest: scrypt (RFC 7914) with a salt for each, the parameters beside the hash."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import cache

# Less than a public service would take: every start hashes the configured passwords, which stand in a file anyway.
_COST, _BLOCK_SIZE, _PARALLEL = 2**13, 8, 1
_SALT_BYTES, _HASH_BYTES = 16, 32


def hash_password(password: str) -> str:
    """What is stored of a password: `scrypt$cost$block size$parallel$salt$hash`."""
    salt = os.urandom(_SALT_BYTES)
    derived = _derive(password, salt, _COST, _BLOCK_SIZE, _PARALLEL)
    parameters = f"{_COST}${_BLOCK_SIZE}${_PARALLEL}"
    return f"scrypt${parameters}${base64.b64encode(salt).decode()}${base64.b64encode(derived).decode()}"


def matches(password: str, stored: str | None) -> bool:
    """Whether it is the password. Without a stored one it never is, but the answer takes as long."""
    _, cost, block_size, parallel, salt, expected = (stored or _nobodys()).split("$")
    derived = _derive(password, base64.b64decode(salt), int(cost), int(block_size), int(parallel))
    return hmac.compare_digest(derived, base64.b64decode(expected)) and stored is not None


def _derive(password: str, salt: bytes, cost: int, block_size: int, parallel: int) -> bytes:
    secret = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=cost, r=block_size, p=parallel, dklen=_HASH_BYTES)


@cache
def _nobodys() -> str:
    return hash_password(os.urandom(_SALT_BYTES).hex())
