"""ID tokens whose header misleads (RFC 7515 4, RFC 8725 3.10 to 3.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.forgery import KID, forgers_jwk, forgers_key, hand_made, impersonate, under

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Token

fault = At("id_token", step="token_validation")

KEY_ID = "RFC 8725 3.10"
TYPE = "RFC 8725 3.11"


@fault("unknown-key-id", spec="OIDC Core 10.1.1")
def kid_unknown(token: Token) -> None:
    """The token is mallory's, signed by a key that was never published, under that key's own id.

    Client: fetches the key set once more, and then rejects the token.
    User: sees that the login failed.
    """
    impersonate(token)
    under(token, "RS256", forgers_key(), kid=KID)


@fault.family(
    "kid-{}",
    [("path", "unknown-key-id", KEY_ID), ("sql", "unknown-key-id", KEY_ID), ("url", "unknown-key-id", KEY_ID)],
)
def kid_injection(token: Token, kind: str) -> None:
    """The key id is an injection ({}) for a client that looks keys up with it; the token is mallory's, by her own key.

    Client: compares key ids and nothing else: no file, no query, no request. It rejects the token.
    User: sees that the login failed. A careless client logs mallory in.
    """
    kid = {"path": "../../../dev/null", "sql": "x' UNION SELECT '", "url": "https://stranger.example/key"}[kind]
    impersonate(token)
    under(token, "RS256", forgers_key(), kid=kid)


@fault("unfit-key", spec="RFC 7515 4.1.4")
def kid_of_another_key(token: Token) -> None:
    """The key id is that of another published key, of another type.

    Client: rejects the token: that key cannot have made this signature.
    User: sees that the login failed.
    """
    token.header["kid"] = token.context.namespace.keys.current("ES256").kid


@fault(spec="OIDC Core 10.1", reject="must_tolerate")
def kid_absent_single_jwks(token: Token) -> None:
    """There is no key id, and one published key of the type.

    Client: takes that one.
    User: notices nothing.
    """
    del token.header["kid"]


@fault("missing-key-id", spec="OIDC Core 10.1", reject="should_reject")
def kid_absent_multiple_jwks(token: Token) -> None:
    """There is no key id, and several published keys of the type: the keys were just replaced, and the old ones stay.

    Client: rejects the token, or tries every key that fits.
    User: reads that the login failed, or notices nothing.
    """
    keys = token.context.namespace.keys
    keys.rotate(grace=3600)
    token.key = keys.current(str(token.header["alg"])).private
    del token.header["kid"]


@fault("key-in-header", spec=KEY_ID)
def jwk_embedded(token: Token) -> None:
    """The token is mallory's, and brings the key that it was signed with along.

    Client: never takes a key from a token, and rejects it.
    User: sees that the login failed. Anybody can be anybody at a client that uses such keys.
    Seen: CVE-2018-0114 (node-jose).
    """
    impersonate(token)
    under(token, "RS256", forgers_key(), jwk=forgers_jwk(), kid=KID)


@fault.family("{}-stranger", [("jku", "key-in-header", KEY_ID), ("x5u", "key-in-header", KEY_ID)])
def key_elsewhere(token: Token, member: str) -> None:
    """The token is mallory's, and says in `{}` where to fetch the key that it was signed with.

    Client: fetches nothing from there, and rejects the token.
    User: sees that the login failed. Anybody can be anybody at a client that fetches such keys.
    """
    impersonate(token)
    under(token, "RS256", forgers_key(), kid=KID, **{member: "https://stranger.example/jwks.json"})


@fault("unknown-critical-header", spec="RFC 7515 4.1.11")
def crit_unknown(token: Token) -> None:
    """The header says that an extension must be understood that nobody knows.

    Client: rejects the token.
    User: sees that the login failed.
    """
    token.header |= {"crit": ["https://stranger.example/ext"], "https://stranger.example/ext": True}


@fault("unknown-critical-header", spec="RFC 7515 4.1.11")
def crit_empty(token: Token) -> None:
    """The list of extensions that must be understood is empty, which is not allowed.

    Client: rejects the token.
    User: sees that the login failed.
    """
    token.header["crit"] = []


@fault("unknown-critical-header", spec="RFC 7797 7")
def b64_false(token: Token) -> None:
    """The header says that the payload is not base64url-encoded, though it is.

    Client: rejects the token: a JWT must not use this option.
    User: sees that the login failed.
    """
    token.header |= {"crit": ["b64"], "b64": False}


@fault.family(
    "typ-{}",
    [
        ("at", "foreign-token-type", "RFC 9068 2.1"),
        ("logout", "foreign-token-type", TYPE),
        ("secevent", "foreign-token-type", TYPE),
    ],
)
def foreign_type(token: Token, typ: str) -> None:
    """The header says that this is a {}+jwt: a token for another purpose.

    Client: rejects it: tokens for one purpose must not serve another.
    User: sees that the login failed.
    """
    token.header["typ"] = f"{typ}+jwt"


@fault(spec=TYPE, reject="must_tolerate")
def missing_typ(token: Token) -> None:
    """The header does not say that this is a JWT.

    Client: accepts the token; the member is optional.
    User: notices nothing.
    """
    del token.header["typ"]


@fault(spec="RFC 7519 5.3", reject="must_tolerate")
def claims_in_header(token: Token) -> None:
    """The header has claims as well, and they are mallory's.

    Client: ignores them; what counts is in the payload.
    User: notices nothing; a careless client logs mallory in.
    """
    claims = dict(token.claims)
    impersonate(token)
    token.header |= {name: token.claims[name] for name in ("sub", "email") if name in token.claims}
    token.claims.clear()
    token.claims |= claims


@fault("missing-algorithm", spec="RFC 7515 4.1.1")
def missing_alg(token: Token) -> None:
    """The header names no algorithm; the signature is good.

    Client: rejects the token.
    User: sees that the login failed.
    """
    header = {name: value for name, value in token.header.items() if name != "alg"}
    token.text = hand_made(token, header, token.claims)


@fault("missing-algorithm", spec="RFC 7515 4.1.1")
def alg_as_array(token: Token) -> None:
    """The algorithm is an array with one member; the signature is good.

    Client: rejects the token, and does not crash.
    User: sees that the login failed.
    """
    token.text = hand_made(token, {**token.header, "alg": [token.header["alg"]]}, token.claims)
