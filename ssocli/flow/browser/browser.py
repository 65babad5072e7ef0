"""A headless browser for logins: pages, forms, cookies and redirects, one observed hop after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from ssocli import __version__, wire
from ssocli.exchange import Exchange, Response, Sender
from ssocli.flow.browser.cookies import CookieJar
from ssocli.flow.browser.forms import Button, Form, Value
from ssocli.flow.browser.navigation import Navigation
from ssocli.flow.browser.page import Link, Page, read_page
from ssocli.flow.browser.urls import can_open, resolve, scheme_of, where, without_fragment

_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_LONGEST_REFRESH = 10

StopBefore = Callable[[str, str], bool]


class Send(Protocol):
    """How a hop is sent: `ssocli.wire.send`, or that with some of its settings fixed."""

    def __call__(
        self, method: str, url: str, *, headers: list[tuple[str, str]], body: bytes, sender: Sender
    ) -> Exchange:
        """Send one request; trouble comes back inside the exchange."""


class BrowserStopped(Exception):  # noqa: N818 - it may be the target that stopped it, not a fault of the browser
    """The browser cannot go on; the message is a sentence for a person, `exchange` the last hop, if any."""

    def __init__(self, message: str, exchange: Exchange | None = None) -> None:
        super().__init__(message)
        self.exchange = exchange


class Browser:
    """One window with one cookie jar. It follows redirects, refreshes and self-submitting forms by itself.

    Every hop goes to `observer`. `stop_before(method, url)` is asked before each request that a page or a redirect
    causes (not for `open` and `resume`, which the caller asked for); where it says True, the page comes back with
    `pending` set. Both may be replaced at any time.
    """

    def __init__(
        self,
        observer: Callable[[Exchange], None],
        *,
        jar: CookieJar | None = None,
        send: Send = wire.send,
        user_agent: str = f"Mozilla/5.0 (compatible; ssocli/{__version__})",
        max_redirects: int = 20,
        stop_before: StopBefore | None = None,
    ) -> None:
        self.observer = observer
        self.jar = CookieJar() if jar is None else jar
        self.stop_before = stop_before
        self.page: Page | None = None
        self._send = send
        self._user_agent = user_agent
        self._max_redirects = max_redirects

    def open(self, url: str) -> Page:
        """Go to an address as if a person typed it. Raises BrowserStopped, as all that navigate do."""
        try:
            target = resolve(url, "")
        except ValueError as error:
            raise BrowserStopped(f"{where(url)} is not an address that can be opened: {error}") from error
        self._require_openable(target, None)
        return self._go(Navigation("GET", target))

    def follow(self, link: Link) -> Page:
        """Click a link."""
        here, target = without_fragment(link.page), without_fragment(link.url)
        if self.page is not None and "#" in link.url and here == target:
            # A place on the same page: nothing is requested.
            self.page = replace(self.page, url=link.url)
            return self.page
        return self._consider(Navigation("GET", link.url, initiator=link.page, policy=link.policy))

    def submit(self, form: Form, values: Mapping[str, Value] | None = None, button: Button | str | None = None) -> Page:
        """Fill in a form and press a button: one of the form's, its name, value or text; without one, Enter.

        Raises ValueError if the form has no such field, choice or button.
        """
        if isinstance(button, str):
            button = form.button(button)
        elif button is None:
            # Enter presses the form's default button, HTML 4.10.22.2.
            button = form.buttons[0] if form.buttons else None
        return self._consider(_submission(form.fill(values or {}), button, activated=True))

    def resume(self, pending: Navigation) -> Page:
        """Send a request before which this browser, or another one, stopped."""
        self._require_openable(pending.url, None)
        return self._go(pending)

    def _consider(self, navigation: Navigation) -> Page:
        self._require_openable(navigation.url, None)
        if self.stop_before is not None and self.stop_before(navigation.method, navigation.url):
            page = self.page or Page(url=navigation.initiator or "", status=0)
            return replace(page, pending=navigation)
        return self._go(navigation)

    def _go(self, navigation: Navigation) -> Page:
        """Send the request and everything that follows from it without a person."""
        visited: list[str] = []
        while True:
            visited.append(f"{navigation.method} {where(navigation.url)}")
            exchange, response = self._hop(navigation)
            try:
                following = navigation.redirected(response)
            except ValueError as error:
                message = f"{where(navigation.url)} redirects to a Location that is no URL: {error}"
                raise BrowserStopped(message, exchange) from error
            if following is None:
                page = read_page(navigation.url, response)
                following = _automatic(page)
                if following is None:
                    return self._show(page)
            self._require_openable(following.url, exchange)
            if self.stop_before is not None and self.stop_before(following.method, following.url):
                return self._show(replace(read_page(navigation.url, response), pending=following))
            if len(visited) > self._max_redirects:
                raise BrowserStopped(_too_many(visited, self._max_redirects), exchange)
            navigation = following

    def _show(self, page: Page) -> Page:
        """Make it the current page, unless a browser would stay where it was."""
        if page.status not in (204, 205) and not page.is_download:
            self.page = page
        return page

    def _hop(self, navigation: Navigation) -> tuple[Exchange, Response]:
        url = without_fragment(navigation.url)
        headers = [("User-Agent", self._user_agent), ("Accept", _ACCEPT), ("Accept-Language", "en")]
        headers += navigation.headers()
        cookies = self.jar.header(url, method=navigation.method, same_site=navigation.is_same_site)
        if cookies is not None:
            headers.append(("Cookie", cookies))
        exchange = self._send(navigation.method, url, headers=headers, body=navigation.body, sender=Sender.BROWSER)
        if exchange.response is not None:
            for name, value in exchange.response.headers:
                if name.lower() == "set-cookie":
                    self.jar.store(url, value)
        self.observer(exchange)
        if exchange.error is not None or exchange.response is None:
            detail = exchange.error.detail if exchange.error is not None else "no response came back"
            raise BrowserStopped(f"{navigation.method} {where(url)} failed: {detail}", exchange)
        return exchange, exchange.response

    @staticmethod
    def _require_openable(url: str, exchange: Exchange | None) -> None:
        if not can_open(url):
            scheme = scheme_of(url)
            message = (
                f"the next address is a {scheme}: URL, and only http: and https: are opened"
                if scheme not in ("", "http", "https")
                else f"the next address ({where(url)!r}) is not a complete http or https URL"
            )
            raise BrowserStopped(message, exchange)


def _submission(form: Form, button: Button | None, *, activated: bool) -> Navigation:
    request = form.request(button)
    return Navigation(
        request.method,
        request.url,
        request.body,
        request.content_type,
        initiator=form.page,
        policy=form.policy,
        activated=activated,
    )


def _automatic(page: Page) -> Navigation | None:
    """What the page does by itself: submit a form, or go elsewhere soon. Reloading itself is waiting, not going on."""
    if page.auto_form is not None:
        return _submission(page.auto_form, None, activated=False)
    refresh = page.refresh
    if refresh is None or refresh.delay > _LONGEST_REFRESH:
        return None
    if without_fragment(refresh.url) == without_fragment(page.url):
        return None
    return Navigation("GET", refresh.url, initiator=page.url, policy=page.policy, activated=False)


def _too_many(visited: list[str], limit: int) -> str:
    """Say what goes round: the shortest cycle at the end of the trail, or its last stations."""
    for length in range(1, len(visited) // 2 + 1):
        if visited[-length:] == visited[-2 * length : -length]:
            cycle = " -> ".join(visited[-length - 1 :])
            return f"the redirects go round in a loop and were stopped after {limit}: {cycle}"
    return f"more than {limit} redirects in a row; the last were {' -> '.join(visited[-4:])}"
