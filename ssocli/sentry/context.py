"""What a request handler has at hand: the application's parts, and the request with its browser and session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.http import dump_cookie
from werkzeug.wrappers import Request, Response

from ssocli.clock import Clock
from ssocli.config.model import Config
from ssocli.exchange import Exchange
from ssocli.sentry import accounts, pending, secrets
from ssocli.sentry.journal import Journal
from ssocli.sentry.records import UserRecord
from ssocli.sentry.sessions import Session, find_session
from ssocli.sentry.store import Store
from ssocli.trace import TraceBuilder

if TYPE_CHECKING:
    from ssocli.sentry.auth.documents import Documents

SESSION_COOKIE = "sentrysid"
BROWSER_COOKIE = "sentry-browser"

Send = Callable[..., Exchange]


@dataclass(frozen=True, slots=True)
class Sentry:
    """The parts of the application that live as long as it does. `key` signs CSRF tokens."""

    config: Config
    store: Store
    journal: Journal
    url: str
    clock: Clock
    send: Send
    config_dir: Path | None
    documents: Documents
    issuer_aliases: Mapping[str, str]
    key: bytes

    @property
    def secure(self) -> bool:
        """Whether the public URL is https, so that cookies must be Secure."""
        return self.url.startswith("https:")

    @property
    def redirect_uri(self) -> str:
        """Where authorization responses are sent: one address for every provider."""
        return f"{self.url}/auth/sso/"

    def stored_issuer(self, issuer: str) -> str:
        """The issuer as identities are stored: the bundled provider's address changes with every run."""
        for prefix, alias in self.issuer_aliases.items():
            if issuer.startswith(prefix):
                return alias + issuer.removeprefix(prefix)
        return issuer


@dataclass(slots=True)
class Context:
    """One request.

    `browser` is the random value that tells browsers apart; `cookies` go out with the response; `builder` is the
    trace that the handler reports into, once it does.
    """

    sentry: Sentry
    request: Request
    browser: str
    is_new_browser: bool
    now: float
    session: Session | None = None
    user: UserRecord | None = None
    cookies: list[str] = field(default_factory=list)
    builder: TraceBuilder | None = None

    @classmethod
    def of(cls, sentry: Sentry, request: Request) -> Context:
        """The context of a request, with its session if that is alive."""
        now = sentry.clock.now()
        known = request.cookies.get(BROWSER_COOKIE, "")
        context = cls(sentry, request, known or secrets.token(), not known, now)
        if token := request.cookies.get(SESSION_COOKIE):
            with sentry.store.reading() as db:
                context.session = find_session(db, token, now)
                if context.session is not None:
                    context.user = accounts.find_user(db, context.session.user_id)
        return context

    @property
    def csrf_token(self) -> str:
        """What this browser's forms carry."""
        return secrets.keyed(self.sentry.key, self.browser)

    @property
    def has_valid_csrf_token(self) -> bool:
        """Whether the submitted form came from this browser's own page."""
        sent = self.request.form.get("csrf_token", "")
        return not self.is_new_browser and secrets.equal(sent, self.csrf_token)

    def take_flash(self) -> str:
        """The message that an earlier request left for this page."""
        if self.is_new_browser:
            return ""
        with self.sentry.store.transaction() as db:
            return pending.take_flash(db, self.browser, self.now)

    def flash(self, message: str) -> None:
        """Leave a message for the browser's next page."""
        with self.sentry.store.transaction() as db:
            pending.flash(db, self.browser, message, self.now)

    def cookie(self, name: str, value: str, max_age: int | None = None) -> str:
        """A Set-Cookie header: never for scripts, never for other sites' forms, over https only if Sentry is."""
        return dump_cookie(
            name, value, max_age=max_age, path="/", secure=self.sentry.secure, httponly=True, samesite="Lax"
        )

    def send_cookies(self, response: Response) -> None:
        """Put the cookies of this request on its response, and the browser's own if it has none yet."""
        if self.is_new_browser:
            response.headers.add("Set-Cookie", self.cookie(BROWSER_COOKIE, self.browser))
        for cookie in self.cookies:
            response.headers.add("Set-Cookie", cookie)
