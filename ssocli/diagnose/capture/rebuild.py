"""One login of a capture as the ten steps, judged by the rules by which a login of our own is judged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from ssocli.checks import authentication as _authentication  # noqa: F401 - it declares the rules
from ssocli.checks import browser_view as _browser_view  # noqa: F401 - likewise
from ssocli.checks.authentication import AuthenticationContext, Ending
from ssocli.checks.browser_view import BrowserViewContext
from ssocli.checks.check import Check, Severity, Status, evaluate, first_blocking, rules
from ssocli.checks.saml_response import SamlResponseContext
from ssocli.diagnose.capture import oauth, saml
from ssocli.diagnose.capture.hop import Hop
from ssocli.diagnose.capture.known import Known
from ssocli.diagnose.capture.logins import ObservedLogin
from ssocli.diagnose.capture.view import last_hop, page_of, said_on, vendor_error, view
from ssocli.exchange import Exchange
from ssocli.flow.browser.page_kinds import login_form
from ssocli.steps import Step
from ssocli.text import printable
from ssocli.trace import Failure, Outcome, StepOutcome, Trace, action_after

_NOT_SEEN = "the capture begins later"
_BETWEEN_SERVERS = "happens between the servers, where the browser does not see it"
_INSIDE = "happens inside the application, where the browser does not see it"


@dataclass(slots=True)
class _Steps:
    """The steps as they are found; the first one that fails ends the login."""

    outcomes: list[StepOutcome] = field(default_factory=list)
    failure: Failure | None = None

    def add(
        self, step: Step, summary: str, checks: Iterable[Check] = (), hops: Iterable[Hop] = (), *, said: str = "",
        seen: bool = True,
    ) -> None:  # fmt: skip
        """Close a step; `seen` false says that the browser did not see it, unless a check tells."""
        checks, hops = tuple(checks), tuple(hops)
        if self.failure is not None:
            self.outcomes.append(StepOutcome(step, Status.NOT_REACHED))
            return
        started = next((hop.started for hop in hops if hop.started is not None), None)
        blocking = first_blocking(checks)
        status = _status(checks) if seen else Status.SKIPPED
        if blocking is not None:
            status, summary = Status.FAILED, f"{blocking.name.replace('-', ' ')}: {blocking.actual}"
            self.failure = Failure(step, blocking.code, summary, said, action_after(step))
        elapsed = sum(sum(filter(None, _phases(hop.exchange))) for hop in hops) if seen else None
        self.outcomes.append(
            StepOutcome(step, status, summary, checks, tuple(hop.exchange for hop in hops), started, elapsed)
        )


def rebuild(login: ObservedLogin, known: Known | None = None) -> Trace:
    """The ten steps of a login as far as the browser saw them; what it could not see is skipped, with the reason.

    A step that fails carries the finding; what comes after it is not reached. Never raises.
    """
    known = known or Known()
    seen = view(login)
    ways = evaluate("browser_view", seen)
    steps = _Steps()
    began = f"at {printable(seen.began_at.partition('?')[0])}" if seen.began_at else _NOT_SEEN
    steps.add(Step.USER_SELECTION, began, hops=login.before[:-1], seen=bool(seen.began_at))
    steps.add(Step.IDP_SELECTION, "the application's own choice", seen=False)
    _redirect(steps, login, known, ways)
    if login.request is None:
        steps.outcomes[-1] = StepOutcome(Step.REDIRECT_TO_IDP, Status.SKIPPED, _NOT_SEEN)
    context = saml.observed(login, known)

    def judged(step: Step) -> tuple[Check, ...]:
        if context is not None:
            return saml.response_checks(context, login, known, step)
        return oauth.response_checks(login, known, step)

    _visit(steps, login, judged(Step.EXTERNAL_AUTHENTICATION), seen)
    _answer(steps, login, judged, _tokens(login, known, context), ways, seen)
    steps.add(Step.USER_PROVISIONING, _INSIDE, seen=False)
    steps.add(Step.SESSION_CREATION, _INSIDE, _of(ways, Step.SESSION_CREATION), seen=False)
    steps.add(Step.AUTHORIZATION, _INSIDE, seen=False)
    _arrive(steps, login, seen)
    return Trace(_trace_id(login), _outcome(steps), tuple(steps.outcomes), steps.failure)


def _redirect(steps: _Steps, login: ObservedLogin, known: Known, ways: tuple[Check, ...]) -> None:
    lint = saml.request_checks if login.protocol == "SAML 2.0" else oauth.request_checks
    checks = (*_lenient(login, lint(login, known)), *_of(ways, Step.REDIRECT_TO_IDP))
    name = "AuthnRequest" if login.protocol == "SAML 2.0" else "authorization request"
    steps.add(Step.REDIRECT_TO_IDP, f"{name} to {login.idp}, {login.protocol}", checks, login.before[-1:])


def _lenient(login: ObservedLogin, checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """What is wrong with a request that was answered did not end the login: it is a warning then."""
    if login.response is None or login.response.get("error"):
        return checks
    return tuple(replace(check, severity=Severity.WARNING) if check.is_blocking else check for check in checks)


def _tokens(login: ObservedLogin, known: Known, context: SamlResponseContext | None) -> tuple[Check, ...]:
    """What is said about the user: the attributes of the assertion, or an ID token that passed through the browser."""
    return saml.attribute_checks(context, known) if context is not None else oauth.id_token_checks(login, known)


def _visit(steps: _Steps, login: ObservedLogin, response: tuple[Check, ...], seen: BrowserViewContext) -> None:
    """Step 4: how the visit to the identity provider ended."""
    hops = list(login.hops)
    if login.response is not None and login.response.hop in hops:
        hops = hops[: hops.index(login.response.hop) + (login.response.mode == "fragment")]
    checks = (*evaluate("authentication", _authentication_of(login, hops)), *response)
    pages = f"{len(hops)} requests at {login.idp}" if hops else "the identity provider's pages are not in the capture"
    steps.add(Step.EXTERNAL_AUTHENTICATION, pages, checks, hops, said=seen.said)


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


def _answer(
    steps: _Steps,
    login: ObservedLogin,
    judged: Callable[[Step], tuple[Check, ...]],
    tokens: tuple[Check, ...],
    ways: tuple[Check, ...],
    seen: BrowserViewContext,
) -> None:
    """Steps 5 and 6: what came back, and what the application made of it."""
    is_saml = login.protocol == "SAML 2.0"
    carrier = [login.response.hop] if login.response is not None else []
    checks = (*judged(Step.TOKEN_GENERATION), *_of(ways, Step.TOKEN_GENERATION))
    summary = "response by POST" if is_saml else f"a code came back; the token request {_BETWEEN_SERVERS}"
    steps.add(Step.TOKEN_GENERATION, summary, checks, carrier, said=seen.said, seen=login.response is not None)
    checks = (*judged(Step.TOKEN_VALIDATION), *tokens, *_of(ways, Step.TOKEN_VALIDATION))
    is_seen = is_saml or bool(tokens)
    summary = "assertion in the response" if is_saml else "ID token in the browser" if tokens else _BETWEEN_SERVERS
    steps.add(Step.TOKEN_VALIDATION, summary, checks, login.after[1:], said=seen.said, seen=is_seen)


def _arrive(steps: _Steps, login: ObservedLogin, seen: BrowserViewContext) -> None:
    last = last_hop(login)
    if not seen.arrived or last is None or seen.status is None:
        steps.add(Step.REDIRECT_TO_DASHBOARD, "the capture ends before", seen=False)
        return
    where = printable(seen.page_url.partition("?")[0])
    steps.add(Step.REDIRECT_TO_DASHBOARD, f"{where}, HTTP {seen.status}", hops=[last])


def _of(checks: tuple[Check, ...], step: Step) -> list[Check]:
    """The checks of an area that belong to one step."""
    codes = {rule.code for rule in rules("browser_view") if rule.step is step}
    return [check for check in checks if check.code in codes]


def _status(checks: Iterable[Check]) -> Status:
    found = any(check.status is Status.FAILED and check.severity is not Severity.INFO for check in checks)
    return Status.WARNED if found else Status.PASSED


def _phases(exchange: Exchange) -> tuple[float | None, ...]:
    phases = exchange.phases
    return (phases.dns, phases.tcp, phases.tls, phases.headers, phases.body)


def _outcome(steps: _Steps) -> Outcome:
    """Authenticated is what ended on a page of the application."""
    if steps.failure is not None:
        return Outcome.REFUSED
    return Outcome.AUTHENTICATED if steps.outcomes[-1].status is Status.PASSED else Outcome.REFUSED


def _trace_id(login: ObservedLogin) -> str:
    """The same for the same capture."""
    first = next(iter((*login.before, *login.hops)), None)
    text = f"{first.place} {first.exchange.url} {first.started}" if first is not None else ""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
