"""Authlib's Flask client logs in against the fake identity provider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, redirect, session, url_for

from fake_idp import FakeIdP
from fake_idp.server import Server
from ssocli.flow.browser import Page


def relying_party(issuer: str, client_id: str, secret: str, method: str) -> Flask:
    from authlib.integrations.flask_client import OAuth

    app = Flask(__name__)
    app.secret_key = "interop"
    oauth = OAuth(app)
    oauth.register(
        "idp",
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_id=client_id,
        client_secret=secret,
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": method,
        },
    )

    @app.route("/login")
    def login() -> Any:
        return oauth.idp.authorize_redirect(url_for("callback", _external=True))

    @app.route("/callback")
    def callback() -> Any:
        token = oauth.idp.authorize_access_token()
        session["claims"] = {**token["userinfo"], "fetched": oauth.idp.userinfo(token=token)["sub"]}
        return redirect("/me")

    @app.route("/me")
    def me() -> Any:
        return session["claims"]

    return app


@pytest.mark.filterwarnings("default")  # what other people's packages warn about is their affair
@pytest.mark.parametrize(
    ("client_id", "method"), [("sentry", "client_secret_basic"), ("sentry-post", "client_secret_post")]
)
def test_authlib_logs_in(idp: FakeIdP, sign_in: Callable[[str], Page], client_id: str, method: str) -> None:
    app = relying_party(idp.issuer(), client_id, "sentry-secret", method)
    with Server(app) as server:
        page = sign_in(f"{server.url}/login")
    assert page.status == 200, page.text
    assert '"email":"alice@acme.example"' in page.source.replace(": ", ":")
    assert [entry.accepted for entry in idp.requests("token")] == [True]
