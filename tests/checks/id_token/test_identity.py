from __future__ import annotations

import pytest

from checks.forge import ABSENT, CLIENT, ISSUER
from checks.id_token.tokens import context, with_claims
from checks.judging import Case, judge, name
from ssocli.checks.check import Owner, Severity

DOMAINS = {"hosted_domains": ("acme.example",)}
CASES = [
    Case("wrong-issuer", "passed", context(), ISSUER),
    Case("wrong-issuer", "failed", with_claims(iss=ABSENT), "no iss"),
    Case("wrong-issuer", "failed", with_claims(iss=[ISSUER]), "an array"),
    Case("wrong-issuer", "failed", with_claims(iss=ISSUER + "/"), "ends with a slash"),
    Case("wrong-issuer", "failed", with_claims(iss=ISSUER.replace("https", "http")), "only the scheme differs"),
    Case("wrong-issuer", "failed", with_claims(iss=ISSUER.upper()), "upper and lower case"),
    Case("wrong-issuer", "failed", with_claims(iss=ISSUER + "\u200b"), "invisible"),
    Case("wrong-issuer", "skipped", context(""), also=("malformed-id-token",)),
    Case("missing-audience", "passed", context()),
    Case("missing-audience", "failed", with_claims(aud=ABSENT), "no aud"),
    Case("missing-audience", "failed", with_claims(aud=[]), "[]"),
    Case("missing-audience", "failed", with_claims(aud=None), "null"),
    Case("missing-audience", "failed", with_claims(aud=[CLIENT, 5]), "5"),
    Case("wrong-audience", "passed", with_claims(aud=[CLIENT])),
    Case("wrong-audience", "failed", with_claims(aud="other"), "other", owner=Owner.APP),
    Case("wrong-audience", "failed", with_claims(aud=CLIENT.upper()), "upper and lower case"),
    Case("wrong-audience", "failed", with_claims(aud=["one", "two"], azp="one"), "two"),
    Case("wrong-audience", "failed", with_claims(aud=CLIENT + "-more")),
    Case("wrong-audience", "skipped", with_claims(aud=ABSENT), also=("missing-audience",)),
    Case(
        "untrusted-audience",
        "passed",
        with_claims(aud=[CLIENT, "api"], azp=CLIENT, asked={"trusted_audiences": ("api",)}),
    ),
    Case("untrusted-audience", "failed", with_claims(aud=[CLIENT, "api"], azp=CLIENT), "api"),
    Case("untrusted-audience", "skipped", with_claims(aud="other"), also=("wrong-audience",)),
    Case("missing-authorized-party", "passed", context()),
    Case(
        "missing-authorized-party",
        "failed",
        with_claims(aud=[CLIENT, "api"], asked={"trusted_audiences": ("api",)}),
        "no azp",
        severity=Severity.WARNING,
    ),
    Case("missing-authorized-party", "skipped", with_claims(aud=[CLIENT, "api"]), also=("untrusted-audience",)),
    Case("wrong-authorized-party", "passed", with_claims(azp=CLIENT)),
    Case("wrong-authorized-party", "failed", with_claims(azp="other"), "other"),
    Case("wrong-authorized-party", "failed", with_claims(azp=None), "null"),
    Case("wrong-authorized-party", "skipped", context()),
    Case("missing-subject", "passed", context()),
    Case("missing-subject", "failed", with_claims(sub=ABSENT), "no sub"),
    Case("missing-subject", "failed", with_claims(sub=42), "a number"),
    Case("missing-subject", "failed", with_claims(sub=None), "null"),
    Case("missing-subject", "failed", with_claims(sub=" \t"), "blank"),
    Case("malformed-subject", "passed", with_claims(sub="x" * 255)),
    Case("malformed-subject", "failed", with_claims(sub="x" * 256), "256 characters"),
    Case("malformed-subject", "failed", with_claims(sub="J\u00f6rg"), "J\u00f6rg"),
    Case("malformed-subject", "skipped", with_claims(sub=""), also=("missing-subject",)),
    Case("wrong-hosted-domain", "passed", with_claims(hd="Acme.example", asked=DOMAINS)),
    Case("wrong-hosted-domain", "failed", with_claims(asked=DOMAINS), "consumer account", owner=Owner.USER),
    Case("wrong-hosted-domain", "failed", with_claims(hd="evil.example", asked=DOMAINS), "evil.example"),
    Case("wrong-hosted-domain", "failed", with_claims(hd=["acme.example"], asked=DOMAINS)),
    Case("wrong-hosted-domain", "skipped", with_claims(hd="acme.example")),
]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_rule(case: Case) -> None:
    judge("id_token", case)
