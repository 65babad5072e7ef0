"""A whole login, observed from outside: what was served, byte by byte, and what libraries make of it."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet

from fake_idp import Clock, FakeIdP

NOW = 1_800_000_000
URL = "http://127.0.0.1:9"  # what the issuer is called, so that two providers on two ports say the same
REDIRECT_URI = "http://127.0.0.1:9/callback"
REQUEST = {
    "client_id": "sentry",
    "redirect_uri": REDIRECT_URI,
    "response_type": "code",
    "scope": "openid profile email groups offline_access",
    "state": "State-1",
    "nonce": "nonce-1",
}


@dataclass(frozen=True)
class Served:
    """One answer: its status, its headers but for the date and what hangs on the connection, its body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, response: requests.Response) -> Served:
        headers = {name.lower(): value for name, value in response.headers.items()}
        # The server writes the real time; a Date from a fault is one of NOW.
        if NOW - parsedate_to_datetime(headers["date"]).timestamp() > 86400:
            del headers["date"]
        return cls(response.status_code, headers, response.content)

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Observation:
    """What one login was served. Missing is what no longer came about."""

    served: dict[str, Served] = field(default_factory=dict)
    fired: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> Served:
        return self.served[name]

    @property
    def response(self) -> list[tuple[str, str]]:
        """The parameters of the authorization response."""
        return parse_qsl(urlsplit(self["authorize"].headers["location"]).query, keep_blank_values=True)

    @property
    def id_token(self) -> str:
        return str(self["token"].json()["id_token"])

    def verified(self, token: str | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of a token (the ID token) that a published key signed; raises for any other."""
        keys = KeySet.import_key_set(self["jwks"].json())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            signed = jws.deserialize_compact(token or self.id_token, keys, algorithms=["RS256", "ES256"])
        return dict(signed.headers()), json.loads(signed.payload)


Observe = Callable[..., Observation]


@pytest.fixture
def observe() -> Iterator[Observe]:
    """Log alice in at a provider like all the others, with these faults armed."""
    with requests.Session() as http:
        http.trust_env = False

        def run(*faults: str, **options: Any) -> Observation:
            clock = Clock(lambda: NOW)
            http.cookies.clear()
            options = {"login": "auto", "seed": 1, **options}
            with FakeIdP(clock=clock, public_url=URL, faults=faults, **options) as idp:
                try:
                    return _log_in(http, idp)
                finally:
                    http.close()  # the connections to this provider's port

        yield run


def _log_in(http: requests.Session, idp: FakeIdP) -> Observation:
    seen = Observation()
    base = idp.server.url + "/default"

    def get(name: str, path: str, **options: Any) -> Served:
        answer = http.request(options.pop("method", "GET"), base + path, allow_redirects=False, timeout=5, **options)
        seen.served[name] = Served.of(answer)
        return seen.served[name]

    get("discovery", "/.well-known/openid-configuration")
    get("jwks", "/jwks")
    get("authorize", "/authorize", params=REQUEST)
    code = dict(seen.response).get("code") if "location" in seen["authorize"].headers else None
    if code:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
        auth = ("sentry", "sentry-secret")
        token = get("token", "/token", method="POST", data=form, auth=auth)
        access_token = _member(token, "access_token")
        if access_token:
            get("userinfo", "/userinfo", headers={"Authorization": f"Bearer {access_token}"})
            get("introspection", "/introspect", method="POST", data={"token": access_token}, auth=auth)
        refresh_token = _member(token, "refresh_token")
        if refresh_token:
            form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
            get("refresh", "/token", method="POST", data=form, auth=auth)
            get("revocation", "/revoke", method="POST", data={"token": refresh_token}, auth=auth)
    get(
        "device", "/device_authorization", method="POST", data={"client_id": "sentry", "client_secret": "sentry-secret"}
    )
    seen.fired = [line.fault for line in idp.faults().ledger()]
    return seen


def _member(served: Served, name: str) -> str | None:
    try:
        value = served.json()[name]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return value if isinstance(value, str) else None
