"""A discovery document, and what the client is going to use of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Wants:
    """What the client is going to use; a tuple is empty, and `response_mode` None, where it asks for nothing."""

    client_auth: str = "client_secret_basic"
    response_mode: str | None = None
    algorithms: tuple[str, ...] = ("RS256",)
    scopes: tuple[str, ...] = ("openid",)
    pkce: bool = True
    prompt: tuple[str, ...] = ()
    acr_values: tuple[str, ...] = ()
    claims_parameter: bool = False


@dataclass(frozen=True, slots=True)
class DiscoveryContext:
    """The JSON object found at `url` for the trusted `issuer`."""

    url: str
    issuer: str
    document: dict[str, Any]
    wants: Wants = Wants()
