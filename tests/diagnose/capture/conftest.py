"""Captures of our own logins, for the tests of reading and rebuilding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fake_idp import FakeIdP
from ssocli.testing import IdP, SsoLogin

from .recording import entries_of

Entries = list[dict[str, Any]]
Record = Callable[..., Entries]


@pytest.fixture(scope="package")
def server() -> Iterator[FakeIdP]:
    with FakeIdP() as running:
        yield running


@pytest.fixture
def record(server: FakeIdP, request: pytest.FixtureRequest) -> Iterator[Record]:
    """Log in at the emulated Sentry and give the entries of the capture; arguments are those of `sso_login`."""
    name = f"capture-{abs(hash(request.node.nodeid)) % 10**9}"
    login = SsoLogin(IdP(server, name))

    def recorded(user: str = "alice", **how: Any) -> Entries:
        return entries_of(login(user, **how))

    yield recorded
    login.close()
