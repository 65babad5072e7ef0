"""The README's test is a test that passes, with a real client in the application's place."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from .generate import REFERENCE

README = REFERENCE.parents[1] / "README.md"
REDIRECT_URI = "http://127.0.0.1:9/callback"


def log_in(issuer: str, client_id: str, client_secret: str) -> dict[str, Any]:
    """What an application does: authorization request, code to token, userinfo."""
    metadata = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=5).json()
    asked = {"client_id": client_id, "redirect_uri": REDIRECT_URI, "response_type": "code", "scope": "openid email"}
    sent = requests.get(metadata["authorization_endpoint"], params=asked, allow_redirects=False, timeout=5)
    code = parse_qs(urlsplit(sent.headers["Location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
    token = requests.post(metadata["token_endpoint"], data=form, auth=(client_id, client_secret), timeout=5).json()
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    told: dict[str, Any] = requests.get(metadata["userinfo_endpoint"], headers=bearer, timeout=5).json()
    return told


def test_the_readmes_test_passes() -> None:
    [example] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {"log_in": log_in}
    exec(example, names)
    names["test_login"]()
