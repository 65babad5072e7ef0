from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.authorization_request import AuthorizationRequestContext
from ssocli.checks.check import Status, evaluate
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case

ENDPOINT = "https://idp.example/authorize"
STATE = "Jx0_pQ7Zb1mKc3dVwTgYhA"
SECRET = "the-client-secret"


def request(
    *more: tuple[str, str], endpoint: str = ENDPOINT, base: str = "", openid: bool = True, **changes: Any
) -> AuthorizationRequestContext:
    healthy = {
        "response_type": "code",
        "client_id": "app",
        "redirect_uri": "http://127.0.0.1:9501/auth/sso/",
        "scope": "openid profile",
        "state": STATE,
        "nonce": STATE[::-1],
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    pairs = [(name, value) for name, value in {**healthy, **changes}.items() if value is not ...]
    base = base or f"{ENDPOINT}?"
    return AuthorizationRequestContext(base + urlencode([*pairs, *more]), endpoint, openid, SECRET)


def plain(**changes: Any) -> AuthorizationRequestContext:
    return request(openid=False, nonce=..., scope="user:email", **changes)


CASES = [
    Case("wrong-response-type", FAILED, lambda: request(response_type="code id_token"), "code id_token"),
    Case("wrong-response-type", FAILED, lambda: request(response_type=...), "no response_type"),
    Case("wrong-response-type", PASSED, request),
    Case("missing-client-id", FAILED, lambda: request(client_id=...)),
    Case("missing-client-id", PASSED, request),
    Case("malformed-redirect-uri", FAILED, lambda: request(redirect_uri=...), "none"),
    Case("malformed-redirect-uri", FAILED, lambda: request(redirect_uri="/cb"), "no absolute"),
    Case("malformed-redirect-uri", FAILED, lambda: request(redirect_uri="https://a.example/cb#x"), "fragment"),
    Case("malformed-redirect-uri", PASSED, request),
    Case("missing-openid-scope", FAILED, lambda: request(scope="profile openid2"), "openid2"),
    Case("missing-openid-scope", FAILED, lambda: request(scope=...), "no scope"),
    Case("missing-openid-scope", PASSED, request),
    Case("missing-openid-scope", SKIPPED, plain),
    Case("missing-state-in-request", FAILED, lambda: request(state=...)),
    Case("missing-state-in-request", PASSED, request),
    Case("guessable-state", FAILED, lambda: request(state=STATE[:21]), "at most 126 bits"),
    Case("guessable-state", FAILED, lambda: request(state="0123456789abcdef" + "0" * 15), "at most 124 bits"),
    Case("guessable-state", FAILED, lambda: request(state="1234567890" * 3), "at most 99 bits"),
    Case("guessable-state", FAILED, lambda: request(state="z" * 60), "at most 120 bits"),
    Case("guessable-state", PASSED, lambda: request(state="0123456789abcdef" * 2), "at most 128 bits"),
    Case("guessable-state", SKIPPED, lambda: request(state=...)),
    Case("missing-nonce-in-request", FAILED, lambda: request(nonce=...)),
    Case("missing-nonce-in-request", PASSED, request),
    Case("missing-nonce-in-request", SKIPPED, plain),
    Case("guessable-nonce", FAILED, lambda: request(nonce="1"), "1 characters"),
    Case("guessable-nonce", PASSED, request),
    Case("guessable-nonce", SKIPPED, plain),
    Case("missing-pkce", FAILED, lambda: request(code_challenge=..., code_challenge_method=...)),
    Case("missing-pkce", PASSED, request),
    Case("plain-pkce", FAILED, lambda: request(code_challenge_method=...), "which means plain"),
    Case("plain-pkce", FAILED, lambda: request(code_challenge_method="plain"), "plain"),
    Case("plain-pkce", PASSED, request),
    Case("plain-pkce", SKIPPED, lambda: request(code_challenge=...)),
    Case("malformed-code-challenge", FAILED, lambda: request(code_challenge="a" * 42), "42 characters"),
    Case("malformed-code-challenge", FAILED, lambda: request(code_challenge="a" * 42 + "="), "43 characters"),
    Case("malformed-code-challenge", PASSED, request),
    Case("malformed-code-challenge", SKIPPED, lambda: request(code_challenge=...)),
    Case("secret-in-request", FAILED, lambda: request(("client_secret", "x")), "client_secret"),
    Case("secret-in-request", FAILED, lambda: request(("custom", SECRET)), "custom"),
    Case("secret-in-request", PASSED, request),
    Case("conflicting-prompt", FAILED, lambda: request(prompt="none login"), "none login"),
    Case("conflicting-prompt", PASSED, lambda: request(prompt="login consent")),
    Case("conflicting-prompt", PASSED, lambda: request(prompt="none")),
    Case("conflicting-prompt", SKIPPED, request),
    Case("malformed-max-age", FAILED, lambda: request(max_age="-1"), "-1"),
    Case("malformed-max-age", FAILED, lambda: request(max_age="\u0663"), "a whole number"),
    Case("malformed-max-age", PASSED, lambda: request(max_age="0")),
    Case("malformed-max-age", SKIPPED, request),
    Case("repeated-request-parameter", FAILED, lambda: request(("scope", "email")), "scope"),
    Case("repeated-request-parameter", PASSED, lambda: request(("resource", "a"), ("resource", "b"))),
    Case("lost-endpoint-query", FAILED, lambda: request(endpoint=f"{ENDPOINT}?tenant=1"), "tenant"),
    Case(
        "lost-endpoint-query",
        PASSED,
        lambda: request(endpoint=f"{ENDPOINT}?tenant=1", base=f"{ENDPOINT}?tenant=1&"),
    ),
    Case("lost-endpoint-query", SKIPPED, request),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check_case("authorization_request", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("authorization_request", CASES)


@pytest.mark.parametrize("context", [request, plain])
def test_a_healthy_request_raises_no_finding(context: Any) -> None:
    assert_healthy("authorization_request", context())


def test_state_nonce_and_secret_are_never_shown() -> None:
    text = repr(evaluate("authorization_request", request(("x", SECRET), state=STATE[:20])))
    assert SECRET not in text
    assert STATE[:20] not in text
    assert STATE[::-1] not in text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.lists(st.tuples(st.sampled_from(["prompt", "state", "redirect_uri"]), st.text())))
def test_any_url_is_judged_without_tool_trouble(url: str, pairs: Any) -> None:
    for address in (url, f"{ENDPOINT}?{url}", f"{ENDPOINT}?{urlencode(pairs, errors='replace')}", "http://[x?a=1"):
        results = evaluate("authorization_request", AuthorizationRequestContext(address, url))
        assert all(found.status is not Status.TOOL_ERROR for found in results)
