"""The emulated Sentry on a real socket, and people with browsers in front of it."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec

from fake_idp.server import Server
from ssocli import wire
from ssocli.checks.check import Check, Status
from ssocli.clock import Clock
from ssocli.config.model import Config
from ssocli.exchange import Exchange
from ssocli.flow.browser import Browser, Form, Navigation, Page
from ssocli.flow.person import Person
from ssocli.flow.sign_in import sign_in
from ssocli.sentry.app import create_app
from ssocli.sentry.journal import BrowserJournal, SingleJournal
from ssocli.sentry.store import Store
from ssocli.sentry.users import seed
from ssocli.steps import Step
from ssocli.trace import Action, Event, Outcome, Trace, TraceBuilder, TraceFinished


class MovableClock:
    """A clock that a test moves ahead; the real one cannot be changed."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return Clock(self.ahead).now()


class Site:
    """A running Sentry. With `many` browsers each login has its own trace, otherwise there is one trace."""

    def __init__(
        self, config: Config, store: Store, *, many: bool = False, config_dir: Path | None = None, send: Any = wire.send
    ) -> None:
        self.config = config
        self.store = store
        self.clock = MovableClock()
        self.finished: list[Trace] = []
        self._news = threading.Condition()
        self.builder = TraceBuilder()
        journal = BrowserJournal(lambda: [self._hear]) if many else SingleJournal(self.builder)
        self.connections = wire.Connections()
        self.server = Server(lambda _environ, _start: [], "127.0.0.1", 0)
        self.url = self.server.url
        seed(store, config, self.clock.now())
        self.server.app = create_app(
            config,
            store,
            journal=journal,
            url=self.url,
            clock=self.clock,
            send=partial(send, connections=self.connections),
            config_dir=config_dir,
        )
        self.server.start()

    def _hear(self, event: Event) -> None:
        if isinstance(event, TraceFinished):
            with self._news:
                self.finished.append(event.trace)
                self._news.notify_all()

    def traces(self, count: int) -> list[Trace]:
        """The finished traces, once there are so many: a trace is finished after its last page was sent."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.finished) >= count, timeout=5), self.finished
            return list(self.finished)

    def close(self) -> None:
        self.server.stop()
        self.connections.close()

    def visitor(self) -> Visitor:
        return Visitor(self)

    def trace(self) -> Trace:
        """The one trace, finished."""
        return self.builder.finish()


@dataclass
class Visitor:
    """A person with a browser of their own."""

    site: Site
    seen: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        # As in every browser, connections stay open between hops of one origin; here they end with the visit.
        self.browser = Browser(self.observe, send=wire.send)

    def observe(self, exchange: Exchange) -> None:
        self.seen.append(exchange)
        if exchange.url.startswith(self.site.url) and self.site.builder.current is not None:
            self.site.builder.add_exchange(exchange)

    def get(self, path: str) -> Page:
        self.browser.stop_before = None
        return self.browser.open(f"{self.site.url}{path}")

    def login_page(self, next_url: str = "") -> Page:
        return self.get("/auth/login/" + (f"?{urlencode({'next': next_url})}" if next_url else ""))

    def choose(self, organization: str = "acme", next_url: str = "") -> Page:
        """Steps 1 and 2: the list of providers."""
        form = form_with(self.login_page(next_url), "organization")
        return self.browser.submit(form, {"organization": organization})

    def leave(self, provider: str, *, organization: str = "acme", next_url: str = "", hint: str = "") -> Page:
        """Up to step 3: the page whose `pending` request goes to the identity provider."""
        page = self.choose(organization, next_url)
        self.browser.stop_before = lambda _method, url: not url.startswith(self.site.url)
        form = next(form for form in page.forms if form.field("login_hint") is not None)
        return self.browser.submit(form, {"login_hint": hint} if hint else {}, provider)

    def authenticate(self, leaving: Navigation, username: str = "alice", *, deny: bool = False) -> Navigation:
        """Step 4: the request that comes back to Sentry."""
        self.browser.stop_before = lambda _method, url: url.startswith(self.site.url)
        visit = sign_in(self.browser, leaving, Person(username, "password"), deny=deny)
        assert visit.back is not None, visit
        return visit.back

    def answer(self, provider: str, username: str = "alice", *, deny: bool = False, **options: str) -> Navigation:
        """Up to the request that carries the authorization response."""
        leaving = self.leave(provider, **options).pending
        assert leaving is not None, self.page.text
        return self.authenticate(leaving, username, deny=deny)

    def arrive(self, response: Navigation) -> Page:
        """Steps 5 to 10."""
        self.browser.stop_before = None
        return self.browser.resume(response)

    def log_in(self, provider: str = "acme-oidc", username: str = "alice", **options: str) -> Page:
        """The whole way."""
        return self.arrive(self.answer(provider, username, **options))

    def log_in_with_password(self, email: str, password: str, next_url: str = "") -> Page:
        form = form_with(self.login_page(next_url), "password")
        return self.browser.submit(form, {"username": email, "password": password})

    @property
    def page(self) -> Page:
        assert self.browser.page is not None
        return self.browser.page

    def set_cookies(self) -> list[str]:
        """Every Set-Cookie header that Sentry sent to this browser."""
        return [
            value
            for exchange in self.seen
            if exchange.response is not None and exchange.url.startswith(self.site.url)
            for name, value in exchange.response.headers
            if name.lower() == "set-cookie"
        ]


def shown(page: Page, testid: str) -> str:
    """The text of the element with this data-testid; it must be there, and have no other element in it."""
    found = re.search(rf'data-testid="{testid}">([^<]*)<', page.source)
    assert found, f"no {testid} on {page.url}: {page.text}"
    return unescape(found[1])


def form_with(page: Page, name: str) -> Form:
    return next(form for form in page.forms if form.field(name) is not None)


def changed(config: Config, table: str, key: str, **changes: Any) -> Config:
    """The configuration with one entry of a table changed."""
    entries = getattr(config, table)
    return msgspec.structs.replace(
        config, **{table: {**entries, key: msgspec.structs.replace(entries[key], **changes)}}
    )


def failed_checks(trace: Trace) -> list[Check]:
    return [check for outcome in trace.steps for check in outcome.checks if check.status is Status.FAILED]


def assert_authenticated(trace: Trace) -> None:
    """The login went through, and nobody is blamed for anything."""
    assert trace.failure is None, trace.failure
    assert trace.outcome is Outcome.AUTHENTICATED, [(o.step.value, o.status.value, o.summary) for o in trace.steps]
    assert [(check.name, check.actual) for check in failed_checks(trace)] == []


def assert_refused(trace: Trace, step: Step, name: str, action: Action) -> None:
    """The login ended in this step because of this finding, and later steps were not reached."""
    assert trace.failure is not None, [(o.step.value, o.status.value, o.summary) for o in trace.steps]
    names = [check.name for check in trace.step(trace.failure.step).checks if check.code == trace.failure.code]
    assert (trace.failure.step, names, trace.failure.action) == (step, [name], action), trace.failure
    assert trace.failure.user_message
    assert trace.outcome is Outcome.REFUSED
    assert {outcome.status for outcome in trace.steps[step.number :]} <= {Status.NOT_REACHED}
