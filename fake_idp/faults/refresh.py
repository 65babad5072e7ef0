"""Refreshes that are refused, or bring something else than before (RFC 6749 6, OIDC Core 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.forgery import impersonate

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Answer, Token

# A refresh comes after the login, so there is nothing for it to find.
fault = At("refresh", step="token_generation")
id_token_fault = At("refresh_id_token", step="token_validation")

SAME = "OIDC Core 12.2"


@fault.family(
    "{}", [("invalid_grant", None, "RFC 6749 5.2"), ("invalid_client", None, "RFC 6749 5.2")], reject="fail_cleanly"
)
def error(answer: Answer, name: str) -> None:
    """The refresh is refused with `{}`.

    Client: ends its session or lets the person log in again, once and not in a loop.
    User: has to log in again.
    """
    answer.refuse(name, 401 if name == "invalid_client" else 400)


@fault(spec="RFC 9110 15.6.4", reject="fail_cleanly")
def unavailable(answer: Answer) -> None:
    """The endpoint is unavailable, and asks to come back in half a minute.

    Client: keeps its session as long as the tokens are good, and tries again later.
    User: notices nothing, or has to log in again later.
    """
    answer.refuse("temporarily_unavailable", 503)
    answer.set_header("Retry-After", "30")


@fault(spec="RFC 6749 6", reject="must_tolerate")
def missing_refresh_token(answer: Answer) -> None:
    """The response has no new refresh token.

    Client: keeps the one that it has.
    User: notices nothing.
    """
    answer.document.pop("refresh_token", None)


@fault(spec=SAME, reject="must_tolerate")
def missing_id_token(answer: Answer) -> None:
    """The response has no ID token.

    Client: keeps what it knows of the person.
    User: notices nothing.
    """
    answer.document.pop("id_token", None)


@id_token_fault(spec=SAME)
def invalid_issuer(token: Token) -> None:
    """The ID token of the refresh is by another issuer than that of the login.

    Client: rejects it, and ends its session.
    User: has to log in again.
    """
    token.claims["iss"] = "https://accounts.other.example"


@id_token_fault(spec=SAME)
def invalid_sub(token: Token) -> None:
    """The ID token of the refresh is about mallory.

    Client: rejects it, and ends its session.
    User: has to log in again; in a careless client, is somebody else from now on.
    """
    impersonate(token)


@id_token_fault(spec=SAME)
def other_audience(token: Token) -> None:
    """The ID token of the refresh is for another client.

    Client: rejects it, and ends its session.
    User: has to log in again.
    """
    token.claims["aud"] = "another-client"


@id_token_fault(spec=SAME)
def other_auth_time(token: Token) -> None:
    """The ID token of the refresh says that the person authenticated later than they did.

    Client: rejects it, or keeps the time that it knows: a refresh is no authentication.
    User: is let in to a sensitive function without having to log in again.
    """
    token.claims["auth_time"] += 600


@id_token_fault(spec=SAME, reject="should_reject")
def other_nonce(token: Token) -> None:
    """The ID token of the refresh has another nonce than that of the login.

    Client: rejects it; if there is a nonce at all, it is the same.
    User: has to log in again.
    """
    token.claims["nonce"] = "nonce-of-another-login"
