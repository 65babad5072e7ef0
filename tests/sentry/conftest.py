"""A provider, and a Sentry that uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from .provider import Provider
from .site import Site


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as running:
        yield running


@pytest.fixture
def make_site(provider: Provider) -> Iterator[Callable[..., Site]]:
    sites: list[Site] = []

    def make(**settings: object) -> Site:
        sites.append(Site(provider, **settings))  # type: ignore[arg-type]
        return sites[-1]

    yield make
    for site in sites:
        site.close()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site()
