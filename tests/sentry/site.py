"""The emulated Sentry with one provider, and browsers before it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

from werkzeug.test import Client, TestResponse

from ssocli.checks.check import Status
from ssocli.config.load import parse
from ssocli.sentry.app import create_app
from ssocli.sentry.journal import SingleJournal
from ssocli.sentry.store import Store
from ssocli.sentry.users import seed
from ssocli.trace import Trace, TraceBuilder

from .provider import Provider

CONFIG = """
[sentry]
support = "help@acme.example"
{sentry}

[organizations.acme]
name = "Acme"
open_membership = false
teams = ["platform", "web"]
projects = {{ backend = ["platform"], frontend = ["web"] }}
{organization}

[organizations.garage]
teams = ["crew"]
projects = {{ workbench = ["crew"] }}

[providers.oidc]
type = "oidc"
organization = "acme"
issuer = "{issuer}"
client_id = "client-1"
algorithms = ["ES256"]
{provider}

[users."pat@garage.example"]
name = "Pat Parker"
password = "correct horse"
organizations = {{ garage = "owner", acme = "member" }}
{user}
"""


@dataclass
class Clock:
    """A clock that the test sets forward."""

    ahead: float = 0.0

    def now(self) -> float:
        return time.time() + self.ahead


class Browser:
    """One browser: cookies, and the forms of the page it is on."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.client = Client(site.app)
        self.page: TestResponse | None = None

    def get(self, path: str, **query: Any) -> TestResponse:
        """Load a page, following redirects inside Sentry."""
        return self._follow(self._open(f"{path}?{urlencode(query, doseq=True)}" if query else path))

    def post(self, path: str, **form: str) -> TestResponse:
        """Submit a form with the CSRF token of the page."""
        token = re.search(r'name="csrf_token" value="([^"]*)"', self.text)
        data = {"csrf_token": token[1] if token else "", **form}
        return self._follow(self.client.post(path, data=data, buffered=True))

    def start(self, next_page: str = "", **form: str) -> str:
        """Go from the login page to the provider; the URL of the authorization request."""
        self.get("/auth/login/", **({"next": next_page} if next_page else {}))
        self.post("/auth/login/", op="sso", organization="acme", next=next_page)
        page = self.post("/auth/login/acme/", init="1", next=next_page, **{"provider": "oidc", **form})
        return page.headers.get("Location", "")

    def visit_provider(self, location: str) -> dict[str, str]:
        """Log in at the provider; the parameters of its response."""
        return self.site.provider.authorize(location)

    def log_in(self, next_page: str = "") -> TestResponse:
        """The whole login."""
        return self.get("/auth/sso/", **self.visit_provider(self.start(next_page)))

    @property
    def text(self) -> str:
        """The page, as HTML."""
        return self.page.get_data(as_text=True) if self.page is not None else ""

    @property
    def alert(self) -> str:
        """What the page says in its alert."""
        found = re.search(r'role="alert"[^>]*>(.*?)<', self.text, re.DOTALL)
        return unescape(found[1]).strip() if found else ""

    def shown(self, testid: str) -> list[str]:
        """The texts of the elements with this data-testid."""
        found = re.findall(rf'data-testid="{testid}"[^>]*>(.*?)</(?:td|span|strong|dd|p|code)>', self.text, re.DOTALL)
        return [unescape(re.sub(r"<[^>]+>", " ", text)).strip() for text in found]

    @property
    def path(self) -> str:
        """The path of the page."""
        return self.page.request.path if self.page is not None else ""

    def cookie(self, name: str) -> str | None:
        """The value of a cookie."""
        found = self.client.get_cookie(name)
        return None if found is None else found.value

    def _open(self, path: str) -> TestResponse:
        # Buffered, so that the response is closed as a server closes it.
        return self.client.get(path, buffered=True)

    def _follow(self, page: TestResponse) -> TestResponse:
        for _ in range(10):
            target = urlsplit(page.headers.get("Location", ""))
            if page.status_code not in (302, 303, 308) or target.netloc:
                break
            page = self._open(f"{target.path}?{target.query}" if target.query else target.path)
        self.page = page
        return page


class Site:
    """Sentry at http://sentry.test with one OpenID provider; every browser reports into the one trace."""

    def __init__(
        self,
        provider: Provider,
        *,
        store: Store | None = None,
        url: str = "http://sentry.test",
        sentry: str = "",
        organization: str = "",
        settings: str = 'client_secret = "s3cret&+%"',
        user: str = "",
    ) -> None:
        self.provider = provider
        self.clock = Clock()
        text = CONFIG.format(
            issuer=provider.issuer, sentry=sentry, organization=organization, provider=settings, user=user
        )
        self.config = parse(text, "test.toml")
        self.store = store or Store.open(":memory:")
        seed(self.store, self.config, self.clock.now())
        self.journal: Any = SingleJournal(TraceBuilder())
        self.url = url
        self.app = create_app(self.config, self.store, journal=self.journal, url=url, clock=self.clock)  # type: ignore[arg-type]
        self.browser = Browser(self)

    @property
    def builder(self) -> TraceBuilder:
        return self.journal.builder  # type: ignore[no-any-return]

    def trace(self) -> Trace:
        """The trace as it is now, finished."""
        return self.builder.finish()

    def findings(self) -> list[tuple[str, str]]:
        """Step and code of everything that failed."""
        return [
            (outcome.step.value, check.code)
            for outcome in self.trace().steps
            for check in outcome.checks
            if check.status is Status.FAILED
        ]

    def close(self) -> None:
        self.store.close()
