"""The related flow: e-mail address and password at the login page, without an identity provider."""

from __future__ import annotations

from werkzeug.wrappers import Response

from ssocli.checks import login as rules
from ssocli.checks.check import evaluate
from ssocli.sentry import accounts, admission, passwords, users
from ssocli.sentry.context import Context
from ssocli.sentry.records import UserRecord
from ssocli.sentry.refusal import Attempt, LoginRefused, settle
from ssocli.steps import Step

_MOST_ATTEMPTS = 5
_WINDOW_SECONDS = 60.0
_SKIPPED = "a password login goes through no identity provider"
_MESSAGES = {
    "right": "",
    "wrong": "The e-mail address or the password is wrong. Please try again.",
    "too_many_attempts": "Too many attempts. Please wait a minute and try again.",
    "disabled": "This account is disabled. Please contact {support}.",
}
_STATUS = {"LOGIN001": 404, "LOGIN005": 401, "LOGIN006": 429, "LOGIN007": 403}


def log_in(context: Context, attempt: Attempt) -> Response:
    """Judge the password (step 1), skip what only SSO has, and admit the user. Raises LoginRefused."""
    form = context.request.form
    email = form.get("username", "").strip()
    builder = attempt.builder
    user, verdict = _verify(context, email, form.get("password", ""))
    observed = rules.LoginContext(password=verdict, username=email)
    message = _MESSAGES[verdict].format(support=context.sentry.config.sentry.support)
    settle(builder, evaluate("login", observed, step=Step.USER_SELECTION), message)
    if user is None:
        raise RuntimeError("a rule of step 1 must have refused this password")
    organization = admission.organization_for(context, user, attempt.next_page, form.get("organization", "").strip())
    builder.conclude(f"{user.email}, with a password")
    for step in (
        Step.IDP_SELECTION,
        Step.REDIRECT_TO_IDP,
        Step.EXTERNAL_AUTHENTICATION,
        Step.TOKEN_GENERATION,
        Step.TOKEN_VALIDATION,
    ):
        builder.skip(step, _SKIPPED)
    return admission.admit_user(context, Attempt(builder, organization, "", attempt.next_page), user)


def status_of(refused: LoginRefused) -> int:
    """The HTTP status of the login page that shows the refusal."""
    return _STATUS.get(refused.check.code, 400)


def _verify(context: Context, email: str, password: str) -> tuple[UserRecord | None, rules.PasswordVerdict]:
    """Look at the password, unless there were too many wrong ones.

    An attempt counts as wrong until it turns out right, so that many at once are not more than many in a row. The
    hashes are made outside of any transaction: they take long, and nobody else should wait for them.
    """
    store, now = context.sentry.store, context.now
    with store.transaction() as db:
        if accounts.count_failed_passwords(db, email, now - _WINDOW_SECONDS) >= _MOST_ATTEMPTS:
            return None, "too_many_attempts"
        attempt = accounts.note_failed_password(db, email, now)
        stored = accounts.password_hash(db, email)
    renewed = users.renewed_hash(email, stored, context.sentry.config.users)
    if not passwords.verify_password(password, renewed or stored):
        return None, "wrong"
    with store.transaction() as db:
        accounts.forget_failed_password(db, attempt)
        if renewed is not None:
            accounts.put_password(db, email, renewed)
        user = accounts.find_user_by_email(db, email)
    return user, "right" if user is None or user.active else "disabled"
