"""What a thing is, told by its content in every wrapping, and never an exception."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ssocli.diagnose.recognise import recognise
from ssocli.diagnose.summary import summary
from ssocli.diagnosis import Kind
from tests.checks import saml_forge as forge
from tests.checks.forge import rsa_key

CERT = forge.cert(rsa_key())
RESPONSE = forge.response(forge.assertion())
REQUEST = (
    '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0" '
    'IssueInstant="2026-11-20T12:00:00Z"/>'
)
TOKEN = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJodHRwczovL2EuZXhhbXBsZSIsInN1YiI6IjEifQ.c2lnbmF0dXJl"
CONFIG = '[sentry]\nurl = "https://sentry.acme.example"\n[organizations.acme]\n[providers.acme]\ntype = "oidc"\n'
DISCOVERY = json.dumps({"issuer": "https://a.example", "jwks_uri": "https://a.example/keys"})


def pem(der: bytes, end: str = "\n") -> str:
    body = base64.b64encode(der).decode()
    lines = ["-----BEGIN CERTIFICATE-----", *(body[at : at + 64] for at in range(0, len(body), 64))]
    return end.join([*lines, "-----END CERTIFICATE-----", ""])


def packed(xml: str) -> str:
    return base64.b64encode(xml.encode()).decode()


def deflated(xml: str) -> str:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(engine.compress(xml.encode()) + engine.flush()).decode()


def lines(text: str) -> str:
    return "\r\n".join(text[at : at + 76] for at in range(0, len(text), 76))


def page(name: str, value: str) -> str:
    return (
        f'<html><body><form action="https://a.example/acs" method="post"><input name="{name}" value="{value}"></form>'
    )


def kind(thing: bytes | str) -> Kind:
    [found] = recognise(thing.encode() if isinstance(thing, str) else thing, "x")
    assert summary(found)
    return found.kind


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (Kind.CONFIG, CONFIG),
        (Kind.CONFIG, "[providers.acme]\nissuer = unquoted\n"),
        (Kind.DISCOVERY, DISCOVERY),
        (Kind.JWKS, '{"keys": []}'),
        (Kind.JWKS, '{"kty": "RSA", "n": "AQAB", "e": "AQAB"}'),
        (Kind.PRIVATE_KEY, '{"kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "AQAB"}'),
        (Kind.PRIVATE_KEY, forge.pem(rsa_key())),
        (Kind.PRIVATE_KEY, f"here you are\n{forge.pem(rsa_key())}"),
        (Kind.CERTIFICATE, pem(CERT)),
        (Kind.CERTIFICATE, pem(CERT, "\r\n")),
        (Kind.CERTIFICATE, base64.b64encode(CERT).decode()),
        (Kind.CERTIFICATE, pem(CERT)[:300]),
        (Kind.CERTIFICATE, "AB:CD:" * 9 + "AB:CD"),
        (Kind.IDP_METADATA, forge.metadata()),
        (Kind.SAML_RESPONSE, RESPONSE),
        (Kind.SAML_RESPONSE, packed(RESPONSE)),
        (Kind.SAML_RESPONSE, lines(packed(RESPONSE))),
        (Kind.SAML_RESPONSE, quote(packed(RESPONSE), safe="")),
        (Kind.SAML_RESPONSE, f'"{packed(RESPONSE)}"'),
        (Kind.SAML_RESPONSE, deflated(RESPONSE)),
        (Kind.SAML_RESPONSE, quote(deflated(RESPONSE), safe="")),
        (Kind.SAML_RESPONSE, urlencode({"SAMLResponse": packed(RESPONSE), "RelayState": "/x"})),
        (Kind.SAML_RESPONSE, page("SAMLResponse", packed(RESPONSE))),
        (Kind.SAML_RESPONSE, f"https://a.example/acs?SAMLResponse={quote(deflated(RESPONSE), safe='')}"),
        (Kind.SAML_REQUEST, REQUEST),
        (Kind.SAML_REQUEST, f"https://a.example/sso?SAMLRequest={quote(deflated(REQUEST), safe='')}&RelayState=x"),
        (Kind.JWT, TOKEN),
        (Kind.JWT, f"Authorization: Bearer {TOKEN}"),
        (Kind.JWT, lines(TOKEN)),
        (Kind.JWT, f"the log says id_token={TOKEN} and then nothing"),
        (Kind.JWT, TOKEN[:70]),
        (Kind.JWT, TOKEN.rpartition(".")[0]),
        (Kind.TOKEN_RESPONSE, json.dumps({"access_token": "x", "id_token": TOKEN})),
        (Kind.TOKEN_RESPONSE, '{"error": "invalid_client"}'),
        (Kind.AUTHORIZATION_URL, "https://a.example/authorize?response_type=code&client_id=x&redirect_uri=y&state=z"),
        (Kind.CALLBACK_URL, "https://b.example/cb?code=abc&state=xyz"),
        (Kind.CALLBACK_URL, "https://b.example/cb?error=access_denied&state=xyz"),
        (Kind.CALLBACK_URL, "https://b.example/cb#id_token=abc&state=xyz"),
        (Kind.CALLBACK_URL, "https://b.example/cb?error=access_denied&error_description=AADSTS65004&state=xyz"),
        (Kind.DISCOVERY_URL, "https://a.example/.well-known/openid-configuration"),
        (Kind.METADATA_URL, "https://a.example/app/sso/saml/metadata"),
        (Kind.ERROR_TEXT, "AADSTS50011: The redirect URI does not match"),
        (Kind.ERROR_TEXT, "<html><title>Sorry</title><p>AADSTS50105: not assigned</p>"),
        (Kind.HAR, '{"log": {"version": "1.2", "entries": []}}'),
        (Kind.SAML_TRACER, '{"requests": [], "timestamp": "x"}'),
        (Kind.TRACE, '{"schema": "ssocli.trace/1", "steps": [], "log": []}'),
        (Kind.UNKNOWN, ""),
        (Kind.UNKNOWN, "  \r\n "),
        (Kind.UNKNOWN, "nothing of interest"),
        (Kind.UNKNOWN, "<html><title>Sign in</title><form><input name='username'></form></html>"),
        (Kind.UNKNOWN, '{"some": "json"}'),
        (Kind.UNKNOWN, "{broken"),
    ],
)
def test_it_is_recognised_by_its_content(wanted: Kind, text: str) -> None:
    assert kind(text) is wanted
    # With a byte order mark, and as Windows programs save it.
    if text.strip():
        assert kind(b"\xef\xbb\xbf" + text.encode()) is wanted
    if wanted not in {Kind.HAR, Kind.SAML_TRACER, Kind.TRACE, Kind.UNKNOWN}:
        assert kind(text.encode("utf-16")) is wanted


def test_octets_that_are_no_text() -> None:
    assert kind(CERT) is Kind.CERTIFICATE
    assert kind(gzip.compress(b'{"log": {}}')) is Kind.HAR
    assert kind(bytes(range(256)) * 10) is Kind.UNKNOWN
    assert kind(b"\x89PNG\r\n\x1a\n" + bytes(range(256))) is Kind.UNKNOWN


def test_metadata_that_is_cut_off_is_still_metadata() -> None:
    assert kind(forge.metadata()[:900]) is Kind.IDP_METADATA


def test_the_text_of_a_private_key_goes_nowhere() -> None:
    text = forge.pem(rsa_key())
    [found] = recognise(text.encode(), "x")
    assert text.splitlines()[1] not in repr(found) + found.text + summary(found)
    assert found.data == b""


def test_how_a_message_came_is_kept() -> None:
    url = f"https://a.example/acs?SAMLResponse={quote(deflated(RESPONSE), safe='')}&RelayState=here"
    [found] = recognise(url.encode(), "x")
    assert (found.binding, found.url, found.first("RelayState")) == ("Redirect", "https://a.example/acs", "here")
    [found] = recognise(page("SAMLResponse", packed(RESPONSE)).encode(), "x")
    assert (found.binding, found.url, found.mode) == ("POST", "https://a.example/acs", "form_post")


@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
@example(b"\xff\xfe\x00")
@example(b"[[" * 5000)
@example(b'{"a":' * 5000)
@example(b"<a>" * 5000)
@example(b"[providers]\nx = " + b"[" * 5000)
@example(b"[providers]\nx = " + b"{a=" * 5000)
@example(b"https://[::1")
@example(base64.b64encode(zlib.compress(b"a" * 10_000_000)))
@settings(max_examples=150, deadline=None)
def test_nothing_makes_it_raise(data: bytes) -> None:
    for thing in recognise(data, "x"):
        assert summary(thing)


WRAPPINGS = (
    lambda data: base64.b64encode(data),
    lambda data: quote(data).encode(),
    lambda data: b'"' + data + b'"',
    lambda data: b"\xef\xbb\xbf" + data,
    lambda data: zlib.compress(data),
    lambda data: gzip.compress(data),
    lambda data: data[: len(data) * 2 // 3],
    lambda data: data.decode("latin-1").encode("utf-16"),
    lambda data: data.replace(b"\n", b"\r\n"),
)


@given(
    st.sampled_from([RESPONSE, REQUEST, TOKEN, CONFIG, DISCOVERY, pem(CERT), forge.metadata()]),
    st.lists(st.sampled_from(WRAPPINGS), max_size=4),
)
@settings(max_examples=100, deadline=None)
def test_no_wrapping_makes_it_raise(text: str, wrappings: list[object]) -> None:
    data = text.encode()
    for wrap in wrappings:
        data = wrap(data)  # type: ignore[operator]  # a function from octets to octets
    for thing in recognise(data, "x"):
        assert summary(thing)


def test_a_configuration_with_a_certificate_in_it_is_one() -> None:
    assert kind(f'{CONFIG}certificates = ["""{pem(CERT)}"""]\n') is Kind.CONFIG


def test_an_invisible_character_is_no_obstacle_and_is_not_hidden() -> None:
    assert kind(f"\u200b{TOKEN[:40]}\u200b{TOKEN[40:]}\ufeff") is Kind.JWT
    assert kind(f"{packed(RESPONSE)[:100]}\u200b{packed(RESPONSE)[100:]}") is Kind.SAML_RESPONSE
    [config] = recognise(f'{CONFIG}client_id = "sen\u200btry"\n'.encode(), "x")
    assert "sen\u200btry" in config.text
    [metadata] = recognise(forge.metadata(entity='entityID="https://idp\u200b.example"').encode(), "x")
    assert "\u200b" in metadata.data.decode()
