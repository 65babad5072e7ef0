"""pysaml2 as a service provider of the fake identity provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
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
    from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
    from saml2.client import Saml2Client
    from saml2.config import SPConfig
    from saml2.ident import code, decode
    from saml2.metadata import create_metadata_string

    app = Flask(__name__)
    app.secret_key = "interop"
    idp_metadata = requests.get(idp.saml_metadata_url(), timeout=10).text
    bindings = {"redirect": BINDING_HTTP_REDIRECT, "post": BINDING_HTTP_POST}
    clients: list[Any] = []
    outstanding: dict[str, str] = {}

    def client() -> Any:
        if not clients:
            base = request.host_url.rstrip("/")
            keys = {"key_file": str(KEY), "cert_file": str(CERTIFICATE)}
            config = SPConfig().load(
                {
                    "entityid": f"{base}/metadata",
                    "service": {
                        "sp": {
                            "endpoints": {
                                "assertion_consumer_service": [(f"{base}/acs", BINDING_HTTP_POST)],
                                "single_logout_service": [(f"{base}/slo", BINDING_HTTP_REDIRECT)],
                            },
                            "name_id_format": ["urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"],
                            "authn_requests_signed": True,
                            "logout_requests_signed": True,
                            "logout_responses_signed": True,
                            "want_response_signed": variant.response_signed,
                            "want_assertions_signed": variant.assertion_signed,
                            "allow_unsolicited": False,
                            "allow_unknown_attributes": True,
                            "signing_algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                            "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
                        }
                    },
                    "metadata": {"inline": [idp_metadata]},
                    "encryption_keypairs": [keys],
                    **keys,
                }
            )
            clients.append(Saml2Client(config))
        return clients[0]

    def carried(info: dict[str, Any]) -> Any:
        """The browser's next step, as the library words it."""
        location = dict(info["headers"]).get("Location")
        return redirect(location) if location else Response(info["data"], mimetype="text/html")

    @app.route("/metadata")
    def metadata() -> Any:
        return Response(create_metadata_string(None, config=client().config), mimetype="text/xml")

    @app.route("/login")
    def login() -> Any:
        request_id, info = client().prepare_for_authenticate(
            relay_state=RELAY_STATE, binding=bindings[request.args["binding"]]
        )
        outstanding[request_id] = "/"
        return carried(info)

    @app.route("/acs", methods=["POST"])
    def acs() -> Any:
        response = client().parse_authn_request_response(
            request.form["SAMLResponse"], BINDING_HTTP_POST, outstanding=outstanding
        )
        subject, identity = response.get_subject(), response.get_identity()
        session["name_id"] = code(subject)
        session["user"] = {
            "name_id": subject.text,
            "attributes": {"email": identity["mail"], "groups": identity["isMemberOf"]},
            "session_index": response.session_info()["session_index"],
        }
        return {**session["user"], "relay_state": request.form["RelayState"]}

    @app.route("/me")
    def me() -> Any:
        return session.get("user") or ({}, 401)

    @app.route("/logout")
    def logout() -> Any:
        [(binding, info)] = client().global_logout(decode(session["name_id"])).values()
        assert binding == BINDING_HTTP_REDIRECT
        return carried(info)

    @app.route("/slo")
    def slo() -> Any:
        if "SAMLResponse" in request.args:
            client().parse_logout_request_response(request.args["SAMLResponse"], BINDING_HTTP_REDIRECT)
            session.clear()
            return {"logged_out": True}
        info = client().handle_logout_request(
            request.args["SAMLRequest"], decode(session["name_id"]), BINDING_HTTP_REDIRECT,
            relay_state=request.args.get("RelayState"),
        )  # fmt: skip
        session.clear()
        return carried(info)

    return app


@contextmanager
def running(idp: FakeIdP, variant: Variant) -> Iterator[str]:
    with Server(service_provider(idp, variant)) as server:
        introduce(idp, server.url, variant, attributes="oid")  # the names that it knows
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
