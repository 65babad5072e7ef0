"""A private key as an object, read once: checking that the parts of an RSA key fit takes longer than most logins."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes


@lru_cache(maxsize=16)
def load_private_key(pem: str) -> PrivateKeyTypes:
    """The key in this PEM text.

    Raises ValueError for what is none, TypeError for one with a passphrase, UnsupportedAlgorithm for an unknown kind.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(pem.encode(), password=None)
