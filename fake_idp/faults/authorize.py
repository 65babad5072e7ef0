"""Authorization requests that are answered with an error (RFC 6749 4.1.2.1, OIDC Core 3.1.2.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.web import Response, html_response

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import AuthorizationResponse

fault = At("authorize", step="external_authentication")

OAUTH, OIDC = "RFC 6749 4.1.2.1", "OIDC Core 3.1.2.6"
ERRORS = {
    "invalid_request": OAUTH,
    "unauthorized_client": OAUTH,
    "access_denied": OAUTH,
    "unsupported_response_type": OAUTH,
    "invalid_scope": OAUTH,
    "server_error": OAUTH,
    "temporarily_unavailable": OAUTH,
    "interaction_required": OIDC,
    "login_required": OIDC,
    "account_selection_required": OIDC,
    "consent_required": OIDC,
    "invalid_request_uri": OIDC,
    "invalid_request_object": OIDC,
    "request_not_supported": OIDC,
    "request_uri_not_supported": OIDC,
    "registration_not_supported": OIDC,
    "unmet_authentication_requirements": "RFC 9470 5",
    "invalid_target": "RFC 8707 2",
}


@fault.family("{}", [(name, "authorization-error", spec) for name, spec in ERRORS.items()], reject="fail_cleanly")
def error(response: AuthorizationResponse, name: str) -> None:
    """The authorization request is answered with the error `{}`.

    Client: shows what happened, asks for no token, leaves its session as it was, and does not try again by itself.
    User: is back at the application and reads that the login failed, and why as far as they can help it.
    Seen: jupyterhub/oauthenticator PR 214, where the error was swallowed and the person saw a server error.
    """
    _fail(response, name, "Ordered by a fault.")


@fault("authorization-error", spec=OAUTH, reject="fail_cleanly")
def unknown_error(response: AuthorizationResponse) -> None:
    """The error is one that no specification knows.

    Client: shows it like any other.
    User: reads that the login failed.
    """
    _fail(response, "x_fake_error", "Ordered by a fault.")


@fault("authorization-error", spec=OAUTH, reject="fail_cleanly")
def error_with_markup(response: AuthorizationResponse) -> None:
    """The description of the error is HTML with a script.

    Client: shows it as text.
    User: reads odd characters; in a careless client, runs an attacker's script in the application's page.
    """
    _fail(response, "access_denied", "<script>document.title='owned'</script><b>bold</b>")


@fault("authorization-error", spec=OAUTH, reject="fail_cleanly")
def error_with_line_breaks(response: AuthorizationResponse) -> None:
    """The description of the error has line breaks and a header behind them.

    Client: lets them reach neither its headers nor its log lines.
    User: reads that the login failed.
    """
    _fail(response, "access_denied", "denied\r\nSet-Cookie: owned=1\r\n\r\nmore")


@fault("authorization-error", spec=OAUTH, reject="fail_cleanly")
def long_error(response: AuthorizationResponse) -> None:
    """The description of the error has four thousand characters.

    Client: cuts it where it shows it.
    User: reads that the login failed.
    """
    _fail(response, "access_denied", "x" * 4000)


@fault("identity-provider-error-page", spec=OAUTH, reject="fail_cleanly")
def error_page(response: AuthorizationResponse) -> None:
    """The identity provider shows an error page of its own, and the browser never comes back.

    Client: hears nothing; its pending login expires.
    User: is stuck at the identity provider, and has to begin again.
    """
    response.page = html_response("<!doctype html><title>Error</title><h1>Something went wrong</h1>", 500)


@fault("page-not-understood", spec=OAUTH, reject="fail_cleanly")
def blank_page(response: AuthorizationResponse) -> None:
    """The identity provider shows an empty page, and the browser never comes back.

    Client: hears nothing; its pending login expires.
    User: sees nothing, and has to begin again.
    """
    response.page = Response(200, b"", [("Content-Type", "text/html; charset=utf-8")])


def _fail(response: AuthorizationResponse, name: str, description: str) -> None:
    response.parameters[:0] = [("error", name), ("error_description", description)]
