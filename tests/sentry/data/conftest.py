"""A store in memory, a small configuration, and a person from the identity provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ssocli.config.load import parse
from ssocli.config.model import Config
from ssocli.sentry.provisioning import Identity
from ssocli.sentry.store import Store

CONFIG = """
[organizations.acme]
allowed_domains = ["acme.example"]
open_membership = false
teams = ["platform", "web", "support"]
[organizations.acme.projects]
backend = ["platform"]
frontend = ["web", "platform"]
helpdesk = ["support"]

[organizations.garage]
require_sso = false
teams = ["crew"]
[organizations.garage.projects]
workbench = ["crew"]

[providers.acme-oidc]
type = "oidc"
organization = "acme"
issuer = "https://idp.example"
client_id = "sentry"
client_secret = "secret"
[providers.acme-oidc.roles]
owners = "owner"
managers = "manager"
[providers.acme-oidc.teams]
engineering = ["platform", "web"]
support = ["support"]

[providers.garage-oidc]
type = "oidc"
organization = "garage"
issuer = "https://garage.example"
client_id = "sentry"
client_secret = "secret"

[users."pat@garage.example"]
name = "Pat"
password = "correct horse"
organizations = { garage = "owner", acme = "member" }
"""


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(":memory:") as opened:
        yield opened


@pytest.fixture
def config() -> Config:
    return parse(CONFIG, "test.toml")


@pytest.fixture
def alice() -> Callable[..., Identity]:
    """Alice as the identity provider tells her, with what a test says otherwise."""

    def tell(**told: Any) -> Identity:
        usual: dict[str, Any] = {
            "provider": "acme-oidc",
            "issuer": "https://idp.example",
            "subject": "s-1",
            "email": "alice@acme.example",
            "email_verified": True,
            "name": "Alice",
            "avatar": "https://acme.example/alice.png",
            "groups": ("engineering",),
        }
        return Identity(**usual | told)

    return tell
