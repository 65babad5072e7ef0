"""The single logout service: logout messages of an organization's identity providers."""

from __future__ import annotations

from werkzeug.wrappers import Response

from ssocli.sentry.auth.saml2.service_provider import has_saml
from ssocli.sentry.context import Context
from ssocli.sentry.pages import page


def single_logout_service(context: Context, organization: str) -> Response:
    """Take a LogoutRequest or a LogoutResponse, by Redirect or by POST."""
    if not has_saml(context.sentry, organization):
        return _not_understood(context, "there is no organization of this name with SAML single sign-on")
    # A form of another site brings no SameSite=Lax cookies; sessions are found by what the message says.
    context.is_new_browser = False
    from ssocli.sentry.auth.saml2 import logout
    from ssocli.sentry.auth.saml2.identity_provider import find_sender
    from ssocli.sentry.auth.saml2.logout_message import receive

    message = receive(context.request)
    if isinstance(message, str):
        return _not_understood(context, message)
    found = find_sender(context, organization, message.issuer)
    if found is None:
        return _not_understood(context, "its issuer is none of the organization's identity providers")
    handle = logout.answer if message.is_request else logout.confirmed
    return handle(context, *found, message)


def _not_understood(context: Context, reason: str) -> Response:
    text = f"This address takes the SAML logout messages of an identity provider, but {reason}."
    return page(context, "message", 400, title="Logout not possible", message=text)
