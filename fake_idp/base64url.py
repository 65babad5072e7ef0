"""Base64url without padding (RFC 7515 2)."""

from __future__ import annotations

import base64


def encode(data: bytes) -> str:
    """`data` as text."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The inverse of `encode`; raises ValueError for anything that is not base64url."""
    raw = text.encode("ascii")
    return base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
