"""Whatever comes as an ID token, no rule breaks and nothing unsigned passes."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from checks import forge
from checks.id_token.tokens import context
from checks.json_values import JSON
from checks.judging import findings
from ssocli.checks.check import first_blocking
from ssocli.checks.id_token import IdTokenContext, key_is_unknown, verified_claims

HEADER = st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "jwk", "jku"]), JSON, max_size=4)
CLAIMS = st.dictionaries(
    st.sampled_from(["iss", "aud", "azp", "sub", "exp", "iat", "nbf", "auth_time", "acr", "nonce", "hd", "at_hash"]),
    JSON,
)
ASKED = {"max_age": 60, "acr_values": ("mfa",), "hosted_domains": ("acme.example",), "client_secret": "s" * 32}


def check(observed: IdTokenContext) -> None:
    found = findings("id_token", observed)
    assert not [one for one in found if one.status.value == "tool_error"]
    assert key_is_unknown(observed) in (True, False)


@settings(max_examples=100, deadline=None)
@given(token=st.text())
def test_text(token: str) -> None:
    observed = context(token, **ASKED)
    check(observed)
    assert first_blocking(findings("id_token", observed))


@settings(max_examples=100, deadline=None)
@given(odd=HEADER, payload=JSON | CLAIMS)
def test_header_and_payload_without_a_signature(odd: dict[str, Any], payload: Any) -> None:
    token = forge.jws(forge.header() | odd, payload if isinstance(payload, dict) else "[]", forge.nothing)
    observed = context(token, algorithms=("RS256", "ES256", "HS256"), **ASKED)
    check(observed)
    assert verified_claims(observed) is None
    assert first_blocking(findings("id_token", observed))


@settings(max_examples=50, deadline=None)
@given(odd=CLAIMS)
def test_claims_with_a_good_signature(odd: dict[str, Any]) -> None:
    check(context(forge.jws(forge.header(), forge.claims() | odd), **ASKED))


@settings(max_examples=50, deadline=None)
@given(jwks=JSON | st.fixed_dictionaries({"keys": st.lists(JSON)}))
def test_key_sets(jwks: Any) -> None:
    observed = context(jwks=jwks)
    check(observed)
    assert verified_claims(observed) is None


def test_a_healthy_token_has_no_findings() -> None:
    assert findings("id_token", context()) == []
