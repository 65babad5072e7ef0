"""ID tokens that are forged: no signature, a broken one, or one by the wrong key (OIDC Core 3.1.3.7 items 6 to 8)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fake_idp import base64url, jws
from fake_idp.faults.fault import At
from fake_idp.faults.forgery import flipped, forgers_key, hand_made, impersonate, parts, under

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Token

fault = At("id_token", step="token_validation")

SIGNATURE = "OIDC Core 3.1.3.7 item 6"
CONFUSION = "RFC 8725 2.1"
UNSIGNED = "RFC 8725 3.2"


@fault.family(
    "alg-{}",
    [
        ("none", "unsigned-id-token", UNSIGNED),
        ("none-in-title-case", "unsigned-id-token", UNSIGNED),
        ("none-in-mixed-case", "unsigned-id-token", UNSIGNED),
    ],
)
def unsigned(token: Token, alg: str) -> None:
    """The token is mallory's and not signed: the algorithm is {}.

    Client: rejects it, whatever the capitals.
    User: sees that the login failed. Anybody can be anybody at a client that accepts it.
    Seen: most JWT libraries had it once (Tim McLean, 2015); the variants in capitals in CVE-2020-28042 and its like.
    """
    impersonate(token)
    token.header = {"alg": {"none-in-title-case": "None", "none-in-mixed-case": "nOnE"}.get(alg, alg), "typ": "JWT"}
    token.text = parts(token.header, token.claims) + "."


@fault("unsigned-id-token", spec=UNSIGNED)
def alg_none_with_old_signature(token: Token) -> None:
    """The token is mallory's, the header says `none`, and the signature of the real token is still there.

    Client: rejects it.
    User: sees that the login failed.
    """
    signature = token.signed().rpartition(".")[2]
    impersonate(token)
    token.header["alg"] = "none"
    token.text = f"{parts(token.header, token.claims)}.{signature}"


@fault("invalid-signature", spec=SIGNATURE)
def invalid_sig(token: Token) -> None:
    """A bit of the signature is changed.

    Client: rejects the token. In the code flow it may rely on TLS instead of the signature, and should not.
    User: sees that the login failed.
    """
    text, _, signature = token.signed().rpartition(".")
    token.text = f"{text}.{flipped(signature)}"


@fault("invalid-signature", spec=SIGNATURE)
def sig_removed(token: Token) -> None:
    """The token is mallory's, and its signature is empty.

    Client: rejects it.
    User: sees that the login failed.
    """
    impersonate(token)
    token.text = token.signed().rpartition(".")[0] + "."


@fault("invalid-signature", spec=SIGNATURE)
def sig_truncated(token: Token) -> None:
    """The second half of the signature is missing.

    Client: rejects the token.
    User: sees that the login failed.
    """
    text, _, signature = token.signed().rpartition(".")
    raw = base64url.decode(signature)
    token.text = f"{text}.{base64url.encode(raw[: len(raw) // 2])}"


@fault("invalid-signature", spec=SIGNATURE)
def sig_of_another_token(token: Token) -> None:
    """The token is mallory's, under the signature of the real one.

    Client: rejects it.
    User: sees that the login failed.
    """
    signature = token.signed().rpartition(".")[2]
    impersonate(token)
    token.text = f"{parts(token.header, token.claims)}.{signature}"


@fault("invalid-signature", spec=SIGNATURE)
def sig_other_key(token: Token) -> None:
    """The token is mallory's, signed by a key that was never published, under the id of the real one.

    Client: rejects it.
    User: sees that the login failed.
    """
    kid = token.context.namespace.keys.current("RS256").kid
    impersonate(token)
    under(token, "RS256", forgers_key(), kid=kid)


@fault.family(
    "hs256-with-{}",
    [
        ("public-pem", "algorithm-confusion", CONFUSION),
        ("public-der", "algorithm-confusion", CONFUSION),
        ("public-pkcs1", "algorithm-confusion", CONFUSION),
        ("modulus", "algorithm-confusion", CONFUSION),
    ],
)
def public_key_as_secret(token: Token, encoding: str) -> None:
    """The token is mallory's, under a MAC whose secret is the published RSA key ({}).

    Client: fixes the algorithm beforehand, and never takes a public key for a secret. It rejects the token.
    User: sees that the login failed. Anybody can be anybody at a client that is confused.
    Seen: CVE-2015-9235 (jsonwebtoken), CVE-2017-11424 (PyJWT), and again since.
    """
    impersonate(token)
    under(token, "HS256", _public(token, encoding))


@fault("unaccepted-algorithm", spec="RFC 7518 3.2")
def hs256_with_empty_secret(token: Token) -> None:
    """The token is mallory's, under a MAC whose secret is empty.

    Client: rejects it.
    User: sees that the login failed.
    """
    impersonate(token)
    under(token, "HS256", b"")


@fault("unaccepted-algorithm", spec="RFC 8725 3.5")
def hs256_with_common_secret(token: Token) -> None:
    """The token is mallory's, under a MAC whose secret is "secret".

    Client: rejects it.
    User: sees that the login failed.
    """
    impersonate(token)
    under(token, "HS256", b"secret")


@fault("unaccepted-algorithm", spec="OIDC Core 3.1.3.7 item 8")
def hs256_with_client_secret(token: Token) -> None:
    """The token is under a MAC with the client's secret, though the client registered a signature.

    Client: rejects it: the algorithm was not agreed on.
    User: sees that the login failed.
    """
    under(token, "HS256", (token.client.client_secret or "").encode())


@fault("unaccepted-algorithm", spec="OIDC Core 3.1.3.7 item 7")
def es256_instead(token: Token) -> None:
    """The token is properly signed with ES256, by a published key, though the client registered another algorithm.

    Client: rejects it, unless it allows both.
    User: sees that the login failed, from the day the identity provider changed its default.
    """
    key = token.context.namespace.keys.current("ES256")
    under(token, "ES256", key.private, kid=key.kid)


@fault("unaccepted-algorithm", spec="RFC 8725 3.4")
def psychic_signature(token: Token) -> None:
    """The token is mallory's, with an ES256 signature of nothing but zeros.

    Client: rejects it.
    User: sees that the login failed. Anybody can be anybody at a client whose library accepts r = s = 0.
    Seen: CVE-2022-21449 (Java 15 to 18).
    """
    impersonate(token)
    token.header |= {"alg": "ES256", "kid": token.context.namespace.keys.current("ES256").kid}
    token.text = f"{parts(token.header, token.claims)}.{base64url.encode(bytes(64))}"


@fault(spec="OIDC Core 10.1.1", reject="must_tolerate")
def signing_key_rotation_just_before_signing(token: Token) -> None:
    """The identity provider replaces its keys just before it signs the token; the old ones are gone.

    Client: does not know the key id, fetches the key set once more, and accepts the token.
    User: notices nothing; with careless clients nobody can log in until a cache expires.
    Seen: python-social-auth/social-core issue 591.
    """
    alg = str(token.header["alg"])
    keys = token.context.namespace.keys
    keys.rotate()
    if alg != "HS256":
        under(token, alg, keys.current(alg).private, kid=keys.current(alg).kid)


@fault(spec="OIDC Core 10.1.1", reject="must_tolerate")
def signing_key_rotation(token: Token) -> None:
    """The identity provider replaces its keys just after it signed the token; the old ones stay for an hour.

    Client: finds the key, and at the next login the new one, which it does not know yet.
    User: notices nothing; with careless clients nobody can log in from then on.
    Seen: python-social-auth/social-core issue 591, kellnr/kellnr issue 1265.
    """
    token.text = token.signed()
    token.context.namespace.keys.rotate(grace=3600)


@fault("malformed-id-token", spec="RFC 7519 7.2")
def two_parts(token: Token) -> None:
    """The token is cut off before the signature, together with the dot.

    Client: rejects it, and does not crash.
    User: sees that the login failed.
    """
    token.text = token.signed().rpartition(".")[0]


@fault("malformed-id-token", spec="RFC 7515 2")
def base64_padding(token: Token) -> None:
    """Each part of the token is padded with `=`.

    Client: rejects it cleanly: base64url in tokens has no padding.
    User: sees that the login failed.
    """
    token.text = ".".join(part + "=" * (-len(part) % 4 or 4) for part in token.signed().split("."))


@fault("malformed-id-token", spec="RFC 7519 7.2")
def claims_not_json(token: Token) -> None:
    """The payload is no JSON; the signature is good.

    Client: rejects the token, and does not crash.
    User: sees that the login failed.
    """
    token.text = jws.compact(token.header, b"sub=alice", token.key)


@fault("malformed-id-token", spec="RFC 7519 7.2")
def claims_as_array(token: Token) -> None:
    """The payload is a JSON array with the claims in it; the signature is good.

    Client: rejects the token, and does not crash.
    User: sees that the login failed.
    """
    token.text = jws.compact(token.header, json.dumps([token.claims]).encode(), token.key)


@fault("malformed-id-token", spec="RFC 7519 1")
def json_serialization(token: Token) -> None:
    """The token is a JWS in its JSON serialization.

    Client: rejects it: a JWT is always compact.
    User: sees that the login failed.
    """
    protected, payload, signature = token.signed().split(".")
    token.text = json.dumps({"payload": payload, "protected": protected, "signature": signature})


@fault("unexpected-encryption", spec="OIDC Core 3.1.3.7 item 1")
def encrypted(token: Token) -> None:
    """The token has the five parts of an encrypted one, though the client registered no key for that.

    Client: rejects it cleanly.
    User: sees that the login failed.
    """
    header = base64url.encode(b'{"alg":"RSA-OAEP","enc":"A256GCM","kid":"nobody","cty":"JWT"}')
    filler = base64url.encode(bytes(32))
    token.text = ".".join((header, filler, filler, filler, filler))


@fault("duplicate-claim", spec="RFC 7519 4", reject="should_reject")
def duplicate_sub(token: Token) -> None:
    """The subject stands twice in the payload: mallory's first, then the real one; the signature is good.

    Client: rejects the token, or at least takes the same one of the two everywhere.
    User: is somebody else for one part of the application if its parsers differ.
    """
    real = json.dumps(token.claims)[1:]
    impersonate(token)
    token.text = jws.compact(token.header, f'{{"sub":{json.dumps(token.claims["sub"])},{real}'.encode(), token.key)


@fault("duplicate-header-member", spec="RFC 7515 4", reject="should_reject")
def duplicate_alg(token: Token) -> None:
    """The algorithm stands twice in the header: `none` first, then the real one; the signature is good.

    Client: rejects the token, or at least takes the same one of the two everywhere.
    User: sees that the login failed, or notices nothing.
    """
    header = ('{"alg":"none",' + json.dumps(token.header)[1:]).encode()
    token.text = hand_made(token, header, token.claims)


def _public(token: Token, encoding: str) -> bytes:
    """The published RSA key as the bytes that attackers try."""
    from cryptography.hazmat.primitives import serialization

    key = token.context.namespace.keys.current("RS256")
    if encoding == "modulus":
        return str(key.public["n"]).encode()
    public = key.private.public_key()
    if encoding == "public-pkcs1":
        return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1)
    form = serialization.Encoding.DER if encoding == "public-der" else serialization.Encoding.PEM
    return public.public_bytes(form, serialization.PublicFormat.SubjectPublicKeyInfo)
