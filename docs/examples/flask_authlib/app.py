"""A Flask application whose people log in with OpenID Connect, through Authlib."""

import os

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session, url_for
from joserfc.errors import JoseError
from markupsafe import escape
from requests import RequestException


def create_app():
    """The application, with the client's settings from the environment."""
    app = Flask(__name__)
    app.secret_key = os.environ["SECRET_KEY"]
    oauth = OAuth(app)
    oauth.register(
        "idp",
        server_metadata_url=os.environ["OIDC_METADATA_URL"],
        client_id=os.environ["OIDC_CLIENT_ID"],
        client_secret=os.environ["OIDC_CLIENT_SECRET"],
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
    )

    @app.get("/")
    def home():
        return f"Hello, {escape(session['name'])}." if "name" in session else "Nobody is logged in."

    @app.get("/login")
    def login():
        return oauth.idp.authorize_redirect(url_for("callback", _external=True))

    @app.get("/callback")
    def callback():
        try:
            token = oauth.idp.authorize_access_token()
        except (AuthlibBaseError, JoseError, RequestException) as error:
            app.logger.warning("login failed: %s", error)
            return "Your login failed. Please try again.", 400
        if "userinfo" not in token:
            return "Your identity provider did not say who you are.", 400
        session["name"] = token["userinfo"]["name"]
        return redirect("/")

    return app
