from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Owner, Status, evaluate
from ssocli.checks.transport import TransportContext, json_document
from ssocli.exchange import CertificateTrouble, ErrorKind, Exchange, Request, Response, TransportError
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case

URL = "https://user:word@idp.example/token?code=secret-code#x"
JSON_TYPE = (("Content-Type", "application/json"),)
HTML_TYPE = (("Content-Type", "text/html; charset=utf-8"),)


def answer(body: bytes = b"{}", status: int = 200, headers: Any = JSON_TYPE, **context: Any) -> TransportContext:
    response = Response(status, headers, body, truncated=context.pop("truncated", False))
    return TransportContext(Exchange("GET", URL, Request(), response), "discovery document", **context)


def trouble(kind: ErrorKind) -> TransportContext:
    error = TransportError(kind, "headers", f"idp.example: {kind}")
    return TransportContext(Exchange("POST", URL, Request(), None, error=error), "token response")


CERTIFICATES: dict[str, CertificateTrouble] = {
    "expired-certificate": "expired",
    "certificate-not-yet-valid": "not_yet_valid",
    "wrong-certificate-name": "wrong_name",
    "untrusted-certificate": "untrusted",
}


def refused(certificate: CertificateTrouble) -> TransportContext:
    error = TransportError("tls", "tls", f"the TLS certificate is not accepted: {certificate}", certificate)
    return TransportContext(Exchange("GET", URL, Request(), None, error=error), "discovery document")


KINDS: dict[str, ErrorKind] = {
    "host-not-found": "dns",
    "connection-refused": "refused",
    "host-unreachable": "unreachable",
    "request-blocked": "blocked",
    "tls-failure": "tls",
    "timeout": "timeout",
    "connection-reset": "reset",
    "malformed-http-response": "protocol",
    "response-too-large": "too_large",
}
UNAUTHORIZED = (("WWW-Authenticate", 'Bearer error="invalid_token"'),)
CASES = [
    *(Case(name, FAILED, lambda kind=kind: trouble(kind), f"idp.example: {kind}") for name, kind in KINDS.items()),
    *(Case(name, PASSED, answer) for name in KINDS),
    *(
        Case(name, SKIPPED, lambda kind=kind: trouble("tls" if kind == "dns" else "dns"))
        for name, kind in KINDS.items()
    ),
    *(Case(name, FAILED, lambda why=why: refused(why), f"accepted: {why}") for name, why in CERTIFICATES.items()),
    *(Case(name, PASSED, answer) for name in CERTIFICATES),
    *(
        Case(
            name, SKIPPED, lambda why=why: refused("untrusted" if why == "expired" else "expired"), "refused otherwise"
        )
        for name, why in CERTIFICATES.items()
    ),
    *(Case(name, SKIPPED, lambda: trouble("tls"), "failed otherwise (tls)") for name in CERTIFICATES),
    Case("tls-failure", SKIPPED, lambda: refused("expired"), "the certificate is the trouble"),
    Case("response-too-large", FAILED, lambda: answer(b"{" * 9, truncated=True), "after 9 bytes"),
    Case("unexpected-redirect", FAILED, lambda: answer(b"", 302, (("Location", "https://evil.example/x?code=1"),))),
    Case("unexpected-redirect", FAILED, lambda: answer(b"", 307, ()), "without a Location"),
    Case("unexpected-redirect", PASSED, answer),
    Case("unexpected-redirect", SKIPPED, lambda: trouble("dns")),
    Case("http-error-status", FAILED, lambda: answer(b"<title>Oops</title>", 500, HTML_TYPE), "page title: Oops"),
    Case("http-error-status", FAILED, lambda: answer(b'{"error":"invalid_grant"}', 400), "HTTP 400"),
    Case("http-error-status", FAILED, lambda: answer(b"no", 400, (), answers_errors=True), "HTTP 400"),
    Case("http-error-status", FAILED, lambda: answer(b"", 503, (("Retry-After", "7"),)), "try again after 7 s"),
    Case("http-error-status", FAILED, lambda: answer(b"", 429, ()), "try again later"),
    Case("http-error-status", PASSED, answer),
    Case("http-error-status", SKIPPED, lambda: answer(b'{"error":"x"}', 400, answers_errors=True), "explanation"),
    Case("http-error-status", SKIPPED, lambda: answer(b"", 401, UNAUTHORIZED, answers_errors=True), "explanation"),
    Case("html-instead-of-json", FAILED, lambda: answer(b"<title>\n Log\n in</title>", 200, HTML_TYPE), "Log in"),
    Case("html-instead-of-json", FAILED, lambda: answer(b" <!DOCTYPE html><p>"), "HTML page"),
    Case("html-instead-of-json", PASSED, lambda: answer(b'{"a":1}', 200, HTML_TYPE)),
    Case("html-instead-of-json", SKIPPED, lambda: answer(b"<html>", 500, HTML_TYPE)),
    Case("not-json", FAILED, lambda: answer(b""), "is empty"),
    Case("not-json", FAILED, lambda: answer(b'{"a":1'), "line 1 column 7"),
    Case("not-json", FAILED, lambda: answer(b'{"a":NaN}'), "NaN"),
    Case("not-json", FAILED, lambda: answer('{"a":"\xe4"}'.encode("latin-1")), "not UTF-8 (byte 7)"),
    Case("not-json", FAILED, lambda: answer(b"[" * 100_000), "nested too deeply"),
    Case("not-json", PASSED, lambda: answer(b"\xef\xbb\xbf{}"), "JSON"),
    Case("not-json", SKIPPED, lambda: answer(b"a.b.c", headers=(("Content-Type", "a/jwt"),), other_types=("a/jwt",))),
    Case("not-json", SKIPPED, lambda: answer(b"", 302, ()), "no successful response"),
    Case("json-not-object", FAILED, lambda: answer(b"[]"), "an array"),
    Case("json-not-object", FAILED, lambda: answer(b"null"), "null"),
    Case("json-not-object", PASSED, answer),
    Case("json-not-object", SKIPPED, lambda: answer(b"")),
    Case("duplicate-json-member", FAILED, lambda: answer(b'{"keys":[{"kid":"1","kid":"2"}]}'), "kid"),
    Case("duplicate-json-member", PASSED, answer),
    Case("duplicate-json-member", SKIPPED, lambda: answer(b"")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check_case("transport", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("transport", CASES)


def test_a_good_answer_raises_no_finding() -> None:
    assert_healthy("transport", answer(b'{"issuer":"x"}'))


@pytest.mark.parametrize(
    ("status", "owner"), [(404, Owner.APP), (407, Owner.NETWORK), (502, Owner.NETWORK), (500, Owner.IDP)]
)
def test_the_status_tells_who_can_mend_it(status: int, owner: Owner) -> None:
    assert check_case("transport", Case("http-error-status", FAILED, lambda: answer(b"", status))).owner is owner


def test_what_a_url_may_hide_is_never_shown() -> None:
    location = (("Location", "https://me:word@evil.example/x?code=secret-code"),)
    for context in (trouble("dns"), answer(b"", 302, location), answer(b"", 500)):
        text = repr(evaluate("transport", context))
        assert "secret-code" not in text
        assert "word" not in text


def test_the_document_comes_only_from_an_answer_that_came_whole() -> None:
    assert json_document(answer(b'{"a":1}', 400)) == {"a": 1}
    assert json_document(answer(b"[]")) is None
    assert json_document(trouble("dns")) is None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.integers(100, 599), st.text(max_size=20))
def test_any_answer_is_judged_without_tool_trouble(body: bytes, status: int, media_type: str) -> None:
    headers = (("Content-Type", media_type), ("Location", media_type), ("Retry-After", media_type))
    results = evaluate("transport", answer(body, status, headers))
    assert all(found.status is not Status.TOOL_ERROR for found in results)
