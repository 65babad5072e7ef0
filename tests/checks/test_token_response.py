from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Owner, Severity, Status, evaluate
from ssocli.checks.token_response import FORM, TokenResponseContext
from ssocli.exchange import Response
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case
from tests.checks.test_id_token import JSON

NO_STORE = ("Cache-Control", "no-store")
JSON_TYPE = ("Content-Type", "application/json; charset=utf-8")


def response(
    *, status: int = 200, headers: Any = (JSON_TYPE, NO_STORE), wants: dict[str, Any] | None = None, **changes: Any
) -> TokenResponseContext:
    healthy = {
        "access_token": "the-access-token",
        "token_type": "Bearer",
        "expires_in": 3600,
        "id_token": "the.id.token",
        "scope": "openid profile",
    }
    document = {name: value for name, value in {**healthy, **changes}.items() if value is not ...}
    body = json.dumps(document).encode()
    known: dict[str, Any] = {"scopes": ("openid", "profile", "offline_access")}
    return TokenResponseContext(Response(status, headers, body), document, **{**known, **(wants or {})})


def refusal(error: Any = "invalid_grant", *, status: int = 400, wants: Any = None, **more: Any) -> TokenResponseContext:
    document = {"error": error, **more}
    return TokenResponseContext(Response(status, (JSON_TYPE,)), document, **(wants or {}))


def bare(document: Any, status: int, **wants: Any) -> TokenResponseContext:
    return TokenResponseContext(Response(status, (JSON_TYPE, NO_STORE)), document, **wants)


PLAIN = {"openid": False, "scopes": ("read:user", "user:email")}
CASES = [
    Case("token-error", FAILED, refusal, "PKCE verifier"),
    Case("token-error", FAILED, lambda: refusal("invalid_client", status=401), "client_auth"),
    Case("token-error", FAILED, lambda: refusal("x", error_description="a\x1b[0m"), "x: a\\x1b[0m (HTTP 400)"),
    Case("token-error", FAILED, lambda: refusal("bad_verification_code", status=200, wants=PLAIN), "HTTP 200"),
    Case("token-error", PASSED, response),
    Case("token-error", SKIPPED, lambda: refusal(status=200), "TOK002"),
    Case("error-with-success-status", FAILED, lambda: refusal(status=200), "invalid_grant"),
    Case("error-with-success-status", PASSED, refusal),
    Case("error-with-success-status", PASSED, response),
    Case("error-with-success-status", SKIPPED, lambda: refusal(status=200, wants=PLAIN)),
    Case("tokens-with-error-status", FAILED, lambda: response(status=500), "HTTP 500"),
    Case("tokens-with-error-status", PASSED, response),
    Case("unexplained-token-error", FAILED, lambda: refusal(..., status=400), "members: error"),
    Case("unexplained-token-error", FAILED, lambda: bare({}, 503), "members: none"),
    Case("unexplained-token-error", PASSED, refusal),
    Case("unexplained-token-error", SKIPPED, response),
    Case("unexplained-token-error", SKIPPED, lambda: response(status=400)),
    Case("missing-access-token", FAILED, lambda: response(access_token=...), "no access_token"),
    Case("missing-access-token", FAILED, lambda: response(access_token=""), "an empty string"),
    Case("missing-access-token", FAILED, lambda: response(access_token=None), "null"),
    Case("missing-access-token", PASSED, response, "16 characters"),
    Case("missing-access-token", SKIPPED, refusal),
    Case("missing-access-token", SKIPPED, lambda: response(status=400)),
    Case("malformed-access-token", FAILED, lambda: response(access_token="a\r\nX: y"), "U+000D"),
    Case("malformed-access-token", FAILED, lambda: response(access_token="t\u00f6ken"), "U+00F6"),
    Case("malformed-access-token", PASSED, response),
    Case("malformed-access-token", SKIPPED, lambda: response(access_token="")),
    Case("wrong-token-type", FAILED, lambda: response(token_type=...), "no token_type"),
    Case("wrong-token-type", FAILED, lambda: response(token_type="mac"), "mac"),
    Case("wrong-token-type", FAILED, lambda: response(token_type=["Bearer"]), "Bearer"),
    Case("wrong-token-type", PASSED, lambda: response(token_type="bEARER")),
    Case("wrong-token-type", SKIPPED, refusal),
    Case("malformed-expires-in", FAILED, lambda: response(expires_in="3600"), "a string"),
    Case("malformed-expires-in", FAILED, lambda: response(expires_in=0), "0"),
    Case("malformed-expires-in", FAILED, lambda: response(expires_in=True), "a boolean"),
    Case("malformed-expires-in", PASSED, response),
    Case("malformed-expires-in", SKIPPED, lambda: response(expires_in=...)),
    Case("missing-id-token", FAILED, lambda: response(id_token=...), "no id_token"),
    Case("missing-id-token", FAILED, lambda: response(id_token=["the.id.token"]), "an array"),
    Case("missing-id-token", PASSED, response),
    Case("missing-id-token", SKIPPED, lambda: response(id_token=..., wants=PLAIN, scope=...)),
    Case("wrong-content-type", FAILED, lambda: response(headers=(NO_STORE,)), "no Content-Type", Severity.WARNING),
    Case(
        "wrong-content-type",
        FAILED,
        lambda: response(headers=(("Content-Type", "text/plain"), NO_STORE)),
        "text/plain",
        Severity.WARNING,
    ),
    Case(
        "wrong-content-type",
        FAILED,
        lambda: response(headers=(("Content-Type", FORM),), expires_in="3600", scope=..., wants=PLAIN),
        "older",
        Severity.INFO,
    ),
    Case("wrong-content-type", PASSED, response),
    Case("wrong-content-type", SKIPPED, lambda: bare(None, 200)),
    Case("cacheable-token-response", FAILED, lambda: response(headers=(JSON_TYPE,)), "no Cache-Control"),
    Case(
        "cacheable-token-response",
        FAILED,
        lambda: response(headers=(JSON_TYPE, ("Cache-Control", "public, max-age=5"))),
        "public, max-age=5",
    ),
    Case(
        "cacheable-token-response",
        PASSED,
        lambda: response(headers=(JSON_TYPE, ("Cache-Control", "private, No-Store"))),
    ),
    Case("cacheable-token-response", SKIPPED, refusal),
    Case("cacheable-token-response", SKIPPED, lambda: response(headers=(JSON_TYPE,), scope=..., wants=PLAIN)),
    Case("reduced-scope", FAILED, lambda: response(scope="openid"), "without profile"),
    Case("reduced-scope", FAILED, lambda: response(scope="read:user", wants=PLAIN), "without user:email"),
    Case("reduced-scope", PASSED, response),
    Case("reduced-scope", PASSED, lambda: response(scope="read:user,user:email", wants=PLAIN)),
    Case("reduced-scope", SKIPPED, lambda: response(scope=...)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check_case("token_response", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("token_response", CASES)


def test_a_healthy_response_raises_no_finding() -> None:
    assert_healthy("token_response", response(a_member_of_the_future=1, refresh_token="x"))
    assert_healthy("token_response", response(headers=(JSON_TYPE,), id_token=..., scope=..., wants=PLAIN))


@pytest.mark.parametrize(
    ("error", "owner"), [("invalid_client", Owner.APP), ("unsupported_grant_type", Owner.IDP), ("made_up", Owner.IDP)]
)
def test_the_error_tells_who_can_mend_it(error: str, owner: Owner) -> None:
    assert check_case("token_response", Case("token-error", FAILED, lambda: refusal(error))).owner is owner


def test_tokens_are_never_shown() -> None:
    for context in (response(), response(status=500), response(token_type="x"), response(id_token=["the.id.token"])):
        text = repr(evaluate("token_response", context))
        assert "the-access-token" not in text
        assert "the.id.token" not in text


NAMES = ["access_token", "token_type", "expires_in", "id_token", "scope", "error", "error_description"]


@settings(max_examples=60, deadline=None)
@given(st.none() | st.dictionaries(st.sampled_from(NAMES), JSON), st.integers(200, 599), st.text(max_size=9))
def test_any_document_is_judged_without_tool_trouble(document: Any, status: int, header: str) -> None:
    headers = (("Content-Type", header), ("Cache-Control", header))
    for openid in (True, False):
        context = TokenResponseContext(Response(status, headers), document, openid, ("openid",))
        assert all(found.status is not Status.TOOL_ERROR for found in evaluate("token_response", context))
