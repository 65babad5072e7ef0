"""Step 4 as the browser sees it: answer the identity provider's pages until it sends the browser back."""

from __future__ import annotations

from dataclasses import dataclass, field

from ssocli.checks.authentication import AuthenticationContext, Ending
from ssocli.flow.browser import Browser, BrowserStopped, Button, Form, Navigation, Page
from ssocli.flow.browser.page_kinds import LoginForm, consent_form, login_form, says
from ssocli.flow.person import Person

# More pages than any login has; a provider that shows the same question for ever must end.
_MOST_PAGES = 12


@dataclass(frozen=True, slots=True)
class Visit:
    """How the visit ended. `back` is the request that brings the browser back to the application."""

    observed: AuthenticationContext
    summary: str
    back: Navigation | None = None


@dataclass(slots=True)
class _Progress:
    """What the person has done so far."""

    person: Person
    deny: bool
    done: list[str] = field(default_factory=list)

    def end(self, ending: Ending, page: Page) -> Visit:
        said = page.alerts[0] if page.alerts else page.text[:300] if page.status >= 400 else ""
        observed = AuthenticationContext(ending, said, page.url, page.status, page.title, self.person.username)
        return Visit(observed, self.summary(), page.pending)

    def summary(self) -> str:
        if not self.done:
            return "the identity provider knew the browser and asked for nothing"
        return f"{self.person.username}: {', '.join(dict.fromkeys(self.done))}"


def sign_in(browser: Browser, leaving: Navigation, person: Person, *, deny: bool = False) -> Visit:
    """Send the authorization request and answer every page until the browser is sent back (or is stuck).

    With `deny` the person refuses at the first page that offers it. Never raises for what the provider does.
    """
    progress = _Progress(person, deny)
    try:
        page = browser.resume(leaving)
        for _ in range(_MOST_PAGES):
            answer = _answer(page, progress)
            if isinstance(answer, Visit):
                return answer
            form, values, button = answer
            page = browser.submit(form, values, button)
        return progress.end("not_understood", page)
    except BrowserStopped as stopped:
        error = stopped.exchange.error if stopped.exchange else None
        ending: Ending = "timed_out" if error is not None and error.kind == "timeout" else "unreachable"
        url = stopped.exchange.url.partition("?")[0] if stopped.exchange else ""
        observed = AuthenticationContext(ending, str(stopped), url, username=person.username)
        return Visit(observed, progress.summary())


Submission = tuple[Form, dict[str, str], Button | None]


def _answer(page: Page, progress: _Progress) -> Submission | Visit:
    """What the person does with this page: a form to submit, or the end of the visit."""
    if page.pending is not None:
        return progress.end("returned", page)
    if progress.deny and (refusal := _refusal(page)) is not None:
        progress.done.append("refused access")
        return (refusal[0], {}, refusal[1])
    login = login_form(page)
    if login is not None:
        return _fill(login, page, progress)
    consent = consent_form(page)
    if consent is not None and consent.allow is not None and page.status < 400:
        progress.done.append("allowed access")
        return (consent.allow[0], {}, consent.allow[1])
    if page.status >= 400 or page.alerts:
        return progress.end("error_page", page)
    return progress.end("not_understood", page)


def _fill(login: LoginForm, page: Page, progress: _Progress) -> Submission | Visit:
    """Each factor is given once: a page that asks again has refused it."""
    person = progress.person
    code = ""
    if login.password is not None:
        said, again = "gave the password", "credentials_refused"
    elif login.code is not None:
        said, again = "gave the one-time code", "second_factor_refused"
    else:
        said, again = "gave the user name", "credentials_refused"
    if said in progress.done:
        return progress.end(again, page)  # type: ignore[arg-type]  # one of the two literals above
    if login.code is not None:
        code = person.one_time_code() or ""
        if not code:
            return progress.end("second_factor_wanted", page)
    progress.done.append(said)
    values = login.values(username=person.username, password=person.password or "", code=code)
    return (login.form, {name: str(value) for name, value in values.items()}, login.button)


def _refusal(page: Page) -> tuple[Form, Button] | None:
    return next(
        ((form, button) for form in page.forms for button in form.buttons if says("deny", button.text, button.value)),
        None,
    )
