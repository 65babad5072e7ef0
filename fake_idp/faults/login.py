"""Logins at the identity provider that do not succeed, though the credentials are good (OIDC Core 3.1.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.refusal import Refusal
from fake_idp.web import Response, html_response

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import LoginAttempt

fault = At("login", step="external_authentication")

AUTHENTICATION = "OIDC Core 3.1.2.3"
PAGE = "<!doctype html><html lang=en><title>{0}</title><h1>{0}</h1><p>{1}</p>"


@fault("credentials-refused", spec=AUTHENTICATION, reject="fail_cleanly")
def wrong_password(attempt: LoginAttempt) -> None:
    """The identity provider says that the password is wrong.

    Client: hears nothing until the person gives up.
    User: tries again, and in the end asks for help.
    """
    attempt.refusal = Refusal("access_denied", "The username or the password is wrong.", "password", status=401)


@fault("credentials-refused", spec=AUTHENTICATION, reject="fail_cleanly")
def account_locked(attempt: LoginAttempt) -> None:
    """The identity provider says that the account is locked.

    Client: hears nothing until the person gives up.
    User: has to ask the administrator of the identity provider.
    """
    attempt.refusal = Refusal("access_denied", "This account is locked.", status=403)


@fault("credentials-refused", spec=AUTHENTICATION, reject="fail_cleanly")
def password_expired(attempt: LoginAttempt) -> None:
    """The identity provider says that the password has expired.

    Client: hears nothing until the person gives up.
    User: has to change the password at the identity provider first.
    """
    attempt.refusal = Refusal("access_denied", "Your password has expired; change it first.", status=403)


@fault("credentials-refused", spec=AUTHENTICATION, reject="fail_cleanly")
def not_assigned(attempt: LoginAttempt) -> None:
    """The identity provider says that the person may not use this application.

    Client: hears nothing until the person gives up.
    User: has to ask the administrator to be assigned to the application.
    Seen: Okta's "User is not assigned to the client application", Entra's AADSTS50105.
    """
    attempt.refusal = Refusal("access_denied", "You are not assigned to this application.", status=403)


@fault("identity-provider-error-page", spec=AUTHENTICATION, reject="fail_cleanly")
def error_page(attempt: LoginAttempt) -> None:
    """The identity provider fails with a page of its own once the credentials were given.

    Client: hears nothing; its pending login expires.
    User: is stuck at the identity provider, and has to begin again.
    """
    attempt.page = html_response(PAGE.format("Error", "Something went wrong."), 500)


@fault("identity-provider-error-page", spec=AUTHENTICATION, reject="fail_cleanly")
def maintenance(attempt: LoginAttempt) -> None:
    """The identity provider is down for maintenance once the credentials were given.

    Client: hears nothing; its pending login expires.
    User: has to wait, and to begin again.
    """
    attempt.page = html_response(PAGE.format("Maintenance", "We are back soon."), 503, [("Retry-After", "120")])


@fault("page-not-understood", spec=AUTHENTICATION, reject="fail_cleanly")
def terms_of_use(attempt: LoginAttempt) -> None:
    """The identity provider wants new terms of use to be read, on a page that leads nowhere without a script.

    Client: hears nothing until the person has agreed.
    User: has to agree first; headless logins are stuck.
    """
    attempt.page = html_response(PAGE.format("New terms of use", "Read them to the end, then the button appears."))


@fault("page-not-understood", spec=AUTHENTICATION, reject="fail_cleanly")
def blank_page(attempt: LoginAttempt) -> None:
    """The identity provider shows an empty page once the credentials were given.

    Client: hears nothing; its pending login expires.
    User: sees nothing, and has to begin again.
    """
    attempt.page = Response(200, b"", [("Content-Type", "text/html; charset=utf-8")])
