from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.authorization_response import AuthorizationResponseContext
from ssocli.checks.check import Owner, Status, evaluate, rules
from ssocli.steps import Step
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case

ISSUER = "https://idp.example"
STATE = "the-state-of-this-login"


def response(
    *more: tuple[str, str], wants: dict[str, Any] | None = None, **changes: Any
) -> AuthorizationResponseContext:
    healthy = {"code": "the-secret-code", "state": STATE, "iss": ISSUER}
    pairs = [(name, value) for name, value in {**healthy, **changes}.items() if value is not ...]
    known: dict[str, Any] = {"mode": "query", "expected_state": STATE, "issuer": ISSUER, "iss_advertised": True}
    return AuthorizationResponseContext((*pairs, *more), **{**known, **(wants or {})})


def refusal(error: str = "access_denied", **changes: Any) -> AuthorizationResponseContext:
    return response(code=..., error=error, **changes)


EXPIRED = {"expected_state": None, "expired_after": 660.0}
FRAGMENT = {"mode": "fragment"}
NOTHING = AuthorizationResponseContext((), "query", None, ISSUER, iss_advertised=True)
CASES = [
    Case("authorization-error", FAILED, refusal, "denied the request"),
    Case("authorization-error", FAILED, lambda: refusal(error_description="a\nb"), "access_denied: a\\nb"),
    Case("authorization-error", FAILED, lambda: refusal("made_up"), "no specification"),
    Case("authorization-error", FAILED, lambda: refusal(""), "(empty)"),
    Case("authorization-error", PASSED, response),
    Case("authorization-error", SKIPPED, lambda: response(error="access_denied"), "CB002"),
    Case("error-and-code", FAILED, lambda: response(error="access_denied"), "a code, and access_denied"),
    Case("error-and-code", PASSED, response),
    Case("missing-code", FAILED, lambda: response(code=...), "parameters: state, iss"),
    Case("missing-code", FAILED, lambda: response(code=""), "an empty code"),
    Case("missing-code", FAILED, lambda: NOTHING, "parameters: none"),
    Case("missing-code", PASSED, response),
    Case("missing-code", SKIPPED, refusal),
    Case("missing-code", SKIPPED, lambda: response(code=..., wants=FRAGMENT), "CB005"),
    Case("repeated-response-parameter", FAILED, lambda: response(("code", "another")), "code"),
    Case("repeated-response-parameter", PASSED, response),
    Case("unexpected-response-mode", FAILED, lambda: response(wants=FRAGMENT), "fragment"),
    Case("unexpected-response-mode", FAILED, lambda: response(wants={"expected_mode": "form_post"}), "form_post"),
    Case("unexpected-response-mode", PASSED, response),
    Case("unexpected-response-mode", SKIPPED, lambda: NOTHING),
    Case("token-in-authorization-response", FAILED, lambda: response(id_token="a.b.c"), "id_token in the query"),
    Case("token-in-authorization-response", PASSED, response),
    Case("expired-login", FAILED, lambda: response(wants=EXPIRED), "11 minutes"),
    Case("expired-login", PASSED, response),
    Case("expired-login", SKIPPED, lambda: response(wants={"expected_state": None}), "CB008"),
    Case("wrong-state", SKIPPED, lambda: response(wants=EXPIRED), "CB011"),
    Case("missing-state", FAILED, lambda: response(state=...), "no state"),
    Case("missing-state", FAILED, lambda: response(state=""), "an empty state"),
    Case("missing-state", PASSED, response),
    Case("missing-state", SKIPPED, lambda: NOTHING),
    Case("wrong-state", FAILED, lambda: response(state="the-state-of-another-login"), "the state the-…#"),
    Case("wrong-state", FAILED, lambda: response(wants={"expected_state": None}), "that this browser began"),
    Case("wrong-state", FAILED, lambda: response(state=STATE.upper()), "#"),
    Case("wrong-state", PASSED, response),
    Case("wrong-state", SKIPPED, lambda: response(state=...), "CB007"),
    Case("missing-response-issuer", FAILED, lambda: response(iss=...), "no iss"),
    Case("missing-response-issuer", PASSED, response),
    Case("missing-response-issuer", SKIPPED, lambda: response(iss=..., wants={"iss_advertised": False})),
    Case("missing-response-issuer", SKIPPED, lambda: NOTHING),
    Case("wrong-response-issuer", FAILED, lambda: response(iss=f"{ISSUER}/"), "ends with a slash"),
    Case("wrong-response-issuer", FAILED, lambda: response(iss="x", wants={"iss_advertised": False}), "x"),
    Case("wrong-response-issuer", PASSED, response),
    Case("wrong-response-issuer", SKIPPED, lambda: response(wants={"issuer": None})),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check_case("authorization_response", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("authorization_response", CASES)


def test_a_healthy_response_raises_no_finding() -> None:
    assert_healthy("authorization_response", response(session_state="x", scope="openid"))


@pytest.mark.parametrize(
    ("error", "owner"),
    [("access_denied", Owner.USER), ("unauthorized_client", Owner.IDP), ("invalid_scope", Owner.APP)],
)
def test_the_error_tells_who_can_mend_it(error: str, owner: Owner) -> None:
    case = Case("authorization-error", FAILED, lambda: refusal(error))
    assert check_case("authorization_response", case).owner is owner


def test_each_step_has_its_part() -> None:
    steps = {entry.step for entry in rules("authorization_response")}
    assert steps == {Step.EXTERNAL_AUTHENTICATION, Step.TOKEN_GENERATION, Step.TOKEN_VALIDATION}
    found = evaluate("authorization_response", refusal(), step=Step.TOKEN_VALIDATION)
    assert [check.code for check in found] == ["CB007", "CB008", "CB009", "CB010", "CB011"]


def test_code_and_state_are_never_shown() -> None:
    text = repr(evaluate("authorization_response", response(("code", "another-secret-code"), state=f"{STATE}-not")))
    for secret in ("the-secret-code", "another-secret-code", STATE):
        assert secret not in text


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["code", "state", "iss", "error", "error_description"]) | st.text(), st.text()))
)
def test_any_parameters_are_judged_without_tool_trouble(pairs: Any) -> None:
    for state in (STATE, None):
        context = AuthorizationResponseContext(tuple(pairs), "query", state, ISSUER, iss_advertised=True)
        results = evaluate("authorization_response", context)
        assert all(found.status is not Status.TOOL_ERROR for found in results)
        assert any(found.is_blocking for found in results)
