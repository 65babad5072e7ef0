from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Severity, Status, evaluate
from ssocli.checks.jwks import JwksContext
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case
from tests.checks.forge import b64, ec_key, ed_key, jwk, rsa_key
from tests.checks.test_id_token import JSON


def published(*keys: Any, algorithms: tuple[str, ...] = ("RS256",)) -> JwksContext:
    return JwksContext({"keys": list(keys)}, algorithms)


def good() -> JwksContext:
    return published(jwk(rsa_key(), use="sig", alg="RS256"))


def beside_a_good_one(entry: Any) -> JwksContext:
    return published(jwk(rsa_key()), entry)


def weak() -> dict[str, Any]:
    return jwk(rsa_key("weak", 1024), "weak")


OFF_CURVE = {**jwk(ec_key(), "off"), "x": b64(bytes(32)), "y": b64(bytes(32))}
CASES = [
    Case("malformed-jwk-set", FAILED, lambda: JwksContext([]), "an array"),
    Case("malformed-jwk-set", FAILED, lambda: JwksContext({}), "no `keys`"),
    Case("malformed-jwk-set", FAILED, lambda: JwksContext({"keys": {}}), "an object"),
    Case("malformed-jwk-set", FAILED, lambda: JwksContext(None), "null"),
    Case("malformed-jwk-set", PASSED, good),
    Case("malformed-jwk-set", SKIPPED, lambda: JwksContext(None, ("HS256",)), "MACs only"),
    Case("no-usable-signing-key", FAILED, published, "no keys at all"),
    Case("no-usable-signing-key", FAILED, lambda: published(jwk(ec_key())), "P-256"),
    Case("no-usable-signing-key", FAILED, lambda: published(jwk(rsa_key(), use="enc")), "enc"),
    Case("no-usable-signing-key", PASSED, good),
    Case("no-usable-signing-key", PASSED, lambda: published(jwk(ec_key()), algorithms=("RS256", "ES256"))),
    Case("no-usable-signing-key", SKIPPED, lambda: JwksContext({})),
    Case("no-usable-signing-key", SKIPPED, lambda: published(algorithms=("HS256",))),
    Case("published-private-key", FAILED, lambda: published(jwk(rsa_key(), d="x", p="y")), '"k1": d, p'),
    Case("published-private-key", PASSED, good),
    Case("duplicate-key-id", FAILED, lambda: beside_a_good_one(jwk(rsa_key("second"))), "k1"),
    Case("duplicate-key-id", PASSED, lambda: beside_a_good_one(jwk(ec_key()))),
    Case("duplicate-key-id", PASSED, lambda: published(jwk(rsa_key(), None), jwk(rsa_key("second"), None))),
    Case("weak-rsa-key", FAILED, lambda: published(weak()), "1024 bits", Severity.ERROR),
    Case("weak-rsa-key", FAILED, lambda: beside_a_good_one(weak()), "1024 bits", Severity.WARNING),
    Case("weak-rsa-key", FAILED, lambda: beside_a_good_one(jwk(rsa_key(), "e", e="AQ")), "exponent", Severity.WARNING),
    Case("weak-rsa-key", PASSED, good),
    Case("published-symmetric-key", FAILED, lambda: beside_a_good_one({"kty": "oct", "k": "AAAA", "kid": "o"}), "o"),
    Case("published-symmetric-key", PASSED, good),
    Case("unreadable-key", FAILED, lambda: beside_a_good_one("junk"), "entry 2 is a string"),
    Case("unreadable-key", FAILED, lambda: beside_a_good_one({"kty": "NEW", "kid": "n"}), "unknown"),
    Case("unreadable-key", FAILED, lambda: beside_a_good_one({"kty": "EC", "crv": "P-256", "x": "AA"}), "no y"),
    Case("unreadable-key", FAILED, lambda: beside_a_good_one(OFF_CURVE), "malformed"),
    Case("unreadable-key", PASSED, good),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check_case("jwks", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("jwks", CASES)


def test_a_healthy_set_raises_no_finding() -> None:
    encryption = jwk(rsa_key("second"), "k2", use="enc", alg="RSA-OAEP")
    keys = (jwk(rsa_key()), encryption, jwk(ec_key(), "k3"), jwk(ed_key(), "k4"))
    assert_healthy("jwks", published(*keys))


def test_key_material_is_never_shown() -> None:
    private = jwk(rsa_key(), d="the-private-exponent")
    assert "the-private-exponent" not in repr(evaluate("jwks", published(private, {"kty": "oct", "k": "the-secret"})))
    assert "the-secret" not in repr(evaluate("jwks", published({"kty": "oct", "k": "the-secret"})))


ENTRY = st.dictionaries(
    st.sampled_from(["kty", "n", "e", "crv", "x", "y", "use", "alg", "kid", "key_ops", "d"]),
    st.sampled_from(["RSA", "EC", "OKP", "oct", "P-256", "Ed25519", "AQAB", "sig", "RS256"]) | JSON,
)


@settings(max_examples=80, deadline=None)
@given(JSON | st.fixed_dictionaries({"keys": st.lists(ENTRY | JSON, max_size=3)}))
def test_any_document_is_judged_without_tool_trouble(document: Any) -> None:
    results = evaluate("jwks", JwksContext(document, ("RS256", "ES256", "EdDSA")))
    assert all(found.status is not Status.TOOL_ERROR for found in results)
