"""The settings of one provider: each rule holds for good ones and names the bad value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ssocli.checks.check import Severity, Status, evaluate
from ssocli.checks.settings import SettingsContext

GOOD = SettingsContext(
    sentry_url="https://sentry.acme.example",
    values=(("issuer", "https://login.acme.example"), ("client_id", "sentry")),
    issuer="https://login.acme.example",
    secret="s3cr3t-of-some-length",
    scopes=("openid", "email"),
    kind="oidc",
    email_claim="email",
    algorithms=("RS256",),
    domains=("acme.example",),
    addresses=("https://login.acme.example",),
    leeway=60.0,
)
ENTRA = "https://login.microsoftonline.com"
GITHUB = replace(GOOD, kind="oauth2", scopes=("read:user", "user:email", "read:org"), issuer="", algorithms=())


def failures(context: SettingsContext) -> dict[str, str]:
    return {check.code: check.actual for check in evaluate("settings", context) if check.status is Status.FAILED}


@pytest.mark.parametrize("context", [GOOD, GITHUB, replace(GOOD, kind="saml2", scopes=(), email_claim="", issuer="")])
def test_good_settings_have_no_findings(context: SettingsContext) -> None:
    assert failures(context) == {}


@pytest.mark.parametrize(
    ("code", "changes", "said"),
    [
        ("CFG001", {"problem": "the file sp.pem is missing"}, "the file sp.pem is missing"),
        ("CFG002", {"values": (("issuer", "https://{tenant}.example"),)}, "issuer https://{tenant}.example"),
        ("CFG002", {"values": (("client_id", "<your client id>"),)}, "client_id <your client id>"),
        ("CFG002", {"values": (("client_id", "changeme"),)}, "client_id changeme"),
        (
            "CFG003",
            {"issuer": "https://a.example/.well-known/openid-configuration"},
            "https://a.example/.well-known/openid-configuration",
        ),
        ("CFG004", {"issuer": "https://acme-admin.okta.com"}, "https://acme-admin.okta.com"),
        ("CFG005", {"issuer": f"{ENTRA}/common/v2.0"}, f"{ENTRA}/common/v2.0"),
        ("CFG006", {"sentry_url": "http://sentry.acme.example"}, "http://sentry.acme.example"),
        ("CFG007", {"issuer": f"{ENTRA}/t/v2.0", "secret": "0a1b2c3d-0000-1111-2222-333344445555"}, "a GUID"),
        ("CFG008", {"hosted_domains": ("acme.example",)}, "https://login.acme.example"),
        ("CFG009", {"required_organization": "acme", "scopes": ("email",)}, "email"),
        ("CFG010", {"preset": "okta", "product": "adfs"}, "okta"),
        ("CFG011", {"values": (("client_id", "sentry "),)}, "client_id begins or ends with one"),
        ("CFG011", {"values": (("client_id", "sen\u200btry"),)}, "zero width space (U+200B) at position 4"),
        ("CFG011", {"values": (("issuer", "https://\u0430cme.example"),)}, "cyrillic small letter a (U+0430)"),
        ("CFG011", {"secret": "hidden\n"}, "client_secret begins or ends with one"),
        ("CFG012", {"scopes": ("openid",)}, "openid"),
        ("CFG012", {"kind": "oauth2", "scopes": ("read:user",)}, "read:user"),
        ("CFG013", {"domains": ("@acme.example",)}, "@acme.example"),
        ("CFG013", {"domains": ("*.acme.example",)}, "*.acme.example"),
        ("CFG013", {"domains": ("acme.example", "https://b.example")}, "https://b.example"),
        ("CFG014", {"addresses": ("https://a.example", "http://b.example/x")}, "http://b.example/x"),
        ("CFG015", {"algorithms": ("RS256", "none")}, "RS256, none"),
        ("CFG016", {"leeway": 0.0}, "0 s"),
    ],
)
def test_what_is_wrong_is_named(code: str, changes: dict[str, Any], said: str) -> None:
    found = failures(replace(GOOD, **changes))
    assert code in found
    assert said in found[code]


def test_a_secret_is_never_repeated() -> None:
    found = evaluate("settings", replace(GOOD, secret="top-secret-value "))
    assert "top-secret-value" not in repr(found)


def test_loopback_may_be_plain_http() -> None:
    local = replace(GOOD, sentry_url="http://127.0.0.1:9501", addresses=("http://localhost:9500/default",))
    assert failures(local) == {}


def test_what_does_not_end_a_login_is_no_error() -> None:
    soft = {"CFG006", "CFG008", "CFG010", "CFG012", "CFG014", "CFG016"}
    rated = {check.code: check.severity for check in evaluate("settings", GOOD)}
    assert {code for code, severity in rated.items() if severity is not Severity.ERROR} == soft
