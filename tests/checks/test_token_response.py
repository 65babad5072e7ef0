from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.forge import ABSENT
from checks.json_values import JSON
from checks.judging import Case, findings, judge, name
from ssocli.checks.check import Owner, Severity
from ssocli.checks.oauth_errors import TOKEN_ERRORS
from ssocli.checks.token_response import TokenResponseContext
from ssocli.exchange import Response

FORM = "application/x-www-form-urlencoded"
SECRET = "access-token-0123456789"
MEMBERS = {
    "access_token": SECRET,
    "token_type": "Bearer",
    "expires_in": 3600,
    "id_token": "e30.e30.e30",
    "scope": "openid email",
    "something": {"of": "its own"},
}


def response(
    status: int = 200, media_type: str = "application/json", cache: str | None = "no-store", **changes: Any
) -> TokenResponseContext:
    openid, form_allowed = changes.pop("openid", True), changes.pop("form_allowed", False)
    document = {key: value for key, value in (MEMBERS | changes).items() if value is not ABSENT}
    return context(document, status, media_type, cache, openid, form_allowed)


def context(
    document: Any,
    status: int = 200,
    media_type: str = "application/json",
    cache: str | None = "no-store",
    openid: bool = True,
    form_allowed: bool = False,
) -> TokenResponseContext:
    headers = (("Content-Type", media_type), *((("Cache-Control", cache),) if cache is not None else ()))
    return TokenResponseContext(Response(status, headers), document, openid, ("openid", "email"), form_allowed)


def refused(error: Any, status: int = 400, description: Any = "why") -> TokenResponseContext:
    return context({"error": error, "error_description": description}, status)


CASES = [
    Case("token-error", "passed", response()),
    Case("token-error", "failed", refused("invalid_client", 401), "client authentication failed", owner=Owner.APP),
    Case("token-error", "failed", refused("invalid_grant"), "error_description: why", owner=Owner.APP),
    Case("token-error", "failed", refused("unauthorized_client"), owner=Owner.IDP),
    Case("token-error", "failed", refused("odd\x1b[31m", description=5), r"odd\x1b[31m"),
    Case("token-error", "failed", refused({"code": 1}), "an object"),
    Case("token-error", "skipped", context(None)),
    Case("error-with-success-status", "passed", refused("invalid_grant"), also=("token-error",)),
    Case("error-with-success-status", "failed", refused("invalid_grant", 200), also=("token-error",)),
    Case(
        "error-with-success-status",
        "failed",
        context({"error": "bad_verification_code"}, form_allowed=True, openid=False),
        also=("token-error",),
        severity=Severity.INFO,
    ),
    Case("error-with-success-status", "skipped", response()),
    Case("tokens-with-error-status", "passed", response()),
    Case("tokens-with-error-status", "failed", response(500), "HTTP 500"),
    Case("tokens-with-error-status", "skipped", context({}, 500)),
    Case("missing-access-token", "passed", response()),
    Case("missing-access-token", "failed", response(access_token=ABSENT), "no access_token"),
    Case("missing-access-token", "failed", response(access_token=""), "empty"),
    Case("missing-access-token", "failed", response(access_token=None), "null"),
    Case("missing-access-token", "skipped", refused("x"), also=("token-error",)),
    Case("missing-token-type", "passed", response()),
    Case("missing-token-type", "failed", response(token_type=ABSENT), "no token_type"),
    Case("unsupported-token-type", "passed", response(token_type="BEARER")),
    Case("unsupported-token-type", "failed", response(token_type="DPoP"), "DPoP"),
    Case("unsupported-token-type", "skipped", response(token_type=5), also=("missing-token-type",)),
    Case("malformed-expires-in", "passed", response()),
    Case("malformed-expires-in", "passed", response(expires_in=0.5)),
    Case("malformed-expires-in", "failed", response(expires_in="3600"), '"3600"', severity=Severity.WARNING),
    Case("malformed-expires-in", "failed", response(expires_in=0)),
    Case("malformed-expires-in", "failed", response(expires_in=True)),
    Case("malformed-expires-in", "skipped", response(expires_in=ABSENT)),
    Case("missing-id-token", "passed", response()),
    Case("missing-id-token", "failed", response(id_token=ABSENT), "no id_token"),
    Case("missing-id-token", "failed", response(id_token=["e30.e30.e30"]), "an array"),
    Case("missing-id-token", "skipped", response(id_token=ABSENT, openid=False)),
    Case("wrong-content-type", "passed", response(media_type="application/json; charset=utf-8")),
    Case("wrong-content-type", "failed", response(media_type="text/plain"), severity=Severity.WARNING),
    Case("wrong-content-type", "failed", response(media_type=FORM), severity=Severity.ERROR),
    Case(
        "wrong-content-type",
        "failed",
        response(media_type=FORM, form_allowed=True, expires_in="3600"),
        severity=Severity.INFO,
    ),
    Case("cacheable-token-response", "passed", response(cache="private, No-Store")),
    Case("cacheable-token-response", "failed", response(cache=None), "no Cache-Control"),
    Case("cacheable-token-response", "failed", response(cache="public, max-age=60"), "public"),
    Case("reduced-scope", "passed", response(scope="email,openid,extra")),
    Case("reduced-scope", "failed", response(scope="openid"), "not granted: email", severity=Severity.INFO),
    Case("reduced-scope", "failed", response(scope="email"), severity=Severity.WARNING),
    Case("reduced-scope", "skipped", response(scope=ABSENT)),
]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_rule(case: Case) -> None:
    result = judge("token_response", case)
    assert SECRET not in f"{result.expected}{result.actual}{result.evidence}"


@pytest.mark.parametrize("code", TOKEN_ERRORS)
def test_every_known_error_is_explained(code: str) -> None:
    result = judge("token_response", Case("token-error", "failed", refused(code)))
    assert TOKEN_ERRORS[code].says in result.actual


def test_a_healthy_response_has_no_findings() -> None:
    assert findings("token_response", response()) == []


@settings(max_examples=50, deadline=None)
@given(document=JSON, member=st.sampled_from([*MEMBERS, "error", "error_description"]), form=st.booleans())
def test_no_document_stops_a_rule(document: Any, member: str, form: bool) -> None:
    media_type = FORM if form else "application/json"
    for observed in (context(document, media_type=media_type), response(media_type=media_type, **{member: document})):
        found = findings("token_response", observed)
        assert not [check for check in found if check.status.value == "tool_error"]
