"""The emulated Sentry logs in at a real identity provider, pysaml2's, that knows nothing of it."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from werkzeug.wrappers import Request, Response

from fake_idp.server import Server
from ssocli.sentry.auth.saml2.metadata import sp_metadata
from ssocli.sentry.auth.saml2.service_provider import addresses

CONFIG = """
[sentry]
url = "{sentry}"
[organizations.acme]
teams = ["platform"]
[providers.pysaml2]
type = "saml2"
metadata_url = "{idp}/metadata"
binding = "{binding}"
[providers.pysaml2.attributes]
identifier = "NameID"
user_email = "{email}"
[people.alice]
password = "unused"
"""
EMAIL = "urn:oid:0.9.2342.19200300.100.1.3"


class RealIdp:
    """Everybody who comes is Alice."""

    def __init__(self, folder: Path, sentry: str, sign: dict[str, bool]) -> None:
        self.folder, self.sign = folder, sign
        self.server = Server(self._serve)
        self.url = self.server.url
        (folder / "sp.xml").write_text(sp_metadata(addresses(sentry, "acme"), ()))
        _write_key(folder)

    def _serve(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        return (self._metadata() if request.path == "/metadata" else self._sso(request))(environ, start_response)

    def _idp(self) -> Any:
        from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
        from saml2.config import IdPConfig
        from saml2.server import Server as Pysaml2

        endpoints = [(f"{self.url}/sso", binding) for binding in (BINDING_HTTP_REDIRECT, BINDING_HTTP_POST)]
        policy = {
            "default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None, "fail_on_missing_requested": False}
        }
        settings = {
            "entityid": f"{self.url}/metadata",
            "service": {"idp": {"endpoints": {"single_sign_on_service": endpoints}, "policy": policy}},
            "key_file": str(self.folder / "idp.pem"),
            "cert_file": str(self.folder / "idp.crt"),
            "metadata": {"local": [str(self.folder / "sp.xml")]},
        }
        return Pysaml2(config=IdPConfig().load(settings))

    def _metadata(self) -> Response:
        from saml2.metadata import entity_descriptor

        return Response(str(entity_descriptor(self._idp().config)), mimetype="application/samlmetadata+xml")

    def _sso(self, request: Request) -> Response:
        from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
        from saml2.saml import NAMEID_FORMAT_EMAILADDRESS, NameID

        idp = self._idp()
        binding = BINDING_HTTP_POST if request.method == "POST" else BINDING_HTTP_REDIRECT
        asked = idp.parse_authn_request(request.values["SAMLRequest"], binding).message
        response = idp.create_authn_response(
            identity={"mail": "alice@acme.example"},
            in_response_to=asked.id,
            destination=asked.assertion_consumer_service_url,
            sp_entity_id=asked.issuer.text,
            name_id=NameID(format=NAMEID_FORMAT_EMAILADDRESS, text="alice@acme.example"),
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password", "authn_auth": self.url},
            sign_alg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest_alg="http://www.w3.org/2001/04/xmlenc#sha256",
            **self.sign,
        )
        fields = {
            "SAMLResponse": base64.b64encode(str(response).encode()).decode(),
            "RelayState": request.values["RelayState"],
        }
        inputs = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in fields.items())
        form = f'<form method="post" action="{asked.assertion_consumer_service_url}">{inputs}</form>'
        return Response(f"<html><body onload='document.forms[0].submit()'>{form}</body></html>", mimetype="text/html")


def _write_key(folder: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A real one")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    (folder / "idp.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    (folder / "idp.crt").write_bytes(certificate.public_bytes(Encoding.PEM))


@pytest.fixture
def sentry() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.filterwarnings("default")  # what other people's packages warn about is their affair
@pytest.mark.parametrize("binding", ["redirect", "post"])
@pytest.mark.parametrize(
    ("sign_response", "sign_assertion"),
    [(True, False), (False, True), (True, True)],
    ids=["response", "assertion", "both"],
)
def test_the_emulated_sentry_logs_in_at_a_real_identity_provider(
    tmp_path: Path, sentry: str, binding: str, sign_response: bool, sign_assertion: bool
) -> None:
    idp = RealIdp(tmp_path, sentry, {"sign_response": sign_response, "sign_assertion": sign_assertion})
    (tmp_path / "c.toml").write_text(CONFIG.format(sentry=sentry, idp=idp.url, binding=binding, email=EMAIL))
    command = [sys.executable, "-m", "ssocli", "login", "--config", "c.toml", "--state", ":memory:", "--format", "json"]
    with idp.server:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    data = json.loads(done.stdout)
    failed = [check for step in data["steps"] for check in step["checks"] if check["status"] == "failed"]
    assert data["outcome"] == "authenticated", (data["failure"], failed)
    assert data["user"]["email"] == "alice@acme.example"
    assert not [check for check in failed if check["severity"] != "info"]
