"""The authorization request: what is random in it, and the URL that carries it (OIDC Core 3.1.2.1)."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from ssocli.config.model import OidcProvider
from ssocli.sentry import secrets
from ssocli.sentry.auth.client import Client


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """One request as it leaves. `nonce` and `code_verifier` are None where the provider's table does without."""

    url: str
    state: str
    nonce: str | None
    code_verifier: str | None


def build_request(client: Client, endpoint: str, login_hint: str = "") -> AuthorizationRequest:
    """A request to this authorization endpoint, whose own query is kept (RFC 6749 3.1)."""
    provider = client.provider
    state = secrets.token()
    nonce = secrets.token() if isinstance(provider, OidcProvider) else None
    verifier = secrets.token() if provider.pkce else None
    parameters: dict[str, str | None] = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": " ".join(provider.scopes) or None,
        "state": state,
        "nonce": nonce,
        "code_challenge": s256(verifier) if verifier else None,
        "code_challenge_method": "S256" if verifier else None,
        "login_hint": login_hint or None,
    }
    if isinstance(provider, OidcProvider):
        parameters |= {
            "response_mode": provider.response_mode,
            "prompt": provider.prompt,
            "max_age": None if provider.max_age_seconds is None else str(provider.max_age_seconds),
            "acr_values": " ".join(provider.acr_values) or None,
            **provider.authorization_parameters,
        }
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    parts = urlsplit(endpoint)
    url = urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query, fragment=""))
    return AuthorizationRequest(_printable_ascii(url), state, nonce, verifier)


def s256(code_verifier: str) -> str:
    """The code challenge of a verifier (RFC 7636 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")


def _printable_ascii(url: str) -> str:
    """The URL as it can stand in a Location header: what does not belong there is percent-encoded."""
    return re.sub(r"[^!-~]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), url)
