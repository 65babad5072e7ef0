"""What an attacker has: a key that the identity provider never published, and ways to put tokens together by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fake_idp import base64url, jws, keys
from fake_idp.faults.artefacts import forged_person

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from fake_idp.faults.artefacts import Token

KEY_FILE = Path(__file__).parent / "keys" / "mallory.pem"
KID = "mallory-1"
IDENTITY = (
    "sub", "name", "given_name", "family_name", "preferred_username", "email", "picture", "locale", "groups",
)  # fmt: skip


def forgers_key() -> PrivateKeyTypes:
    """An RSA key of the attacker."""
    return keys.read_private(str(KEY_FILE))


def forgers_jwk() -> dict[str, Any]:
    """Its public half."""
    return keys.public_jwk(KID, forgers_key())


def impersonate(token: Token) -> None:
    """Put another person's identity into the claims, so that a client that is fooled says whom it let in."""
    person = forged_person(token.context)
    for claim in IDENTITY:
        if claim in token.claims:
            value = person.username if claim == "preferred_username" else getattr(person, claim)
            token.claims[claim] = list(value) if isinstance(value, tuple) else value


def parts(header: Any, claims: Any) -> str:
    """The signing input of any header and claims."""
    return f"{base64url.encode(encoded(header))}.{base64url.encode(encoded(claims))}"


def encoded(value: Any) -> bytes:
    """JSON without spaces; bytes are taken as they are."""
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()


def under(token: Token, alg: str, key: PrivateKeyTypes | bytes, **header: Any) -> None:
    """Sign with another algorithm and key, adding to the header."""
    token.header |= {"alg": alg, **header}
    token.key = key


def hand_made(token: Token, header: Any, claims: Any) -> str:
    """A token whose signature is good for exactly these parts, whatever they are."""
    text = parts(header, claims)
    signature = jws.signature(str(token.header.get("alg")), token.key, text.encode("ascii"))
    return f"{text}.{base64url.encode(signature)}"


def flipped(text: str) -> str:
    """The base64url `text` with a bit of its first byte changed."""
    raw = bytearray(base64url.decode(text))
    raw[0] ^= 1
    return base64url.encode(bytes(raw))
