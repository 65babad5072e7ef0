"""npm openid-client, with its strictest checks, logs in against the fake identity provider."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fake_idp import FakeIdP
from ssocli.flow.browser import Page

from .conftest import first_line_of, node

KEY = Path(__file__).parents[2] / "fixtures" / "idp" / "sentry-jwt.pem"


@pytest.mark.parametrize(
    ("client_id", "authentication", "credential"),
    [
        ("sentry", "client_secret_basic", "sentry-secret"),
        ("sentry-post", "client_secret_post", "sentry-secret"),
        ("sentry-public", "none", "-"),
        ("sentry-jwt", "private_key_jwt", str(KEY)),
    ],
)
def test_openid_client_logs_in(
    idp: FakeIdP, sign_in: Callable[[str], Page], client_id: str, authentication: str, credential: str
) -> None:
    command = node("relying_party.js", idp.issuer(), client_id, authentication, credential)
    with first_line_of(command) as base:
        page = sign_in(f"{base}/login")
        learnt = json.loads(page.source)
    assert page.status == 200, learnt
    assert learnt["claims"]["iss"] == idp.issuer()
    assert learnt["userinfo"]["email"] == "alice@acme.example"
    assert learnt["refreshed"] == learnt["claims"]["sub"]
    assert learnt.get("introspected", True) is True
    assert [entry.endpoint for entry in idp.requests() if not entry.accepted] == []
