from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.jose import (
    Parsed,
    Unparsable,
    base64url,
    certified_key,
    key_problem,
    left_half_hash,
    parse_compact,
    public_key_encodings,
    usable_keys,
    verifies,
    verifies_with_secret,
)
from tests.checks.forge import certificate, claims, ec_key, ed_key, half_hash, jwk, jws, pem, rsa_key


def parsed(token: str) -> Parsed:
    found = parse_compact(token)
    assert isinstance(found, Parsed)
    return found


@given(st.binary(max_size=40))
def test_base64url_is_read_as_it_is_written(octets: bytes) -> None:
    assert base64url(base64.urlsafe_b64encode(octets).rstrip(b"=").decode()) == octets


@pytest.mark.parametrize("text", ["YQ==", "Y Q", "a+/b", "A", "YR", "\u00e9\u00e9", "YQ\n"])
def test_what_is_no_canonical_base64url_is_refused(text: str) -> None:
    assert base64url(text) is None


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "it is empty"),
        ("a", "it has 1 dot-separated part instead of 3"),
        ("a.b", "it has 2 dot-separated parts instead of 3"),
        ("e30=.e30.", "its header is not base64url"),
        ("e30.e3 0.", "its payload is not base64url"),
        ("e30.e30.=", "its signature is not base64url"),
        (".e30.", "its header is empty"),
        ("bnVsbA.e30.", "its header is null"),
        ("." * 200_000, "it has 200000 characters; the limit is 128000"),
    ],
)
def test_what_is_no_compact_jws_has_a_reason(token: str, reason: str) -> None:
    found = parse_compact(token)
    assert isinstance(found, Unparsable)
    assert found.reason.startswith(reason)
    assert not found.encrypted


def test_a_jws_is_taken_apart() -> None:
    token = jws(claims(), rsa_key())
    found = parsed(token)
    assert (found.algorithm, found.key_id, found.claims) == ("RS256", "k1", claims())
    assert found.signing_input.decode() == token.rpartition(".")[0]


@given(st.text(alphabet="e30.=_-", max_size=40) | st.text())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    assert isinstance(parse_compact(text), Parsed | Unparsable)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(rsa_key, "RS256"), (rsa_key, "PS256"), (ec_key, "ES256"), (ed_key, "EdDSA"), (ed_key, "Ed25519")],
)
def test_a_signature_verifies_with_its_key_and_not_with_another_payload(key: Any, algorithm: str) -> None:
    token = jws(claims(), key(), header={"alg": algorithm})
    public = jwk(key())
    assert key_problem(public, algorithm) is None
    assert verifies(parsed(token), public, algorithm)
    head, _, tail = token.split(".")
    assert not verifies(parsed(f"{head}.e30.{tail}"), public, algorithm)


def test_a_mac_verifies_with_its_secret_only() -> None:
    found = parsed(jws(claims(), "secret", header={"alg": "HS512"}))
    assert verifies_with_secret(found, b"secret", "HS512")
    assert not verifies_with_secret(found, b"other", "HS512")
    assert not verifies_with_secret(found, b"secret", "HS256")
    assert not verifies_with_secret(parsed(jws(claims(), b"", header={"alg": "HS256"})), b"", "HS256")


@pytest.mark.parametrize(
    ("entry", "algorithm", "problem"),
    [
        ("junk", "RS256", "is a string"),
        (jwk(rsa_key()), "HS256", "cannot be used with HS256"),
        (jwk(rsa_key()), "none", "cannot be used with none"),
        (jwk(rsa_key()), "ES256", 'has kty "RSA"'),
        (jwk(ec_key()), "ES384", 'has crv "P-256"'),
        (jwk(rsa_key(), use=["sig"]), "RS256", "has use"),
        (jwk(rsa_key(), key_ops="verify"), "RS256", "has key_ops"),
        (jwk(rsa_key(), alg=["RS256"]), "RS256", "has alg"),
        (jwk(ed_key(), alg="Ed448"), "Ed25519", "has alg"),
        (jwk(rsa_key(), n=5), "RS256", "is malformed"),
        (jwk(ec_key(), x="AA"), "ES256", "is malformed"),
    ],
)
def test_an_unfit_key_has_a_reason(entry: Any, algorithm: str, problem: str) -> None:
    assert (key_problem(entry, algorithm) or "").startswith(problem)
    assert usable_keys({"keys": [entry]}, (algorithm,)) == []


def test_a_weak_key_verifies_nothing() -> None:
    key = rsa_key("weak", 1024)
    assert not verifies(parsed(jws(claims(), key)), jwk(key), "RS256")


def test_a_private_jwk_serves_by_its_public_members_only() -> None:
    assert key_problem(jwk(rsa_key(), d="junk"), "RS256") is None


def test_public_keys_are_tried_as_they_are_spread() -> None:
    assert pem(rsa_key()) in list(public_key_encodings(jwk(rsa_key())))
    assert pem(ec_key()).rstrip() in list(public_key_encodings(jwk(ec_key())))
    assert list(public_key_encodings({"kty": "oct", "k": "AA"})) == []


def test_the_key_of_a_certificate() -> None:
    found = certified_key([certificate(rsa_key())], "RS256")
    assert found is not None
    assert found["n"] == jwk(rsa_key())["n"]
    assert certified_key([certificate(rsa_key("weak", 1024))], "RS256") is None
    assert certified_key([certificate(ec_key())], "RS256") is None
    for junk in (None, [], ["junk"], [5], "junk"):
        assert certified_key(junk, "RS256") is None


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [("RS256", "sha256"), ("ES384", "sha384"), ("PS512", "sha512"), ("EdDSA", "sha512"), ("Ed25519", "sha512")],
)
def test_the_hash_of_an_access_token_uses_the_algorithms_digest(algorithm: str, digest: str) -> None:
    assert left_half_hash("token", algorithm) == half_hash("token", digest)


def test_the_example_of_the_specification() -> None:
    # OIDC Core A.4
    assert left_half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"


@pytest.mark.parametrize("algorithm", ["none", "", "RS25", "Ed448", "\u0665"])
def test_no_digest_belongs_to_other_algorithms(algorithm: str) -> None:
    assert left_half_hash("token", algorithm) is None


MEMBERS = st.dictionaries(
    st.sampled_from(["kty", "n", "e", "crv", "x", "y"]),
    st.sampled_from(["RSA", "EC", "OKP", "P-256", "Ed25519", "AQAB", "", jwk(rsa_key())["n"], jwk(ec_key())["x"]]),
)


@settings(max_examples=80, deadline=None)
@given(MEMBERS, st.sampled_from(["RS256", "PS512", "ES256", "EdDSA"]))
def test_any_key_is_used_or_refused(entry: Any, algorithm: str) -> None:
    assert verifies(parsed(jws(claims(), rsa_key())), entry, algorithm) is False
    assert key_problem(entry, algorithm) is None or isinstance(key_problem(entry, algorithm), str)
