"""The authorization request: what is random in it, and the URL that carries it (OIDC Core 3.1.2.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
    # Imported here: authlib brings a good deal along, and only a login that leaves needs it.
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    provider = client.provider
    state = secrets.token()
    nonce = secrets.token() if isinstance(provider, OidcProvider) else None
    verifier = secrets.token() if provider.pkce else None
    parameters: dict[str, str | None] = {
        "nonce": nonce,
        "code_challenge": create_s256_code_challenge(verifier) if verifier else None,
        "code_challenge_method": "S256" if verifier else None,
        "login_hint": login_hint or None,
    }
    if isinstance(provider, OidcProvider):
        parameters |= {
            "response_mode": provider.response_mode,
            "prompt": provider.prompt,
            "max_age": None if provider.max_age_seconds is None else str(provider.max_age_seconds),
            "acr_values": " ".join(provider.acr_values) or None,
        }
    fixed = {
        "client_id": provider.client_id,
        "response_type": "code",
        "redirect_uri": client.redirect_uri,
        "scope": " ".join(provider.scopes),
        "state": state,
    }
    # Further parameters of the provider's table may replace any of ours, as the person who wrote them wants it.
    wanted = provider.authorization_parameters if isinstance(provider, OidcProvider) else {}
    url = prepare_grant_uri(endpoint, **{**fixed, **parameters, **wanted})
    return AuthorizationRequest(_printable_ascii(url), state, nonce, verifier)


def _printable_ascii(url: str) -> str:
    """The URL as it can stand in a Location header: what does not belong there is percent-encoded."""
    return re.sub(r"[^!-~]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), url)
