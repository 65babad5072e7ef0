"""What the areas say together: one cause is one finding, and nothing passes that no key has verified."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ssocli.checks import discovery, jwks  # noqa: F401 - they declare their rules
from ssocli.checks.check import Status, evaluate, first_blocking
from ssocli.checks.discovery import DiscoveryContext, Wants
from ssocli.checks.id_token import IdTokenContext, verified_claims
from ssocli.checks.jwks import JwksContext
from tests.checks.forge import NOW, SECRET, claims, ec_key, jwk, jws, pem, rsa_key

ENTRIES: list[Any] = [
    None,
    {"kid": "k1"},
    {"kty": "oct", "k": "AAAA", "kid": "k1"},
    jwk(rsa_key()),
    jwk(rsa_key(), None),
    jwk(rsa_key(), use="enc"),
    jwk(rsa_key(), alg="RS512"),
    jwk(rsa_key("second")),
    jwk(rsa_key("weak", 1024)),
    jwk(ec_key()),
    jwk(ec_key(), "e1"),
]
KEY_SETS = [[], *([entry] for entry in ENTRIES), *([jwk(rsa_key()), entry] for entry in ENTRIES)]
TOKENS = [
    jws(claims(), rsa_key()),
    jws(claims(), rsa_key("second")),
    jws(claims(), rsa_key("weak", 1024)),
    jws(claims(), rsa_key(), header={"kid": ...}),
    jws(claims(), rsa_key(), header={"kid": "gone"}),
    jws(claims(), rsa_key(), header={"kid": 5}),
    jws(claims(), ec_key(), header={"alg": "ES256", "kid": "e1"}),
    jws(claims(), SECRET, header={"alg": "HS256", "kid": ...}),
    jws(claims(), pem(rsa_key()), header={"alg": "HS256"}),
    jws(claims(), rsa_key(), raw_header='{"alg": "none"}'),
]


def observe(token: str, keys: list[Any], algorithms: tuple[str, ...]) -> IdTokenContext:
    return IdTokenContext(
        token=token,
        jwks={"keys": keys},
        issuer="https://idp.example",
        client_id="app",
        now=NOW,
        client_secret=SECRET,
        algorithms=algorithms,
        nonce="nonce-of-this-login",
    )


@pytest.mark.parametrize("algorithms", [("RS256",), ("ES256",), ("RS256", "ES256"), ("HS256",), ("none", "RS256")])
def test_a_token_is_refused_exactly_when_no_right_key_verifies_it(algorithms: tuple[str, ...]) -> None:
    for token, keys in itertools.product(TOKENS, KEY_SETS):
        observed = observe(token, keys, algorithms)
        checks = (*evaluate("jwks", JwksContext(observed.jwks, algorithms)), *evaluate("id_token", observed))
        assert not [check for check in checks if check.status is Status.TOOL_ERROR]
        assert (first_blocking(checks) is None) == (verified_claims(observed) is not None), (keys, token)


def test_a_token_for_another_client_is_one_finding() -> None:
    observed = observe(jws(claims(aud="other", azp="other"), rsa_key()), [jwk(rsa_key())], ("RS256",))
    failing = [check.name for check in evaluate("id_token", observed) if check.status is Status.FAILED]
    assert failing == ["wrong-audience"]


def test_a_public_client_needs_no_method_that_is_offered() -> None:
    document = {"token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"]}
    observed = DiscoveryContext("", "https://idp.example", document, Wants(client_auth="none"))
    [result] = [check for check in evaluate("discovery", observed) if check.name == "unsupported-client-authentication"]
    assert result.status is Status.SKIPPED
