from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Owner, Severity, Status, evaluate
from ssocli.checks.discovery import DiscoveryContext, Wants
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case
from tests.checks.test_id_token import JSON

ISSUER = "https://idp.example/realm"


def healthy(issuer: str = ISSUER) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize?tenant=1",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "none"],
        "code_challenge_methods_supported": ["S256"],
    }


def observed(*, issuer: str = ISSUER, wants: Wants | None = None, **changes: Any) -> DiscoveryContext:
    document = {name: value for name, value in {**healthy(), **changes}.items() if value is not ...}
    return DiscoveryContext(f"{ISSUER}/.well-known/openid-configuration", issuer, document, wants or Wants())


def at(issuer: str) -> DiscoveryContext:
    return DiscoveryContext(issuer, issuer, healthy(issuer))


CASES = [
    Case("unsupported-grant-type", FAILED, lambda: observed(grant_types_supported=["implicit"]), "authorization_code"),
    Case("unsupported-grant-type", PASSED, lambda: observed(grant_types_supported=["authorization_code"])),
    Case("unsupported-grant-type", PASSED, observed, "no grant_types_supported"),
    Case("malformed-metadata", FAILED, lambda: observed(request_parameter_supported="false"), "a string instead"),
    Case("malformed-metadata", FAILED, lambda: observed(claims_supported="sub"), "claims_supported is no array"),
    Case("malformed-metadata", FAILED, lambda: observed(ui_locales_supported=None), "ui_locales_supported"),
    Case("malformed-metadata", PASSED, lambda: observed(claims_supported=["sub"], request_parameter_supported=False)),
    Case("malformed-metadata", PASSED, observed),
    Case("issuer-mismatch", FAILED, lambda: observed(issuer=f"{ISSUER}/"), "expected value ends with a slash"),
    Case("issuer-mismatch", FAILED, lambda: observed(issuer="https://idp.example/Realm"), "case"),
    Case("issuer-mismatch", FAILED, lambda: observed(issuer="https://idp.example:8443/realm"), "only the port differs"),
    Case("issuer-mismatch", FAILED, lambda: DiscoveryContext("u", ISSUER, {**healthy(), "issuer": None}), "null"),
    Case("issuer-mismatch", PASSED, observed),
    Case("insecure-issuer", FAILED, lambda: at("http://idp.example/realm"), "http://idp.example"),
    Case("insecure-issuer", PASSED, lambda: at("http://127.0.0.1:9500/realm")),
    Case("insecure-issuer", PASSED, lambda: at("http://localhost:9500")),
    Case("issuer-with-query-or-fragment", FAILED, lambda: at("https://idp.example/?realm=1"), "?realm=1"),
    Case("issuer-with-query-or-fragment", PASSED, observed),
    Case("missing-metadata", FAILED, lambda: observed(jwks_uri=...), "no jwks_uri"),
    Case("missing-metadata", FAILED, lambda: observed(token_endpoint=5), "token_endpoint is a number"),
    Case("missing-metadata", FAILED, lambda: observed(subject_types_supported="public"), "no array of strings"),
    Case("missing-metadata", FAILED, lambda: observed(response_types_supported=[1]), "no array of strings"),
    Case("missing-metadata", FAILED, lambda: observed(id_token_signing_alg_values_supported=...), "no id_token"),
    Case("missing-metadata", PASSED, observed),
    Case("malformed-endpoint", FAILED, lambda: observed(token_endpoint="/token"), "no absolute"),
    Case("malformed-endpoint", FAILED, lambda: observed(jwks_uri="javascript:alert(1)"), "no absolute"),
    Case("malformed-endpoint", FAILED, lambda: observed(jwks_uri=f"{ISSUER}/jwks#a"), "fragment"),
    Case("malformed-endpoint", FAILED, lambda: observed(jwks_uri="https://"), "no host"),
    Case("malformed-endpoint", FAILED, lambda: observed(jwks_uri="https://[x/"), "cannot be read"),
    Case("malformed-endpoint", FAILED, lambda: observed(jwks_uri=f"{ISSUER}/jw ks"), "white space"),
    Case("malformed-endpoint", PASSED, observed),
    Case("insecure-endpoint", FAILED, lambda: observed(token_endpoint="http://idp.example/token"), "token_endpoint"),
    Case("insecure-endpoint", PASSED, lambda: observed(token_endpoint="http://[::1]/token")),
    Case("insecure-endpoint", SKIPPED, lambda: at("http://idp.example/realm"), "DISC002"),
    Case(
        "rs256-not-offered",
        FAILED,
        lambda: observed(id_token_signing_alg_values_supported=["ES256"], wants=Wants(algorithms=("ES256",))),
        "ES256",
    ),
    Case("rs256-not-offered", PASSED, observed),
    Case("rs256-not-offered", SKIPPED, lambda: observed(id_token_signing_alg_values_supported=["none"]), "DISC008"),
    Case("no-accepted-algorithm", FAILED, lambda: observed(wants=Wants(algorithms=("ES256",))), "RS256"),
    Case("no-accepted-algorithm", FAILED, lambda: observed(id_token_signing_alg_values_supported=["none"]), "none"),
    Case("no-accepted-algorithm", PASSED, observed),
    Case("no-accepted-algorithm", SKIPPED, lambda: observed(id_token_signing_alg_values_supported=...), "DISC004"),
    Case(
        "unsupported-client-authentication",
        FAILED,
        lambda: observed(wants=Wants(client_auth="client_secret_post")),
        "which means",
    ),
    Case(
        "unsupported-client-authentication",
        FAILED,
        lambda: observed(token_endpoint_auth_methods_supported=["private_key_jwt"]),
        "private_key_jwt",
    ),
    Case("unsupported-client-authentication", PASSED, observed),
    Case("unsupported-response-mode", FAILED, lambda: observed(wants=Wants(response_mode="form_post")), "form_post"),
    Case(
        "unsupported-response-mode",
        PASSED,
        lambda: observed(wants=Wants(response_mode="form_post"), response_modes_supported=["form_post"]),
    ),
    Case("unsupported-response-mode", SKIPPED, observed),
    Case("unsupported-response-type", FAILED, lambda: observed(response_types_supported=["id_token"]), "id_token"),
    Case("unsupported-response-type", PASSED, observed),
    Case("unsupported-scope", FAILED, lambda: observed(scopes_supported=["email"]), "without openid"),
    Case("unsupported-scope", PASSED, lambda: observed(scopes_supported=["openid"])),
    Case("unsupported-scope", SKIPPED, observed),
    Case(
        "pkce-not-offered", FAILED, lambda: observed(code_challenge_methods_supported=["plain"]), "", Severity.WARNING
    ),
    Case("pkce-not-offered", FAILED, lambda: observed(code_challenge_methods_supported=...), "", Severity.INFO),
    Case("pkce-not-offered", PASSED, observed),
    Case("pkce-not-offered", SKIPPED, lambda: observed(wants=Wants(pkce=False))),
    Case(
        "unsupported-prompt",
        FAILED,
        lambda: observed(prompt_values_supported=["none"], wants=Wants(prompt=("create",))),
        "create",
    ),
    Case(
        "unsupported-prompt",
        PASSED,
        lambda: observed(prompt_values_supported=["none"], wants=Wants(prompt=("none",))),
    ),
    Case("unsupported-prompt", SKIPPED, lambda: observed(wants=Wants(prompt=("create",)))),
    Case("unsupported-acr", FAILED, lambda: observed(acr_values_supported=["1"], wants=Wants(acr_values=("2",))), "1"),
    Case("unsupported-acr", PASSED, lambda: observed(acr_values_supported=["1"], wants=Wants(acr_values=("2", "1")))),
    Case("unsupported-acr", SKIPPED, observed),
    Case("unsupported-claims-parameter", FAILED, lambda: observed(wants=Wants(claims_parameter=True)), "false"),
    Case(
        "unsupported-claims-parameter",
        PASSED,
        lambda: observed(wants=Wants(claims_parameter=True), claims_parameter_supported=True),
    ),
    Case("unsupported-claims-parameter", SKIPPED, observed),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check_case("discovery", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("discovery", CASES)


def test_a_healthy_document_raises_no_finding() -> None:
    assert_healthy("discovery", observed(a_member_of_the_future={"x": 1}))


def test_offering_none_alone_is_the_providers_fault() -> None:
    case = Case("no-accepted-algorithm", FAILED, lambda: observed(id_token_signing_alg_values_supported=["none"]))
    assert check_case("discovery", case).owner is Owner.IDP


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*healthy(), "scopes_supported", "acr_values_supported"]), JSON | st.text()))
def test_any_document_is_judged_without_tool_trouble(changes: Any) -> None:
    wants = Wants(response_mode="form_post", prompt=("none",), acr_values=("1",), claims_parameter=True)
    for document in (changes, {**healthy(), **changes}):
        results = evaluate("discovery", DiscoveryContext("u", ISSUER, document, wants))
        assert all(found.status is not Status.TOOL_ERROR for found in results)
