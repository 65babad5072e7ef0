"""The emulated Sentry and the bundled identity provider over sockets, with SAML between them."""

from __future__ import annotations

import base64
import re
import zlib
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import requests
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from fake_idp import FakeIdP
from fake_idp.server import Server
from ssocli.checks.check import Check, Status
from ssocli.config.load import parse
from ssocli.config.placeholder import with_fake_idp
from ssocli.sentry.app import create_app
from ssocli.sentry.journal import BrowserJournal
from ssocli.sentry.store import Store
from ssocli.sentry.users import seed
from ssocli.trace import Trace, TraceBuilder

CONFIG = """
[sentry]
support = "help@acme.example"

[organizations.acme]
name = "Acme"
teams = ["platform", "web"]

[organizations.garage]

[providers.saml]
type = "saml2"
organization = "acme"
{provider}

[providers.saml.attributes]
{attributes}

[providers.saml.roles]
sentry-managers = "manager"

[providers.saml.teams]
engineering = ["platform", "web"]
"""
ATTRIBUTES = """identifier = "username"
user_email = "email"
first_name = "given_name"
last_name = "family_name"
groups = "groups"
"""
METADATA = 'metadata_url = "{fake_idp}/default/saml/metadata"'


class Journal(BrowserJournal):
    """Keeps the newest trace at hand."""

    newest: TraceBuilder | None = None

    def open(self, browser: str) -> TraceBuilder:
        self.newest = super().open(browser)
        return self.newest


class World:
    """Both servers. `session()` makes a browser without scripts."""

    def __init__(self, idp: FakeIdP, store: Store, provider: str, attributes: str, config_dir: Path) -> None:
        self.idp, self.store = idp, store
        self.journal = Journal()
        self.server = Server(lambda _environ, _start: [])
        self.url = self.server.url
        config = with_fake_idp(parse(CONFIG.format(provider=provider, attributes=attributes), "test.toml"), idp.url)
        seed(store, config, 0.0)
        self.server.app = create_app(config, store, journal=self.journal, url=self.url, config_dir=config_dir)
        self.sessions: list[requests.Session] = []
        self.http = self.session()

    def session(self) -> requests.Session:
        made = requests.Session()
        made.trust_env = False
        self.sessions.append(made)
        return made

    def close(self) -> None:
        for session in self.sessions:
            session.close()
        self.server.stop()

    def start(self, **form: str) -> requests.Response:
        """From the login page to the identity provider, by either binding; its login page."""
        page = self.leave(**form)
        if page.status_code == 303:
            return self.http.get(page.headers["Location"])
        return self.submit(page, "saml-post")

    def leave(self, **form: str) -> requests.Response:
        """The answer to the choice of the provider: a redirect or a form that carries the AuthnRequest."""
        page = self.http.get(f"{self.url}/auth/login/acme/")
        return self.submit(page, "provider-form", follow=False, provider="saml", **form)

    def sign_in(self, page: requests.Response, person: str = "alice") -> dict[str, str]:
        """Log in at the identity provider; the fields of the form that brings the response back."""
        page = self.submit(page, "login-form", username=person, password="password", action="login")
        assert 'data-testid="form-post"' in page.text, page.text
        return self.fields(page, "form-post")

    def deliver(self, fields: dict[str, str], session: requests.Session | None = None) -> requests.Response:
        """What the browser does with the form: a POST from another site goes without SameSite=Lax cookies."""
        session = session or self.http
        kept = [cookie for cookie in session.cookies if cookie.name.startswith("sentry")]
        for cookie in kept:
            session.cookies.clear(cookie.domain, cookie.path, cookie.name)
        answer = session.post(f"{self.url}/saml/acs/acme/", data=fields, allow_redirects=False)
        for cookie in kept:
            session.cookies.set_cookie(cookie)
        if answer.status_code != 303:
            return answer
        return session.get(urljoin(self.url, answer.headers["Location"]))

    def log_in(self, person: str = "alice") -> requests.Response:
        """The whole login."""
        return self.deliver(self.sign_in(self.start(), person))

    def submit(self, page: requests.Response, testid: str, *, follow: bool = True, **values: str) -> requests.Response:
        """Fill in and submit the form with this data-testid."""
        action, fields = self._form(page, testid)
        target = urljoin(page.url, action)
        return self.http.post(target, data={**fields, **values}, allow_redirects=follow)

    def fields(self, page: requests.Response, testid: str) -> dict[str, str]:
        return self._form(page, testid)[1]

    @staticmethod
    def _form(page: requests.Response, testid: str) -> tuple[str, dict[str, str]]:
        found = re.search(rf'<form([^>]*data-testid="{testid}"[^>]*)>(.*?)</form>', page.text, re.DOTALL)
        assert found, f"no form {testid} on {page.url}: {page.text}"
        action = re.search(r'action="([^"]*)"', found[1])
        fields = {}
        for field in re.findall(r"<input[^>]*>", found[2]):
            name, value = re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)
            if name:
                fields[name[1]] = unescape(value[1]) if value else ""
        return unescape(action[1]) if action else "", fields

    def trace(self) -> Trace:
        assert self.journal.newest is not None
        return self.journal.newest.finish()

    def blocking(self) -> list[Check]:
        """What ended the login."""
        trace = self.trace()
        assert trace.failure is not None
        return [check for check in trace.step(trace.failure.step).checks if check.is_blocking]

    def all_passed(self) -> bool:
        return [outcome.status for outcome in self.trace().steps] == [Status.PASSED] * 10


def alert(page: requests.Response) -> str:
    """What the page says in its alert."""
    found = re.search(r'role="alert"[^>]*>(.*?)<', page.text, re.DOTALL)
    return unescape(found[1]).strip() if found else ""


def message_in(page: requests.Response, parameter: str = "SAMLRequest") -> tuple[Any, dict[str, str]]:
    """The message that a redirect carries: its root and all parameters of the query."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(page.headers["Location"]).query).items()}
    return etree.fromstring(zlib.decompress(base64.b64decode(query[parameter]), -15)), query


def pem(key: Any) -> str:
    """A private key as the configuration wants it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
