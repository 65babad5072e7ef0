from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Owner, Severity, Status, evaluate
from ssocli.checks.id_token import IdTokenContext, verified_claims
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case
from tests.checks.forge import (
    NOW,
    SECRET,
    b64,
    certificate,
    claims,
    ec_key,
    ed_key,
    half_hash,
    jwk,
    jws,
    pem,
    rsa_key,
    signature,
)

ISSUER = "https://idp.example"


def observed(token: str | None = None, **changes: Any) -> IdTokenContext:
    """A healthy observation, with changes."""
    healthy: dict[str, Any] = {
        "token": jws(claims(), rsa_key()) if token is None else token,
        "jwks": {"keys": [jwk(rsa_key(), use="sig", alg="RS256")]},
        "issuer": ISSUER,
        "client_id": "app",
        "now": NOW,
        "client_secret": SECRET,
        "nonce": "nonce-of-this-login",
        "access_token": "the-access-token",
    }
    return IdTokenContext(**{**healthy, **changes})


def with_claims(*, wants: dict[str, Any] | None = None, **changes: Any) -> IdTokenContext:
    return observed(jws(claims(**changes), rsa_key()), **(wants or {}))


def with_header(key: Any = None, *, wants: dict[str, Any] | None = None, **header: Any) -> IdTokenContext:
    return observed(jws(claims(), rsa_key() if key is None else key, header=header), **(wants or {}))


def unsigned(alg: str) -> str:
    return f"{b64(json.dumps({'alg': alg}).encode())}.{b64(json.dumps(claims()).encode())}."


def raw(header: str, payload: str) -> str:
    return jws(None, rsa_key(), raw_header=header, raw_payload=payload)


TWO_KEYS = {"keys": [jwk(rsa_key(), "k1"), jwk(rsa_key("second"), "k2")]}
HS = {"algorithms": ("HS256",), "jwks": TWO_KEYS}
FAR = 10**6

ENVELOPE = [
    Case("malformed-id-token", FAILED, lambda: observed("not.a.token"), "header is not base64url"),
    Case("malformed-id-token", FAILED, lambda: observed("one.two"), "2 dot-separated parts"),
    Case("malformed-id-token", FAILED, lambda: observed(""), "empty"),
    Case("malformed-id-token", FAILED, lambda: observed(raw('{"alg":"RS256","kid":"k1"}', "[]")), "an array"),
    Case("malformed-id-token", FAILED, lambda: observed(raw("[]", "{}")), "header is an array"),
    Case("malformed-id-token", PASSED, observed),
    Case("malformed-id-token", SKIPPED, lambda: observed("a.b.c.d.e"), "encrypted"),
    Case("unexpected-encryption", FAILED, lambda: observed("a.b.c.d.e"), "five parts"),
    Case("unexpected-encryption", PASSED, observed),
    Case("unexpected-encryption", SKIPPED, lambda: observed("x")),
    Case(
        "duplicate-header-member",
        FAILED,
        lambda: observed(raw('{"alg":"RS256","kid":"k1","kid":"k1"}', json.dumps(claims()))),
        "kid",
    ),
    Case("duplicate-header-member", PASSED, observed),
    Case("duplicate-header-member", SKIPPED, lambda: observed("x")),
    Case(
        "duplicate-claim",
        FAILED,
        lambda: observed(raw('{"alg":"RS256","kid":"k1"}', '{"sub":"mallory",' + json.dumps(claims())[1:])),
        "sub",
    ),
    Case("duplicate-claim", PASSED, observed),
    Case("missing-algorithm", FAILED, lambda: with_header(alg=...), "none"),
    Case("missing-algorithm", FAILED, lambda: with_header(alg=["RS256"]), "an array"),
    Case("missing-algorithm", PASSED, observed),
    Case("unsigned-id-token", FAILED, lambda: observed(unsigned("none")), "none"),
    Case("unsigned-id-token", FAILED, lambda: observed(unsigned("nOnE")), "nOnE"),
    Case("unsigned-id-token", FAILED, lambda: observed(unsigned("none"), algorithms=("none",)), "none"),
    Case("unsigned-id-token", PASSED, observed),
    Case("algorithm-confusion", FAILED, lambda: with_header(pem(rsa_key()), alg="HS256"), "HS256"),
    Case("algorithm-confusion", FAILED, lambda: with_header(pem(rsa_key()).rstrip(), alg="HS256"), "HS256"),
    Case("algorithm-confusion", FAILED, lambda: with_header(pem(rsa_key()), alg="HS256", wants=HS), "HS256"),
    Case("algorithm-confusion", PASSED, lambda: with_header(SECRET, alg="HS256")),
    Case("algorithm-confusion", PASSED, observed),
    Case("unaccepted-algorithm", FAILED, lambda: with_header(SECRET, alg="HS256"), "HS256"),
    Case("unaccepted-algorithm", FAILED, lambda: with_header(alg="PS256"), "PS256"),
    Case("unaccepted-algorithm", FAILED, lambda: with_header(alg="PS256", jwk=jwk(rsa_key())), "PS256"),
    Case(
        "unaccepted-algorithm",
        PASSED,
        lambda: with_header(alg="PS256", wants={"algorithms": ("PS256",), "jwks": TWO_KEYS}),
    ),
    Case("unaccepted-algorithm", SKIPPED, lambda: observed(unsigned("none"))),
    Case("foreign-token-type", FAILED, lambda: with_header(typ="at+jwt"), "at+jwt"),
    Case("foreign-token-type", FAILED, lambda: with_header(typ="application/Logout+JWT"), "Logout"),
    Case("foreign-token-type", FAILED, lambda: with_header(typ=5), "a number"),
    Case("foreign-token-type", PASSED, lambda: with_header(typ=...)),
    Case("foreign-token-type", PASSED, observed),
    Case("unknown-critical-header", FAILED, lambda: with_header(crit=["exp"], exp=1), "exp"),
    Case("unknown-critical-header", FAILED, lambda: with_header(crit=[]), "malformed crit"),
    Case("unknown-critical-header", PASSED, observed),
    Case(
        "key-in-header",
        FAILED,
        lambda: with_header(rsa_key("mallory"), jwk=jwk(rsa_key("mallory"))),
        "jwk",
        Severity.ERROR,
    ),
    Case(
        "key-in-header",
        FAILED,
        lambda: with_header(rsa_key("mallory"), x5c=[certificate(rsa_key("mallory"))], kid="evil"),
        "x5c",
        Severity.ERROR,
    ),
    Case(
        "key-in-header",
        FAILED,
        lambda: with_header(rsa_key("mallory"), jku="https://evil.example/jwks"),
        "jku",
        Severity.ERROR,
    ),
    Case("key-in-header", FAILED, lambda: with_header(jwk=jwk(rsa_key())), "not used", Severity.WARNING),
    Case("key-in-header", PASSED, lambda: with_header(x5c=[certificate(rsa_key())])),
    Case("key-in-header", PASSED, observed),
]

SIGNATURE = [
    Case("unknown-key-id", FAILED, lambda: with_header(kid="other"), "not fetched again"),
    Case("unknown-key-id", FAILED, lambda: with_header(kid="other", wants={"refetched": True}), "also after"),
    Case("unknown-key-id", FAILED, lambda: with_header(kid=7), "a number"),
    Case("unknown-key-id", PASSED, observed, "k1"),
    Case("unknown-key-id", SKIPPED, lambda: with_header(kid=...), "no key id"),
    Case("unknown-key-id", SKIPPED, lambda: observed(jwks={"keys": []}), "JWKS002"),
    Case("missing-key-id", FAILED, lambda: with_header(kid=..., wants={"jwks": TWO_KEYS}), "2 keys"),
    Case("missing-key-id", PASSED, lambda: with_header(kid=...), "one key"),
    Case("missing-key-id", PASSED, observed),
    Case(
        "unfit-key",
        FAILED,
        lambda: observed(jwks={"keys": [jwk(rsa_key(), use="enc"), jwk(rsa_key("second"), "k2")]}),
        'use "enc"',
    ),
    Case(
        "unfit-key",
        FAILED,
        lambda: observed(jwks={"keys": [jwk(rsa_key(), key_ops=["encrypt"]), jwk(rsa_key("second"), "k2")]}),
        "key_ops",
    ),
    Case(
        "unfit-key",
        FAILED,
        lambda: observed(jwks={"keys": [jwk(rsa_key(), alg="PS256"), jwk(rsa_key("second"), "k2")]}),
        'alg "PS256"',
    ),
    Case(
        "unfit-key",
        FAILED,
        lambda: observed(jwks={"keys": [jwk(ec_key()), jwk(rsa_key("second"), "k2")]}),
        'kty "EC"',
    ),
    Case(
        "unfit-key",
        FAILED,
        lambda: with_header(
            rsa_key("weak", 1024), wants={"jwks": {"keys": [jwk(rsa_key("weak", 1024)), jwk(rsa_key(), "k2")]}}
        ),
        "1024 bits",
    ),
    Case("unfit-key", PASSED, observed),
    Case("unfit-key", SKIPPED, lambda: with_header(kid="other"), "IDT012"),
    Case("invalid-signature", FAILED, lambda: with_header(rsa_key("mallory")), "does not verify"),
    Case("invalid-signature", FAILED, lambda: with_header(kid="k2", wants={"jwks": TWO_KEYS}), 'the key "k1" verifies'),
    Case("invalid-signature", FAILED, lambda: observed(jws(claims(), rsa_key()).rpartition(".")[0] + "."), "0 octets"),
    Case("invalid-signature", FAILED, lambda: with_header("wrong", alg="HS256", wants=HS), "does not verify"),
    Case(
        "invalid-signature",
        FAILED,
        lambda: with_header(SECRET, alg="HS256", wants={**HS, "client_secret": None}),
        "no secret",
    ),
    Case("invalid-signature", PASSED, observed, "RS256"),
    Case("invalid-signature", PASSED, lambda: with_header(SECRET, alg="HS256", wants=HS), "HS256"),
    Case("invalid-signature", PASSED, lambda: with_header(kid=..., wants={"jwks": TWO_KEYS})),
    Case("invalid-signature", SKIPPED, lambda: with_header(kid="other"), "IDT012"),
    Case("invalid-signature", SKIPPED, lambda: with_header(pem(rsa_key()), alg="HS256"), "IDT008"),
]

IDENTITY = [
    Case("wrong-issuer", FAILED, lambda: with_claims(iss=f"{ISSUER}/"), "ends with a slash"),
    Case("wrong-issuer", FAILED, lambda: with_claims(iss="https://IDP.example"), "upper and lower case"),
    Case("wrong-issuer", FAILED, lambda: with_claims(iss=...), "no iss"),
    Case("wrong-issuer", FAILED, lambda: with_claims(iss=[ISSUER]), "an array"),
    Case("wrong-issuer", PASSED, observed),
    Case("wrong-issuer", SKIPPED, lambda: observed("x")),
    Case("wrong-audience", FAILED, lambda: with_claims(aud="other"), "other"),
    Case("wrong-audience", FAILED, lambda: with_claims(aud=...), "no aud"),
    Case("wrong-audience", FAILED, lambda: with_claims(aud=[]), "an array"),
    Case("wrong-audience", FAILED, lambda: with_claims(aud=["other", "third"]), "third"),
    Case("wrong-audience", FAILED, lambda: with_claims(aud="APP"), "case"),
    Case("wrong-audience", PASSED, lambda: with_claims(aud=["app"])),
    Case("untrusted-audience", FAILED, lambda: with_claims(aud=["app", "evil"]), "evil"),
    Case("untrusted-audience", PASSED, observed),
    Case("untrusted-audience", SKIPPED, lambda: with_claims(aud="other"), "IDT017"),
    Case(
        "missing-authorized-party",
        FAILED,
        lambda: with_claims(aud=["app", "api"], wants={"trusted_audiences": ("api",)}),
        "2 audiences",
    ),
    Case(
        "missing-authorized-party",
        PASSED,
        lambda: with_claims(aud=["app", "api"], azp="app", wants={"trusted_audiences": ("api",)}),
    ),
    Case("missing-authorized-party", SKIPPED, observed),
    Case("wrong-authorized-party", FAILED, lambda: with_claims(azp="evil"), "evil"),
    Case("wrong-authorized-party", FAILED, lambda: with_claims(azp=["app"]), "app"),
    Case("wrong-authorized-party", PASSED, lambda: with_claims(azp="app")),
    Case("wrong-authorized-party", SKIPPED, observed),
    Case("missing-subject", FAILED, lambda: with_claims(sub=...), "no sub"),
    Case("missing-subject", FAILED, lambda: with_claims(sub=None), "null"),
    Case("missing-subject", FAILED, lambda: with_claims(sub=42), "a number"),
    Case("missing-subject", FAILED, lambda: with_claims(sub=" "), "a string"),
    Case("missing-subject", PASSED, observed),
    Case("malformed-subject", FAILED, lambda: with_claims(sub="x" * 256), "256"),
    Case("malformed-subject", FAILED, lambda: with_claims(sub="zoë"), "U+00EB at position 3"),
    Case("malformed-subject", PASSED, lambda: with_claims(sub="x" * 255)),
    Case("malformed-subject", SKIPPED, lambda: with_claims(sub=...)),
    Case("wrong-hosted-domain", FAILED, lambda: with_claims(wants={"hosted_domains": ("acme.example",)}), "consumer"),
    Case(
        "wrong-hosted-domain",
        FAILED,
        lambda: with_claims(hd="evil.example", wants={"hosted_domains": ("acme.example",)}),
        "evil.example",
    ),
    Case(
        "wrong-hosted-domain",
        PASSED,
        lambda: with_claims(hd="Acme.example", wants={"hosted_domains": ("acme.example",)}),
    ),
    Case("wrong-hosted-domain", SKIPPED, observed),
]

TIMES = [
    Case("missing-expiry", FAILED, lambda: with_claims(exp=...), "no exp"),
    Case("missing-expiry", FAILED, lambda: with_claims(exp="3600"), "a string"),
    Case("missing-expiry", FAILED, lambda: with_claims(exp=True), "a boolean"),
    Case("missing-expiry", FAILED, lambda: with_claims(exp=10**400), "a number"),
    Case("missing-expiry", PASSED, lambda: with_claims(exp=NOW + 0.5)),
    Case("expired-id-token", FAILED, lambda: with_claims(exp=NOW - 61, iat=NOW - 60), "61 s ago"),
    Case("expired-id-token", FAILED, lambda: with_claims(exp=NOW - 60, iat=NOW - 900), "so much do the clocks differ"),
    Case("expired-id-token", FAILED, lambda: with_claims(exp=NOW - 60, auth_time=NOW - 999, wants=MAX_AGE), "60 s ago"),
    Case("expired-id-token", PASSED, lambda: with_claims(exp=NOW - 59, iat=NOW - 300), "59 s ago"),
    Case("expired-id-token", SKIPPED, lambda: with_claims(exp=...)),
    Case("expiry-in-milliseconds", FAILED, lambda: with_claims(exp=(NOW + 300) * 1000), "2027-01-15"),
    Case("expiry-in-milliseconds", PASSED, observed),
    Case("missing-issue-time", FAILED, lambda: with_claims(iat=...), "no iat"),
    Case("missing-issue-time", FAILED, lambda: with_claims(iat="now"), "a string"),
    Case("missing-issue-time", PASSED, observed),
    Case("issued-in-the-future", FAILED, lambda: with_claims(iat=NOW + 61), "61 s ahead"),
    Case("issued-in-the-future", FAILED, lambda: with_claims(iat=NOW * 1000), "milliseconds"),
    Case("issued-in-the-future", FAILED, lambda: with_claims(iat=NOW + 3600, nbf=NOW + 3600, exp=NOW + 7200), "3600"),
    Case("issued-in-the-future", PASSED, lambda: with_claims(iat=NOW + 60)),
    Case("issued-in-the-future", SKIPPED, lambda: with_claims(iat=...)),
    Case("not-yet-valid", FAILED, lambda: with_claims(nbf=NOW + 61), "61 s ahead"),
    Case("not-yet-valid", FAILED, lambda: with_claims(nbf="later"), "a string"),
    Case("not-yet-valid", PASSED, lambda: with_claims(nbf=NOW + 60)),
    Case("not-yet-valid", SKIPPED, observed),
    Case("odd-lifetime", FAILED, lambda: with_claims(exp=NOW - 10, iat=NOW - 5), "-5 s"),
    Case("odd-lifetime", FAILED, lambda: with_claims(exp=NOW + 400 * 86400), "34560001 s"),
    Case("odd-lifetime", PASSED, observed),
    Case("odd-lifetime", SKIPPED, lambda: with_claims(exp=...)),
]

MAX_AGE = {"max_age": 300}
BINDING = [
    Case("missing-nonce", FAILED, lambda: with_claims(nonce=...), "no nonce"),
    Case("missing-nonce", PASSED, observed),
    Case("missing-nonce", SKIPPED, lambda: observed(nonce=None)),
    Case("wrong-nonce", FAILED, lambda: with_claims(nonce="nonce-of-another-login"), "#"),
    Case("wrong-nonce", FAILED, lambda: with_claims(nonce=["nonce-of-this-login"]), "an array"),
    Case("wrong-nonce", PASSED, observed),
    Case("wrong-nonce", SKIPPED, lambda: with_claims(nonce=...), "IDT030"),
    Case("wrong-access-token-hash", FAILED, lambda: with_claims(at_hash=half_hash("another")), "#"),
    Case("wrong-access-token-hash", FAILED, lambda: with_claims(at_hash=half_hash("the-access-token", "sha512")), "#"),
    Case("wrong-access-token-hash", FAILED, lambda: with_claims(at_hash=5), "a number"),
    Case("wrong-access-token-hash", PASSED, lambda: with_claims(at_hash=half_hash("the-access-token"))),
    Case("wrong-access-token-hash", SKIPPED, observed),
    Case("missing-authentication-time", FAILED, lambda: with_claims(wants=MAX_AGE), "no auth_time"),
    Case("missing-authentication-time", FAILED, lambda: with_claims(auth_time="now", wants=MAX_AGE), "a string"),
    Case("missing-authentication-time", PASSED, lambda: with_claims(auth_time=NOW, wants=MAX_AGE)),
    Case("missing-authentication-time", SKIPPED, observed),
    Case("authentication-too-old", FAILED, lambda: with_claims(auth_time=NOW - 361, wants=MAX_AGE), "361 s ago"),
    Case("authentication-too-old", FAILED, lambda: with_claims(auth_time=NOW + 61, wants=MAX_AGE), "in the future"),
    Case("authentication-too-old", PASSED, lambda: with_claims(auth_time=NOW - 360, wants=MAX_AGE)),
    Case("authentication-too-old", SKIPPED, observed),
    Case("unsatisfied-acr", FAILED, lambda: with_claims(acr="1", wants={"acr_values": ("2",)}), "1", Severity.WARNING),
    Case(
        "unsatisfied-acr",
        FAILED,
        lambda: with_claims(wants={"acr_values": ("2",), "acr_essential": True}),
        "no acr",
        Severity.ERROR,
    ),
    Case("unsatisfied-acr", PASSED, lambda: with_claims(acr="2", wants={"acr_values": ("1", "2")})),
    Case("unsatisfied-acr", SKIPPED, observed),
]

CASES = [*ENVELOPE, *SIGNATURE, *IDENTITY, *TIMES, *BINDING]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check_case("id_token", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("id_token", CASES)


@pytest.mark.parametrize(
    ("algorithm", "key", "published"),
    [
        ("RS256", rsa_key, jwk),
        ("PS256", rsa_key, jwk),
        ("ES256", ec_key, jwk),
        ("EdDSA", ed_key, jwk),
        ("Ed25519", ed_key, lambda key: jwk(key, alg="EdDSA")),
    ],
)
def test_a_healthy_token_raises_no_finding(algorithm: str, key: Any, published: Any) -> None:
    hashed = half_hash("the-access-token", "sha512" if algorithm.startswith("Ed") else "sha256")
    token = jws(claims(at_hash=hashed), key(), header={"alg": algorithm})
    context = observed(token, algorithms=(algorithm,), jwks={"keys": [published(key())]})

    assert_healthy("id_token", context)
    assert verified_claims(context) == claims(at_hash=hashed)


@pytest.mark.parametrize(
    "context",
    [
        lambda: observed("x"),
        lambda: observed(unsigned("none")),
        lambda: observed(unsigned("none"), algorithms=("none",)),
        lambda: with_header(rsa_key("mallory")),
        lambda: with_header(rsa_key("mallory"), jwk=jwk(rsa_key("mallory"))),
        lambda: with_header(pem(rsa_key()), alg="HS256", wants=HS),
        lambda: with_header(SECRET, alg="HS256"),
        lambda: with_header(kid="other"),
        lambda: observed(jwks=None),
        lambda: observed(jwks={"keys": [jwk(rsa_key(), use="enc")]}),
        lambda: with_header(b"", alg="HS256", wants={**HS, "client_secret": ""}),
    ],
)
def test_claims_are_only_given_when_the_right_key_verifies_them(context: Any) -> None:
    assert verified_claims(context()) is None


def test_an_expired_fresh_token_is_the_clocks_fault() -> None:
    case = Case("expired-id-token", FAILED, lambda: with_claims(exp=NOW - 3300, iat=NOW - 3600))
    assert check_case("id_token", case).owner is Owner.CLOCK


def test_an_expired_token_that_was_issued_now_is_the_providers_fault() -> None:
    case = Case("expired-id-token", FAILED, lambda: with_claims(exp=NOW - 3600), along=())
    assert check_case("id_token", case).owner is Owner.IDP


def test_secrets_are_never_shown() -> None:
    context = with_claims(nonce="nonce-of-another-login", at_hash=half_hash("another"))
    text = repr(evaluate("id_token", context))
    for secret in ("nonce-of-this-login", "nonce-of-another-login", "the-access-token", SECRET, context.token):
        assert secret not in text


def test_an_ecdsa_signature_of_zeros_does_not_verify() -> None:
    head = jws(claims(), ec_key(), header={"alg": "ES256"}).rpartition(".")[0]
    keys = {"keys": [jwk(ec_key())]}
    case = Case(
        "invalid-signature", FAILED, lambda: observed(f"{head}.{b64(bytes(64))}", algorithms=("ES256",), jwks=keys)
    )
    check_case("id_token", case)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = ["iss", "aud", "sub", "exp", "iat", "nbf", "nonce", "azp", "at_hash", "acr", "auth_time", "hd"]
HEADERS = ["alg", "kid", "typ", "crit", "jwk", "jku", "x5u", "x5c"]
WANTS: dict[str, Any] = {"max_age": 5, "acr_values": ("2",), "hosted_domains": ("a",)}


@settings(max_examples=40, deadline=None)
@given(st.text() | st.text(alphabet="ab.-_=", max_size=30))
def test_any_text_is_judged_without_tool_trouble(token: str) -> None:
    results = evaluate("id_token", observed(token))
    assert all(found.status is not Status.TOOL_ERROR for found in results)
    assert any(found.is_blocking for found in results)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(HEADERS), JSON, max_size=4),
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6),
    JSON | st.fixed_dictionaries({"keys": st.lists(JSON, max_size=2)}),
)
def test_any_header_claims_and_keys_are_judged_without_tool_trouble(header: Any, changes: Any, keys: Any) -> None:
    first = b64(json.dumps({"alg": "RS256", "kid": "k1", **header}).encode())
    second = b64(json.dumps({**claims(), **changes}).encode())
    token = f"{first}.{second}.{b64(signature('RS256', rsa_key(), f'{first}.{second}'.encode()))}"
    for jwks in (keys, observed().jwks):
        results = evaluate("id_token", observed(token, jwks=jwks, **WANTS))
        assert all(found.status is not Status.TOOL_ERROR for found in results)
