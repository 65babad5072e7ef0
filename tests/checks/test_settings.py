from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Severity, Status, evaluate
from ssocli.checks.settings import SettingsContext
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case

ENTRA = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"

SECRET_ID = "99999999-8888-7777-6666-555555555555"
COMMON = "https://login.microsoftonline.com/common/v2.0"
WELL_KNOWN = "https://x.example/.well-known/openid-configuration"


def made(**changes: Any) -> SettingsContext:
    healthy = {
        "sentry_url": "https://sentry.example",
        "issuer": "https://login.example",
        "values": (("issuer", "https://login.example"), ("client_id", "sentry")),
        "scopes": ("openid",),
    }
    return SettingsContext(**{**healthy, **changes})


def valued(value: str) -> SettingsContext:
    return made(values=(("client_id", value),))


OIDC = {"kind": "oidc", "email_claim": "email"}
GITHUB = {"issuer": "", "required_organization": "acme"}
CASES = [
    Case("unusable-settings", FAILED, lambda: made(problem="the private key cannot be read"), "cannot be read"),
    Case("unusable-settings", PASSED, made),
    Case("placeholder-value", FAILED, lambda: valued("https://login.example/{tenantid}/v2.0"), "{tenantid}"),
    Case("placeholder-value", FAILED, lambda: valued("<your client id>"), "your client id"),
    Case("placeholder-value", FAILED, lambda: valued("changeme"), "changeme"),
    Case("placeholder-value", FAILED, lambda: valued("your-client-id"), "your-client-id"),
    Case("placeholder-value", FAILED, lambda: valued("XXXXXXXX"), "XXXXXXXX"),
    Case("placeholder-value", PASSED, lambda: valued("{fake_idp}/default")),
    Case("placeholder-value", PASSED, lambda: valued("0oa1yourself")),
    Case(
        "discovery-url-as-issuer",
        FAILED,
        lambda: made(issuer=WELL_KNOWN),
        "known",
    ),
    Case("discovery-url-as-issuer", PASSED, made),
    Case("discovery-url-as-issuer", SKIPPED, lambda: made(issuer="")),
    Case("console-address-as-issuer", FAILED, lambda: made(issuer="https://acme-admin.okta.com"), "acme-admin"),
    Case("console-address-as-issuer", FAILED, lambda: made(issuer="https://portal.azure.com/x"), "portal"),
    Case("console-address-as-issuer", PASSED, lambda: made(issuer="https://acme.okta.com")),
    Case("console-address-as-issuer", SKIPPED, lambda: made(issuer="")),
    Case(
        "issuer-of-all-tenants", FAILED, lambda: made(issuer="https://login.microsoftonline.com/common/v2.0"), "common"
    ),
    Case(
        "issuer-of-all-tenants",
        FAILED,
        lambda: made(issuer=COMMON.replace("common", "consumers")),
        "consumers",
    ),
    Case("issuer-of-all-tenants", PASSED, lambda: made(issuer=ENTRA)),
    Case("issuer-of-all-tenants", SKIPPED, made),
    Case("insecure-public-address", FAILED, lambda: made(sentry_url="http://sentry.example"), "http", Severity.WARNING),
    Case("insecure-public-address", PASSED, made),
    Case("insecure-public-address", PASSED, lambda: made(sentry_url="http://127.0.0.1:9501")),
    Case("secret-id-instead-of-value", FAILED, lambda: made(issuer=ENTRA, secret=SECRET_ID), "a GUID"),
    Case("secret-id-instead-of-value", PASSED, lambda: made(issuer=ENTRA, secret="abc8Q~xyz")),
    Case("secret-id-instead-of-value", SKIPPED, lambda: made(secret=SECRET_ID)),
    Case("hosted-domain-elsewhere", FAILED, lambda: made(hosted_domains=("acme.example",)), "login", Severity.WARNING),
    Case(
        "hosted-domain-elsewhere",
        PASSED,
        lambda: made(hosted_domains=("acme.example",), issuer="https://accounts.google.com"),
    ),
    Case("hosted-domain-elsewhere", SKIPPED, made),
    Case(
        "hosted-domain-elsewhere",
        SKIPPED,
        lambda: made(hosted_domains=("acme.example",), issuer="{fake_idp}/google"),
    ),
    Case("organization-without-its-scope", FAILED, lambda: made(**GITHUB, scopes=("read:user",)), "read:user"),
    Case("organization-without-its-scope", PASSED, lambda: made(**GITHUB, scopes=("read:org",))),
    Case("organization-without-its-scope", SKIPPED, made),
    Case(
        "attribute-names-of-another-product",
        FAILED,
        lambda: made(preset="okta", product="adfs"),
        "okta",
        Severity.WARNING,
    ),
    Case("attribute-names-of-another-product", PASSED, lambda: made(preset="okta", product="okta")),
    Case("attribute-names-of-another-product", SKIPPED, made),
    Case("stray-character", FAILED, lambda: valued("sentry "), "client_id begins or ends with one"),
    Case("stray-character", FAILED, lambda: valued("sen\u200btry"), "zero width space (U+200B) at position 4"),
    Case("stray-character", FAILED, lambda: valued("https://\u0430cme.example"), "cyrillic small letter a (U+0430)"),
    Case("stray-character", FAILED, lambda: made(secret="hidden\n"), "client_secret begins or ends with one"),
    Case("stray-character", PASSED, made),
    Case("email-not-requested", FAILED, lambda: made(**OIDC), "openid", Severity.WARNING),
    Case(
        "email-not-requested",
        FAILED,
        lambda: made(kind="oauth2", email_claim="email", scopes=("read:user",)),
        "read:user",
        Severity.WARNING,
    ),
    Case("email-not-requested", PASSED, lambda: made(**OIDC, scopes=("openid", "email"))),
    Case("email-not-requested", PASSED, lambda: made(kind="oauth2", email_claim="email", scopes=("user",))),
    Case("email-not-requested", SKIPPED, lambda: made(kind="oidc", email_claim="upn")),
    Case("unmatchable-domain", FAILED, lambda: made(domains=("@acme.example",)), "@acme.example"),
    Case("unmatchable-domain", FAILED, lambda: made(domains=("acme.example", "*.b.example")), "*.b.example"),
    Case("unmatchable-domain", PASSED, lambda: made(domains=("acme.example", "b.acme.example"))),
    Case("unmatchable-domain", SKIPPED, made),
    Case(
        "insecure-provider-address",
        FAILED,
        lambda: made(addresses=("https://a.example", "http://b.example/x")),
        "http://b.example/x",
        Severity.WARNING,
    ),
    Case("insecure-provider-address", PASSED, lambda: made(addresses=("http://localhost:9500/default",))),
    Case("insecure-provider-address", SKIPPED, made),
    Case("unsigned-tokens-accepted", FAILED, lambda: made(algorithms=("RS256", "None")), "RS256, None"),
    Case("unsigned-tokens-accepted", PASSED, lambda: made(algorithms=("RS256",))),
    Case("unsigned-tokens-accepted", SKIPPED, made),
    Case("no-clock-leeway", FAILED, lambda: made(leeway=0.0), "0 s", Severity.INFO),
    Case("no-clock-leeway", PASSED, lambda: made(leeway=60.0)),
    Case("no-clock-leeway", SKIPPED, made),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_answers_as_declared(case: Case) -> None:
    check_case("settings", case)


def test_every_rule_has_a_failing_case() -> None:
    assert_complete("settings", CASES)


def test_healthy_settings_have_no_finding() -> None:
    assert_healthy("settings", made())


def test_a_secret_is_never_shown() -> None:
    checks = evaluate("settings", made(issuer=ENTRA, secret=f"{SECRET_ID} "))
    assert not [each for each in checks if SECRET_ID in each.actual + each.expected + each.evidence + each.fix]


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_settings_raise(url: str, issuer: str) -> None:
    checks = evaluate("settings", made(sentry_url=url, issuer=issuer, values=(("issuer", issuer),)))
    assert not [each for each in checks if each.status is Status.TOOL_ERROR]
