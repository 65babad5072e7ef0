"""A running identity provider, and a person with a browser in front of it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from fake_idp import Clock, FakeIdP

REDIRECT_URI = "http://127.0.0.1:9/callback"
VERIFIER = "verifier-" + "v" * 40
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Visitor:
    """A browser and a relying party in one, at one issuer."""

    redirect_uri = REDIRECT_URI
    verifier = VERIFIER
    challenge = CHALLENGE

    def __init__(self, idp: FakeIdP, issuer: str = "default") -> None:
        self.idp = idp
        self.issuer = idp.issuer(issuer)
        self.http = requests.Session()
        self.http.trust_env = False

    def request(self, **change: str | None) -> dict[str, str]:
        """Authorization request parameters; None takes one away."""
        parameters: dict[str, str | None] = {
            "client_id": "sentry",
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": "openid profile email groups",
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            **change,
        }
        return {name: value for name, value in parameters.items() if value is not None}

    def authorize(self, path: str = "/authorize", **change: str | None) -> requests.Response:
        """Send the authorization request and follow redirects as long as they stay at the issuer."""
        return self.follow(self.http.get(self.issuer + path, params=self.request(**change), allow_redirects=False))

    def follow(self, response: requests.Response) -> requests.Response:
        while response.is_redirect and response.headers["Location"].startswith(self.idp.url):
            response = self.http.get(response.headers["Location"], allow_redirects=False)
        return response

    def submit(self, page: requests.Response, **fields: str) -> requests.Response:
        """Submit the first form of the page with these fields added."""
        action = re.search(r'<form[^>]* action="([^"]*)"', page.text)
        assert action, page.text
        return self.follow(self.http.post(unescape(action[1]), data={**hidden(page), **fields}, allow_redirects=False))

    def log_in(self, username: str = "alice", **change: str | None) -> dict[str, str]:
        """The whole way through the login page; the parameters of the authorization response."""
        page = self.authorize(**change)
        return answer(self.submit(page, username=username, password="password", action="login"))

    def exchange(self, code: str, **change: Any) -> requests.Response:
        """The token request."""
        auth = change.pop("auth", ("sentry", "sentry-secret"))
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            **change,
        }
        data = {name: value for name, value in data.items() if value is not None}
        return self.token(data, auth)

    def token(
        self, data: dict[str, str], auth: tuple[str, str] | None = ("sentry", "sentry-secret")
    ) -> requests.Response:
        return requests.post(self.issuer + "/token", data=data, auth=auth, timeout=5)

    def tokens(self, username: str = "alice", **change: str | None) -> dict[str, Any]:
        """Log in and exchange the code: the token response."""
        response = self.exchange(self.log_in(username, **change)["code"])
        assert response.status_code == 200, response.text
        document: dict[str, Any] = response.json()
        return document


def hidden(page: requests.Response) -> dict[str, str]:
    """The hidden fields of a page's first form."""
    form = page.text.partition("<form")[2].partition("</form>")[0]
    return {
        unescape(name): unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    }


def answer(response: requests.Response) -> dict[str, str]:
    """The parameters of an authorization response in the query of a redirect."""
    assert response.status_code in (302, 303), f"{response.status_code} {response.text}"
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_idp(clock: Clock) -> Iterator[Callable[..., FakeIdP]]:
    running: list[FakeIdP] = []

    def make(**options: Any) -> FakeIdP:
        running.append(FakeIdP(clock=clock, **options).start())
        return running[-1]

    yield make
    for idp in running:
        idp.stop()


@pytest.fixture
def visit() -> Iterator[Callable[..., Visitor]]:
    visitors: list[Visitor] = []

    def make(idp: FakeIdP, issuer: str = "default") -> Visitor:
        visitors.append(Visitor(idp, issuer))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.http.close()


@pytest.fixture
def idp(make_idp: Callable[..., FakeIdP]) -> FakeIdP:
    """A permissive one with a login page."""
    return make_idp()


@pytest.fixture
def visitor(idp: FakeIdP, visit: Callable[..., Visitor]) -> Visitor:
    return visit(idp)


@pytest.fixture
def parameters_of() -> Callable[[requests.Response], dict[str, str]]:
    return answer


@pytest.fixture
def hidden_fields() -> Callable[[requests.Response], dict[str, str]]:
    return hidden
