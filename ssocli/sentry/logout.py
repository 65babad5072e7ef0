"""Log out of Sentry. As in Sentry, the identity provider is not told."""

from __future__ import annotations

from werkzeug.wrappers import Response

from ssocli.sentry.context import SESSION_COOKIE, Context
from ssocli.sentry.pages import page, redirect
from ssocli.sentry.refusal import login_url
from ssocli.sentry.sessions import end_session


def log_out(context: Context) -> Response:
    """End the session of this browser."""
    if not context.has_valid_csrf_token:
        message = "This form has expired. Go back, reload the page and try again."
        return page(context, "message", 403, title="Not logged out", message=message)
    if token := context.request.cookies.get(SESSION_COOKIE):
        with context.sentry.store.transaction() as db:
            end_session(db, token)
    context.cookies.append(context.cookie(SESSION_COOKIE, "", 0))
    return redirect(login_url(""))
