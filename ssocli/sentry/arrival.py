"""What all answers of identity providers have in common: their trace, and the words for those in trouble."""

from __future__ import annotations

from werkzeug.wrappers import Response

from ssocli.sentry import admission
from ssocli.sentry.context import Context
from ssocli.sentry.pages import page
from ssocli.sentry.pending import PendingLogin
from ssocli.sentry.refusal import login_url
from ssocli.steps import Step
from ssocli.trace import TraceBuilder

NO_TOKEN = "Your identity provider did not complete the login. Please try again, or contact {support}."
NOT_CONFIRMED = "Your login could not be confirmed. Please try SSO again, or contact {support}."
GONE = "This answer of an identity provider was used already, or came too late."
USED = "This answer of your identity provider was used already."
NOT_AWAITED = "No login of this browser waits for this answer."
NOT_CONFIGURED = "The identity provider of this login is not configured any more."
NO_COOKIE = (
    "This browser did not start a login here: it has no cookie of this Sentry. Start at the login page, in the "
    "browser in which you want to be logged in."
)


def trace_of(context: Context, login: PendingLogin) -> TraceBuilder:
    """The trace that this login began in; after a restart of Sentry a new one, which lacks the first steps."""
    builder = context.sentry.journal.of_trace(login.trace_id)
    if builder is None:
        builder = _without_first_steps(context, "happened before this Sentry was started")
    context.builder = builder
    return builder


def unsolicited_trace(context: Context) -> TraceBuilder:
    """The trace of a login that began at the identity provider: a new one, or that of the drive that is there now."""
    builder = context.sentry.journal.of_browser(context.browser)
    if builder is not None and builder.current is Step.EXTERNAL_AUTHENTICATION and builder.failure is None:
        context.builder = builder
        return builder
    context.builder = _without_first_steps(context, "the login began at the identity provider")
    return context.builder


def stray(context: Context, text: str) -> Response:
    """A request that belongs to no waiting login: it gets a clear page and is no part of any trace."""
    home = admission.home_of(context) if context.session is not None else ""
    return page(context, "stray", 400, message=text, home=home, login_url=login_url(""))


def not_sent_back(said: str) -> str:
    """What the user reads who was refused by the identity provider; `said` is its own reason."""
    reason = f": {said[:200].rstrip('.')}" if said else ""
    return f"You were not logged in by your identity provider{reason}. Please try again."


def _without_first_steps(context: Context, reason: str) -> TraceBuilder:
    builder = context.sentry.journal.open(context.browser)
    for step in (Step.USER_SELECTION, Step.IDP_SELECTION, Step.REDIRECT_TO_IDP):
        builder.skip(step, reason)
    return builder
