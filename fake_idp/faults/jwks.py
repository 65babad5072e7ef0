"""Published keys that cannot be used, or must not be (RFC 7517, OIDC Core 10.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp import base64url
from fake_idp.faults.fault import At

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Answer

fault = At("jwks", step="token_validation")

SET = "RFC 7517 5"
ODD_KEYS = (
    {"kty": "unheard-of", "kid": "odd-1", "use": "sig"},
    {"kty": "EC", "crv": "P-999", "kid": "odd-2", "use": "sig", "x": "AA", "y": "AA"},
    {"kty": "RSA", "kid": "odd-3", "use": "sig"},
    {"kid": "odd-4"},
)


@fault("no-usable-signing-key", spec=SET)
def empty(answer: Answer) -> None:
    """The set has no keys.

    Client: rejects the token: there is nothing to verify it with.
    User: cannot log in, until the identity provider publishes its keys.
    """
    answer.document["keys"] = []


@fault("malformed-jwk-set", spec=SET)
def missing_keys(answer: Answer) -> None:
    """The document is an object without `keys`.

    Client: rejects the token, and does not crash.
    User: cannot log in.
    """
    del answer.document["keys"]


@fault("malformed-jwk-set", spec=SET)
def keys_as_object(answer: Answer) -> None:
    """The member `keys` is an object, from key id to key.

    Client: rejects the token, and does not crash.
    User: cannot log in.
    """
    answer.document["keys"] = {key["kid"]: key for key in answer.document["keys"]}


@fault("no-usable-signing-key", spec="RFC 7517 4.2")
def for_encryption(answer: Answer) -> None:
    """Every key is for encryption only (`use` is `enc`).

    Client: does not verify with it, and so rejects the token.
    User: cannot log in.
    """
    for key in answer.document["keys"]:
        key["use"] = "enc"


@fault("no-usable-signing-key", spec="RFC 7517 4.3")
def wrong_key_ops(answer: Answer) -> None:
    """Every key is only good for encryption, says `key_ops`.

    Client: does not verify with it, and so rejects the token.
    User: cannot log in.
    """
    for key in answer.document["keys"]:
        key["key_ops"] = ["encrypt"]
        key.pop("use", None)


@fault("no-usable-signing-key", spec="RFC 7517 4.4")
def wrong_alg(answer: Answer) -> None:
    """Every key says that it is for RSA encryption (`alg` is `RSA-OAEP`).

    Client: does not verify with it, and so rejects the token.
    User: cannot log in.
    """
    for key in answer.document["keys"]:
        key["alg"] = "RSA-OAEP"


@fault("unknown-key-id", spec="OIDC Core 10.1.1")
def old_keys_only(answer: Answer) -> None:
    """The key that signs is not in the set, as when a cache still holds what was before a rotation.

    Client: fetches the set once more, and then rejects the token; it does not fetch for ever.
    User: cannot log in, until the cache is refreshed.
    Seen: python-social-auth/social-core issue 591, kellnr/kellnr issue 1265.
    """
    for key in answer.document["keys"]:
        key["kid"] = f"old-{key['kid']}"


@fault("invalid-signature", spec="RFC 7517 4.5")
def other_key_under_the_same_id(answer: Answer) -> None:
    """The published RSA key is another one than the one that signs, under the same key id.

    Client: rejects the token: the signature does not verify.
    User: cannot log in.
    Seen: identity providers that were set up anew and numbered their keys as before.
    """
    from fake_idp.faults.forgery import forgers_jwk

    for key in answer.document["keys"]:
        if key["kty"] == "RSA":
            key["n"] = forgers_jwk()["n"]


@fault("published-private-key", spec="RFC 7517 9.2", reject="should_reject")
def private_key_published(answer: Answer) -> None:
    """The private exponent of the RSA key is in the set (a made-up one here).

    Client: may go on; whoever runs it must be told that anybody can forge tokens.
    User: notices nothing, until somebody else is logged in under their name.
    """
    for key in answer.document["keys"]:
        if key["kty"] == "RSA":
            key["d"] = base64url.encode(b"not the private exponent".ljust(256, b"."))


@fault("published-symmetric-key", spec="RFC 8725 3.2", reject="should_reject")
def symmetric_key_published(answer: Answer) -> None:
    """There is a symmetric key in the set beside the others.

    Client: never uses it: a published secret is none.
    User: notices nothing; anybody can forge tokens for a client that uses it.
    """
    answer.document["keys"].append(
        {"kty": "oct", "kid": "oct-1", "k": base64url.encode(b"a published secret".ljust(32))}
    )


@fault("weak-rsa-key", spec="RFC 7518 3.3", reject="should_reject")
def weak_key_published(answer: Answer) -> None:
    """There is an RSA key of 512 bits in the set beside the others.

    Client: never verifies with it.
    User: notices nothing; the key can be broken in hours, and then tokens be forged for careless clients.
    """
    number = (2**511 + 111).to_bytes(64, "big")
    answer.document["keys"].append(
        {"kty": "RSA", "kid": "weak-1", "use": "sig", "n": base64url.encode(number), "e": "AQAB"}
    )


@fault("duplicate-key-id", spec="RFC 7517 4.5", reject="should_reject")
def duplicate_kid(answer: Answer) -> None:
    """Another RSA key stands first in the set, under the same key id.

    Client: tries every key of that id, or rejects the token cleanly.
    User: notices nothing, or cannot log in.
    """
    from fake_idp.faults.forgery import forgers_jwk

    kid = next(key["kid"] for key in answer.document["keys"] if key["kty"] == "RSA")
    answer.document["keys"].insert(0, {**forgers_jwk(), "kid": kid})


@fault("unknown-key-id", spec="RFC 7517 4.5", reject="fail_cleanly")
def keys_without_kid(answer: Answer) -> None:
    """No key has a key id, though tokens name one.

    Client: rejects the token cleanly; or tries those keys that fit by type and use.
    User: reads that the login failed, or notices nothing.
    """
    for key in answer.document["keys"]:
        del key["kid"]


@fault("unreadable-key", spec=SET, reject="must_tolerate")
def unknown_keys(answer: Answer) -> None:
    """There are entries of unknown types, unknown curves and with members missing, before the good ones.

    Client: ignores them.
    User: notices nothing; with careless clients nobody can log in from the day a new kind of key is published.
    """
    answer.document["keys"][:0] = [dict(key) for key in ODD_KEYS]


@fault(spec=SET, reject="must_tolerate")
def many_keys(answer: Answer) -> None:
    """There are a thousand other keys before the good ones.

    Client: finds the right one by its id, in no time.
    User: notices nothing.
    """
    first = answer.document["keys"][0]
    answer.document["keys"][:0] = [{**first, "kid": f"other-{number}"} for number in range(1000)]


@fault(spec="RFC 7517 8.5.1", reject="must_tolerate")
def jwk_set_type(answer: Answer) -> None:
    """The set comes with its own media type, application/jwk-set+json.

    Client: reads it.
    User: notices nothing.
    """
    answer.set_header("Content-Type", "application/jwk-set+json")
