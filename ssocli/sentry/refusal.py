"""How a login ends early: the finding in the trace, the log, and what the flow lets the user see and do."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from ssocli.checks.check import Check, first_blocking
from ssocli.sentry.context import Context
from ssocli.sentry.pages import page, redirect
from ssocli.steps import Step
from ssocli.trace import Action, Failure, TraceBuilder

LOGGER = logging.getLogger("ssocli.sentry")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login that goes on over several requests. `provider` is empty for a password login."""

    builder: TraceBuilder
    organization: str = ""
    provider: str = ""
    next_page: str = ""


class LoginRefused(Exception):  # noqa: N818 - it is the outcome of a login, not an error of this program
    """A rule ended the login in the step in progress. `user_message` is what the page says."""

    def __init__(self, check: Check, user_message: str) -> None:
        super().__init__(f"{check.code} {check.name}")
        self.check = check
        self.user_message = user_message


def settle(builder: TraceBuilder, checks: Iterable[Check], user_message: str) -> None:
    """Report checks into the step in progress. Raises LoginRefused if one of them ends the login."""
    checks = tuple(checks)
    builder.add_checks(checks)
    if blocking := first_blocking(checks):
        raise LoginRefused(blocking, user_message)


def record(attempt: Attempt, refused: LoginRefused) -> Failure:
    """Write the failure into the trace and the log, where provisioning failures are errors (SSO flow step 7)."""
    check = refused.check
    message = f"{check.name.replace('-', ' ')}: expected {check.expected}, found {check.actual}"
    failure = attempt.builder.fail(check.code, message, refused.user_message)
    LOGGER.log(
        logging.ERROR if failure.step is Step.USER_PROVISIONING else logging.INFO,
        "login refused in %s: %s %s (organization %s, provider %s, trace %s)",
        failure.step.value,
        check.code,
        check.name,
        attempt.organization or "-",
        attempt.provider or "-",
        attempt.builder.trace_id,
        extra={
            "trace_id": attempt.builder.trace_id,
            "provider": attempt.provider,
            "organization": attempt.organization,
            "step": failure.step.value,
            "code": check.code,
        },
    )
    return failure


def answer(context: Context, attempt: Attempt, refused: LoginRefused) -> Response:
    """Record the refusal and show the user what the flow offers: the login page, another try, or support."""
    failure = record(attempt, refused)
    if failure.action is Action.RETURN_TO_LOGIN:
        context.flash(failure.user_message)
        response = redirect(login_url(attempt.organization, attempt.next_page))
    else:
        response = page(
            context,
            "refused",
            403,
            failure=failure,
            trace_id=attempt.builder.trace_id,
            retry_url=login_url(attempt.organization, attempt.next_page),
            retry_label=_retry_label(failure, refused.check),
        )
    response.call_on_close(lambda: context.sentry.journal.ended(attempt.builder))
    return response


def _retry_label(failure: Failure, check: Check) -> str:
    """What another try is called; empty where it would change nothing."""
    if check.name in ("sso-required", "sso-expired"):
        return "Log in with SSO"
    return "Try SSO again" if failure.action is Action.RETRY_OR_CONTACT_SUPPORT else ""


def login_url(organization: str, next_page: str = "") -> str:
    """The path of the login page, of the organization if one is known."""
    path = f"/auth/login/{organization}/" if organization else "/auth/login/"
    return f"{path}?{urlencode({'next': next_page})}" if next_page else path
