"""`{fake_idp}` in a configuration: it stands for the address of the bundled identity provider, known once that runs."""

from __future__ import annotations

from typing import Any

import msgspec

from ssocli.config.model import Config

PLACEHOLDER = "{fake_idp}"


def names_fake_idp(config: Config) -> bool:
    """Whether anything in the configuration refers to the bundled identity provider."""
    return PLACEHOLDER in msgspec.json.encode(config.providers).decode()


def with_fake_idp(config: Config, url: str) -> Config:
    """The configuration with the placeholder replaced by a URL (without a trailing slash)."""
    return msgspec.convert(_replaced(msgspec.to_builtins(config), url), Config)


def _replaced(value: Any, url: str) -> Any:
    if isinstance(value, str):
        return value.replace(PLACEHOLDER, url)
    if isinstance(value, dict):
        return {key: _replaced(inner, url) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, url) for inner in value]
    return value
