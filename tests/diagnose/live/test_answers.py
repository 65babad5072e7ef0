"""Identity providers that are set up wrongly, as small servers: what each of their endpoints answers."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fake_idp import FakeIdP
from fake_idp.server import Server
from ssocli.checks.check import Owner
from ssocli.checks.document import Undecodable
from ssocli.checks.saml_xml import decode_message
from ssocli.diagnose.diagnose import Given, Options, diagnose
from ssocli.diagnosis import Diagnosis, Kind, Verdict
from ssocli.steps import Step
from ssocli.trace import TraceBuilder
from ssocli.wire import send
from tests.checks.forge import rsa_key
from tests.checks.saml_forge import cert
from tests.diagnose.live.customer import OAUTH2, OIDC, SAML, asked, config

JSON = [("Content-Type", "application/json")]
HTML = [("Content-Type", "text/html")]
Answer = tuple[int, list[tuple[str, str]], bytes]
LOGIN: Answer = (200, HTML, b"<title>Sign in</title>")


class Provider:
    """A server with one answer for each path; what it was asked is kept."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, str, str, bytes]] = []
        self.server = Server(self._app, "127.0.0.1", 0)
        self.url = self.server.url
        names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        self.document: dict[str, Any] = {
            "issuer": f"{self.url}/default",
            **{name: f"{self.url}/{name}" for name in names},
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }
        self.answers["/authorization_endpoint"] = LOGIN
        self.answers["/token_endpoint"] = (400, JSON, b'{"error":"invalid_request"}')
        self.answers["/userinfo_endpoint"] = (401, [("WWW-Authenticate", "Bearer"), ("Content-Length", "0")], b"")
        self.answers["/jwks_uri"] = (200, JSON, json.dumps(KEYS).encode())

    def _app(self, environ: Any, start_response: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.asked.append((environ["REQUEST_METHOD"], path, environ.get("QUERY_STRING", ""), body))
        if path.endswith("/.well-known/openid-configuration"):
            status, headers, content = 200, JSON, json.dumps(self.document).encode()
        else:
            status, headers, content = self.answers.get(path, (404, HTML, b"<title>Not here</title>"))
        start_response(f"{status} Status", [*headers, ("Content-Length", str(len(content)))])
        return [content]


KEYS: dict[str, Any] = {}


@pytest.fixture(scope="module", autouse=True)
def _keys() -> None:
    with FakeIdP() as idp:
        KEYS["keys"] = [key for key in idp.keys.jwks()["keys"] if key["kty"] == "RSA"]


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    made.server.start()
    yield made
    made.server.stop()


def test_the_small_provider_itself_is_healthy(provider: Provider) -> None:
    assert asked(config(OIDC, provider.url)).failed == []


@pytest.mark.parametrize(
    ("path", "answer", "finding"),
    [
        ("/authorization_endpoint", (404, HTML, b""), "missing-endpoint"),
        ("/authorization_endpoint", (503, HTML, b""), "failing-endpoint"),
        ("/authorization_endpoint", (403, HTML, b"<p>Access blocked</p>"), "refused-login-request"),
        ("/authorization_endpoint", (302, [("Location", "/cb?error=invalid_scope")], b""), "refused-login-request"),
        ("/token_endpoint", (200, HTML, b"<title>Log in</title>"), "foreign-token-endpoint"),
        ("/token_endpoint", (500, HTML, b""), "failing-endpoint"),
        ("/token_endpoint", (405, HTML, b""), "missing-endpoint"),
        ("/userinfo_endpoint", (200, JSON, b"{}"), "open-user-data"),
        ("/userinfo_endpoint", (404, HTML, b""), "missing-endpoint"),
        ("/jwks_uri", (404, HTML, b""), "http-error-status"),
        ("/jwks_uri", (200, HTML, b"<!doctype html>"), "html-instead-of-json"),
    ],
)  # fmt: skip
def test_one_wrong_answer_is_one_finding(provider: Provider, path: str, answer: Answer, finding: str) -> None:
    provider.answers[path] = answer
    found = asked(config(OIDC, provider.url))
    assert found.found == [finding]


def test_keys_on_a_host_that_cannot_be_reached_are_one_finding(provider: Provider) -> None:
    provider.document["jwks_uri"] = "http://127.0.0.1:1/keys"
    provider.document["userinfo_endpoint"] = "http://127.0.0.1:1/userinfo"
    assert asked(config(OIDC, provider.url)).found == ["connection-refused"]


def test_an_endpoint_that_is_no_address_is_the_document_s_finding_alone(provider: Provider) -> None:
    provider.document["token_endpoint"] = "/token"
    provider.document["userinfo_endpoint"] = 7
    assert asked(config(OIDC, provider.url)).found == ["malformed-endpoint"]
    assert [path for _, path, _, _ in provider.asked if "token" in path] == []


def test_the_request_of_a_login_is_sent_whole_and_without_secrets(provider: Provider) -> None:
    asked(config(OIDC, provider.url, "https://sentry.acme.example"))
    sent = {path: (parse_qs(query), body) for _, path, query, body in provider.asked}
    query, _ = sent["/authorization_endpoint"]
    assert query["client_id"] == ["sentry"]
    assert query["redirect_uri"] == ["https://sentry.acme.example/auth/sso/"]
    assert query["scope"] == ["openid profile email groups"]
    assert b"secret" not in b"".join(body for _, body in sent.values())
    assert sent["/token_endpoint"][1] == b"grant_type=authorization_code&client_id=sentry"


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_a_saml_request_is_sent_whole_by_either_binding(tmp_path: Path, binding: Literal["redirect", "post"]) -> None:
    key = rsa.generate_private_key(65537, 2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "sp.pem").write_bytes(key.private_bytes(*form))
    (tmp_path / "sp.crt").write_text(ssl.DER_cert_to_PEM_cert(cert(key)))
    lines = f"""binding = "{binding}"
sign_requests = true
private_key = "sp.pem"
certificate = "sp.crt"

[providers.acme.attributes]"""
    with FakeIdP() as idp:
        found = asked(config(SAML.replace("[providers.acme.attributes]", lines), idp.url), folder=tmp_path)
    assert found.failed == []
    sent = found.live.exchanges[-1]
    assert sent.method == ("GET" if binding == "redirect" else "POST")
    parameters = parse_qs(urlsplit(sent.url).query or sent.request.body.decode())
    message = decode_message(parameters["SAMLRequest"][0], "Redirect" if binding == "redirect" else "POST")
    assert not isinstance(message, Undecodable)
    assert ("Signature" in parameters) == (binding == "redirect")
    assert "RelayState" in parameters


def test_a_service_provider_that_nobody_registered_is_refused_before_anybody_logs_in() -> None:
    with FakeIdP(strict=True) as idp:
        found = asked(config(SAML, idp.url, "https://sentry.acme.example"))
    assert found.found == ["refused-login-request"]
    assert found.check("refused-login-request").evidence == "This service provider is not registered here."


def test_metadata_that_are_another_s_page_are_one_finding(provider: Provider) -> None:
    provider.answers["/default/saml/metadata"] = (200, HTML, b"<!doctype html><title>Sign in</title>")
    found = asked(config(SAML, provider.url))
    assert found.found == ["unreadable-metadata"]


def test_a_provider_without_metadata_is_asked_where_its_logins_begin(provider: Provider) -> None:
    certificate = ssl.DER_cert_to_PEM_cert(cert(rsa_key()))
    text = SAML.replace(
        'metadata_url = "{idp}/default/saml/metadata"',
        f"""entity_id = "https://idp.example"
sso_url = "{{idp}}/sso"
certificates = ['''{certificate}''']""",
    )
    found = asked(config(text, provider.url))
    assert found.found == ["missing-endpoint"]
    assert found.check("missing-endpoint").owner is Owner.APP
    assert provider.asked[0][1] == "/sso"


def test_endpoints_of_the_configuration_are_the_application_s_to_mend(provider: Provider) -> None:
    found = asked(config(OAUTH2, provider.url))
    assert found.found == ["missing-endpoint"] * 3
    assert {check.owner for check in found.failed} == {Owner.APP}


def test_a_client_that_accepts_anything_is_told_what_others_refuse() -> None:
    careless = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    careless.set_ciphers("DEFAULT:@SECLEVEL=0")
    with FakeIdP(tls="throw-away") as idp, idp.fault("tls.weak-key"):
        careless.load_verify_locations(cadata=idp.authority.pem.decode())
        assert asked(config(OIDC, idp.url), trust=careless).found == ["weak-server-key"]


def diagnosed(idp: str, text: str) -> Diagnosis:
    given = Given(config(text, idp).text.encode(), "customer.toml")
    return diagnose([given], Options(send=send))


@pytest.mark.parametrize("text", [OIDC, OAUTH2, SAML], ids=["oidc", "oauth2", "saml"])
def test_a_healthy_provider_is_diagnosed_as_such_and_says_what_was_asked(text: str) -> None:
    with FakeIdP() as idp:
        found = diagnosed(idp.url, text)
    assert found.verdict is Verdict.HEALTHY
    assert found.findings == ()
    record = found.messages[0].text
    assert idp.url in record
    assert "HTTP 200" in record or "HTTP 302" in record
    assert "secret" not in record


def test_fetched_documents_are_among_what_was_looked_at_and_what_tokens_are_judged_by(provider: Provider) -> None:
    found = diagnosed(provider.url, OIDC)
    assert [each.kind for each in found.inputs] == [Kind.CONFIG, Kind.DISCOVERY, Kind.JWKS]


def test_what_cannot_be_reached_is_the_root_cause_and_stands_in_the_record() -> None:
    found = diagnosed("http://127.0.0.1:1", OIDC)
    assert found.root is not None
    assert found.root.check.name == "connection-refused"
    assert found.supporting == ()
    assert "refused: nothing listens on 127.0.0.1:1" in found.messages[0].text


def test_what_a_login_met_as_well_is_told_once() -> None:
    with FakeIdP() as idp, idp.fault("discovery.issuer-mismatch"):
        text = config(OIDC, idp.url)
        builder = TraceBuilder()
        builder.begin(Step.REDIRECT_TO_IDP)
        builder.add_checks([check for check in asked(text).checks if check.code.startswith("DISC")])
        builder.fail("DISC001", "another issuer", "")
        found = diagnose([Given(text.text.encode(), "customer.toml")], Options(send=send, login=builder.finish()))
    assert [finding.check.name for finding in found.findings] == ["issuer-mismatch"]
    assert found.root is not None
    assert "step 3" in found.root.place


def test_a_wrong_clock_is_the_cause_of_what_it_does_to_tokens() -> None:
    with FakeIdP() as idp, idp.fault("clock.behind-2h"):
        found = diagnosed(idp.url, OIDC)
    assert found.root is not None
    assert found.root.check.owner is Owner.CLOCK
