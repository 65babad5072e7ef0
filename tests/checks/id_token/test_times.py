from __future__ import annotations

import pytest

from checks.forge import ABSENT, NOW
from checks.id_token.tokens import context, with_claims
from checks.judging import Case, judge, name
from ssocli.checks.check import Owner, Severity

DAY = 86_400
AGE = {"max_age": 600}
CASES = [
    Case("missing-expiry", "passed", context()),
    Case("missing-expiry", "passed", with_claims(exp=NOW + 300.5)),
    Case("missing-expiry", "failed", with_claims(exp=ABSENT), "no exp"),
    Case("missing-expiry", "failed", with_claims(exp=str(NOW + 300)), "a string"),
    Case("missing-expiry", "failed", with_claims(exp=True), "a boolean"),
    Case("missing-expiry", "failed", with_claims(exp=10**400), "out of range"),
    Case("expired-id-token", "passed", with_claims(exp=NOW - 59, iat=NOW - 300), "59 s ago"),
    Case("expired-id-token", "failed", with_claims(exp=NOW - 60, iat=NOW - 360), "leeway 60 s", owner=Owner.CLOCK),
    Case("expired-id-token", "failed", with_claims(exp=NOW - 3 * DAY, iat=NOW - 4 * DAY), owner=Owner.IDP),
    Case("expired-id-token", "failed", with_claims(exp=-1, iat=-2), "1969-12-31T23:59:59Z"),
    Case("expired-id-token", "failed", with_claims(exp=NOW - 100, iat=ABSENT), also=("missing-issued-at",)),
    Case("expired-id-token", "skipped", with_claims(exp=ABSENT), also=("missing-expiry",)),
    Case("expiry-in-milliseconds", "passed", context()),
    Case("expiry-in-milliseconds", "failed", with_claims(exp=(NOW + 300) * 1000), "2027-01-15T08:05:00Z"),
    Case("expiry-in-milliseconds", "failed", with_claims(exp=1e300), "1e+300"),
    Case("expiry-in-milliseconds", "skipped", with_claims(exp=None), also=("missing-expiry",)),
    Case("missing-issued-at", "passed", context()),
    Case("missing-issued-at", "failed", with_claims(iat=ABSENT), "no iat"),
    Case("missing-issued-at", "failed", with_claims(iat="now"), "a string"),
    Case("issued-in-the-future", "passed", with_claims(iat=NOW + 60), "60 s ahead"),
    Case("issued-in-the-future", "failed", with_claims(iat=NOW + 61), "61 s ahead", owner=Owner.CLOCK),
    Case("issued-in-the-future", "failed", with_claims(iat=NOW * 1000), "milliseconds", owner=Owner.IDP),
    Case("issued-in-the-future", "skipped", with_claims(iat=ABSENT), also=("missing-issued-at",)),
    Case("not-yet-valid", "passed", with_claims(nbf=NOW + 60)),
    Case("not-yet-valid", "failed", with_claims(nbf=NOW + 61), "61 s ahead", owner=Owner.CLOCK),
    Case("not-yet-valid", "failed", with_claims(nbf="x"), "a string", owner=Owner.IDP),
    Case("not-yet-valid", "skipped", context()),
    Case("missing-auth-time", "passed", with_claims(auth_time=NOW - 10, asked=AGE)),
    Case("missing-auth-time", "failed", with_claims(asked=AGE), "no auth_time"),
    Case("missing-auth-time", "failed", with_claims(auth_time="x", asked=AGE), "a string"),
    Case("missing-auth-time", "skipped", context()),
    Case("stale-authentication", "passed", with_claims(auth_time=NOW - 660, asked=AGE)),
    Case("stale-authentication", "failed", with_claims(auth_time=NOW - 661, asked=AGE), "661 s ago"),
    Case("stale-authentication", "failed", with_claims(auth_time=NOW + 61, asked=AGE), owner=Owner.CLOCK),
    Case("stale-authentication", "skipped", with_claims(asked=AGE), also=("missing-auth-time",)),
    Case("odd-lifetime", "passed", context(), "301 s"),
    Case("odd-lifetime", "failed", with_claims(exp=NOW + 40 * DAY), severity=Severity.INFO),
    Case("odd-lifetime", "failed", with_claims(iat=NOW + 20, exp=NOW + 10), "-10 s"),
    Case("odd-lifetime", "skipped", with_claims(exp=NOW * 1000), also=("expiry-in-milliseconds",)),
    Case("odd-lifetime", "skipped", with_claims(iat=ABSENT), also=("missing-issued-at",)),
]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_rule(case: Case) -> None:
    judge("id_token", case)


def test_no_leeway_at_all() -> None:
    judge("id_token", Case("expired-id-token", "failed", with_claims(exp=NOW, asked={"leeway": 0.0}), "0 s ago"))
