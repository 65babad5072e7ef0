from __future__ import annotations

import pytest

from checks import forge
from checks.forge import ABSENT, NONCE
from checks.id_token.tokens import context, with_claims
from checks.judging import Case, judge, name
from ssocli.checks.check import Severity

ACR = {"acr_values": ("mfa", "phr")}
CASES = [
    Case("missing-nonce", "passed", context()),
    Case("missing-nonce", "failed", with_claims(nonce=ABSENT), "no nonce"),
    Case("missing-nonce", "failed", with_claims(nonce=[NONCE]), "an array"),
    Case("missing-nonce", "skipped", with_claims(nonce=ABSENT, asked={"nonce": None})),
    Case("wrong-nonce", "passed", context()),
    Case("wrong-nonce", "failed", with_claims(nonce=NONCE.upper()), "NONC\u2026#"),
    Case("wrong-nonce", "failed", with_claims(nonce="")),
    Case("wrong-nonce", "failed", with_claims(nonce="\ud800")),
    Case("wrong-nonce", "skipped", with_claims(asked={"nonce": None})),
    Case("wrong-nonce", "skipped", with_claims(nonce=ABSENT), also=("missing-nonce",)),
    Case("wrong-access-token-hash", "passed", context()),
    Case("wrong-access-token-hash", "failed", with_claims(at_hash=forge.at_hash("other"))),
    Case("wrong-access-token-hash", "failed", with_claims(at_hash=5), "a number"),
    Case("wrong-access-token-hash", "skipped", with_claims(at_hash=ABSENT)),
    Case("wrong-access-token-hash", "skipped", context(access_token=None)),
    Case("unrequested-acr", "passed", with_claims(acr="phr", asked=ACR)),
    Case("unrequested-acr", "failed", with_claims(asked=ACR), "no acr", severity=Severity.WARNING),
    Case(
        "unrequested-acr",
        "failed",
        with_claims(acr="pwd", asked=ACR | {"acr_essential": True}),
        severity=Severity.ERROR,
    ),
    Case("unrequested-acr", "skipped", with_claims(acr="pwd")),
]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_rule(case: Case) -> None:
    judge("id_token", case)
