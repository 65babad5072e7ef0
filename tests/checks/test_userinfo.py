from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from checks import forge
from checks.forge import ABSENT
from checks.id_token import tokens
from checks.json_values import JSON
from checks.judging import Case, findings, judge, name
from ssocli.checks.check import Severity
from ssocli.checks.userinfo import JWT, UserinfoContext, userinfo_claims
from ssocli.exchange import Response

SUBJECT = "user-1"
CLAIMS = {
    "sub": SUBJECT,
    "email": "a@acme.example",
    "email_verified": True,
    "updated_at": 1,
    "name": None,
    "custom": [1],
}


def answer(
    status: int = 200, challenge: str | None = None, hosted_domain: str | None = None, **changes: Any
) -> UserinfoContext:
    document = {key: value for key, value in (CLAIMS | changes).items() if value is not ABSENT}
    headers = (("Content-Type", "application/json"), *((("WWW-Authenticate", challenge),) if challenge else ()))
    return UserinfoContext(Response(status, headers), document, SUBJECT, hosted_domain)


def body(document: Any) -> UserinfoContext:
    return UserinfoContext(Response(200, (("Content-Type", "application/json"),)), document, SUBJECT)


def signed(sign: forge.Signer | None = None, **claims: Any) -> UserinfoContext:
    payload = {"iss": forge.ISSUER, "aud": forge.CLIENT, "sub": SUBJECT} | claims
    token = tokens.context(forge.jws(forge.header(), payload, sign))
    return UserinfoContext(Response(200, (("Content-Type", JWT),)), None, SUBJECT, None, token)


WITHOUT_KEYS = UserinfoContext(Response(200, (("Content-Type", JWT),)), None, SUBJECT)
CASES = [
    Case("userinfo-refused", "passed", answer()),
    Case(
        "userinfo-refused",
        "failed",
        answer(401, 'Bearer realm="x", error="invalid_token", error_description="too old"'),
        "error_description: too old",
    ),
    Case("userinfo-refused", "failed", answer(403, "Bearer error=insufficient_scope, scope=openid"), "lacks a scope"),
    Case("userinfo-refused", "failed", answer(401), "without WWW-Authenticate"),
    Case("userinfo-refused", "failed", answer(500), "HTTP 500"),
    Case("malformed-userinfo", "passed", answer()),
    Case("malformed-userinfo", "failed", body([]), "an array"),
    Case("malformed-userinfo", "failed", body(None), "no JSON"),
    Case("malformed-userinfo", "skipped", signed()),
    Case("unverifiable-userinfo", "passed", signed()),
    Case("unverifiable-userinfo", "failed", signed(forge.rs256("evil")), "does not verify"),
    Case("unverifiable-userinfo", "failed", signed(iss="https://other.example"), "other.example"),
    Case("unverifiable-userinfo", "failed", signed(aud=["other"]), "other"),
    Case("unverifiable-userinfo", "failed", WITHOUT_KEYS, "no keys"),
    Case("unverifiable-userinfo", "skipped", answer()),
    Case("userinfo-without-subject", "passed", answer()),
    Case("userinfo-without-subject", "failed", answer(sub=ABSENT), "no sub"),
    Case("userinfo-without-subject", "failed", answer(sub=7), "a number"),
    Case("userinfo-without-subject", "failed", answer(sub=""), "empty"),
    Case("userinfo-without-subject", "skipped", signed(forge.nothing), also=("unverifiable-userinfo",)),
    Case("userinfo-of-another-subject", "passed", signed()),
    Case("userinfo-of-another-subject", "failed", answer(sub="User-1"), "upper and lower case"),
    Case("userinfo-of-another-subject", "failed", signed(sub="user-2"), "user-2"),
    Case("userinfo-of-another-subject", "skipped", answer(sub=None), also=("userinfo-without-subject",)),
    Case("mistyped-claim", "passed", answer(address={"country": "x"})),
    Case(
        "mistyped-claim",
        "failed",
        answer(email_verified="true"),
        "email_verified is a string",
        severity=Severity.WARNING,
    ),
    Case("mistyped-claim", "failed", answer(updated_at="now"), "updated_at"),
    Case("mistyped-claim", "failed", answer(address="x"), "address"),
    Case("mistyped-claim", "failed", answer(email=["a"]), "email is an array"),
    Case("mistyped-claim", "skipped", body([]), also=("malformed-userinfo",)),
    Case("conflicting-hosted-domain", "passed", answer(hd="a.example", hosted_domain="a.example")),
    Case("conflicting-hosted-domain", "failed", answer(hd="b.example", hosted_domain="a.example"), "b.example"),
    Case("conflicting-hosted-domain", "failed", answer(hd="b.example"), "no hd"),
    Case("conflicting-hosted-domain", "skipped", answer()),
]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_rule(case: Case) -> None:
    judge("userinfo", case)


def test_claims_are_given_out_only_when_they_can_be_trusted() -> None:
    assert userinfo_claims(answer()) == CLAIMS
    assert userinfo_claims(signed()) == {"iss": forge.ISSUER, "aud": forge.CLIENT, "sub": SUBJECT}
    for observed in (answer(500), body([]), WITHOUT_KEYS, signed(forge.nothing)):
        assert userinfo_claims(observed) is None


@settings(max_examples=50, deadline=None)
@given(document=JSON)
def test_no_document_stops_a_rule(document: Any) -> None:
    for observed in (body(document), answer(sub=document, email=document, hd=document, updated_at=document)):
        found = findings("userinfo", observed)
        assert not [check for check in found if check.status.value == "tool_error"]
