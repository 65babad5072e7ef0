"""The endpoints of an OpenID or OAuth 2.0 provider, asked without credentials, code and token."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from ssocli.checks.endpoints import Role
from ssocli.checks.metadata import url_problem
from ssocli.config.model import OAuth2Provider, OidcProvider
from ssocli.diagnose.known import Configured
from ssocli.diagnose.live.asker import Asker
from ssocli.diagnose.live.refusal import is_known_there
from ssocli.sentry.auth.authorization_request import build_request
from ssocli.sentry.auth.client import Client

_FORM = (("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"))


def probe_oidc(asker: Asker, configured: Configured | None, document: dict[str, Any]) -> None:
    """Ask the endpoints that a discovery document names."""
    if url := endpoint(document, "authorization_endpoint"):
        _probe_authorization(asker, configured, url, is_configured=False)
    if url := endpoint(document, "token_endpoint"):
        _probe_token(asker, configured, url, is_configured=False)
    if url := endpoint(document, "userinfo_endpoint"):
        _probe_user_data(asker, "userinfo endpoint", url, is_configured=False)


def probe_oauth2(asker: Asker, configured: Configured, provider: OAuth2Provider) -> None:
    """Ask the endpoints that the configuration names."""
    _probe_authorization(asker, configured, provider.authorization_endpoint, is_configured=True)
    _probe_token(asker, configured, provider.token_endpoint, is_configured=True)
    _probe_user_data(asker, "user API", f"{provider.api_url.rstrip('/')}/user", is_configured=True)


def endpoint(document: dict[str, Any], name: str) -> str:
    """An address of the document, "" if there is none that could be asked; the rules for the document say why."""
    url = document.get(name)
    return url if isinstance(url, str) and url_problem(url) is None else ""


def _probe_authorization(asker: Asker, configured: Configured | None, url: str, *, is_configured: bool) -> None:
    """Send what a login would begin with; without a configuration, nothing but the question whether it is there."""
    is_login = configured is not None and is_known_there(configured.sentry_url, url)
    if configured is not None and is_login and isinstance(configured.provider, OidcProvider | OAuth2Provider):
        client = Client(configured.key, configured.provider, configured.redirect_uri)
        url = build_request(client, url).url
    asker.probe(
        "authorization endpoint",
        "GET",
        url,
        headers=(("Accept", "text/html"),),
        is_login=is_login,
        is_configured=is_configured,
    )


def _probe_token(asker: Asker, configured: Configured | None, url: str, *, is_configured: bool) -> None:
    fields = {"grant_type": "authorization_code"}
    if configured is not None and isinstance(configured.provider, OidcProvider | OAuth2Provider):
        # It is no secret, and GitHub answers 404 without it.
        fields["client_id"] = configured.provider.client_id
    body = urlencode(fields).encode("ascii")
    asker.probe("token endpoint", "POST", url, headers=_FORM, body=body, is_configured=is_configured)


def _probe_user_data(asker: Asker, role: Role, url: str, *, is_configured: bool) -> None:
    asker.probe(role, "GET", url, headers=(("Accept", "application/json"),), is_configured=is_configured)
