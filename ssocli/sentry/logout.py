"""Log out of Sentry. Only a SAML identity provider is told, if it wants to be."""

from __future__ import annotations

from werkzeug.wrappers import Response

from ssocli.sentry import saml_records
from ssocli.sentry.context import SESSION_COOKIE, Context
from ssocli.sentry.pages import page, redirect
from ssocli.sentry.refusal import login_url
from ssocli.sentry.sessions import end_session


def log_out(context: Context) -> Response:
    """End the session of this browser."""
    if not context.has_valid_csrf_token:
        message = "This form has expired. Go back, reload the page and try again."
        return page(context, "message", 403, title="Not logged out", message=message)
    context.cookies.append(context.cookie(SESSION_COOKIE, "", 0))
    session, token = context.session, context.request.cookies.get(SESSION_COOKIE)
    if session is None or token is None:
        return redirect(login_url(""))
    with context.sentry.store.transaction() as db:
        login = saml_records.find_login(db, session.trace_id)
        end_session(db, token)
    if login is None or login.provider not in context.sentry.config.providers:
        return redirect(login_url(""))
    from ssocli.sentry.auth.saml2.logout import leave

    organization = context.sentry.config.organization_of(login.provider)
    return leave(context, organization, login) or redirect(login_url(""))
