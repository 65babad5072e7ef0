from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Owner, Severity, Status, evaluate
from ssocli.checks.endpoints import EndpointContext, Role
from ssocli.exchange import Response
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case

HTML = (("Content-Type", "text/html; charset=utf-8"),)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
JSON = (("Content-Type", "application/json"),)


def at(role: Role, status: int, body: bytes = b"", headers: Any = HTML, **context: Any) -> EndpointContext:
    return EndpointContext(role, Response(status, headers, body), **context)


def authorization(status: int = 400, body: bytes = b"", headers: Any = HTML, **context: Any) -> EndpointContext:
    return at("authorization endpoint", status, body, headers, **context)


def login(status: int, body: bytes = b"", location: str = "", **context: Any) -> EndpointContext:
    headers = (("Location", location),) if location else HTML
    return authorization(status, body, headers, is_login=True, **context)


def sso(status: int, **context: Any) -> EndpointContext:
    return at("single sign-on service", status, **context)


def token(status: int, body: bytes = b"", headers: Any = JSON, **context: Any) -> EndpointContext:
    return at("token endpoint", status, body, headers, **context)


def userinfo(status: int, headers: Any = JSON) -> EndpointContext:
    return at("userinfo endpoint", status, b"{}", headers)


REFUSED = token(401, b'{"error":"invalid_client"}')
CASES = [
    Case("missing-endpoint", FAILED, lambda: authorization(404, b"<title>Nothing here</title>"), "Nothing here"),
    Case("missing-endpoint", FAILED, lambda: token(405), "a token endpoint"),
    Case("missing-endpoint", FAILED, lambda: userinfo(410), "HTTP 410"),
    Case("missing-endpoint", FAILED, lambda: login(404), "a client that they do not know"),
    Case("missing-endpoint", PASSED, authorization),
    Case("failing-endpoint", FAILED, lambda: token(500), "HTTP 500", Severity.ERROR),
    Case("failing-endpoint", FAILED, lambda: login(500), "HTTP 500"),
    Case("failing-endpoint", FAILED, lambda: sso(502), "A proxy before"),
    Case("failing-endpoint", FAILED, lambda: userinfo(429, (("Retry-After", "9"),)), "again after 9 s"),
    Case("failing-endpoint", PASSED, lambda: REFUSED),
    Case("failing-endpoint", SKIPPED, lambda: sso(500), "not complete"),
    Case("failing-endpoint", SKIPPED, lambda: authorization(501)),
    Case("foreign-token-endpoint", FAILED, lambda: token(200, b"<title>Log in</title>", HTML), "Log in"),
    Case(
        "foreign-token-endpoint", FAILED, lambda: token(302, headers=(("Location", "https://x/?a=1"),)), "to https://x/"
    ),
    Case("foreign-token-endpoint", FAILED, lambda: token(403, b"Blocked", HTML), "HTTP 403 with text/html"),
    Case("foreign-token-endpoint", FAILED, lambda: token(200, b'{"status":"up"}'), "application/json"),
    Case("foreign-token-endpoint", FAILED, lambda: token(400, b'{"error":{"message":"x"}}')),
    Case("foreign-token-endpoint", PASSED, lambda: REFUSED, "invalid_client"),
    Case("foreign-token-endpoint", PASSED, lambda: token(200, b'{"error":"bad_verification_code"}')),
    Case("foreign-token-endpoint", PASSED, lambda: token(200, b"error=incorrect_client_credentials", FORM)),
    Case("foreign-token-endpoint", SKIPPED, lambda: token(404)),
    Case("foreign-token-endpoint", SKIPPED, authorization),
    Case("refused-login-request", FAILED, lambda: login(400, b"<title>Oops</title>"), "page title: Oops"),
    Case("refused-login-request", FAILED, lambda: sso(403, is_login=True), "HTTP 403"),
    Case("refused-login-request", FAILED, lambda: login(400, said="AADSTS50011: no match"), "AADSTS50011"),
    Case("refused-login-request", FAILED, lambda: login(200, said="AADSTS700016: unknown"), "HTTP 200 with an error"),
    Case(
        "refused-login-request",
        FAILED,
        lambda: login(302, location="https://a/cb?error=invalid_scope&state=1"),
        "invalid_scope",
    ),
    Case("refused-login-request", FAILED, lambda: login(302, location="https://a/cb#error=unauthorized_client")),
    Case("refused-login-request", FAILED, lambda: login(302, location="https://g/error?authError=Chs"), "Chs"),
    Case("refused-login-request", PASSED, lambda: login(200), "HTTP 200"),
    Case(
        "refused-login-request",
        PASSED,
        lambda: login(302, location="https://idp/login?tx=secret"),
        "to https://idp/login",
    ),
    Case("refused-login-request", SKIPPED, authorization, "no request of a login"),
    Case("refused-login-request", SKIPPED, lambda: login(503)),
    Case("open-user-data", FAILED, lambda: userinfo(200), "HTTP 200", Severity.WARNING),
    Case("open-user-data", FAILED, lambda: userinfo(302, (("Location", "https://idp/login"),)), "https://idp/login"),
    Case("open-user-data", PASSED, lambda: userinfo(401)),
    Case("open-user-data", PASSED, lambda: at("user API", 403)),
    Case("open-user-data", SKIPPED, lambda: userinfo(500)),
    Case("open-user-data", SKIPPED, lambda: REFUSED),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check_case("endpoints", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("endpoints", CASES)


@pytest.mark.parametrize(
    "observed",
    [authorization(400), authorization(302), authorization(500), login(200), sso(200), REFUSED, userinfo(401)],
)
def test_healthy_answers_raise_no_finding(observed: EndpointContext) -> None:
    assert_healthy("endpoints", observed)


@pytest.mark.parametrize(("is_configured", "owner"), [(True, Owner.APP), (False, Owner.IDP)])
def test_whose_address_it_is_tells_who_can_mend_it(is_configured: bool, owner: Owner) -> None:
    for status, rule in ((404, "missing-endpoint"), (200, "foreign-token-endpoint")):
        case = Case(rule, FAILED, lambda status=status: token(status, is_configured=is_configured))
        assert check_case("endpoints", case).owner is owner


def test_what_an_address_may_hide_is_never_shown() -> None:
    observed = login(302, location="https://me:word@idp/login?tx=secret-tx&code=secret-code")
    text = repr(evaluate("endpoints", observed))
    assert "secret" not in text
    assert "word@" not in text


@settings(max_examples=60)
@given(
    st.sampled_from(["authorization endpoint", "single sign-on service", "token endpoint", "userinfo endpoint"]),
    st.integers(100, 599), st.binary(max_size=60), st.text(max_size=30), st.booleans(),
)  # fmt: skip
def test_any_answer_is_judged_without_tool_trouble(
    role: Role, status: int, body: bytes, text: str, is_login: bool
) -> None:
    headers = (("Content-Type", text), ("Location", text), ("Retry-After", text))
    observed = at(role, status, body, headers, is_login=is_login, said=text)
    assert all(found.status is not Status.TOOL_ERROR for found in evaluate("endpoints", observed))
