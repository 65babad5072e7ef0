"""The messages of a login laid open: each once, readable, and of no use to whoever finds it."""

from __future__ import annotations

import base64
import json
import zlib
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from ssocli.exchange import Exchange, Request, Response
from ssocli.report.decoded import decoded
from ssocli.report.redact import Redactor
from ssocli.steps import Step
from ssocli.trace import Trace, TraceBuilder

XML = b'<p:Response xmlns:p="urn:x"><p:Issuer>me</p:Issuer><SignatureValue>c2lnbmF0dXJl</SignatureValue></p:Response>'
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


def trace_of(*exchanges: Exchange) -> Trace:
    builder = TraceBuilder()
    builder.begin(Step.TOKEN_GENERATION)
    for exchange in exchanges:
        builder.add_exchange(exchange)
    return builder.finish()


def jwt(claims: object) -> str:
    parts = ({"alg": "none"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + ".c2ln"
    )


def test_a_posted_saml_response_is_indented_xml_without_its_signature() -> None:
    body = urlencode({"SAMLResponse": base64.b64encode(XML).decode(), "RelayState": "x"}).encode()
    [message] = decoded(trace_of(Exchange("POST", "http://sp/acs", Request(FORM, body), Response(200))), Redactor())
    assert (message.title, message.place) == ("SAMLResponse", "step 5, Token generation")
    assert "\n  <p:Issuer>me</p:Issuer>\n" in message.text
    assert "c2lnbmF0dXJl" not in message.text


def test_a_redirected_saml_request_is_inflated() -> None:
    packed = base64.b64encode(zlib.compress(XML)[2:-4]).decode()
    location = f"http://idp/sso?{urlencode({'SAMLRequest': packed})}"
    seen = Exchange("GET", "http://sp/", Request(), Response(302, (("Location", location),)))
    followed = Exchange("GET", location, Request(), Response(200))
    [message] = decoded(trace_of(seen, followed), Redactor())
    assert message.title == "SAMLRequest"


def test_tokens_of_a_token_response_are_header_and_claims() -> None:
    token = jwt({"sub": "alice", "nonce": "n-0S6_WzA2Mj-secret"})
    answer = Response(200, (("Content-Type", "application/json"),), json.dumps({"id_token": token}).encode())
    [message] = decoded(trace_of(Exchange("POST", "http://idp/token", Request(), answer)), Redactor())
    assert '"sub": "alice"' in message.text
    assert "n-0S6_WzA2Mj-secret" not in message.text


@given(st.text(max_size=60), st.binary(max_size=60))
def test_nothing_makes_it_raise(value: str, body: bytes) -> None:
    query = urlencode({"id_token": value, "SAMLResponse": value}, errors="surrogatepass")
    json_type = (("Content-Type", "application/json"),)
    form = f"SAMLResponse={value}".encode("utf-8", "surrogatepass")
    exchange = Exchange("POST", f"http://x/?{query}", Request(FORM, form), Response(200, json_type, body))
    decoded(trace_of(exchange, Exchange("GET", "http://[", Request(), None)), Redactor())
