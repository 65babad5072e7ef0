from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.judging import Case, findings, judge, name
from ssocli.checks.check import Owner
from ssocli.checks.transport import TransportContext
from ssocli.exchange import ErrorKind, Exchange, Request, Response, TransportError

URL = "https://idp.example/token?code=a-secret-code"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def answer(
    body: bytes = b"{}",
    status: int = 200,
    media_type: str = JSON,
    *,
    challenge: str = "",
    truncated: bool = False,
    arrays: bool = False,
    other_types: tuple[str, ...] = (),
    refusals_judged: bool = False,
) -> TransportContext:
    headers = (("Content-Type", media_type), *((("WWW-Authenticate", challenge),) if challenge else ()))
    exchange = Exchange("POST", URL, Request(), Response(status, headers, body, truncated))
    return TransportContext(exchange, "token response", other_types, arrays, refusals_judged)


def trouble(kind: ErrorKind, response: Response | None = None) -> TransportContext:
    error = TransportError(kind, "tcp", "what happened")
    return TransportContext(Exchange("GET", URL, Request(), response, error=error), "discovery document")


KINDS: dict[ErrorKind, str] = {
    "dns": "host-not-found",
    "refused": "connection-refused",
    "unreachable": "connection-refused",
    "blocked": "connection-refused",
    "reset": "connection-reset",
    "protocol": "connection-reset",
    "tls": "tls-failure",
    "timeout": "request-timed-out",
    "too_large": "response-too-large",
}
CASES = [
    *(Case(rule, "failed", trouble(kind), "what happened") for kind, rule in KINDS.items()),
    *(Case(rule, "passed", answer()) for rule in dict.fromkeys(KINDS.values())),
    Case("host-not-found", "skipped", trouble("tls"), "tls", also=("tls-failure",)),
    Case("connection-reset", "failed", trouble("reset", Response(200, (), b"{"))),
    Case("response-too-large", "failed", answer(b"{}", truncated=True), "2 bytes"),
    Case("http-error-status", "passed", answer(status=201)),
    Case("http-error-status", "failed", answer(status=404), "nothing at this address", owner=Owner.APP),
    Case(
        "http-error-status",
        "failed",
        answer(status=503),
        "HTTP 503 to POST https://idp.example/token: ",
        owner=Owner.IDP,
    ),
    Case("http-error-status", "failed", answer(status=407), owner=Owner.NETWORK),
    Case("http-error-status", "failed", answer(b'{"error":"x"}', 400)),
    Case("http-error-status", "failed", answer(b"<html>", 500, "text/html", refusals_judged=True)),
    Case("http-error-status", "skipped", answer(b'{"error":"x"}', 400, refusals_judged=True)),
    Case("http-error-status", "skipped", answer(b"error=x", 400, FORM, refusals_judged=True)),
    Case("http-error-status", "skipped", answer(b"", 401, challenge="Bearer", refusals_judged=True)),
    Case("http-error-status", "skipped", trouble("dns"), also=("host-not-found",)),
    Case("html-instead-of-json", "passed", answer()),
    Case("html-instead-of-json", "passed", answer(b"{}", media_type="text/html")),
    Case("html-instead-of-json", "failed", answer(b"<p>Log in", media_type="text/html; charset=utf-8"), "HTML page"),
    Case("html-instead-of-json", "failed", answer(b"\n<!DOCTYPE html>")),
    Case("html-instead-of-json", "skipped", answer(status=500), also=("http-error-status",)),
    Case("not-json", "passed", answer(b'\xef\xbb\xbf{"a": 1}')),
    Case("not-json", "failed", answer(b""), "is empty"),
    Case("not-json", "failed", answer(b"\xff"), "UTF-8"),
    Case("not-json", "failed", answer(b'{"a": 1'), "line 1"),
    Case("not-json", "failed", answer(b"[" * 100_000), "nested"),
    Case("not-json", "failed", answer(b"a=b", media_type=FORM), FORM),
    Case("not-json", "skipped", answer(b"a=b", media_type=FORM, other_types=(FORM,))),
    Case("json-not-object", "passed", answer()),
    Case("json-not-object", "passed", answer(b"[]", arrays=True)),
    Case("json-not-object", "failed", answer(b"[]"), "an array"),
    Case("json-not-object", "failed", answer(b"5", arrays=True), "a number"),
    Case("json-not-object", "skipped", answer(b"x"), also=("not-json",)),
]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_rule(case: Case) -> None:
    result = judge("transport", case)
    assert "a-secret-code" not in f"{result.expected}{result.actual}{result.evidence}"


@settings(max_examples=50, deadline=None)
@given(body=st.binary(max_size=200), media_type=st.text(max_size=40))
def test_no_body_stops_a_rule(body: bytes, media_type: str) -> None:
    found = findings("transport", answer(body, media_type=media_type))
    assert not [check for check in found if check.status.value == "tool_error"]
