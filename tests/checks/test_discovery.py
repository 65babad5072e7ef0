from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.forge import ABSENT
from checks.json_values import JSON
from checks.judging import Case, findings, judge, name
from ssocli.checks.check import Owner, Severity
from ssocli.checks.discovery import DiscoveryContext, Wants

ISSUER = "https://idp.example/tenant"
DOCUMENT = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize?tenant=1",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
    "userinfo_endpoint": f"{ISSUER}/userinfo",
    "response_types_supported": ["code"],
    "response_modes_supported": ["query", "form_post"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    "scopes_supported": ["openid", "email"],
    "code_challenge_methods_supported": ["plain", "S256"],
    "prompt_values_supported": ["login"],
    "acr_values_supported": ["mfa"],
    "claims_parameter_supported": False,
    "something_of_its_own": {"a": 1},
}
EVERYTHING = Wants(response_mode="form_post", scopes=("openid", "email"), prompt="login", acr_values=("mfa",))


def document(configured: str = ISSUER, wants: Wants = EVERYTHING, **changes: Any) -> DiscoveryContext:
    members = {key: value for key, value in (DOCUMENT | changes).items() if value is not ABSENT}
    return DiscoveryContext(f"{configured}/.well-known/openid-configuration", configured, members, wants)


def named(issuer: str) -> DiscoveryContext:
    """Configured and published alike."""
    return document(issuer, issuer=issuer)


def wanting(**wants: Any) -> DiscoveryContext:
    return document(wants=Wants(**wants))


def signing(*algorithms: str) -> DiscoveryContext:
    return document(id_token_signing_alg_values_supported=list(algorithms))


CASES = [
    Case("issuer-mismatch", "passed", document()),
    Case("issuer-mismatch", "failed", document(ISSUER + "/"), "ends with a slash", owner=Owner.APP),
    Case("issuer-mismatch", "failed", document("https://idp.example:8443/tenant"), "only the port differs"),
    Case("issuer-mismatch", "failed", document(issuer=ABSENT), "no issuer", owner=Owner.IDP),
    Case("issuer-mismatch", "failed", document(issuer=[ISSUER]), "an array"),
    Case("issuer-mismatch", "skipped", DiscoveryContext("", ISSUER, [])),
    Case("insecure-issuer", "passed", named("http://[::1]:1")),
    Case("insecure-issuer", "failed", named("http://idp.example"), "http://idp.example", severity=Severity.WARNING),
    Case("insecure-issuer", "skipped", document(issuer=ABSENT), also=("issuer-mismatch",)),
    Case("issuer-with-query", "passed", document()),
    Case("issuer-with-query", "failed", named("https://idp.example/?tenant=1")),
    Case("issuer-with-query", "failed", named("https://idp.example/#")),
    Case("missing-metadata", "passed", document()),
    Case("missing-metadata", "failed", document(jwks_uri=ABSENT), "no jwks_uri", severity=Severity.ERROR),
    Case("missing-metadata", "failed", document(token_endpoint=None), "no token_endpoint", severity=Severity.ERROR),
    Case("missing-metadata", "failed", document(subject_types_supported=ABSENT), severity=Severity.WARNING),
    Case("malformed-metadata", "passed", document()),
    Case("malformed-metadata", "failed", document(token_endpoint=["x"]), "an array", severity=Severity.ERROR),
    Case("malformed-metadata", "failed", document(scopes_supported="openid"), "a string", severity=Severity.WARNING),
    Case("malformed-metadata", "failed", document(response_types_supported=["code", 1]), "response_types_supported"),
    Case("malformed-metadata", "failed", document(claims_parameter_supported="true"), "instead of a boolean"),
    Case("unusable-endpoint", "passed", document()),
    Case("unusable-endpoint", "failed", document(token_endpoint="/token"), "'/token'"),
    Case("unusable-endpoint", "failed", document(jwks_uri=""), "jwks_uri ''"),
    Case("unusable-endpoint", "failed", document(authorization_endpoint="javascript:alert(1)"), "javascript"),
    Case("unusable-endpoint", "failed", document(authorization_endpoint="https://a.example/#x"), "#x"),
    Case("unusable-endpoint", "failed", document(userinfo_endpoint="https://[bad/"), "userinfo_endpoint"),
    Case("unusable-endpoint", "failed", document(token_endpoint="https://a.example:99999/"), "99999"),
    Case("insecure-endpoint", "passed", document(token_endpoint="http://localhost:9500/token")),
    Case("insecure-endpoint", "failed", document(token_endpoint="http://idp.example/token"), "token_endpoint"),
    Case("code-flow-not-offered", "passed", document()),
    Case("code-flow-not-offered", "failed", document(response_types_supported=["id_token"]), "id_token"),
    Case("code-flow-not-offered", "skipped", document(response_types_supported=1), also=("malformed-metadata",)),
    Case("rs256-not-offered", "passed", document()),
    Case("rs256-not-offered", "failed", signing("ES256"), also=("no-common-algorithm",)),
    Case("no-common-algorithm", "passed", wanting(algorithms=("PS256", "ES256"))),
    Case("no-common-algorithm", "failed", wanting(algorithms=("PS256",)), "PS256", owner=Owner.APP),
    Case("no-common-algorithm", "failed", signing("none"), "none", also=("rs256-not-offered",)),
    Case("no-common-algorithm", "failed", signing(), "[]", also=("rs256-not-offered",)),
    Case("client-authentication-not-offered", "passed", wanting(client_auth="none")),
    Case("client-authentication-not-offered", "passed", document(token_endpoint_auth_methods_supported=ABSENT)),
    Case(
        "client-authentication-not-offered", "failed", wanting(client_auth="client_secret_post"), "client_secret_post"
    ),
    Case(
        "client-authentication-not-offered",
        "failed",
        document(wants=Wants(client_auth="client_secret_post"), token_endpoint_auth_methods_supported=ABSENT),
    ),
    Case("response-mode-not-offered", "passed", document()),
    Case("response-mode-not-offered", "failed", wanting(response_mode="fragment"), "fragment"),
    Case("response-mode-not-offered", "failed", document(response_modes_supported=ABSENT), "no list"),
    Case("response-mode-not-offered", "skipped", wanting()),
    Case("scope-not-offered", "passed", document()),
    Case("scope-not-offered", "failed", wanting(scopes=("openid", "groups")), "groups", severity=Severity.INFO),
    Case("scope-not-offered", "failed", document(scopes_supported=["email"]), "openid", severity=Severity.WARNING),
    Case("scope-not-offered", "skipped", document(scopes_supported=ABSENT)),
    Case("pkce-not-offered", "passed", document()),
    Case("pkce-not-offered", "failed", document(code_challenge_methods_supported=["plain"]), severity=Severity.WARNING),
    Case("pkce-not-offered", "failed", document(code_challenge_methods_supported=ABSENT), severity=Severity.INFO),
    Case("pkce-not-offered", "skipped", wanting(pkce=False)),
    Case("prompt-not-offered", "passed", document()),
    Case("prompt-not-offered", "failed", wanting(prompt="login consent"), "consent is not in"),
    Case("prompt-not-offered", "skipped", wanting()),
    Case("acr-not-offered", "passed", document()),
    Case("acr-not-offered", "failed", wanting(acr_values=("phr",)), "phr"),
    Case("acr-not-offered", "skipped", wanting()),
]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_rule(case: Case) -> None:
    judge("discovery", case)


def test_a_healthy_document_has_no_findings() -> None:
    assert findings("discovery", document()) == []


@settings(max_examples=50, deadline=None)
@given(value=JSON, member=st.sampled_from(sorted(DOCUMENT)))
def test_nothing_in_a_document_stops_a_rule(value: Any, member: str) -> None:
    for observed in (document(**{member: value}), DiscoveryContext("", ISSUER, value)):
        assert not [check for check in findings("discovery", observed) if check.status.value == "tool_error"]
