"""JSON Web Signatures as a stranger sends them: taking one apart, choosing the key, verifying.

Nothing here raises on hostile input: what cannot be read comes back as a reason. The cryptography is joserfc's,
imported when the first signature is verified.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import hmac
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from ssocli.checks.document import Json, Undecodable, decode_json, strings, type_name
from ssocli.text import shown

# joserfc's own limit is of this size too; a real ID token has 1 to 8 KB.
SIZE_LIMIT = 128_000

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_ALGORITHM = re.compile(r"(HS|RS|PS|ES)(256|384|512)|EdDSA|Ed25519|Ed448")
_KEY_TYPES = {"HS": "oct", "RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_CURVES = {
    "ES256": ("P-256",),
    "ES384": ("P-384",),
    "ES512": ("P-521",),
    "EdDSA": ("Ed25519", "Ed448"),
    "Ed25519": ("Ed25519",),
    "Ed448": ("Ed448",),
}
_PUBLIC_MEMBERS = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y"), "OKP": ("kty", "crv", "x")}
PRIVATE_MEMBERS = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A compact JWS taken apart. `claims` is None if the payload is no JSON object; nothing is verified yet."""

    header: dict[str, Any]
    claims: dict[str, Any] | None
    signature: bytes
    signing_input: bytes
    header_duplicates: tuple[str, ...] = ()
    claim_duplicates: tuple[str, ...] = ()
    payload_problem: str = ""

    @property
    def algorithm(self) -> str | None:
        """The `alg` of the header if it is a string."""
        algorithm = self.header.get("alg")
        return algorithm if isinstance(algorithm, str) else None

    @property
    def key_id(self) -> str | None:
        """The `kid` of the header if it is a string."""
        kid = self.header.get("kid")
        return kid if isinstance(kid, str) else None


@dataclass(frozen=True, slots=True)
class Unparsable:
    """Why a text is no compact JWS. `encrypted`: it has the five parts of a JWE."""

    reason: str
    encrypted: bool = False


def parse_compact(token: str) -> Parsed | Unparsable:
    """Take a JWS in compact serialization apart (RFC 7515 3.1 and 5.2). Never raises."""
    if not token:
        return Unparsable("it is empty")
    if len(token) > SIZE_LIMIT:
        return Unparsable(f"it has {len(token)} characters; the limit is {SIZE_LIMIT}")
    parts = token.split(".")
    if len(parts) == 5:
        return Unparsable("it has the five parts of an encrypted JWT (JWE)", encrypted=True)
    if len(parts) != 3:
        return Unparsable(f"it has {len(parts)} dot-separated part{'s' * (len(parts) != 1)} instead of 3")
    decoded = []
    for name, part in zip(("header", "payload", "signature"), parts, strict=True):
        octets = base64url(part)
        if octets is None:
            return Unparsable(f"its {name} is not base64url without padding")
        decoded.append(octets)
    header = decode_json(decoded[0])
    if isinstance(header, Undecodable):
        return Unparsable(f"its header {header.reason}")
    if not isinstance(header.value, dict):
        return Unparsable(f"its header is {type_name(header.value)} instead of a JSON object")
    payload = decode_json(decoded[1])
    claims = payload.value if isinstance(payload, Json) and isinstance(payload.value, dict) else None
    if isinstance(payload, Undecodable):
        problem = payload.reason
    else:
        problem = "" if claims is not None else f"is {type_name(payload.value)} instead of a JSON object"
    return Parsed(
        header=header.value,
        claims=claims,
        signature=decoded[2],
        signing_input=f"{parts[0]}.{parts[1]}".encode("ascii"),
        header_duplicates=header.duplicates,
        claim_duplicates=payload.duplicates if isinstance(payload, Json) else (),
        payload_problem=problem,
    )


def base64url(text: str) -> bytes | None:
    """The octets of canonical base64url without padding (RFC 7515 2), or None."""
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        return None
    try:
        octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    # Unused bits that are not zero would let one signature be written in several ways.
    return octets if base64.urlsafe_b64encode(octets).rstrip(b"=") == text.encode("ascii") else None


def is_symmetric(algorithm: str) -> bool:
    """Whether the algorithm is a MAC made with the client secret."""
    return algorithm.startswith("HS")


def jwk_entries(document: Any) -> list[Any]:
    """The members of `keys` of a JWK set, whatever they are; empty if there is no such array."""
    keys = document.get("keys") if isinstance(document, dict) else None
    return keys if isinstance(keys, list) else []


def rsa_bits(jwk: dict[str, Any]) -> int | None:
    """The length of an RSA modulus in bits, or None if it cannot be read."""
    modulus = jwk.get("n")
    octets = base64url(modulus) if isinstance(modulus, str) else None
    return int.from_bytes(octets, "big").bit_length() if octets else None


def key_problem(jwk: Any, algorithm: str) -> str | None:
    """Why this published key cannot verify signatures of this algorithm, as half a sentence; None if it can."""
    if not isinstance(jwk, dict):
        return f"is {type_name(jwk)} instead of a JWK"
    if not _ALGORITHM.fullmatch(algorithm) or is_symmetric(algorithm):
        return f"cannot be used with {algorithm}"
    wanted = _KEY_TYPES[algorithm[:2]]
    if jwk.get("kty") != wanted:
        return f"has kty {shown(jwk.get('kty'), 40)}; {algorithm} needs {wanted}"
    if algorithm in _CURVES and jwk.get("crv") not in _CURVES[algorithm]:
        return f"has crv {shown(jwk.get('crv'), 40)}; {algorithm} needs {' or '.join(_CURVES[algorithm])}"
    if jwk.get("use", "sig") != "sig":
        return f"has use {shown(jwk['use'], 40)}; signatures need sig"
    if "key_ops" in jwk and "verify" not in (strings(jwk["key_ops"]) or ()):
        return "has key_ops without verify"
    if jwk.get("alg", algorithm) not in _algorithm_names(algorithm, jwk):
        return f"has alg {shown(jwk['alg'], 40)}; the signature is {algorithm}"
    return weakness(jwk) or ("is malformed" if _public_key(jwk) is None else None)


def weakness(jwk: dict[str, Any]) -> str | None:
    """Why an RSA key is too weak to be trusted (RFC 7518 3.3), as half a sentence; None if it is not."""
    if jwk.get("kty") != "RSA":
        return None
    bits = rsa_bits(jwk)
    if bits is not None and bits < 2048:
        return f"has an RSA modulus of {bits} bits; 2048 are the least"
    exponent = base64url(jwk["e"]) if isinstance(jwk.get("e"), str) else None
    if exponent is not None and int.from_bytes(exponent, "big") < 3:
        return "has an RSA exponent below 3"
    return None


def key_defect(jwk: Any) -> str | None:
    """Why this entry of a JWK set is no key that can be read, whatever it is for; None if it is one."""
    if not isinstance(jwk, dict):
        return f"is {type_name(jwk)} instead of a JWK"
    kind = jwk.get("kty")
    if kind == "oct" or weakness(jwk):
        return None
    if not isinstance(kind, str) or kind not in _PUBLIC_MEMBERS:
        return f"has kty {shown(kind, 40)}, which is unknown"
    missing = [name for name in _PUBLIC_MEMBERS[kind] if not isinstance(jwk.get(name), str)]
    if missing:
        return f"has no {' and no '.join(missing)}"
    return "is malformed" if _public_key(jwk) is None else None


def usable_keys(document: Any, algorithms: Collection[str]) -> list[dict[str, Any]]:
    """The keys of a JWK set that can verify a signature of one of these (asymmetric) algorithms."""
    return [
        entry
        for entry in jwk_entries(document)
        if any(key_problem(entry, algorithm) is None for algorithm in algorithms)
    ]


def verifies(parsed: Parsed, jwk: dict[str, Any], algorithm: str) -> bool:
    """Whether the signature was made with this public key. The key must be fit for it (`key_problem`)."""
    key = _public_key(jwk)
    return key is not None and _verify(parsed, key, _joserfc_name(algorithm, jwk))


def verifies_with_secret(parsed: Parsed, secret: bytes, algorithm: str) -> bool:
    """Whether the MAC (HS256, HS384, HS512) was made with these octets."""
    if not secret or algorithm not in {"HS256", "HS384", "HS512"}:
        return False
    mac = hmac.digest(secret, parsed.signing_input, f"sha{algorithm[2:]}")
    return hmac.compare_digest(mac, parsed.signature)


def public_key_encodings(jwk: Any) -> Iterator[bytes]:
    """The octets an attacker would use as MAC secret to pass off a published key: PEM and DER, as they are spread."""
    key = _public_key(jwk) if isinstance(jwk, dict) else None
    if key is None:
        return
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    formats = [PublicFormat.SubjectPublicKeyInfo] + [PublicFormat.PKCS1] * (jwk.get("kty") == "RSA")
    for layout in formats:
        pem = key.public_key.public_bytes(Encoding.PEM, layout)
        yield from (pem, pem.rstrip(b"\n"), key.public_key.public_bytes(Encoding.DER, layout))
    if isinstance(jwk.get("n"), str):
        yield jwk["n"].encode("utf-8", "replace")


def certified_key(chain: Any, algorithm: str) -> dict[str, Any] | None:
    """The JWK of the first certificate of an `x5c` chain (RFC 7515 4.1.6), or None. Nothing is said about its trust."""
    certificates = strings(chain)
    if not certificates or not _ALGORITHM.fullmatch(algorithm):
        return None
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from joserfc.jwk import JWKRegistry

    try:
        key: Any = x509.load_der_x509_certificate(base64.b64decode(certificates[0])).public_key()
        kind = _KEY_TYPES[algorithm[:2]]
        if kind == "RSA" and key.key_size < 2048:
            return None
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return dict(JWKRegistry.import_key(pem, kind).as_dict())
    except Exception:  # noqa: BLE001 - hostile certificates make the parsers raise many kinds
        return None


def left_half_hash(value: str, algorithm: str) -> str | None:
    """`at_hash` of an access token (OIDC Core 3.1.3.6): base64url of the left half of its digest.

    The digest is that of the signature algorithm. None for an algorithm that names none.
    """
    if not _ALGORITHM.fullmatch(algorithm) or algorithm == "Ed448":
        return None
    name = "sha512" if algorithm.startswith("Ed") else f"sha{algorithm[2:]}"
    digest = hashlib.new(name, value.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode("ascii")


def _algorithm_names(algorithm: str, jwk: dict[str, Any]) -> tuple[str, ...]:
    """The values of a JWK's `alg` that mean this algorithm (RFC 9864 gave EdDSA a name per curve)."""
    return (algorithm, "EdDSA", str(jwk.get("crv"))) if algorithm.startswith("Ed") else (algorithm,)


def _joserfc_name(algorithm: str, jwk: dict[str, Any]) -> str:
    return str(jwk.get("crv")) if algorithm == "EdDSA" else algorithm


def _public_key(jwk: dict[str, Any]) -> Any:
    """The joserfc key of a JWK's public members, or None if they make no key."""
    members = _PUBLIC_MEMBERS.get(str(jwk.get("kty")), ())
    public = tuple((name, jwk[name]) for name in members if isinstance(jwk.get(name), str))
    return None if not public or len(public) != len(members) or weakness(jwk) else _import_key(public)


@functools.lru_cache(maxsize=64)
def _import_key(public: tuple[tuple[str, str], ...]) -> Any:
    """Importing takes longer than verifying, and each rule of the signature needs the same few keys again."""
    from joserfc.jwk import JWKRegistry

    try:
        key = JWKRegistry.import_key(dict(public))
        return key if key.public_key else None
    except Exception:  # noqa: BLE001 - joserfc and cryptography raise many kinds on hostile numbers
        return None


def _verify(parsed: Parsed, key: Any, name: str) -> bool:
    """Verify through joserfc's algorithm of this name, without its header rules: those are judged one by one."""
    from joserfc.jws import JWSRegistry

    try:
        model = JWSRegistry(algorithms=[name]).get_alg(name)
        model.check_key(key)
        return model.verify(parsed.signing_input, parsed.signature, key)
    except Exception:  # noqa: BLE001 - a signature that makes the library stumble is not a good signature
        return False
