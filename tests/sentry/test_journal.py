from __future__ import annotations

from ssocli.sentry.app import create_app
from ssocli.sentry.journal import BrowserJournal, SingleJournal
from ssocli.steps import Step
from ssocli.trace import Event, Listener, Outcome, Trace, TraceBuilder, TraceFinished

from .site import Browser, Site


def listening(finished: list[Trace]) -> Listener:
    def listen(event: Event) -> None:
        if isinstance(event, TraceFinished):
            finished.append(event.trace)

    return listen


def test_one_run_has_one_trace() -> None:
    builder = TraceBuilder()
    journal = SingleJournal(builder)
    assert journal.open("a") is journal.of_browser("b") is journal.of_trace(builder.trace_id) is builder
    assert journal.of_trace("another") is None
    assert not journal.over.is_set()
    journal.ended(builder)
    assert journal.over.is_set()
    journal.open("a")
    assert not journal.over.is_set()


def test_every_login_of_every_browser_has_its_own_trace() -> None:
    journal = BrowserJournal()
    first, other, second = journal.open("a"), journal.open("b"), journal.open("a")
    assert len({first.trace_id, other.trace_id, second.trace_id}) == 3
    assert journal.of_browser("a") is second
    assert journal.of_browser("b") is other
    assert journal.of_trace(first.trace_id) is first
    assert journal.of_browser("c") is None


def test_only_so_many_traces_are_kept() -> None:
    journal = BrowserJournal(limit=3)
    builders = [journal.open(str(number)) for number in range(3)]
    assert journal.of_browser("0") is builders[0]  # used just now: not the next to go
    journal.open("3")
    assert journal.of_trace(builders[0].trace_id) is builders[0]
    assert journal.of_browser("1") is None
    assert journal.of_trace(builders[1].trace_id) is None


def test_many_browsers_log_in_at_once_each_into_its_own_trace(site: Site) -> None:
    finished: list[Trace] = []
    journal = BrowserJournal(lambda: [listening(finished)])
    site.app = create_app(site.config, site.store, journal=journal, url=site.url)
    first, second = Browser(site), Browser(site)
    answers = [(browser, site.provider.authorize(browser.start())) for browser in (first, second)]
    for browser, answer in reversed(answers):
        browser.get("/auth/sso/", **answer)
    assert [trace.outcome for trace in finished] == [Outcome.AUTHENTICATED] * 2
    assert finished[0].trace_id != finished[1].trace_id


def test_a_refused_login_is_finished_and_the_next_try_is_another_trace(site: Site) -> None:
    finished: list[Trace] = []
    journal = BrowserJournal(lambda: [listening(finished)])
    site.app = create_app(site.config, site.store, journal=journal, url=site.url)
    browser = Browser(site)
    sent = site.provider.authorize(browser.start())
    browser.get("/auth/sso/", error="access_denied", state=sent["state"])
    page = browser.post("/auth/login/acme/", init="1", provider="oidc")
    browser.get("/auth/sso/", **site.provider.authorize(page.headers["Location"]))
    assert [trace.outcome for trace in finished] == [Outcome.REFUSED, Outcome.AUTHENTICATED]
    assert finished[0].trace_id != finished[1].trace_id
    assert finished[0].failure is not None
    assert finished[0].failure.step is Step.EXTERNAL_AUTHENTICATION


def test_a_login_survives_a_restart_of_sentry(site: Site) -> None:
    sent = site.provider.authorize(site.browser.start())
    journal = BrowserJournal()
    site.browser.client.application = create_app(site.config, site.store, journal=journal, url=site.url)
    site.browser.get("/auth/sso/", **sent)
    assert site.browser.path == "/organizations/acme/issues/"
