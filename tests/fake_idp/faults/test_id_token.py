"""ID tokens with faults, judged by a library that shares nothing with what made them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from fake_idp.faults.fault import catalogue

from .conftest import NOW, URL, Observe

ISSUER = URL + "/default"
GONE = object()
MALLORY = {"sub": "6f1d2a30-0666", "email": "mallory@acme.example"}

# What each fault of the claims changes, and nothing else.
CLAIMS: dict[str, dict[str, Any]] = {
    **{f"missing-{claim}": {claim: GONE} for claim in ("iss", "sub", "aud", "exp", "iat", "nonce", "auth_time")},
    **{f"null-{claim}": {claim: None} for claim in ("iss", "sub", "aud", "exp", "iat", "nonce")},
    **{f"empty-{claim}": {claim: ""} for claim in ("iss", "sub", "aud", "nonce")},
    "invalid-iss": {"iss": ISSUER + "1"},
    "invalid-aud": {"aud": "sentry1"},
    "malformed-iss": {"iss": {"value": ISSUER}},
    "malformed-sub": {"sub": {"value": "6f1d2a30-0001"}},
    "malformed-aud": {"aud": {"value": "sentry"}},
    "malformed-exp": {"exp": {"value": NOW + 3600}},
    "malformed-iat": {"iat": {"value": NOW}},
    "malformed-nbf": {"nbf": {"value": None}},
    "malformed-nonce": {"nonce": {"value": "nonce-1"}},
    "nonce-invalid": {"nonce": "nonce-11"},
    "aud-with-stranger": {"aud": ["sentry", "https://stranger.example"], "azp": "sentry"},
    "invalid-azp": {"azp": "another-client"},
    "iss-of-another-provider": {"iss": "https://accounts.other.example"},
    "iss-with-slash": {"iss": ISSUER + "/"},
    "iss-in-capitals": {"iss": URL + "/DEFAULT"},
    "expired": {"iat": NOW - 7200, "exp": NOW - 3600},
    "zero-exp": {"exp": 0},
    "expired-within-leeway": {"iat": NOW - 3600, "exp": NOW - 1},
    "exp-in-milliseconds": {"exp": (NOW + 3600) * 1000},
    "late-iat": {"iat": NOW + 3600, "exp": NOW + 7200},
    "late-iat-within-leeway": {"iat": NOW + 5},
    "late-nbf": {"nbf": NOW + 3600},
    "late-nbf-within-leeway": {"nbf": NOW + 5},
    "fractional-times": {"iat": NOW + 0.25, "exp": NOW + 3600.25},
    "early-auth-time": {"auth_time": NOW - 86400},
    "missing-auth-time": {"auth_time": GONE},
    "lower-acr": {"acr": "0"},
    "missing-athash": {"at_hash": GONE},
    "aud-as-array": {"aud": ["sentry"]},
    "unknown-claims": {"https://fake.example/claim": {"deep": [1, None, True]}, "x": "y", "jti": "1"},
    "long-sub": {"sub": "s" * 256},
    "non-ascii-sub": {"sub": "al\u00efce"},
    "email-unverified": {"email_verified": False},
    "other-email": {"email": "mallory@acme.example"},
    "email-in-capitals": {"email": "ALICE@ACME.EXAMPLE"},
    "groups-as-text": {"groups": "engineering,sentry-managers"},
    "missing-groups": {"groups": GONE},
    "many-groups": {"groups": [*(f"group-{number:03}" for number in range(500)), "engineering", "sentry-managers"]},
    "groups-overage": {
        "groups": GONE,
        "_claim_names": {"groups": "src1"},
        "_claim_sources": {"src1": {"endpoint": ISSUER + "/groups"}},
    },
    "markup-in-name": {"name": "<script>document.title='owned'</script>"},
}
CLAIMS.pop("missing-auth_time")  # its name has a hyphen

HEADERS: dict[str, dict[str, Any]] = {
    "kid-absent-single-jwks": {"kid": GONE},
    "crit-empty": {"crit": []},
    "typ-at": {"typ": "at+jwt"},
    "typ-logout": {"typ": "logout+jwt"},
    "typ-secevent": {"typ": "secevent+jwt"},
    "missing-typ": {"typ": GONE},
    "claims-in-header": MALLORY,
}

# Tokens that no published key verifies, and all of mallory's.
FORGED = (
    "kid-unknown", "kid-path", "kid-sql", "kid-url", "jwk-embedded", "jku-stranger", "x5u-stranger", "sig-other-key",
    "sig-removed", "sig-of-another-token", "alg-none", "alg-none-in-title-case", "alg-none-in-mixed-case",
    "alg-none-with-old-signature", "hs256-with-public-pem", "hs256-with-public-der", "hs256-with-public-pkcs1",
    "hs256-with-modulus", "hs256-with-empty-secret", "hs256-with-common-secret", "psychic-signature",
)  # fmt: skip
# Those whose claims are the real ones.
UNVERIFIABLE = ("invalid-sig", "sig-truncated", "kid-of-another-key")
MALFORMED = ("two-parts", "base64-padding", "json-serialization", "encrypted")
OTHERS = (
    "malformed-at_hash", "invalid-athash", "of-another-login", "for-another-client", "crit-unknown", "b64-false",
    "missing-alg", "alg-as-array", "hs256-with-client-secret", "es256-instead",
    "signing-key-rotation-just-before-signing", "signing-key-rotation", "kid-absent-multiple-jwks",
    "claims-not-json", "claims-as-array", "duplicate-sub", "duplicate-alg",
)  # fmt: skip


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The members that differ, with what they are now."""
    return {
        name: after.get(name, GONE)
        for name in {*before, *after}
        if before.get(name, GONE) != after.get(name, GONE) or type(before.get(name)) is not type(after.get(name))
    }


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_the_tables_hold_every_fault() -> None:
    tested = [*CLAIMS, *HEADERS, *FORGED, *UNVERIFIABLE, *MALFORMED, *OTHERS]
    assert sorted(f"id_token.{name}" for name in tested) == [
        fault.id for fault in catalogue().values() if fault.point == "id_token"
    ]


@pytest.mark.parametrize("name", CLAIMS)
def test_claims(observe: Observe, name: str) -> None:
    header, claims = observe().verified()
    faulty_header, faulty_claims = observe(f"id_token.{name}").verified()
    assert changed(claims, faulty_claims) == CLAIMS[name]
    assert faulty_header == header


@pytest.mark.parametrize("name", HEADERS)
def test_headers(observe: Observe, name: str) -> None:
    header, claims = observe().verified()
    seen = observe(f"id_token.{name}")
    faulty = json.loads(decoded(seen.id_token.split(".")[0]))
    assert changed(header, faulty) == HEADERS[name]
    assert json.loads(decoded(seen.id_token.split(".")[1])) == claims
    assert signature_is_good(seen.id_token, seen["jwks"].json())


def signature_is_good(token: str, jwks: dict[str, Any], key_type: str = "RSA") -> bool:
    """Whether the published key of that type made the signature, whatever the header says."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    (jwk,) = (jwk for jwk in jwks["keys"] if jwk["kty"] == key_type)
    key = RSAKey.import_key(jwk).public_key
    text, _, signature = token.rpartition(".")
    try:
        key.verify(decoded(signature), text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("name", FORGED)
def test_forged_tokens_are_mallorys_and_verify_under_no_published_key(observe: Observe, name: str) -> None:
    good, seen = observe(), observe(f"id_token.{name}")
    claims = json.loads(decoded(seen.id_token.split(".")[1]))
    assert {claim: claims[claim] for claim in MALLORY} == MALLORY
    real = good.verified()[1]
    assert {claim: claims[claim] for claim in ("iss", "aud", "exp", "iat", "nonce")} == {
        claim: real[claim] for claim in ("iss", "aud", "exp", "iat", "nonce")
    }, "nothing but the identity and the signature is wrong"
    with pytest.raises((JoseError, ValueError)):
        seen.verified()
    assert seen["token"].json()["access_token"] == good["token"].json()["access_token"]


@pytest.mark.parametrize("name", UNVERIFIABLE)
def test_tokens_that_do_not_verify(observe: Observe, name: str) -> None:
    good, seen = observe(), observe(f"id_token.{name}")
    assert decoded(seen.id_token.split(".")[1]) == decoded(good.id_token.split(".")[1])
    with pytest.raises((JoseError, ValueError)):
        seen.verified()


def test_key_id_of_another_published_key(observe: Observe) -> None:
    seen = observe("id_token.kid-of-another-key")
    kid = json.loads(decoded(seen.id_token.split(".")[0]))["kid"]
    assert [jwk["kty"] for jwk in seen["jwks"].json()["keys"] if jwk["kid"] == kid] == ["EC"]


@pytest.mark.parametrize("name", MALFORMED)
def test_other_serializations(observe: Observe, name: str) -> None:
    with pytest.raises((JoseError, ValueError)):
        observe(f"id_token.{name}").verified()


def test_parts(observe: Observe) -> None:
    assert observe("id_token.two-parts").id_token.count(".") == 1
    assert observe("id_token.encrypted").id_token.count(".") == 4
    padded = observe("id_token.base64-padding").id_token.split(".")
    assert all(part.endswith("=") for part in padded)
    document = json.loads(observe("id_token.json-serialization").id_token)
    assert set(document) == {"payload", "protected", "signature"}


@pytest.mark.parametrize(("name", "algorithm"), [("alg-none", "none"), ("alg-none-in-mixed-case", "nOnE")])
def test_unsigned_tokens(observe: Observe, name: str, algorithm: str) -> None:
    header, _, signature = observe(f"id_token.{name}").id_token.split(".")
    assert (json.loads(decoded(header))["alg"], signature) == (algorithm, "")


@pytest.mark.parametrize("name", ["jwk-embedded", "sig-other-key", "kid-path"])
def test_the_forgers_key_made_the_signature(observe: Observe, name: str) -> None:
    embedded = json.loads(decoded(observe("id_token.jwk-embedded").id_token.split(".")[0]))["jwk"]
    token = observe(f"id_token.{name}").id_token
    header = {key: value for key, value in json.loads(decoded(token.split(".")[0])).items() if key != "jwk"}
    assert header["alg"] == "RS256"
    assert signature_is_good(token, {"keys": [embedded]})


def test_public_key_as_secret(observe: Observe) -> None:
    for name, secret in (("public-pem", _pem), ("modulus", lambda jwk: jwk["n"].encode())):
        seen = observe(f"id_token.hs256-with-{name}")
        (jwk,) = (jwk for jwk in seen["jwks"].json()["keys"] if jwk["kty"] == "RSA")
        text, _, mac = seen.id_token.rpartition(".")
        assert hmac.digest(secret(jwk), text.encode(), "sha256") == decoded(mac)


def _pem(jwk: dict[str, Any]) -> bytes:
    return RSAKey.import_key(jwk).public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def test_client_secret_as_mac_key(observe: Observe) -> None:
    text, _, mac = observe("id_token.hs256-with-client-secret").id_token.rpartition(".")
    assert hmac.digest(b"sentry-secret", text.encode(), "sha256") == decoded(mac)


def test_another_published_algorithm(observe: Observe) -> None:
    header, claims = observe("id_token.es256-instead").verified()
    assert (header["alg"], claims["sub"]) == ("ES256", "6f1d2a30-0001")


@pytest.mark.parametrize(("name", "value"), [("missing-alg", GONE), ("alg-as-array", ["RS256"])])
def test_algorithms_that_are_none(observe: Observe, name: str, value: object) -> None:
    good, seen = observe(), observe(f"id_token.{name}")
    assert json.loads(decoded(seen.id_token.split(".")[0])).get("alg", GONE) == value
    assert seen.id_token.split(".")[1] == good.id_token.split(".")[1]
    assert signature_is_good(seen.id_token, seen["jwks"].json())


@pytest.mark.parametrize(("name", "critical"), [("crit-unknown", "https://stranger.example/ext"), ("b64-false", "b64")])
def test_critical_headers(observe: Observe, name: str, critical: str) -> None:
    seen = observe(f"id_token.{name}")
    header = json.loads(decoded(seen.id_token.split(".")[0]))
    assert header["crit"] == [critical]
    assert critical in header
    assert signature_is_good(seen.id_token, seen["jwks"].json())


@pytest.mark.parametrize("name", ["invalid-athash", "malformed-at_hash"])
def test_hash_of_the_access_token(observe: Observe, name: str) -> None:
    _, claims = observe().verified()
    seen = observe(f"id_token.{name}")
    _, faulty = seen.verified()
    digest = hashlib.sha256(seen["token"].json()["access_token"].encode()).digest()[:16]
    right = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert claims["at_hash"] == right
    assert set(changed(claims, faulty)) == {"at_hash"}


@pytest.mark.parametrize(
    ("name", "also"),
    [("of-another-login", {"nonce": "nonce-of-another-login"}), ("for-another-client", {"aud": "another-client"})],
)
def test_good_tokens_of_somebody_else(observe: Observe, name: str, also: dict[str, str]) -> None:
    _, claims = observe().verified()
    _, faulty = observe(f"id_token.{name}").verified()
    assert {**faulty, **MALLORY, **also} == faulty
    identity = {"sub", "name", "given_name", "family_name", "preferred_username", "email", "picture", "groups"}
    assert set(changed(claims, faulty)) == {*identity, *also}


@pytest.mark.parametrize("name", ["claims-not-json", "claims-as-array"])
def test_payloads_that_are_no_object(observe: Observe, name: str) -> None:
    seen = observe(f"id_token.{name}")
    signed = jws.deserialize_compact(seen.id_token, KeySet.import_key_set(seen["jwks"].json()), algorithms=["RS256"])
    assert not signed.payload.startswith(b"{")


def test_duplicate_members(observe: Observe) -> None:
    seen = observe("id_token.duplicate-sub")
    pairs = json.loads(decoded(seen.id_token.split(".")[1]), object_pairs_hook=list)
    assert [value for name, value in pairs if name == "sub"] == ["6f1d2a30-0666", "6f1d2a30-0001"]
    assert signature_is_good(seen.id_token, seen["jwks"].json())
    seen = observe("id_token.duplicate-alg")
    pairs = json.loads(decoded(seen.id_token.split(".")[0]), object_pairs_hook=list)
    assert [value for name, value in pairs if name == "alg"] == ["none", "RS256"]
    assert signature_is_good(seen.id_token, seen["jwks"].json())


def test_rotation_just_before_signing(idp: Any, visitor: Any) -> None:
    import requests

    old = requests.get(visitor.issuer + "/jwks", timeout=5).json()
    with idp.fault("id_token.signing-key-rotation-just-before-signing"):
        token = visitor.tokens()["id_token"]
    new = requests.get(visitor.issuer + "/jwks", timeout=5).json()
    with pytest.raises(JoseError, match="No key for kid"):
        jws.deserialize_compact(token, KeySet.import_key_set(old), algorithms=["RS256"])
    assert jws.deserialize_compact(token, KeySet.import_key_set(new), algorithms=["RS256"])


def test_rotation_just_after_signing(idp: Any, visitor: Any) -> None:
    import requests

    with idp.fault("id_token.signing-key-rotation"):
        first = visitor.tokens()["id_token"]
    jwks = requests.get(visitor.issuer + "/jwks", timeout=5).json()
    second = visitor.tokens("alice", prompt="login")["id_token"]
    kids = []
    for token in (first, second):
        signed = jws.deserialize_compact(token, KeySet.import_key_set(jwks), algorithms=["RS256"])
        kids.append(signed.headers()["kid"])
    assert kids == ["rsa-1", "rsa-2"]


def test_no_key_id_and_several_keys(idp: Any, visitor: Any) -> None:
    import requests

    with idp.fault("id_token.kid-absent-multiple-jwks"):
        token = visitor.tokens()["id_token"]
    keys = [key for key in requests.get(visitor.issuer + "/jwks", timeout=5).json()["keys"] if key["kty"] == "RSA"]
    assert [key["kid"] for key in keys] == ["rsa-2", "rsa-1"]
    assert "kid" not in json.loads(decoded(token.split(".")[0]))
    assert [signature_is_good(token, {"keys": [key]}) for key in keys] == [True, False]
