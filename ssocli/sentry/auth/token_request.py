"""The token request: the code, and what proves that it is ours (RFC 6749 4.1.3, RFC 7636 4.5)."""

from __future__ import annotations

from ssocli.exchange import Exchange, Sender
from ssocli.sentry.auth.client import Client
from ssocli.sentry.auth.client_authentication import authenticate
from ssocli.sentry.context import Send


def redeem(
    send: Send, client: Client, endpoint: str, code: str, code_verifier: str | None, *, now: float, timeout: float
) -> Exchange:
    """Send the code to the token endpoint. `now` is seconds since the epoch, `timeout` seconds."""
    from authlib.oauth2.rfc6749.parameters import prepare_token_request

    headers, credentials = authenticate(client, endpoint, now)
    body = prepare_token_request(
        "authorization_code",
        redirect_uri=client.redirect_uri,
        code=code,
        code_verifier=code_verifier,
        **dict(credentials),
    )
    sent = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"), *headers]
    return send("POST", endpoint, headers=tuple(sent), body=body.encode("ascii"), timeout=timeout, sender=Sender.SENTRY)
