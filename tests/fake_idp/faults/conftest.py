"""Tokens and answers, read by libraries that share nothing with what made them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import requests
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet

from fake_idp import FakeIdP


@pytest.fixture
def auto(make_idp: Callable[..., FakeIdP]) -> FakeIdP:
    """One that logs alice in without a page."""
    return make_idp(login="auto")


@pytest.fixture
def judge(auto: FakeIdP) -> Callable[[str], tuple[dict[str, Any], dict[str, Any]]]:
    """Header and claims of a token that a published key signed; raises for any other."""
    import json

    def verified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        keys = requests.get(auto.issuer() + "/jwks", timeout=5).json()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            signed = jws.deserialize_compact(token, KeySet.import_key_set(keys), algorithms=["RS256", "ES256", "PS256"])
        return dict(signed.headers()), json.loads(signed.payload)

    return verified
