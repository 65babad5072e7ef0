"""Logout tokens that a client must not act on (Back-Channel Logout 2.4 to 2.6), and legal ones that are odd.

A client that takes a bad one lets anybody log its users out. A login does not see them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.artefacts import forged_person
from fake_idp.faults.fault import At
from fake_idp.faults.forgery import flipped, forgers_key, parts, under

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Token

fault = At("logout_token", step="redirect_to_dashboard")

HOUR = 3600
CLAIMS = "Back-Channel Logout 2.4"
SIGNATURE = "Back-Channel Logout 2.6 item 2"
ALGORITHM = "Back-Channel Logout 2.6 item 3"
CORE = "Back-Channel Logout 2.6 item 4"
SUBJECT = "Back-Channel Logout 2.6 item 5"
EVENTS = "Back-Channel Logout 2.6 item 6"
NONCE = "Back-Channel Logout 2.6 item 7"
REPLAY = "Back-Channel Logout 2.6 item 8"


@fault.family("missing-{}", [("iss", None, CORE), ("aud", None, CORE), ("iat", None, CORE), ("exp", None, CORE)])
def missing(token: Token, claim: str) -> None:
    """The logout token has no `{}`.

    Client: answers 400 and ends nothing.
    User: stays logged in.
    """
    del token.claims[claim]


@fault(spec=CLAIMS, reject="should_reject")
def missing_jti(token: Token) -> None:
    """The logout token has no `jti`, so that a replay cannot be seen.

    Client: answers 400 and ends nothing.
    User: stays logged in.
    """
    del token.claims["jti"]


@fault(spec=EVENTS)
def missing_events(token: Token) -> None:
    """The logout token has no `events`: it is any JWT of the provider.

    Client: answers 400 and ends nothing; without the claim, an ID token could serve as logout token.
    User: stays logged in.
    """
    del token.claims["events"]


@fault(spec=EVENTS)
def wrong_event(token: Token) -> None:
    """The `events` claim has another event than logout.

    Client: answers 400 and ends nothing.
    User: stays logged in.
    """
    token.claims["events"] = {"http://schemas.openid.net/event/another": {}}


@fault(spec=CLAIMS)
def event_not_object(token: Token) -> None:
    """The logout event is there, and its value is a text where an object belongs.

    Client: answers 400 and ends nothing, and does not crash.
    User: stays logged in.
    """
    token.claims["events"] = dict.fromkeys(token.claims["events"], "logout")


@fault(spec=CLAIMS)
def events_array(token: Token) -> None:
    """The `events` claim is a list with the name of the event.

    Client: answers 400 and ends nothing; a careless test for the name succeeds on a list as well.
    User: stays logged in.
    """
    token.claims["events"] = list(token.claims["events"])


@fault(spec=NONCE)
def with_nonce(token: Token) -> None:
    """The logout token has a `nonce`, which is prohibited: it could pass for an ID token.

    Client: answers 400 and ends nothing.
    User: stays logged in.
    """
    token.claims["nonce"] = "nonce-of-a-login"


@fault(spec=CORE)
def wrong_iss(token: Token) -> None:
    """The issuer is another identity provider.

    Client: answers 400 and ends nothing.
    User: stays logged in.
    """
    token.claims["iss"] = "https://accounts.other.example"


@fault(spec=CORE)
def wrong_aud(token: Token) -> None:
    """The logout token is for another client.

    Client: answers 400 and ends nothing.
    User: stays logged in here, whatever happened to the session at the other application.
    """
    token.claims["aud"] = "another-client"


@fault(spec=CORE)
def expired(token: Token) -> None:
    """The logout token expired an hour ago.

    Client: answers 400 and ends nothing.
    User: stays logged in.
    """
    token.claims |= {"iat": token.now - 2 * HOUR, "exp": token.now - HOUR}


@fault(spec=CORE)
def issued_in_the_future(token: Token) -> None:
    """The logout token says that it was issued in an hour.

    Client: answers 400 and ends nothing; either clock is wrong by more than any leeway.
    User: stays logged in.
    """
    token.claims |= {"iat": token.now + HOUR, "exp": token.now + HOUR + 120}


@fault(spec="Back-Channel Logout 4", reject="should_reject")
def long_lived(token: Token) -> None:
    """The logout token is good for a year, not two minutes.

    Client: is advised to refuse it; who keeps it can end a later session with it.
    User: may be logged out again, some day.
    """
    token.claims["exp"] = token.now + 365 * 24 * HOUR


@fault(spec=SUBJECT)
def no_sub_no_sid(token: Token) -> None:
    """The logout token says neither whose session ends nor which.

    Client: answers 400 and ends nothing.
    User: stays logged in.
    """
    del token.claims["sub"], token.claims["sid"]


@fault(spec=CLAIMS)
def sid_number(token: Token) -> None:
    """The `sid` is a number, and there is no `sub`.

    Client: answers 400 and does not crash.
    User: stays logged in.
    """
    del token.claims["sub"]
    token.claims["sid"] = 42


@fault(spec=CLAIMS)
def null_sub(token: Token) -> None:
    """The `sub` is null, and there is no `sid`.

    Client: answers 400 and does not crash.
    User: stays logged in.
    """
    del token.claims["sid"]
    token.claims["sub"] = None


@fault(spec="Back-Channel Logout 2.6 items 10 and 11", reject="should_reject")
def sub_of_another_user(token: Token) -> None:
    """The `sub` is mallory's, the `sid` that of the session.

    Client: answers 400, or ends nothing; in no case both persons' sessions.
    User: stays logged in.
    """
    token.claims["sub"] = forged_person(token.context).sub


@fault(spec="Back-Channel Logout 2.7", reject="must_tolerate")
def unknown_sid(token: Token) -> None:
    """The session is one that the client has never heard of, of a person who is not there.

    Client: counts it as a success: nobody of that name is logged in.
    User: stays logged in.
    Seen: nextcloud/user_oidc issue 1430, which answered 400 after every logout that it had begun itself.
    """
    token.claims |= {"sid": "session-that-never-was", "sub": "nobody"}


@fault(spec=REPLAY, reject="should_reject")
def replayed_jti(token: Token) -> None:
    """Every logout token has the same `jti`: from the second one on, it is a replay.

    Client: refuses the second; a replay must not end a session that began after the first.
    User: stays logged in.
    """
    token.claims["jti"] = "jti-of-an-earlier-logout"


@fault(spec=ALGORITHM)
def alg_none(token: Token) -> None:
    """The logout token is not signed: the algorithm is none.

    Client: answers 400 and ends nothing.
    User: stays logged in. Anybody can log anybody out at a client that accepts it.
    """
    token.header = {"alg": "none", "typ": token.header["typ"]}
    token.text = parts(token.header, token.claims) + "."


@fault(spec=SIGNATURE)
def invalid_sig(token: Token) -> None:
    """A bit of the signature is changed.

    Client: answers 400 and ends nothing. TLS does not help here: the token comes from anybody.
    User: stays logged in.
    """
    text, _, signature = token.signed().rpartition(".")
    token.text = f"{text}.{flipped(signature)}"


@fault(spec=SIGNATURE)
def other_key(token: Token) -> None:
    """The logout token is signed by a key that was never published, under the id of the real one.

    Client: answers 400 and ends nothing.
    User: stays logged in.
    """
    under(token, "RS256", forgers_key(), kid=token.context.namespace.keys.current("RS256").kid)


@fault(spec=SIGNATURE)
def unknown_kid(token: Token) -> None:
    """The logout token names a key that is not in the JWK Set, and is signed by another one than it.

    Client: fetches the keys once more, answers 400 and ends nothing.
    User: stays logged in.
    """
    under(token, "RS256", forgers_key(), kid="mallory-1")


@fault(spec=ALGORITHM)
def wrong_alg(token: Token) -> None:
    """The logout token is under a MAC with a common secret, where the client has registered a signature.

    Client: answers 400 and ends nothing.
    User: stays logged in.
    """
    token.header.pop("kid", None)
    under(token, "HS256", b"secret")


@fault(spec=CLAIMS, reject="should_reject")
def wrong_typ(token: Token) -> None:
    """The type in the header is that of an access token.

    Client: answers 400: explicit typing is there to keep kinds of tokens apart (RFC 8725 3.11).
    User: stays logged in.
    """
    token.header["typ"] = "at+jwt"


@fault(spec="Back-Channel Logout 4.1")
def id_token_instead(token: Token) -> None:
    """An ID token of the session is sent as the logout token.

    Client: answers 400 and ends nothing: it has no logout event.
    User: stays logged in. Who has got hold of an ID token can log its owner out at a client that accepts it.
    """
    for claim in ("events", "jti"):
        del token.claims[claim]
    token.header["typ"] = "JWT"
    token.claims |= {"exp": token.now + HOUR, "nonce": "nonce-of-a-login", "auth_time": token.now}


@fault(spec=CLAIMS, reject="must_tolerate")
def typ_jwt(token: Token) -> None:
    """The type in the header is plain JWT; `logout+jwt` is only recommended.

    Client: ends the session.
    User: is logged out.
    """
    token.header["typ"] = "JWT"


@fault(spec=CLAIMS, reject="must_tolerate")
def typ_absent(token: Token) -> None:
    """The header has no type.

    Client: ends the session.
    User: is logged out.
    """
    del token.header["typ"]


@fault(spec=CLAIMS, reject="must_tolerate")
def aud_as_list(token: Token) -> None:
    """The audience is a list with the client as its only member.

    Client: ends the session.
    User: is logged out.
    """
    token.claims["aud"] = [token.claims["aud"]]


@fault(spec=CLAIMS, reject="must_tolerate")
def sub_only(token: Token) -> None:
    """The logout token has no `sid`: all sessions of the person end.

    Client: ends them, unless it registered that it needs the `sid`.
    User: is logged out in every browser.
    """
    del token.claims["sid"]


@fault(spec=CLAIMS, reject="must_tolerate")
def sid_only(token: Token) -> None:
    """The logout token has no `sub`: the session is named by its `sid` alone.

    Client: ends that session.
    User: is logged out in this browser.
    Seen: nextcloud/user_oidc issue 1183, where the opposite case was a server error.
    """
    del token.claims["sub"]


@fault(spec=CLAIMS, reject="must_tolerate")
def extra_event(token: Token) -> None:
    """The `events` claim has a second event that the client does not know.

    Client: ends the session.
    User: is logged out.
    """
    token.claims["events"] |= {"https://events.example/another": {"reason": "test"}}


@fault(spec=CLAIMS, reject="must_tolerate")
def extra_claim(token: Token) -> None:
    """The logout token has a claim that the client does not know.

    Client: ends the session.
    User: is logged out.
    """
    token.claims["urn:fake-idp:extra"] = "ignore me"
