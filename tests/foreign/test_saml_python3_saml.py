"""python3-saml as a service provider of the fake identity provider, in its strict mode."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, Response, redirect, request, session

from fake_idp import FakeIdP
from fake_idp.server import Server

from .saml import (
    BINDINGS,
    CERTIFICATE,
    KEY,
    RELAY_STATE,
    VARIANTS,
    Variant,
    check_login,
    check_logout,
    check_logout_from_the_idp,
    introduce,
)

pytestmark = pytest.mark.filterwarnings("default")  # what other people's packages warn about is their affair


def service_provider(idp: FakeIdP, variant: Variant) -> Flask:
    from onelogin.saml2.auth import OneLogin_Saml2_Auth
    from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request
    from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
    from onelogin.saml2.settings import OneLogin_Saml2_Settings
    from onelogin.saml2.utils import OneLogin_Saml2_Utils

    app = Flask(__name__)
    app.secret_key = "interop"
    known = OneLogin_Saml2_IdPMetadataParser.parse_remote(idp.saml_metadata_url(), validate_cert=False)

    def settings() -> dict[str, Any]:
        base = request.host_url.rstrip("/")
        return {
            "strict": True,
            "sp": {
                "entityId": f"{base}/metadata",
                "assertionConsumerService": {"url": f"{base}/acs"},
                "singleLogoutService": {"url": f"{base}/slo"},
                "NameIDFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
                "x509cert": CERTIFICATE.read_text(),
                "privateKey": KEY.read_text(),
            },
            "security": {
                "authnRequestsSigned": True,
                "logoutRequestSigned": True,
                "logoutResponseSigned": True,
                "wantMessagesSigned": variant.response_signed,
                "wantAssertionsSigned": variant.assertion_signed,
                "wantAssertionsEncrypted": variant.encrypt,
                "rejectDeprecatedAlgorithm": True,
            },
            "idp": known["idp"],
        }

    def client() -> Any:
        return OneLogin_Saml2_Auth(
            {
                "https": "off",
                "http_host": request.host,
                "script_name": request.path,
                "get_data": request.args.copy(),
                "post_data": request.form.copy(),
                "query_string": request.query_string.decode(),
                "validate_signature_from_qs": True,
            },
            settings(),
        )

    @app.route("/metadata")
    def metadata() -> Any:
        return Response(
            OneLogin_Saml2_Settings(settings(), sp_validation_only=True).get_sp_metadata(), mimetype="text/xml"
        )

    @app.route("/login")
    def login() -> Any:
        auth = client()
        if request.args["binding"] == "redirect":
            location = auth.login(return_to=RELAY_STATE)
            session["asked"] = auth.get_last_request_id()
            return redirect(location)
        asked = OneLogin_Saml2_Authn_Request(auth.get_settings())
        session["asked"] = asked.get_id()
        signed = OneLogin_Saml2_Utils.add_sign(
            asked.get_xml(), KEY.read_text(), CERTIFICATE.read_text(),
            sign_algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest_algorithm="http://www.w3.org/2001/04/xmlenc#sha256",
        )  # fmt: skip
        message = base64.b64encode(signed if isinstance(signed, bytes) else signed.encode()).decode()
        return (
            f'<form id="f" method="post" action="{auth.get_sso_url()}"><input type="hidden" name="SAMLRequest"'
            f' value="{message}"><input type="hidden" name="RelayState" value="{RELAY_STATE.replace("&", "&amp;")}">'
            '</form><script>document.getElementById("f").submit()</script>'
        )

    @app.route("/acs", methods=["POST"])
    def acs() -> Any:
        auth = client()
        auth.process_response(request_id=session.pop("asked", None))
        assert auth.is_authenticated(), auth.get_last_error_reason()
        session["user"] = {
            "name_id": auth.get_nameid(),
            "name_id_format": auth.get_nameid_format(),
            "attributes": auth.get_attributes(),
            "session_index": auth.get_session_index(),
        }
        return {**session["user"], "relay_state": request.form["RelayState"]}

    @app.route("/me")
    def me() -> Any:
        return session.get("user") or ({}, 401)

    @app.route("/logout")
    def logout() -> Any:
        user = session["user"]
        auth = client()
        location = auth.logout(
            name_id=user["name_id"], name_id_format=user["name_id_format"], session_index=user["session_index"]
        )
        session["asked"] = auth.get_last_request_id()
        return redirect(location)

    @app.route("/slo")
    def slo() -> Any:
        auth = client()
        onwards = auth.process_slo(request_id=session.get("asked"), delete_session_cb=session.clear)
        assert auth.get_errors() == [], auth.get_last_error_reason()
        return redirect(onwards) if onwards else {"logged_out": True}

    return app


@contextmanager
def running(idp: FakeIdP, variant: Variant) -> Iterator[str]:
    with Server(service_provider(idp, variant)) as server:
        introduce(idp, server.url, variant)
        yield server.url


@pytest.mark.parametrize("binding", BINDINGS)
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_logs_in(idp: FakeIdP, variant: Variant, binding: str) -> None:
    with running(idp, variant) as base:
        check_login(idp, base, binding)


@pytest.mark.parametrize("check", [check_logout, check_logout_from_the_idp])
def test_logs_out(idp: FakeIdP, check: Callable[[FakeIdP, str], None]) -> None:
    with running(idp, VARIANTS[2]) as base:
        check(idp, base)
