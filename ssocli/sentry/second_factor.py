"""Sentry's own second factor, asked after the password and after SSO of users who have one (RFC 6238)."""

from __future__ import annotations

import hmac

from werkzeug.wrappers import Response

from ssocli.checks import session as rules
from ssocli.checks.check import evaluate
from ssocli.one_time_code import PERIOD, code_at
from ssocli.sentry import accounts, admission, pending, secrets
from ssocli.sentry.context import Context
from ssocli.sentry.journal import Journal
from ssocli.sentry.pages import page, redirect
from ssocli.sentry.pending import SecondFactor
from ssocli.sentry.refusal import LOGGER, Attempt, LoginRefused, login_url, record, settle
from ssocli.steps import Step

_MOST_ATTEMPTS = 5
_WRONG = "The code is wrong or was used before. Please enter the one that your authenticator shows now."
_EXPIRED = "Your login has expired before the second factor. Please log in again."


def second_factor_page(context: Context) -> Response:
    """Ask for the code, and go on with the login when it is right."""
    with context.sentry.store.reading() as db:
        owed = pending.owed_second_factor(db, context.browser, context.now)
    if owed is None or owed.attempts >= _MOST_ATTEMPTS:
        context.flash(_EXPIRED)
        return redirect(login_url(""))
    if context.request.method == "GET":
        return page(context, "second_factor", message="")
    if not context.has_valid_csrf_token:
        return page(context, "second_factor", 403, message="This form has expired. Please try again.")
    return _submitted(context, owed)


def _submitted(context: Context, owed: SecondFactor) -> Response:
    attempt = _attempt(context, owed)
    builder = attempt.builder
    context.builder = builder
    builder.begin(Step.SESSION_CREATION)
    is_right = _use_code(context, owed.user_id, context.request.form.get("otp", ""))
    if is_right:
        with context.sentry.store.reading() as db:
            user = accounts.find_user(db, owed.user_id)
        if user is None:
            raise RuntimeError("a user who owes the second factor exists")
        return admission.admit_second_factor(context, attempt, user, owed.method)
    try:
        settle(builder, evaluate("session", rules.SessionContext(second_factor="wrong")), _WRONG)
    except LoginRefused as refused:
        record(attempt, refused)
    with context.sentry.store.transaction() as db:
        pending.count_attempt(db, context.browser)
    response = page(context, "second_factor", 401, message=_WRONG)
    response.call_on_close(lambda: context.sentry.journal.ended(builder))
    return response


def _attempt(context: Context, owed: SecondFactor) -> Attempt:
    journal: Journal = context.sentry.journal
    builder = journal.of_trace(owed.trace_id) or journal.open(context.browser)
    return Attempt(builder, owed.organization, owed.provider, owed.next_page)


def _use_code(context: Context, user_id: int, code: str) -> bool:
    """Whether this is the code of now or of one period around it; each is good once (RFC 6238 5.2)."""
    entered = code.replace(" ", "")
    with context.sentry.store.transaction() as db:
        secret, used = accounts.second_factor(db, user_id)
        if secret is None:
            return False
        current = int(context.now) // PERIOD
        for time_step in (current, current - 1, current + 1):
            shown = _code_at(secret, time_step, user_id)
            if time_step > used and hmac.compare_digest(shown.encode(), entered.encode()):
                accounts.use_code(db, user_id, time_step)
                return True
    return False


def _code_at(secret: str, time_step: int, user_id: int) -> str:
    try:
        return code_at(secret, time_step * PERIOD)
    except ValueError:
        LOGGER.error("user %d cannot give a second factor: the secret in the store is not base32", user_id)
        return secrets.token()  # a code that nobody can enter
