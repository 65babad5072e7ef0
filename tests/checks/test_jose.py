from __future__ import annotations

import hashlib
import subprocess
import sys
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.jose import (
    Parsed,
    Unparsable,
    base64url,
    key_problem,
    left_half_hash,
    parse_compact,
    public_key_encodings,
    usable_keys,
    verifies,
    verifies_with_secret,
)
from tests.checks.forge import b64, claims, ec_key, ed_key, jwk, jws, pem, rsa_key, signature

ALGORITHMS = ("RS256", "PS512", "ES256", "ES512", "EdDSA", "Ed25519", "Ed448", "HS256", "none", "RS1")


def strong(**members: Any) -> dict[str, Any]:
    return jwk(rsa_key(), **members)


def weak() -> dict[str, Any]:
    return jwk(rsa_key("weak", 1024))


def parsed(key: Any = None, algorithm: str = "RS256") -> Parsed:
    """A token whose signature was made with this algorithm, whatever its header says."""
    first, second, _ = jws(claims(), rsa_key()).split(".")
    made = signature(algorithm, rsa_key() if key is None else key, f"{first}.{second}".encode())
    result = parse_compact(f"{first}.{second}.{b64(made)}")
    assert isinstance(result, Parsed)
    return result


def test_base64url_is_canonical() -> None:
    assert base64url("AAE") == b"\x00\x01"
    assert base64url("") == b""
    for text in ("AAE=", "AAF", "A", "A+/A", "AA\n", "\u00e4AAA"):
        assert base64url(text) is None


def test_a_token_taken_apart() -> None:
    result = parsed()
    assert (result.algorithm, result.key_id) == ("RS256", "k1")
    assert result.claims == claims()


def test_left_half_hash() -> None:
    # OIDC Core A.3: the access token and at_hash of the specification's own example.
    assert left_half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"
    wide = b64(hashlib.sha512(b"token").digest()[:32])
    assert left_half_hash("token", "ES512") == left_half_hash("token", "EdDSA") == wide
    assert left_half_hash("token", "none") is None
    assert left_half_hash("token", "Ed448") is None


def test_weak_and_malformed_keys_are_not_used() -> None:
    assert key_problem(strong(), "RS256") is None
    assert "1024 bits" in str(key_problem(weak(), "RS256"))
    assert "exponent" in str(key_problem(strong(e="AQ"), "RS256"))
    assert "malformed" in str(key_problem(jwk(ec_key()) | {"y": b64(bytes(32))}, "ES256"))
    assert "crv" in str(key_problem(jwk(ec_key()), "ES384"))
    assert not verifies(parsed(rsa_key("weak", 1024)), weak(), "RS256")


def test_private_members_are_left_out() -> None:
    leaking = strong(d="AQAB", p="!", oth=5)
    assert verifies(parsed(), leaking, "RS256")


def test_an_algorithm_that_the_key_is_not_for() -> None:
    assert not verifies(parsed(), strong(), "PS256")
    assert not verifies(parsed(), strong(), "ES256")


def test_a_mac_needs_a_secret() -> None:
    result = parsed(b"", "HS256")
    assert not verifies_with_secret(result, b"", "HS256")
    assert verifies_with_secret(parsed(b"s", "HS256"), b"s", "HS256")
    assert not verifies_with_secret(parsed(b"s", "HS256"), b"s", "HS257")


def test_public_key_encodings_hold_those_an_attacker_uses() -> None:
    encodings = list(public_key_encodings(strong()))
    assert pem(rsa_key()) in encodings
    assert list(public_key_encodings({"kty": "oct", "k": "AAAA"})) == []


def test_the_catalogue_is_cheap_to_import() -> None:
    areas = "discovery, jwks, id_token, userinfo, transport, token_response, oauth_profile"
    heavy = "any(name in sys.modules for name in ('joserfc', 'cryptography'))"
    script = f"import sys\nfrom ssocli.checks import {areas}\nsys.exit({heavy})"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


SCALARS = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
MEMBERS = st.dictionaries(st.sampled_from(["kty", "n", "e", "kid", "use", "key_ops", "crv", "x", "y", "alg"]), JSON)
HALF_KEYS = st.builds(
    lambda base, odd: base | odd, st.sampled_from([strong(), jwk(ec_key()), jwk(ed_key()), {}]), MEMBERS
)


@settings(max_examples=50, deadline=None)
@given(jwk=HALF_KEYS | JSON, algorithm=st.sampled_from(ALGORITHMS))
def test_no_key_raises(jwk: Any, algorithm: str) -> None:
    fit = key_problem(jwk, algorithm) is None
    assert usable_keys({"keys": [jwk]}, (algorithm,)) == ([jwk] if fit else [])
    assert all(isinstance(encoding, bytes) for encoding in public_key_encodings(jwk))
    if isinstance(jwk, dict):
        assert verifies(parsed(b"x", "HS256"), jwk, algorithm) is False


@settings(max_examples=100, deadline=None)
@given(token=st.text() | st.from_regex(r"[A-Za-z0-9_-]{0,8}\.[A-Za-z0-9_-]{0,8}\.[A-Za-z0-9_-]{0,8}", fullmatch=True))
def test_no_text_raises(token: str) -> None:
    assert isinstance(parse_compact(token), Parsed | Unparsable)
