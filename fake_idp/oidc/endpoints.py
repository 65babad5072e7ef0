"""The endpoints by name: who handles them, with which methods, and how they say no.

Which paths they have, and which of them an issuer offers at all, is the business of its shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`handler` is "module:function", imported at the first request: what nobody asks for costs nothing."""

    handler: str
    methods: tuple[str, ...]
    errors: Literal["page", "json", "token", "bearer", "github_api"]
    cors: bool = False


ENDPOINTS = {
    "discovery": Endpoint("fake_idp.oidc.discovery:handle", ("GET",), "json", cors=True),
    "authorization_server_metadata": Endpoint("fake_idp.oidc.discovery:handle", ("GET",), "json", cors=True),
    "jwks": Endpoint("fake_idp.oidc.discovery:handle_jwks", ("GET",), "json", cors=True),
    "authorize": Endpoint("fake_idp.oidc.authorize:handle", ("GET", "POST"), "page"),
    "login": Endpoint("fake_idp.oidc.login:handle", ("GET", "POST"), "page"),
    "totp": Endpoint("fake_idp.oidc.login:handle_totp", ("GET", "POST"), "page"),
    "consent": Endpoint("fake_idp.oidc.consent:handle", ("GET", "POST"), "page"),
    "token": Endpoint("fake_idp.oidc.token:handle", ("POST",), "token", cors=True),
    "introspection": Endpoint("fake_idp.oidc.introspection:handle", ("POST",), "token"),
    "revocation": Endpoint("fake_idp.oidc.revocation:handle", ("POST",), "token", cors=True),
    "end_session": Endpoint("fake_idp.oidc.end_session:handle", ("GET", "POST"), "page"),
    "registration": Endpoint("fake_idp.oidc.registration:handle", ("POST",), "json", cors=True),
    "client_configuration": Endpoint(
        "fake_idp.oidc.registration:handle_client", ("GET", "PUT", "DELETE"), "bearer", cors=True
    ),
    "device_authorization": Endpoint("fake_idp.oidc.device:handle_authorization", ("POST",), "token"),
    "device": Endpoint("fake_idp.oidc.device:handle", ("GET", "POST"), "page"),
    "github_user": Endpoint("fake_idp.oidc.github:handle_user", ("GET",), "github_api"),
    "github_emails": Endpoint("fake_idp.oidc.github:handle_emails", ("GET",), "github_api"),
    "github_orgs": Endpoint("fake_idp.oidc.github:handle_orgs", ("GET",), "github_api"),
    "github_membership": Endpoint("fake_idp.oidc.github:handle_membership", ("GET",), "github_api"),
    "saml_metadata": Endpoint("fake_idp.saml.metadata:handle", ("GET",), "page", cors=True),
    "saml_certificate": Endpoint("fake_idp.saml.metadata:handle_certificate", ("GET",), "page", cors=True),
    "saml_sso": Endpoint("fake_idp.saml.sso:handle", ("GET", "POST"), "page"),
    "saml_sso_init": Endpoint("fake_idp.saml.sso:handle_init", ("GET", "POST"), "page"),
    "saml_slo": Endpoint("fake_idp.saml.slo:handle", ("GET", "POST"), "page"),
    "userinfo": Endpoint("fake_idp.oidc.userinfo:handle", ("GET", "POST"), "bearer", cors=True),
}
