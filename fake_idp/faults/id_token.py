"""ID tokens that say the wrong thing: their claims (OIDC Core 2, 3.1.3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.forgery import impersonate

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Token

fault = At("id_token", step="token_validation")

HOUR, DAY, YEAR = 3600, 86400, 365 * 86400
ISSUER = "OIDC Core 3.1.3.7 item 2"
AUDIENCE = "OIDC Core 3.1.3.7 item 3"
EXPIRY = "OIDC Core 3.1.3.7 item 9"
NONCE = "OIDC Core 3.1.3.7 item 11"


@fault.family(
    "missing-{}",
    [
        ("iss", "wrong-issuer", ISSUER),
        ("sub", "missing-subject", "OIDC Core 2"),
        ("aud", "wrong-audience", AUDIENCE),
        ("exp", "missing-expiry", EXPIRY),
        ("iat", "missing-issue-time", "OIDC Core 2"),
        ("nonce", "missing-nonce", NONCE),
    ],
)
def missing(token: Token, claim: str) -> None:
    """The ID token has no `{}`.

    Client: rejects it; the claim is required here.
    User: sees that the login failed, and can do nothing about it.
    """
    token.claims.pop(claim, None)


@fault.family(
    "null-{}",
    [
        ("iss", "wrong-issuer", ISSUER),
        ("sub", "missing-subject", "OIDC Core 2"),
        ("aud", "wrong-audience", AUDIENCE),
        ("exp", "missing-expiry", EXPIRY),
        ("iat", "missing-issue-time", "OIDC Core 2"),
        ("nonce", "wrong-nonce", NONCE),
    ],
)
def null(token: Token, claim: str) -> None:
    """The ID token has `{}`, and it is null.

    Client: rejects it like a token without the claim, and does not crash.
    User: sees that the login failed; in careless clients, a server error.
    """
    token.claims[claim] = None


@fault.family(
    "empty-{}",
    [
        ("iss", "wrong-issuer", ISSUER),
        ("sub", "missing-subject", "OIDC Core 2"),
        ("aud", "wrong-audience", AUDIENCE),
        ("nonce", "wrong-nonce", NONCE),
    ],
)
def empty(token: Token, claim: str) -> None:
    """The `{}` of the ID token is an empty string.

    Client: rejects it; a test for the mere presence of the claim is not enough.
    User: sees that the login failed. With an empty `sub`, all users of a careless client are one.
    """
    token.claims[claim] = ""


@fault.family("invalid-{}", [("iss", "wrong-issuer", ISSUER), ("aud", "wrong-audience", AUDIENCE)])
def invalid(token: Token, claim: str) -> None:
    """The `{}` of the ID token is right but for a "1" at its end.

    Client: rejects it; the comparison is of whole strings.
    User: sees that the login failed. It is the commonest finding after an identity provider has moved.
    """
    token.claims[claim] = f"{token.claims[claim]}1"


@fault.family(
    "malformed-{}",
    [
        ("iss", "wrong-issuer", ISSUER),
        ("sub", "missing-subject", "OIDC Core 2"),
        ("aud", "wrong-audience", AUDIENCE),
        ("exp", "missing-expiry", "RFC 7519 4.1.4"),
        ("iat", "missing-issue-time", "RFC 7519 4.1.6"),
        ("nbf", "not-yet-valid", "RFC 7519 4.1.5"),
        ("nonce", "wrong-nonce", NONCE),
        ("at_hash", "wrong-access-token-hash", "OIDC Core 3.1.3.6"),
    ],
)
def malformed(token: Token, claim: str) -> None:
    """The `{}` of the ID token is an object, which is no type that it can have.

    Client: rejects the token cleanly: no crash, and no comparison that happens to succeed.
    User: sees that the login failed; in careless clients, a server error.
    """
    token.claims[claim] = {"value": token.claims.get(claim)}


@fault("wrong-nonce", spec=NONCE)
def nonce_invalid(token: Token) -> None:
    """The nonce is that of the request with a "1" at its end.

    Client: rejects the token: it was made for another login.
    User: sees that the login failed; trying again does not help if the identity provider does it each time.
    """
    token.claims["nonce"] = f"{token.claims.get('nonce', '')}1"


@fault("wrong-nonce", spec="OIDC Core 15.5.2")
def of_another_login(token: Token) -> None:
    """The token is a perfect one that this client got in a login of somebody else: code injection, or replay.

    Client: rejects it by the nonce, the only thing that is wrong.
    User: is logged in as somebody else if the client does not look.
    """
    impersonate(token)
    token.claims["nonce"] = "nonce-of-another-login"


@fault("wrong-audience", spec=AUDIENCE)
def for_another_client(token: Token) -> None:
    """The token was issued to another client of the same identity provider, for somebody else.

    Client: rejects it: `aud` and `azp` are not its own.
    User: whoever runs the other application can log in here as any of its users if the client does not look.
    """
    impersonate(token)
    token.claims["aud"] = "another-client"


@fault("untrusted-audience", spec=AUDIENCE)
def aud_with_stranger(token: Token) -> None:
    """The audience has a second member that the client does not know.

    Client: rejects the token unless it trusts the other audience.
    User: sees that the login failed, often after somebody added an API to the client at the identity provider.
    """
    token.claims |= {"aud": [token.client.client_id, "https://stranger.example"], "azp": token.client.client_id}


@fault("wrong-authorized-party", spec="OIDC Core 3.1.3.7 item 5")
def invalid_azp(token: Token) -> None:
    """The authorized party is another client, though the audience is right.

    Client: rejects the token: somebody else asked for it.
    User: sees that the login failed.
    """
    token.claims["azp"] = "another-client"


@fault("wrong-issuer", spec=ISSUER)
def iss_of_another_provider(token: Token) -> None:
    """The issuer is another identity provider altogether.

    Client: rejects the token, though the signature is good.
    User: an identity provider that is trusted for its own people logs in those of another one if nobody looks.
    """
    token.claims["iss"] = "https://accounts.other.example"


@fault("wrong-issuer", spec=ISSUER)
def iss_with_slash(token: Token) -> None:
    """The issuer has a slash at its end that the metadata does not have.

    Client: rejects the token; issuers are compared character by character.
    User: nobody can log in, from the day the identity provider or the configuration was changed.
    Seen: coreos/go-oidc issue 240 and its like in every client library.
    """
    token.claims["iss"] += "/"


@fault("wrong-issuer", spec=ISSUER)
def iss_in_capitals(token: Token) -> None:
    """The issuer has its last path segment in capitals.

    Client: rejects the token; issuers are compared character by character.
    User: nobody can log in.
    """
    base, slash, last = token.claims["iss"].rpartition("/")
    token.claims["iss"] = base + slash + last.upper()


@fault("expired-id-token", spec=EXPIRY)
def expired(token: Token) -> None:
    """The ID token expired an hour ago.

    Client: rejects it, with a leeway of some minutes at most.
    User: is sent back to the login page, often in a loop, because the next token is expired as well.
    Seen: servers whose clock runs ahead of the identity provider's; virtual machines that slept.
    """
    token.claims |= {"iat": token.now - 2 * HOUR, "exp": token.now - HOUR}


@fault("expired-id-token", spec=EXPIRY)
def zero_exp(token: Token) -> None:
    """The expiry is 0: a date in 1970, and false to a careless test.

    Client: rejects the token.
    User: sees that the login failed.
    """
    token.claims["exp"] = 0


@fault(spec=EXPIRY, reject="must_tolerate")
def expired_within_leeway(token: Token) -> None:
    """The ID token expired one second ago.

    Client: accepts it; clocks differ by that much, and the leeway is for this.
    User: notices nothing.
    """
    token.claims |= {"iat": token.now - HOUR, "exp": token.now - 1}


@fault("expiry-in-milliseconds", spec="RFC 7519 2 (NumericDate)", reject="should_reject")
def exp_in_milliseconds(token: Token) -> None:
    """The expiry is in milliseconds, so the token never expires.

    Client: rejects it, or at least warns: the date is in the year 50000 or so.
    User: notices nothing; a stolen token is good for ever.
    """
    token.claims["exp"] *= 1000


@fault("issued-in-the-future", spec="OIDC Core 3.1.3.7 item 10")
def late_iat(token: Token) -> None:
    """The token says that it was issued in an hour.

    Client: rejects it: either clock is wrong by more than any leeway.
    User: sees that the login failed, on some servers of the application only if only their clocks are wrong.
    Seen: puiterwijk/flask-oidc issue 7, auth0/nextjs-auth0 issue 18.
    """
    token.claims |= {"iat": token.now + HOUR, "exp": token.now + 2 * HOUR}


@fault(spec="OIDC Core 3.1.3.7 item 10", reject="must_tolerate")
def late_iat_within_leeway(token: Token) -> None:
    """The token says that it was issued in five seconds.

    Client: accepts it; clocks differ by that much.
    User: notices nothing. Where there is no leeway at all, one login in some fails.
    """
    token.claims["iat"] = token.now + 5


@fault("not-yet-valid", spec="RFC 7519 4.1.5")
def late_nbf(token: Token) -> None:
    """The token may not be used before an hour from now.

    Client: rejects it.
    User: sees that the login failed.
    """
    token.claims["nbf"] = token.now + HOUR


@fault(spec="RFC 7519 4.1.5", reject="must_tolerate")
def late_nbf_within_leeway(token: Token) -> None:
    """The token may not be used before five seconds from now.

    Client: accepts it; clocks differ by that much.
    User: notices nothing.
    """
    token.claims["nbf"] = token.now + 5


@fault(spec="OIDC Core 3.1.3.7 item 10", reject="must_tolerate")
def fractional_times(token: Token) -> None:
    """The times have fractions of a second.

    Client: accepts them: NumericDate allows non-integers.
    User: notices nothing.
    """
    token.claims |= {"iat": token.claims["iat"] + 0.25, "exp": token.claims["exp"] + 0.25}


@fault(spec="OIDC Core 3.1.3.7 item 13", reject="should_reject")
def early_auth_time(token: Token) -> None:
    """The person authenticated a day ago, says the token, whatever `max_age` asked for.

    Client: rejects the token if it sent a `max_age` below a day; otherwise there is nothing to see.
    User: is let in to a sensitive function without having to log in again.
    """
    token.claims["auth_time"] = token.now - DAY


@fault(spec="OIDC Core 2 (auth_time)", reject="should_reject")
def missing_auth_time(token: Token) -> None:
    """The token does not say when the person authenticated.

    Client: rejects it if it sent `max_age` or asked for the claim; otherwise there is nothing to see.
    User: notices nothing.
    """
    token.claims.pop("auth_time", None)


@fault(spec="OIDC Core 3.1.3.7 item 12", reject="should_reject")
def lower_acr(token: Token) -> None:
    """The authentication context class is "0": below every other.

    Client: rejects the token if it asked for a class as essential; otherwise there is nothing to see.
    User: is let in with a password where a second factor was demanded.
    """
    token.claims["acr"] = "0"


@fault("wrong-access-token-hash", spec="OIDC Core 3.1.3.8", reject="should_reject")
def invalid_athash(token: Token) -> None:
    """The hash of the access token is right but for a "1" at its end.

    Client: rejects the tokens: they do not belong together. In the code flow the check is optional.
    User: sees that the login failed.
    """
    token.claims["at_hash"] = f"{token.claims['at_hash']}1"


@fault(spec="OIDC Core 3.1.3.8", reject="must_tolerate")
def missing_athash(token: Token) -> None:
    """There is no hash of the access token.

    Client: accepts the token: in the code flow the claim is optional.
    User: notices nothing.
    """
    token.claims.pop("at_hash", None)


@fault(spec="OIDC Core 2 (aud)", reject="must_tolerate")
def aud_as_array(token: Token) -> None:
    """The audience is an array with the client as its only member.

    Client: accepts it: that is the general form.
    User: notices nothing; in careless clients nobody can log in.
    """
    token.claims["aud"] = [token.client.client_id]


@fault(spec="OIDC Core 2", reject="must_tolerate")
def unknown_claims(token: Token) -> None:
    """There are claims that nobody knows, of every type.

    Client: accepts the token and ignores them.
    User: notices nothing.
    """
    token.claims |= {"https://fake.example/claim": {"deep": [1, None, True]}, "x": "y", "jti": "1"}


@fault("malformed-subject", spec="OIDC Core 2 (sub)")
def long_sub(token: Token) -> None:
    """The subject has 256 characters; 255 are the most.

    Client: rejects it: a store that cuts it makes two people one.
    User: sees that the login failed.
    """
    token.claims["sub"] = "s" * 256


@fault("malformed-subject", spec="OIDC Core 2 (sub)")
def non_ascii_sub(token: Token) -> None:
    """The subject has a letter beyond ASCII.

    Client: rejects it: stores that fold such letters make two people one.
    User: sees that the login failed.
    """
    token.claims["sub"] = "al\u00efce"
