"""A fake identity provider: OpenID Connect and OAuth 2.0 for tests, in milliseconds.

from fake_idp import FakeIdP

with FakeIdP() as idp:
    print(idp.issuer())
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_idp.app import create_app
    from fake_idp.clock import Clock
    from fake_idp.config import ConfigError
    from fake_idp.faults import UnknownFaultError
    from fake_idp.library import FakeIdP
    from fake_idp.server import CannotListenError

__all__ = ["CannotListenError", "Clock", "ConfigError", "FakeIdP", "UnknownFaultError", "create_app"]

_HOMES = {
    "CannotListenError": "server",
    "Clock": "clock",
    "ConfigError": "config",
    "FakeIdP": "library",
    "UnknownFaultError": "faults",
    "create_app": "app",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: importing the package alone costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
