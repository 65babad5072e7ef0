"""What the foreign SAML service providers have in common: their key, what they are tried with, what must come out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from fake_idp import FakeIdP
from ssocli.exchange import Exchange
from ssocli.flow.browser import Browser, Page

from .conftest import log_in_at

RELAY_STATE = "state&more/ü"  # no space: node-saml signs %20 and sends +
KEYS = Path(__file__).parents[2] / "fixtures" / "idp" / "keys"
KEY, CERTIFICATE = KEYS / "rsa-2.pem", KEYS / "rsa-2.crt"


@dataclass(frozen=True)
class Variant:
    """How the identity provider answers; the service provider demands just that."""

    name: str
    sign: str
    encrypt: bool = False
    signature_algorithm: str = "rsa-sha256"
    content_encryption: str = "aes256-gcm"

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "sign": self.sign,
            "encrypt": self.encrypt,
            "signature_algorithm": self.signature_algorithm,
            "content_encryption": self.content_encryption,
        }

    @property
    def response_signed(self) -> bool:
        return self.sign in ("response", "both")

    @property
    def assertion_signed(self) -> bool:
        return self.sign in ("assertion", "both")


VARIANTS = [
    Variant("response", "response"),
    Variant("assertion", "assertion"),
    Variant("both", "both", signature_algorithm="rsa-sha512"),
    Variant("encrypted-gcm", "both", encrypt=True),
    Variant("encrypted-cbc", "assertion", encrypt=True, content_encryption="aes128-cbc"),
]
BINDINGS = ["redirect", "post"]


def introduce(idp: FakeIdP, base: str, variant: Variant, **settings: Any) -> None:
    """Tell the identity provider about a running service provider, by the metadata that it serves."""
    response = requests.get(f"{base}/metadata", timeout=10)
    assert response.status_code == 200, response.text
    idp.register_service_provider(response.content, **variant.settings, **settings)


def new_browser() -> Browser:
    trail: list[Exchange] = []
    return Browser(trail.append)


def learnt_by(page: Page) -> dict[str, Any]:
    assert page.status == 200, page.text
    learnt: dict[str, Any] = json.loads(page.source)
    return learnt


def check_login(idp: FakeIdP, base: str, binding: str, browser: Browser | None = None) -> dict[str, Any]:
    """Log alice in and check what the service provider has learnt."""
    learnt = learnt_by(log_in_at(f"{base}/login?binding={binding}", browser=browser))
    assert learnt["name_id"] == "alice@acme.example"
    assert learnt["attributes"]["email"] == ["alice@acme.example"]
    assert learnt["attributes"]["groups"] == ["engineering", "sentry-managers"]
    assert learnt["session_index"]
    assert learnt["relay_state"] == RELAY_STATE
    assert [entry.reason for entry in idp.requests() if not entry.accepted] == []
    method = "GET" if binding == "redirect" else "POST"
    assert idp.requests("saml_sso")[0].method == method
    return learnt


def check_logout(idp: FakeIdP, base: str) -> None:
    """Log in, start the logout at the service provider, and see both sessions end."""
    browser = new_browser()
    check_login(idp, base, "redirect", browser)
    assert learnt_by(browser.open(f"{base}/me"))["name_id"] == "alice@acme.example"
    assert learnt_by(browser.open(f"{base}/logout")) == {"logged_out": True}
    assert browser.open(f"{base}/me").status == 401
    assert len(idp.store.sessions) == 0
    assert [entry.reason for entry in idp.requests() if not entry.accepted] == []


def check_logout_from_the_idp(idp: FakeIdP, base: str) -> None:
    """Log in, start the logout at the identity provider, and see both sessions end."""
    browser = new_browser()
    check_login(idp, base, "redirect", browser)
    page = browser.open(f"{idp.issuer()}/saml/slo")
    page = browser.submit(page.forms[0])
    assert "You are logged out" in page.text
    assert "not confirmed" not in page.text
    assert browser.open(f"{base}/me").status == 401
    assert len(idp.store.sessions) == 0
