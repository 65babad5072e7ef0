"""Identity providers, configurations and the emulated Sentry, each for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from fake_idp import FakeIdP
from ssocli.config.load import default
from ssocli.config.model import Config
from ssocli.config.placeholder import with_fake_idp
from ssocli.sentry.store import Store
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
