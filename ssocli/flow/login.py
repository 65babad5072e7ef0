"""The headless drive of one login: what a person with a browser would do, from the login page to the dashboard.

The emulated Sentry reports the steps that are its own; the drive reports the one that only the browser sees, the
visit to the identity provider (step 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from ssocli.checks.check import Check, evaluate, first_blocking
from ssocli.flow.browser import Browser, BrowserStopped, Form, Navigation, Page
from ssocli.flow.person import Person
from ssocli.flow.sign_in import Visit, sign_in
from ssocli.steps import Step
from ssocli.trace import TraceBuilder


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """What the person wants: where to log in, with which provider, as whom, and how to behave there.

    With `start_url` the login begins at that page of the identity provider (SAML Profiles 4.1.5).
    """

    organization: str
    provider: str
    person: Person
    login_hint: str = ""
    next_url: str = ""
    deny: bool = False
    start_url: str = ""


def log_in(sentry: str, request: LoginRequest, trace: TraceBuilder, browser: Browser) -> None:
    """Log in with SSO at the emulated Sentry at `sentry` (its public URL); all that happens is in the trace."""
    _Drive(sentry, request, trace, browser).run()


def log_in_with_password(sentry: str, request: LoginRequest, trace: TraceBuilder, browser: Browser) -> None:
    """Log in with e-mail and password at the login page."""
    _Drive(sentry, request, trace, browser).run_password()


class _Drive:
    def __init__(self, sentry: str, request: LoginRequest, trace: TraceBuilder, browser: Browser) -> None:
        self.sentry = sentry
        self.request = request
        self.trace = trace
        self.browser = browser

    def run(self) -> None:
        try:
            leaving = self._begin_elsewhere() if self.request.start_url else self._choose_provider()
            arriving = self._visit_identity_provider(leaving) if leaving is not None else None
            if arriving is not None:
                self._arrive(self._come_back(arriving))
        except BrowserStopped as stopped:
            # What the identity provider does is caught where it happens; this is our own application.
            self.trace.tool_error(f"the browser was stopped at the emulated Sentry: {stopped}")

    def run_password(self) -> None:
        try:
            page = self._login_page()
            form = _form_with(page, "password")
            person = self.request.person
            self._arrive(self.browser.submit(form, {"username": person.username, "password": person.password or ""}))
        except BrowserStopped as stopped:
            self.trace.tool_error(f"the browser was stopped at the emulated Sentry: {stopped}")

    def _login_page(self) -> Page:
        self.trace.begin(Step.USER_SELECTION)
        query = f"?{urlencode({'next': self.request.next_url})}" if self.request.next_url else ""
        return self.browser.open(f"{self.sentry}/auth/login/{query}")

    def _choose_provider(self) -> Navigation | None:
        """Steps 1 to 3; the request that leaves for the identity provider, None if Sentry did not get that far."""
        page = self.browser.submit(
            _form_with(self._login_page(), "organization"), {"organization": self.request.organization}
        )
        if self.trace.failure is not None:
            return None
        form = _form_with_button(page, "provider", self.request.provider)
        values = {"login_hint": self.request.login_hint} if self.request.login_hint else {}
        self.browser.stop_before = lambda _method, url: not self._is_sentry(url)
        page = self.browser.submit(form, values, self.request.provider)
        return page.pending if self.trace.failure is None else None

    def _begin_elsewhere(self) -> Navigation:
        """A login that begins at the identity provider has no steps 1 to 3."""
        for step in (Step.USER_SELECTION, Step.IDP_SELECTION, Step.REDIRECT_TO_IDP):
            self.trace.skip(step, "the login began at the identity provider")
        return Navigation("GET", self.request.start_url)

    def _visit_identity_provider(self, leaving: Navigation) -> Navigation | None:
        """Step 4; the request that brings the browser back, None if it never gets there."""
        self.trace.begin(Step.EXTERNAL_AUTHENTICATION)
        self.browser.stop_before = lambda _method, url: self._is_sentry(url)
        visit = sign_in(self.browser, leaving, self.request.person, deny=self.request.deny)
        checks = evaluate("authentication", visit.observed)
        blocking = first_blocking(checks)
        if blocking is not None:
            self.trace.add_checks(checks)
            self.trace.fail(blocking.code, _headline(visit, blocking), visit.observed.said or visit.observed.title)
            return None
        if visit.back is not None and not _carries_error(visit.back):
            self.trace.add_checks(checks)
            self.trace.conclude(visit.summary)
        return visit.back

    def _come_back(self, arriving: Navigation) -> Page:
        """Steps 5 to 9 happen while this request is answered; the redirect to the dashboard is followed."""
        page = self.browser.resume(arriving)
        fragment = urlsplit(arriving.url).fragment
        if fragment and self.trace.failure is None and page.pending is not None:
            # What the page's own script does: fill its form from the fragment, which no server ever sees, and submit.
            form = next(form for form in page.forms if form.method == "POST")
            known = {name: values[0] for name, values in parse_qs(fragment).items() if form.field(name) is not None}
            self.browser.stop_before = None
            return self.browser.submit(form, known)
        return page

    def _arrive(self, page: Page) -> None:
        """The end of the way: the dashboard, Sentry's own second factor before it, or a page that says why not."""
        self.browser.stop_before = None
        if page.pending is not None:
            page = self.browser.resume(page.pending)
        code_form = next((form for form in page.forms if form.field("otp") is not None), None)
        if self.trace.failure is None and code_form is not None:
            self.browser.submit(code_form, {"otp": self.request.person.one_time_code() or ""})
        if self.trace.failure is None and not self.trace.concluded:
            self.trace.tool_error("the login neither reached the dashboard nor was it refused")

    def _is_sentry(self, url: str) -> bool:
        return urlsplit(url)[:2] == urlsplit(self.sentry)[:2]


def _form_with(page: Page, field: str) -> Form:
    found = next((form for form in page.forms if form.field(field) is not None), None)
    if found is None:
        raise BrowserStopped(f"{page.url} has no form with a field {field!r}")
    return found


def _form_with_button(page: Page, name: str, value: str) -> Form:
    for form in page.forms:
        if any(button.name == name and button.value == value for button in form.buttons):
            return form
    raise BrowserStopped(f"{page.url} does not offer {name} {value!r}")


def _carries_error(back: Navigation) -> bool:
    parts = urlsplit(back.url)
    sent = "&".join((parts.query, parts.fragment, back.body.decode("utf-8", "replace")))
    return "error" in parse_qs(sent)


def _headline(visit: Visit, finding: Check) -> str:
    return f"{finding.name.replace('-', ' ')}: {visit.observed.said or finding.actual}"
