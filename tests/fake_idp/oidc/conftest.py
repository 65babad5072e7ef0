"""Looking into tokens without the code that made them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest


def part(token: str, index: int) -> dict[str, Any]:
    text = token.split(".")[index]
    document: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return document


@pytest.fixture
def claims_of() -> Callable[[str], dict[str, Any]]:
    return lambda token: part(token, 1)


@pytest.fixture
def header_of() -> Callable[[str], dict[str, Any]]:
    return lambda token: part(token, 0)
