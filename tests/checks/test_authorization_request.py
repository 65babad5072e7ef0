from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.forge import ABSENT
from checks.judging import Case, findings, judge, name
from ssocli.checks.authorization_request import AuthorizationRequestContext
from ssocli.checks.check import Owner

ENDPOINT = "https://idp.example/authorize"
PARAMETERS = {
    "response_type": "code",
    "client_id": "client-1",
    "redirect_uri": "https://sentry.example/auth/sso/",
    "scope": "openid email",
    "state": "s" * 22,
    "nonce": "n" * 22,
    "code_challenge": "c" * 43,
    "code_challenge_method": "S256",
}


def request(
    url: str = ENDPOINT, *, more: str = "", endpoint: str = ENDPOINT, **changes: Any
) -> AuthorizationRequestContext:
    openid, pkce = changes.pop("openid", True), changes.pop("pkce", True)
    pairs = {key: value for key, value in (PARAMETERS | changes).items() if value is not ABSENT}
    return AuthorizationRequestContext(
        f"{url}{'&' if '?' in url else '?'}{urlencode(pairs)}{more}", endpoint, openid, pkce
    )


PLAIN_OAUTH = {"openid": False, "nonce": ABSENT, "scope": "read:user"}
CASES = [
    Case("wrong-response-type", "passed", request()),
    Case("wrong-response-type", "failed", request(response_type="id_token"), "id_token", owner=Owner.APP),
    Case("wrong-response-type", "failed", request(response_type=ABSENT), "no response_type"),
    Case("missing-client-id", "passed", request()),
    Case("missing-client-id", "failed", request(client_id="")),
    Case("unusable-redirect-uri", "passed", request()),
    Case("unusable-redirect-uri", "failed", request(redirect_uri=ABSENT), "none"),
    Case("unusable-redirect-uri", "failed", request(redirect_uri="/auth/sso/"), "/auth/sso/"),
    Case("unusable-redirect-uri", "failed", request(redirect_uri="https://a.example/#x"), "#x"),
    Case("unusable-redirect-uri", "failed", request(redirect_uri="https://[a/")),
    Case("insecure-redirect-uri", "passed", request(redirect_uri="http://127.0.0.1:8000/auth/sso/")),
    Case("insecure-redirect-uri", "failed", request(redirect_uri="http://sentry.example/auth/sso/")),
    Case("insecure-redirect-uri", "skipped", request()),
    Case("missing-openid-scope", "passed", request()),
    Case("missing-openid-scope", "failed", request(scope="email OpenID"), "OpenID"),
    Case("missing-openid-scope", "failed", request(scope=ABSENT), "no scope"),
    Case("missing-openid-scope", "skipped", request(**PLAIN_OAUTH)),
    Case("missing-state", "passed", request()),
    Case("missing-state", "failed", request(state=ABSENT)),
    Case("short-state", "passed", request()),
    Case("short-state", "failed", request(state="s" * 21), "21"),
    Case("short-state", "skipped", request(state=""), also=("missing-state",)),
    Case("missing-request-nonce", "passed", request()),
    Case("missing-request-nonce", "failed", request(nonce=ABSENT), "none"),
    Case("missing-request-nonce", "failed", request(nonce="n" * 21), "21"),
    Case("missing-request-nonce", "skipped", request(**PLAIN_OAUTH)),
    Case("missing-pkce", "passed", request()),
    Case("missing-pkce", "failed", request(code_challenge=ABSENT)),
    Case("missing-pkce", "skipped", request(code_challenge=ABSENT, pkce=False)),
    Case("malformed-pkce", "passed", request()),
    Case("malformed-pkce", "failed", request(code_challenge_method="plain"), "plain"),
    Case("malformed-pkce", "failed", request(code_challenge_method=ABSENT), "which means plain"),
    Case("malformed-pkce", "failed", request(code_challenge="c" * 44), "44 characters"),
    Case("malformed-pkce", "skipped", request(code_challenge=""), also=("missing-pkce",)),
    Case("secret-in-request", "passed", request()),
    Case("secret-in-request", "failed", request(client_secret="hidden"), "client_secret"),
    Case("contradictory-prompt", "passed", request(prompt="login consent", max_age="0")),
    Case("contradictory-prompt", "failed", request(prompt="none login"), "none login"),
    Case("contradictory-prompt", "failed", request(max_age="-1"), "-1"),
    Case("contradictory-prompt", "skipped", request()),
    Case("repeated-request-parameter", "passed", request(more="&resource=a&resource=b")),
    Case("repeated-request-parameter", "failed", request(more="&scope=email"), "scope"),
    Case("changed-authorization-endpoint", "passed", request(f"{ENDPOINT}?t=1", endpoint=f"{ENDPOINT}?t=1")),
    Case("changed-authorization-endpoint", "failed", request(endpoint=f"{ENDPOINT}?t=1"), "without t"),
    Case("changed-authorization-endpoint", "failed", request(endpoint=f"{ENDPOINT}/"), "ends with a slash"),
    Case("unknown-prompt", "passed", request(prompt="login")),
    Case("unknown-prompt", "failed", request(prompt="register"), "register"),
    Case("unknown-prompt", "skipped", request()),
]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_rule(case: Case) -> None:
    result = judge("authorization_request", case)
    told = f"{result.expected}{result.actual}{result.evidence}"
    assert not [secret for secret in ("hidden", "s" * 22, "n" * 22) if secret in told]


def test_a_healthy_request_has_no_findings() -> None:
    assert findings("authorization_request", request()) == []
    assert findings("authorization_request", request(**PLAIN_OAUTH)) == []


@settings(max_examples=50, deadline=None)
@given(url=st.text(), endpoint=st.text())
def test_no_url_stops_a_rule(url: str, endpoint: str) -> None:
    found = findings("authorization_request", AuthorizationRequestContext(url, endpoint))
    assert not [check for check in found if check.status.value == "tool_error"]
