"""One login of a capture as the ten steps, judged by the rules by which a login of our own is judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from ssocli.checks import authentication as _authentication  # noqa: F401 - it declares the rules
from ssocli.checks import browser_view as _browser_view  # noqa: F401 - likewise
from ssocli.checks.authentication import AuthenticationContext, Ending
from ssocli.checks.check import Check, Severity, Status, evaluate, first_blocking
from ssocli.diagnose.capture import oauth, saml
from ssocli.diagnose.capture.hop import Hop
from ssocli.diagnose.capture.known import Known
from ssocli.diagnose.capture.logins import ObservedLogin
from ssocli.diagnose.capture.view import last_hop, page_of, said_on, vendor_error, view
from ssocli.flow.browser.page_kinds import login_form
from ssocli.steps import Step
from ssocli.text import printable
from ssocli.trace import Failure, Outcome, StepOutcome, Trace, action_after

# What makes a request unsafe, and no provider refuses.
_UNPROTECTED = frozenset(
    {"missing-state-in-request", "missing-nonce-in-request", "plain-pkce", "secret-in-request", "wrong-response-type"}
)
_NOT_SEEN = "the capture begins later"
_BETWEEN_SERVERS = "happens between the servers, where the browser does not see it"
_INSIDE = "happens inside the application, where the browser does not see it"


def rebuild(login: ObservedLogin, known: Known | None = None) -> Trace:
    """The ten steps of a login as far as the browser saw them; what it could not see is skipped, with the reason.

    A step that fails carries the finding; what comes after it is not reached. Never raises.
    """
    return _Rebuilding(login, known or Known()).run()


class _Rebuilding:
    """The steps as they are found; the first one that fails ends the login."""

    def __init__(self, login: ObservedLogin, known: Known) -> None:
        self.login = login
        self.known = known
        self.is_saml = login.protocol == "SAML 2.0"
        self.seen = view(login)
        self.response = saml.observed(login, known)
        self.outcomes: list[StepOutcome] = []
        self.failure: Failure | None = None

    def run(self) -> Trace:
        login, began_at = self.login, self.seen.began_at.partition("?")[0]
        began = f"at {printable(began_at)}" if began_at else _NOT_SEEN
        self._close(Step.USER_SELECTION, began, hops=login.before[:-1], is_seen=bool(began_at))
        self._close(Step.IDP_SELECTION, "the application's own choice", is_seen=False)
        self._redirect()
        self._visit()
        self._take_answer()
        self._close(Step.USER_PROVISIONING, _INSIDE, is_seen=False)
        self._close(Step.SESSION_CREATION, _INSIDE, self._way(Step.SESSION_CREATION), is_seen=False)
        self._close(Step.AUTHORIZATION, _INSIDE, is_seen=False)
        self._arrive()
        # Who reached a page of the application was let in.
        is_in = self.failure is None and self.outcomes[-1].status is Status.PASSED
        outcome = Outcome.AUTHENTICATED if is_in else Outcome.REFUSED
        return Trace(_trace_id(login), outcome, tuple(self.outcomes), self.failure)

    def _redirect(self) -> None:
        """Step 3: the request."""
        login = self.login
        if login.request is None:
            self._close(Step.REDIRECT_TO_IDP, _NOT_SEEN, is_seen=False)
            return
        lint, name = (saml.request_checks, "AuthnRequest") if self.is_saml else (oauth.request_checks, "request")
        checks = (*_lenient(login, lint(login, self.known)), *self._way(Step.REDIRECT_TO_IDP))
        self._close(Step.REDIRECT_TO_IDP, f"{name} to {login.idp}, {login.protocol}", checks, login.before[-1:])

    def _visit(self) -> None:
        """Step 4: how the visit to the identity provider ended."""
        login, hops = self.login, list(self.login.hops)
        if login.response is not None and login.response.hop in hops:
            hops = hops[: hops.index(login.response.hop) + (login.response.mode == "fragment")]
        step = Step.EXTERNAL_AUTHENTICATION
        authentication = evaluate("authentication", _authentication_of(login, hops))
        checks = (*self._way(step), *authentication, *self._judged(step))
        pages = f"{len(hops)} requests at {login.idp}" if hops else "the provider's pages are not in the capture"
        self._close(step, pages, checks, hops)

    def _take_answer(self) -> None:
        """Steps 5 and 6: what came back, and what the application made of it."""
        answer = self.login.response
        step = Step.TOKEN_GENERATION
        how = f"response by {answer.mode.replace('_', ' ')}" if answer is not None else "no answer is in the capture"
        summary = how if self.is_saml else f"{how}; the token request {_BETWEEN_SERVERS}"
        carrier = [answer.hop] if answer is not None else []
        checks = (*self._judged(step), *self._way(step))
        self._close(step, summary, checks, carrier, is_seen=answer is not None)
        step = Step.TOKEN_VALIDATION
        tokens = self._tokens()
        is_seen = self.response is not None or bool(tokens)
        summary = ("assertion in the response" if self.is_saml else "ID token") if is_seen else _BETWEEN_SERVERS
        checks = (*self._judged(step), *tokens, *self._way(step))
        self._close(step, summary, checks, self.login.after[1:], is_seen=is_seen)

    def _arrive(self) -> None:
        """Step 10: the page at the end."""
        last = last_hop(self.login)
        if not self.seen.arrived or last is None or self.seen.status is None:
            self._close(Step.REDIRECT_TO_DASHBOARD, "the capture ends before", is_seen=False)
            return
        where = printable(self.seen.page_url.partition("?")[0])
        self._close(Step.REDIRECT_TO_DASHBOARD, f"{where}, HTTP {self.seen.status}", hops=[last])

    def _judged(self, step: Step) -> tuple[Check, ...]:
        """The rules of the answer that belong to a step."""
        if self.response is not None:
            return saml.response_checks(self.response, self.login, self.known, step)
        return oauth.response_checks(self.login, self.known, step)

    def _tokens(self) -> tuple[Check, ...]:
        """What is said about the user: the assertion's attributes, or an ID token that passed through the browser."""
        if self.response is not None:
            return saml.attribute_checks(self.response, self.known)
        return oauth.id_token_checks(self.login, self.known)

    def _way(self, step: Step) -> tuple[Check, ...]:
        """The rules of the way through the browser that belong to a step."""
        return evaluate("browser_view", self.seen, step=step)

    def _close(
        self, step: Step, summary: str, checks: Iterable[Check] = (), hops: Iterable[Hop] = (), *, is_seen: bool = True
    ) -> None:
        """Write a step down. What the browser does not see is skipped, unless a check tells that it failed."""
        checks, hops = tuple(checks), tuple(hops)
        if self.failure is not None:
            self.outcomes.append(StepOutcome(step, Status.NOT_REACHED))
            return
        started = next((hop.started for hop in hops if hop.started is not None), None)
        status = _status(checks) if is_seen else Status.SKIPPED
        blocking = first_blocking(checks)
        if blocking is not None:
            status, summary = Status.FAILED, f"{blocking.name.replace('-', ' ')}: {blocking.actual}"
            self.failure = Failure(step, blocking.code, summary, self.seen.said, action_after(step))
        elapsed = sum(hop.exchange.phases.headers or 0.0 for hop in hops) if is_seen else None
        exchanges = tuple(hop.exchange for hop in hops)
        self.outcomes.append(StepOutcome(step, status, summary, checks, exchanges, started, elapsed))


def _lenient(login: ObservedLogin, checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """What is wrong with a request that was answered, or is nothing to the provider, ended no login: a warning."""
    is_answered = login.response is not None and not login.response.get("error")
    return tuple(
        replace(check, severity=Severity.WARNING)
        if check.is_blocking and (is_answered or check.name in _UNPROTECTED)
        else check
        for check in checks
    )


def _authentication_of(login: ObservedLogin, hops: list[Hop]) -> AuthenticationContext:
    if login.response is not None or not hops:
        return AuthenticationContext("returned")
    last = hops[-1]
    url, error, response = last.exchange.url.partition("?")[0], last.exchange.error, last.exchange.response
    shown = page_of(last)
    title = shown.title if shown is not None else ""
    if response is None:
        said = error.detail if error is not None else "the capture holds no answer"
        return AuthenticationContext("unreachable", said, url)
    said = said_on(shown) if shown is not None else ""
    ending: Ending = "timed_out"
    if shown is not None and shown.alerts and login_form(shown) is not None:
        ending = "credentials_refused"
    elif response.status >= 400 or (shown is not None and (shown.alerts or vendor_error(shown))):
        ending = "error_page"
    else:
        said = f"the capture ends at the page '{title or url}'"
    return AuthenticationContext(ending, said, url, response.status, title)


def _status(checks: Iterable[Check]) -> Status:
    found = any(check.status is Status.FAILED and check.severity is not Severity.INFO for check in checks)
    return Status.WARNED if found else Status.PASSED


def _trace_id(login: ObservedLogin) -> str:
    """The same for the same capture."""
    first = next(iter((*login.before, *login.hops)), None)
    text = f"{first.place} {first.exchange.url} {first.started}" if first is not None else ""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
