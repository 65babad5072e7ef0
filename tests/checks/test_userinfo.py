from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Status, evaluate
from ssocli.checks.userinfo import UserinfoContext, userinfo_claims
from ssocli.exchange import Response
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case
from tests.checks.forge import SECRET, claims, jws, pem, rsa_key
from tests.checks.test_id_token import JSON, observed, unsigned

JSON_TYPE = (("Content-Type", "application/json"),)
JWT_TYPE = (("Content-Type", "application/jwt"),)
FULL = {
    "sub": "alice-1",
    "name": "Alice",
    "email": "alice@acme.example",
    "email_verified": True,
    "updated_at": 1_700_000_000,
    "address": {"country": "CH"},
    "groups": ["engineering"],
}


def about(response: Response, **changes: Any) -> UserinfoContext:
    return UserinfoContext(response, observed(), claims(**changes))


def plain(own: dict[str, Any] | None = None, **changes: Any) -> UserinfoContext:
    document = {name: value for name, value in {**FULL, **changes}.items() if value is not ...}
    return about(Response(200, JSON_TYPE, json.dumps(document).encode()), **(own or {}))


def signed(token: str | None = None, **changes: Any) -> UserinfoContext:
    told = {"iss": "https://idp.example", "aud": "app", "sub": "alice-1", **changes}
    told = {name: value for name, value in told.items() if value is not ...}
    return about(Response(200, JWT_TYPE, (token or jws(told, rsa_key())).encode()))


def refused(status: int = 401, challenge: str = "", body: bytes = b"") -> UserinfoContext:
    headers = (("WWW-Authenticate", challenge),) if challenge else ()
    return about(Response(status, headers, body))


INVALID = 'Bearer realm="x", error="invalid_token", error_description="it expired"'
CASES = [
    Case("userinfo-error", FAILED, lambda: refused(401, INVALID), "invalid_token: it expired"),
    Case("userinfo-error", FAILED, lambda: refused(403, 'Bearer error="insufficient_scope"'), "lacks a scope"),
    Case("userinfo-error", FAILED, lambda: refused(400, body=b'{"error":"invalid_request"}'), "in two ways"),
    Case("userinfo-error", FAILED, lambda: refused(401), "HTTP 401 without an explanation"),
    Case("userinfo-error", PASSED, plain),
    Case("malformed-userinfo-token", FAILED, lambda: signed("x"), "1 dot-separated part "),
    Case("malformed-userinfo-token", FAILED, lambda: signed("a.b.c.d.e"), "encrypted"),
    Case("malformed-userinfo-token", FAILED, lambda: signed(jws([], rsa_key())), "an array"),
    Case("malformed-userinfo-token", PASSED, signed),
    Case("malformed-userinfo-token", SKIPPED, plain),
    Case("unverified-userinfo", FAILED, lambda: signed(jws(FULL, rsa_key("mallory"))), "RS256"),
    Case("unverified-userinfo", FAILED, lambda: signed(unsigned("none")), "none"),
    Case("unverified-userinfo", FAILED, lambda: signed(jws(FULL, pem(rsa_key()), header={"alg": "HS256"})), "HS256"),
    Case("unverified-userinfo", FAILED, lambda: signed(jws(FULL, SECRET, header={"alg": "HS256"})), "HS256"),
    Case("unverified-userinfo", PASSED, signed),
    Case("unverified-userinfo", SKIPPED, plain),
    Case("unverified-userinfo", SKIPPED, lambda: signed("x")),
    Case("foreign-userinfo", FAILED, lambda: signed(iss="https://idp.example/"), "ends with a slash"),
    Case("foreign-userinfo", FAILED, lambda: signed(iss=5), "iss 5"),
    Case("foreign-userinfo", FAILED, lambda: signed(aud="other"), "other"),
    Case("foreign-userinfo", PASSED, lambda: signed(iss=..., aud=["x", "app"])),
    Case("foreign-userinfo", SKIPPED, lambda: plain(iss="https://evil.example")),
    Case("missing-userinfo-subject", FAILED, lambda: plain(sub=...), "no sub"),
    Case("missing-userinfo-subject", FAILED, lambda: plain(sub=""), "a string"),
    Case("missing-userinfo-subject", FAILED, lambda: signed(sub=5), "a number"),
    Case("missing-userinfo-subject", PASSED, plain),
    Case("missing-userinfo-subject", SKIPPED, refused),
    Case("wrong-userinfo-subject", FAILED, lambda: plain(sub="mallory"), "mallory"),
    Case("wrong-userinfo-subject", FAILED, lambda: plain(sub="Alice-1"), "case"),
    Case("wrong-userinfo-subject", FAILED, lambda: signed(sub="mallory"), "mallory"),
    Case("wrong-userinfo-subject", PASSED, plain),
    Case("wrong-userinfo-subject", PASSED, signed),
    Case("wrong-userinfo-subject", SKIPPED, lambda: plain(sub=...)),
    Case("malformed-claim", FAILED, lambda: plain(email_verified="true"), "email_verified is a string"),
    Case(
        "malformed-claim", FAILED, lambda: plain(updated_at="now", name=["A"]), "name is an array instead of a string"
    ),
    Case("malformed-claim", FAILED, lambda: plain(address="Bern"), "address is a string"),
    Case("malformed-claim", PASSED, lambda: plain(email=None)),
    Case("malformed-claim", SKIPPED, refused),
    Case("contradicting-hosted-domain", FAILED, lambda: plain(hd="evil.example"), "no hd"),
    Case("contradicting-hosted-domain", FAILED, lambda: plain({"hd": "acme.example"}, hd="evil.example"), "evil"),
    Case("contradicting-hosted-domain", PASSED, lambda: plain({"hd": "acme.example"}, hd="acme.example")),
    Case("contradicting-hosted-domain", SKIPPED, plain),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check_case("userinfo", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("userinfo", CASES)


@pytest.mark.parametrize("context", [plain, signed])
def test_a_healthy_response_raises_no_finding(context: Any) -> None:
    assert_healthy("userinfo", context())


def test_only_genuine_claims_are_given() -> None:
    assert userinfo_claims(plain()) == FULL
    assert (userinfo_claims(signed()) or {})["sub"] == "alice-1"
    assert userinfo_claims(signed(jws(FULL, rsa_key("mallory")))) is None
    assert userinfo_claims(about(Response(401, JSON_TYPE, b'{"sub":"alice-1"}'))) is None


@settings(max_examples=60, deadline=None)
@given(JSON | st.dictionaries(st.sampled_from([*FULL, "hd", "iss", "aud"]), JSON), st.binary(max_size=20), st.text())
def test_any_response_is_judged_without_tool_trouble(document: Any, body: bytes, challenge: str) -> None:
    headers = (("WWW-Authenticate", challenge),)
    told = document if isinstance(document, dict) else {}
    for response in (
        Response(200, JSON_TYPE, json.dumps(document).encode()),
        Response(200, JWT_TYPE, jws(told, rsa_key()).encode()),
        Response(200, JWT_TYPE, body),
        Response(401, headers, body),
    ):
        results = evaluate("userinfo", about(response, hd=document))
        assert all(found.status is not Status.TOOL_ERROR for found in results)
