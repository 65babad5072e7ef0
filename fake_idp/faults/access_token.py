"""Access tokens that a resource server must refuse (RFC 9068 4), or that are odd for the client that carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.forgery import flipped, forgers_key, impersonate, parts, under

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Token

fault = At("access_token", step="token_validation")

CHECKS = "RFC 9068 4"
# A client does not look into access tokens (RFC 6749 1.4); the resource server that does is not part of a login.


@fault.family(
    "missing-{}", [(claim, None, "RFC 9068 2.2") for claim in ("iss", "exp", "aud", "sub", "client_id", "scope")]
)
def missing(token: Token, claim: str) -> None:
    """The access token has no `{}`.

    Client: does not look into it. A resource server rejects it, or grants nothing.
    User: is logged in, and cannot use the service behind.
    """
    token.claims.pop(claim, None)


@fault(spec=CHECKS)
def expired(token: Token) -> None:
    """The access token expired an hour ago, whatever `expires_in` says.

    Client: does not look into it. A resource server rejects it with 401, and the client asks for a new one once.
    User: is logged in, and cannot use the service behind.
    """
    token.claims |= {"iat": token.now - 7200, "exp": token.now - 3600}


@fault(spec=CHECKS)
def wrong_audience(token: Token) -> None:
    """The access token is for another service.

    Client: does not look into it. A resource server rejects it.
    User: is logged in, and cannot use the service behind.
    """
    token.claims["aud"] = "https://api.other.example"


@fault(spec=CHECKS)
def wrong_issuer(token: Token) -> None:
    """The access token is by another issuer.

    Client: does not look into it. A resource server rejects it.
    User: is logged in, and cannot use the service behind.
    """
    token.claims["iss"] = "https://accounts.other.example"


@fault(spec="RFC 9068 2.1")
def typ_jwt(token: Token) -> None:
    """The header says JWT and not at+jwt, so that it may as well be an ID token.

    Client: does not look into it. A resource server that follows RFC 9068 rejects it.
    User: is logged in; the service behind may refuse.
    """
    token.header["typ"] = "JWT"


@fault(spec=CHECKS)
def invalid_sig(token: Token) -> None:
    """A bit of the signature is changed.

    Client: does not look into it. A resource server rejects it.
    User: is logged in, and cannot use the service behind.
    """
    text, _, signature = token.signed().rpartition(".")
    token.text = f"{text}.{flipped(signature)}"


@fault(spec=CHECKS)
def alg_none(token: Token) -> None:
    """The access token is mallory's and not signed.

    Client: does not look into it. A resource server rejects it.
    User: is somebody else for a service that accepts it.
    """
    impersonate(token)
    token.header = {"alg": "none", "typ": "at+jwt"}
    token.text = parts(token.header, token.claims) + "."


@fault(spec=CHECKS)
def sig_other_key(token: Token) -> None:
    """The access token is mallory's, signed by a key that was never published, under the id of the real one.

    Client: does not look into it. A resource server rejects it.
    User: is somebody else for a service that accepts it.
    """
    kid = str(token.header["kid"])
    impersonate(token)
    under(token, "RS256", forgers_key(), kid=kid)


@fault(spec="RFC 6749 1.4", reject="must_tolerate")
def opaque(token: Token) -> None:
    """The access token is no JWT but a random text.

    Client: carries it; it has no business looking into it.
    User: notices nothing.
    """
    token.text = token.context.randomness.token(32)


@fault(spec="RFC 6749 1.4", reject="must_tolerate")
def huge(token: Token) -> None:
    """The access token has sixteen kilobytes, as those with many groups have.

    Client: carries it, and does not put it into a cookie.
    User: notices nothing; in careless clients, the browser drops the cookie and the login loops.
    """
    token.claims["groups"] = [f"group-{number:05}" for number in range(900)]
