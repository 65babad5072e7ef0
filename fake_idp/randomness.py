"""Random identifiers, repeatable on request."""

from __future__ import annotations

import base64
import os


class Randomness:
    """The one source of codes, tokens and identifiers; with a `seed`, the same run gives the same ones."""

    __slots__ = ("_bytes",)

    def __init__(self, seed: int | str | None = None) -> None:
        if seed is None:
            self._bytes = os.urandom
        else:
            import random

            self._bytes = random.Random(seed).randbytes  # noqa: S311  # asked for: a repeatable test run

    def token(self, size: int = 24) -> str:
        """A URL-safe text of `size` random bytes (24 are 192 bits; RFC 6749 10.10 asks for 128)."""
        return base64.urlsafe_b64encode(self._bytes(size)).decode("ascii").rstrip("=")

    def fraction(self) -> float:
        """A number from 0 to below 1."""
        return int.from_bytes(self._bytes(4)) / 2**32

    def digits(self, alphabet: str, count: int) -> str:
        """`count` characters of `alphabet`, for codes that people type."""
        return "".join(alphabet[byte % len(alphabet)] for byte in self._bytes(count))
