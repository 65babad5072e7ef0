"""The signing keys of an identity provider, and their rotation."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fake_idp import base64url
from fake_idp.data import fixtures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from fake_idp.clock import Clock
    from fake_idp.config import KeyFile
    from fake_idp.randomness import Randomness

KEY_TYPES = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}


@dataclass(slots=True)
class SigningKey:
    """A key pair: its public JWK (RFC 7517), and the private half, read when first used.

    `certificate` is in DER, filled in when SAML first asks for it.
    """

    kid: str
    public: dict[str, Any]
    file: str | None = None
    _private: PrivateKeyTypes | None = None
    expires: float | None = field(default=None)
    certificate_file: str | None = None
    certificate: bytes | None = field(default=None, repr=False)

    @property
    def private(self) -> PrivateKeyTypes:
        """The private key, as a `cryptography` object."""
        if self._private is None:
            self._private = read_private(str(self.file))
        return self._private


class KeySet:
    """The keys of one namespace: one current key per type, and old ones that are still published.

    The first key of each type in `files` is current; a second one of the same type waits for `rotate`.
    """

    def __init__(self, files: Iterable[KeyFile], clock: Clock, randomness: Randomness) -> None:
        self._clock = clock
        self._randomness = randomness
        self._lock = threading.Lock()
        self._published: list[SigningKey] = []
        self._waiting: list[SigningKey] = []
        for entry in files:
            key = SigningKey(entry.kid, _public(entry.kid, entry.file), entry.file, certificate_file=entry.certificate)
            taken = any(key.public["kty"] == other.public["kty"] for other in self._published)
            (self._waiting if taken else self._published).append(key)

    def current(self, alg: str) -> SigningKey:
        """The key that signs with `alg` now; raises LookupError when there is none of its type."""
        kty = KEY_TYPES[alg]
        for key in self._published:
            if key.expires is None and key.public["kty"] == kty:
                return key
        raise LookupError(f"expected a key of type {kty} to sign with {alg}, found none: add one under [[keys]]")

    def can_sign(self, alg: str) -> bool:
        """Whether a signature with `alg` can be had; HS256 takes the client's secret and not a key of ours."""
        return alg == "HS256" or any(key.public["kty"] == KEY_TYPES[alg] for key in self._published)

    def published(self) -> list[SigningKey]:
        """The keys in the JWKS now: current ones first, then those in their grace period."""
        now = self._clock.now()
        with self._lock:
            self._published = [key for key in self._published if key.expires is None or key.expires > now]
            return sorted(self._published, key=lambda key: key.expires is not None)

    def jwks(self) -> dict[str, Any]:
        """The public keys as a JWK Set (RFC 7517 5). No `alg`: one RSA key makes RS256 and PS256."""
        return {"keys": [key.public for key in self.published()]}

    def rotate(self, grace: float = 0.0) -> list[SigningKey]:
        """Replace every current key; the old ones stay published for `grace` seconds. Returns the new ones.

        A key that was published beforehand is the successor of its type.
        """
        with self._lock:
            old = self._current()
            new = [self._successor(key) for key in old]
            for key in old:
                key.expires = self._clock.now() + grace
            rest = [key for key in self._published if all(key is not other for other in new)]
            self._published = [*new, *rest]
        return new

    def publish(self, kty: str) -> SigningKey:
        """Announce a key of type `kty` (RSA, EC or OKP) that does not sign yet: the first step of a rotation."""
        with self._lock:
            key = self._new(kty)
            self._published.append(key)
        return key

    def use(self, kid: str) -> SigningKey:
        """Sign with this published key from now on; LookupError if there is none of that id, or it is on its way out.

        The one that signed before stays published.
        """
        with self._lock:
            key = next((key for key in self._published if key.kid == kid and key.expires is None), None)
            if key is None:
                raise LookupError(f"expected the id of a published key ({self._kids()}), got {kid[:100]!r}")
            self._published = [key, *(other for other in self._published if other is not key)]
        return key

    def retire(self, kid: str, grace: float = 0.0) -> SigningKey:
        """Take a key away, after `grace` seconds; LookupError if there is none of that id.

        Raises ValueError for a key that signs and has no successor.
        """
        with self._lock:
            key = next((key for key in self._published if key.kid == kid), None)
            if key is None:
                raise LookupError(f"expected the id of a published key ({self._kids()}), got {kid[:100]!r}")
            same = [other for other in self._published if other.public["kty"] == key.public["kty"]]
            if key.expires is None and not any(other.expires is None for other in same if other is not key):
                kty = key.public["kty"]
                raise ValueError(f"expected another published {kty} key that could sign in its place, found none")
            key.expires = self._clock.now() + grace
        return key

    def current_kids(self) -> set[str]:
        """The ids of the keys that sign."""
        with self._lock:
            return {key.kid for key in self._current()}

    def _current(self) -> list[SigningKey]:
        """The first of each type that is not on its way out."""
        first: dict[str, SigningKey] = {}
        for key in self._published:
            if key.expires is None:
                first.setdefault(key.public["kty"], key)
        return list(first.values())

    def _successor(self, key: SigningKey) -> SigningKey:
        announced = (other for other in self._published if other.expires is None and other is not key)
        same = (other for other in announced if other.public["kty"] == key.public["kty"])
        return next(same, None) or self._new(key.public["kty"])

    def _new(self, kty: str) -> SigningKey:
        """A key that is not published: one that waits in the configuration, or else a fresh one."""
        for waiting in self._waiting:
            if waiting.public["kty"] == kty:
                self._waiting.remove(waiting)
                return waiting
        private = _generate(kty)
        kid = f"{kty.lower()}-{self._randomness.token(6)}"
        return SigningKey(kid, public_jwk(kid, private), None, private)

    def _kids(self) -> str:
        return ", ".join(key.kid for key in self._published)


def public_jwk(kid: str, key: PrivateKeyTypes) -> dict[str, Any]:
    """The public half of `key` as a JWK (RFC 7518 6, RFC 8037 2); raises ValueError for other kinds of key."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    jwk: dict[str, Any] = {"kid": kid, "use": "sig"}
    if isinstance(key, rsa.RSAPrivateKey):
        rsa_numbers = key.public_key().public_numbers()
        return {**jwk, "kty": "RSA", "n": _number(rsa_numbers.n), "e": _number(rsa_numbers.e)}
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        point = key.public_key().public_numbers()
        return {**jwk, "kty": "EC", "crv": "P-256", "x": _number(point.x, 32), "y": _number(point.y, 32)}
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {**jwk, "kty": "OKP", "crv": "Ed25519", "x": base64url.encode(key.public_key().public_bytes_raw())}
    raise ValueError(f"expected an RSA, P-256 or Ed25519 private key, got {type(key).__name__}")


def _number(value: int, size: int = 0) -> str:
    return base64url.encode(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def _public(kid: str, file: str) -> dict[str, Any]:
    # The bundled keys' public halves are data, so that serving them needs no cryptography.
    known = _bundled().get(file)
    return {**known, "kid": kid} if known else public_jwk(kid, read_private(file))


@cache
def _bundled() -> dict[str, dict[str, Any]]:
    folder = fixtures() / "keys"
    jwks = json.loads((folder / "jwks.json").read_text(encoding="utf-8"))
    return {str(folder / f"{jwk['kid']}.pem"): jwk for jwk in jwks["keys"]}


@cache
def read_private(file: str) -> PrivateKeyTypes:
    """The key in a PEM file; raises OSError, or ValueError or TypeError for what is no unencrypted key."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    # These are test keys that we trust; checking an RSA key takes 40 ms.
    return load_pem_private_key(Path(file).read_bytes(), None, unsafe_skip_rsa_key_validation=True)


def _generate(kty: str) -> PrivateKeyTypes:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if kty == "RSA":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1()) if kty == "EC" else ed25519.Ed25519PrivateKey.generate()
