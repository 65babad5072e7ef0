"""Identity providers, configurations and the emulated Sentry, each for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import msgspec
import pytest

from fake_idp import FakeIdP
from fake_idp.server import Server
from ssocli.config.load import default
from ssocli.config.model import Config
from ssocli.config.placeholder import with_fake_idp
from ssocli.sentry.store import Store
from tests.sentry.web.crooked_provider import CrookedProvider
from tests.sentry.web.sentry_site import Site, Visitor


@pytest.fixture(scope="session")
def idp() -> Iterator[FakeIdP]:
    with FakeIdP() as running:
        yield running


@pytest.fixture
def config(idp: FakeIdP) -> Config:
    """The embedded configuration against the bundled provider."""
    return with_fake_idp(default(), idp.url)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(":memory:") as opened:
        yield opened


@pytest.fixture
def make_site(store: Store) -> Iterator[Callable[..., Site]]:
    with ExitStack() as running:

        def make(config: Config, **options: Any) -> Site:
            site = Site(config, store, **options)
            running.callback(site.close)
            return site

        yield make


@pytest.fixture
def site(config: Config, make_site: Callable[..., Site]) -> Site:
    return make_site(config)


@pytest.fixture
def visitor(site: Site) -> Visitor:
    return site.visitor()


@pytest.fixture
def crooked() -> Iterator[CrookedProvider]:
    provider = CrookedProvider()
    with Server(provider) as server:
        provider.url = server.url
        yield provider


@pytest.fixture
def crooked_config(crooked: CrookedProvider) -> Config:
    """One organization whose provider is the crooked one."""
    return msgspec.convert(
        {
            "organizations": {"acme": {"allowed_domains": ["acme.example"], "teams": ["web"]}},
            "providers": {
                "crooked": {
                    "type": "oidc",
                    "issuer": crooked.url,
                    "client_id": "sentry",
                    "client_secret": "sentry-secret",
                    "algorithms": ["ES256"],
                }
            },
            "users": {"pat@acme.example": {"name": "Pat", "password": "password"}},
        },
        Config,
    )


@pytest.fixture
def crooked_site(crooked_config: Config, make_site: Callable[..., Site]) -> Site:
    return make_site(crooked_config)
