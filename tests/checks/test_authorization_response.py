from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.judging import Case, findings, judge, name
from ssocli.checks.authorization_response import AuthorizationResponseContext
from ssocli.checks.check import Owner, Severity
from ssocli.checks.oauth_errors import AUTHORIZATION_ERRORS

STATE = "state-0123456789abcdef"
CODE = "the-code-of-this-login"
ISSUER = "https://idp.example"


def response(*more: tuple[str, str], code: str | None = CODE, state: str | None = STATE, **expected: Any) -> Any:
    pairs = [(key, value) for key, value in (("code", code), ("state", state)) if value is not None]
    return AuthorizationResponseContext((*pairs, *more), **({"state": STATE, "issuer": ISSUER} | expected))


def pending(state: str | None, *more: tuple[str, str]) -> AuthorizationResponseContext:
    """The response of another login, in a browser in which this one is pending."""
    return AuthorizationResponseContext((("code", CODE), ("state", STATE), *more), state, ISSUER)


def error(code: str, **expected: Any) -> Any:
    return response(("error", code), code=None, **expected)


CASES = [
    Case("authorization-error", "passed", response()),
    Case("authorization-error", "failed", error("access_denied"), "refused", owner=Owner.USER),
    Case("authorization-error", "failed", error("unauthorized_client"), owner=Owner.IDP),
    Case("authorization-error", "failed", error("login_required"), owner=Owner.APP),
    Case("authorization-error", "failed", error("AADSTS50105"), "a code of its own"),
    Case("authorization-error", "failed", error(""), "''"),
    Case(
        "authorization-error",
        "failed",
        response(("error", "server_error"), ("error_description", "<b>\r\nX: y"), code=None),
        r"<b>\r\nX: y",
    ),
    Case(
        "authorization-error",
        "skipped",
        AuthorizationResponseContext((("error", "access_denied"), ("state", STATE)), "another-login"),
        also=("wrong-state",),
    ),
    Case("error-with-code", "passed", error("x"), also=("authorization-error",)),
    Case("error-with-code", "failed", response(("error", "x")), also=("authorization-error",)),
    Case("missing-code", "passed", response()),
    Case("missing-code", "failed", response(code=None), "no code; the parameters are: state"),
    Case("missing-code", "failed", response(code=""), "an empty code"),
    Case("missing-code", "skipped", error("x"), also=("authorization-error",)),
    Case("repeated-parameter", "passed", response(("session_state", "x"))),
    Case("repeated-parameter", "failed", response(("code", CODE)), "code"),
    Case("wrong-response-mode", "passed", response(wanted_mode="form_post", mode="form_post")),
    Case("wrong-response-mode", "failed", response(mode="fragment"), "fragment"),
    Case("tokens-in-code-response", "passed", response()),
    Case("tokens-in-code-response", "failed", response(("id_token", "e30.e30.e30")), severity=Severity.WARNING),
    Case("missing-response-state", "passed", response()),
    Case("missing-response-state", "failed", AuthorizationResponseContext((("code", CODE),), STATE, ISSUER)),
    Case(
        "missing-response-state",
        "failed",
        AuthorizationResponseContext((("error", "access_denied"), ("state", "")), STATE),
        "access_denied",
    ),
    Case("wrong-state", "passed", response()),
    Case("wrong-state", "failed", pending("state-of-another-login"), "stat\u2026#"),
    Case("wrong-state", "failed", pending(STATE.upper())),
    Case("wrong-state", "failed", pending(None), "no login is pending"),
    Case(
        "wrong-state",
        "skipped",
        AuthorizationResponseContext((("code", CODE),), STATE),
        also=("missing-response-state",),
    ),
    Case("missing-response-issuer", "passed", response(("iss", ISSUER), iss_advertised=True)),
    Case("missing-response-issuer", "failed", response(iss_advertised=True)),
    Case("missing-response-issuer", "skipped", response()),
    Case("wrong-response-issuer", "passed", response(("iss", ISSUER))),
    Case("wrong-response-issuer", "failed", response(("iss", ISSUER + "/")), "ends with a slash"),
    Case("wrong-response-issuer", "skipped", response()),
    Case("wrong-response-issuer", "skipped", response(("iss", "x"), issuer=None)),
]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_rule(case: Case) -> None:
    result = judge("authorization_response", case)
    told = f"{result.expected}{result.actual}{result.evidence}"
    assert not [secret for secret in (STATE, CODE, "e30.e30.e30") if secret in told]


@pytest.mark.parametrize("code", AUTHORIZATION_ERRORS)
def test_every_known_error_is_explained(code: str) -> None:
    result = judge("authorization_response", Case("authorization-error", "failed", error(code)))
    assert AUTHORIZATION_ERRORS[code].says in result.actual
    assert result.fix == AUTHORIZATION_ERRORS[code].fix


def test_a_healthy_response_has_no_findings() -> None:
    assert findings("authorization_response", response(("iss", ISSUER), iss_advertised=True)) == []


@settings(max_examples=50, deadline=None)
@given(
    parameters=st.lists(st.tuples(st.sampled_from(["code", "state", "iss", "error"]) | st.text(), st.text())),
    state=st.none() | st.text(),
)
def test_no_parameters_stop_a_rule(parameters: list[tuple[str, str]], state: str | None) -> None:
    found = findings("authorization_response", AuthorizationResponseContext(tuple(parameters), state, ISSUER, True))
    assert not [check for check in found if check.status.value == "tool_error"]
