from __future__ import annotations

import json

import pytest

from checks import forge
from checks.forge import ABSENT, b64
from checks.id_token.tokens import context, with_header
from checks.judging import Case, judge, name

HEAD = json.dumps(forge.header())
CASES = [
    Case("malformed-id-token", "passed", context()),
    Case("malformed-id-token", "failed", context(""), "empty"),
    Case("malformed-id-token", "failed", context("one.two"), "2 dot-separated parts"),
    Case("malformed-id-token", "failed", context("x" * 200_000), "limit"),
    Case("malformed-id-token", "failed", context("e30=.e30.AAAA"), "header is not base64url"),
    Case("malformed-id-token", "failed", context("e30.e31.AAAA"), "payload is not base64url"),
    Case("malformed-id-token", "failed", context(f"{b64(b'{')}.e30.AAAA"), "header is no JSON"),
    Case("malformed-id-token", "failed", context(f"{b64(b'[]')}.e30.AAAA"), "header is an array"),
    Case("malformed-id-token", "failed", context(forge.jws(HEAD, "[1]")), "payload is an array"),
    Case("malformed-id-token", "failed", context(forge.jws(HEAD, '{"exp": NaN}')), "NaN"),
    Case("encrypted-id-token", "passed", context()),
    Case("encrypted-id-token", "failed", context("e30.e30.e30.e30.e30"), "five parts"),
    Case("duplicate-members", "passed", context()),
    Case("duplicate-members", "failed", context(forge.jws('{"kid":"x",' + HEAD[1:], forge.claims())), "'kid'"),
    Case(
        "duplicate-members",
        "failed",
        context(forge.jws(HEAD, '{"sub":"root",' + json.dumps(forge.claims())[1:])),
        "'sub' in the payload",
    ),
    Case("duplicate-members", "skipped", context("e30.e30.e30.e30.e30"), also=("encrypted-id-token",)),
    Case("wrong-token-type", "passed", with_header(typ=ABSENT)),
    Case("wrong-token-type", "passed", with_header(typ="jwt")),
    Case("wrong-token-type", "failed", with_header(typ="at+jwt"), "access token"),
    Case("wrong-token-type", "failed", with_header(typ="application/logout+JWT"), "logout token"),
    Case("wrong-token-type", "failed", with_header(typ=5), "a number"),
    Case("wrong-token-type", "skipped", context(""), also=("malformed-id-token",)),
    Case("unknown-critical-header", "passed", context()),
    Case("unknown-critical-header", "failed", with_header(crit=["urn:x"]), "urn:x"),
    Case("unknown-critical-header", "failed", with_header(crit=[])),
    Case("key-in-token-header", "passed", context()),
    Case("key-in-token-header", "failed", with_header(jku="https://evil.example/"), "jku"),
    Case(
        "key-in-token-header",
        "failed",
        context(
            forge.jws(forge.header(jwk=forge.rsa_jwk(name="evil")), forge.claims(), forge.rs256("evil")),
        ),
        "jwk",
        also=("bad-signature",),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_rule(case: Case) -> None:
    judge("id_token", case)
