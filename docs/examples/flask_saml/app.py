"""A Flask application whose people log in with SAML, through python3-saml."""

import os

from flask import Flask, Response, redirect, request, session
from markupsafe import escape
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.errors import OneLogin_Saml2_Error
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings


def create_app():
    """The application; it reads the identity provider's metadata once, at the start."""
    app = Flask(__name__)
    app.secret_key = os.environ["SECRET_KEY"]
    metadata_url = os.environ["SAML_METADATA_URL"]
    idp = OneLogin_Saml2_IdPMetadataParser.parse_remote(metadata_url, entity_id=metadata_url)["idp"]

    def settings():
        return {
            "strict": True,
            "idp": idp,
            "sp": {
                "entityId": f"{request.host_url}metadata",
                "assertionConsumerService": {"url": f"{request.host_url}acs"},
                "NameIDFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
            },
            "security": {"wantAssertionsSigned": True, "rejectDeprecatedAlgorithm": True},
        }

    def saml():
        seen = {
            "https": "on" if request.is_secure else "off",
            "http_host": request.host,
            "script_name": request.path,
            "get_data": request.args,
            "post_data": request.form,
        }
        return OneLogin_Saml2_Auth(seen, settings())

    @app.get("/")
    def home():
        return f"Hello, {escape(session['name'])}." if "name" in session else "Nobody is logged in."

    @app.get("/metadata")
    def metadata():
        return Response(
            OneLogin_Saml2_Settings(settings(), sp_validation_only=True).get_sp_metadata(), mimetype="text/xml"
        )

    @app.get("/login")
    def login():
        auth = saml()
        away = auth.login()
        session["asked"] = auth.get_last_request_id()
        return redirect(away)

    @app.post("/acs")
    def acs():
        auth = saml()
        try:
            auth.process_response(request_id=session.pop("asked", None))
            problem = auth.get_last_error_reason() or ", ".join(auth.get_errors())
        except OneLogin_Saml2_Error as error:
            problem = str(error)
        if problem or not auth.is_authenticated():
            app.logger.warning("login failed: %s", problem)
            return "Your login failed. Please try again.", 400
        [session["name"]] = auth.get_attribute("name")
        return redirect("/")

    return app
