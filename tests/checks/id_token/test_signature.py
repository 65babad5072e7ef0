from __future__ import annotations

import json

import pytest

from checks import forge
from checks.forge import ABSENT, CLIENT, SECRET
from checks.id_token.tokens import context, with_claims, with_header
from checks.judging import Case, findings, judge, name
from ssocli.checks.check import Owner
from ssocli.checks.id_token import IdTokenContext, key_is_unknown, verified_claims

CLAIMS = forge.claims()


def signed(sign: forge.Signer, jwks: object = forge.ABSENT, **header: object) -> IdTokenContext:
    return context(forge.jws(forge.header(**header), CLAIMS, sign), jwks=jwks)


def with_mac(secret: bytes, *accepted: str, client_secret: str | None = SECRET) -> IdTokenContext:
    token = forge.jws(forge.header(alg="HS256", kid=ABSENT), CLAIMS, forge.hs256(secret))
    return context(token, algorithms=accepted or ("RS256",), client_secret=client_secret)


def unsigned(spelling: str, *accepted: str) -> IdTokenContext:
    token = forge.jws(forge.header(alg=spelling), CLAIMS, forge.nothing)
    return context(token, algorithms=accepted or ("RS256",))


def with_key(*keys: object, **header: object) -> IdTokenContext:
    return context(forge.jws(forge.header(**header), CLAIMS), jwks={"keys": list(keys)})


CASES = [
    Case("unsigned-id-token", "passed", context()),
    Case("unsigned-id-token", "failed", unsigned("none")),
    Case("unsigned-id-token", "failed", unsigned("nOnE"), "nOnE"),
    Case("unsigned-id-token", "failed", unsigned("none", "none", "RS256")),
    Case("unsigned-id-token", "skipped", context(""), also=("malformed-id-token",)),
    Case("algorithm-confusion", "passed", context()),
    Case("algorithm-confusion", "passed", with_mac(SECRET.encode(), "HS256")),
    Case("algorithm-confusion", "failed", with_mac(forge.public_pem()), "HS256"),
    Case("algorithm-confusion", "failed", with_mac(forge.public_pem().strip(), "HS256", "RS256")),
    Case("algorithm-confusion", "failed", with_mac(forge.rsa_jwk()["n"].encode(), "RS256")),
    Case("unaccepted-algorithm", "passed", context(), "RS256"),
    Case("unaccepted-algorithm", "failed", with_mac(SECRET.encode()), "alg HS256"),
    Case("unaccepted-algorithm", "failed", with_header(alg=ABSENT), "no alg"),
    Case("unaccepted-algorithm", "failed", with_header(alg=["RS256"]), "an array"),
    Case("unaccepted-algorithm", "failed", with_header(alg="rs256"), "alg rs256"),
    Case("unaccepted-algorithm", "skipped", unsigned("none"), also=("unsigned-id-token",)),
    Case("unknown-key-id", "passed", context(), "rsa-1"),
    Case("unknown-key-id", "failed", with_header(kid="gone"), "the JWK set was not fetched again"),
    Case("unknown-key-id", "failed", with_header(kid="../../dev/null"), '"rsa-1", "ec-1"'),
    Case("unknown-key-id", "failed", with_header(kid=7), "kid is a number"),
    Case("unknown-key-id", "failed", context(jwks=[]), "there are no keys"),
    Case("unknown-key-id", "failed", context(jwks={"keys": [forge.rsa_jwk(None)]}), "none has a kid"),
    Case(
        "unknown-key-id",
        "failed",
        context(forge.jws(forge.header(kid="gone"), CLAIMS), refetched=True),
        "after the JWK set was fetched again",
    ),
    Case("unknown-key-id", "skipped", with_header(kid=ABSENT)),
    Case("unknown-key-id", "skipped", with_mac(SECRET.encode(), "HS256")),
    Case("unusable-key", "passed", context()),
    Case("unusable-key", "failed", with_key(forge.rsa_jwk(use="enc")), 'use "enc"'),
    Case("unusable-key", "failed", with_key(forge.rsa_jwk(key_ops=["encrypt"])), "key_ops"),
    Case("unusable-key", "failed", with_key(forge.rsa_jwk(alg="RS512")), 'alg "RS512"'),
    Case("unusable-key", "failed", with_key(forge.rsa_jwk(n="!")), "malformed"),
    Case("unusable-key", "failed", with_key(forge.ec_jwk("rsa-1")), 'kty "EC"'),
    Case("unusable-key", "failed", with_key(forge.ec_jwk(), kid=ABSENT), "needs RSA"),
    Case("unusable-key", "failed", with_key(kid=ABSENT), "no keys"),
    Case(
        "unusable-key",
        "failed",
        signed(forge.rs256("weak", 1024), {"keys": [forge.rsa_jwk(name="weak", bits=1024)]}),
        "1024 bits",
    ),
    Case("unusable-key", "skipped", with_header(kid="gone"), also=("unknown-key-id",)),
    Case("ambiguous-key", "passed", with_key(forge.rsa_jwk(), kid=ABSENT), "1 key fits"),
    Case("ambiguous-key", "failed", with_key(forge.rsa_jwk(), forge.rsa_jwk("b", "two"), kid=ABSENT), "2 keys fit"),
    Case("ambiguous-key", "skipped", with_mac(SECRET.encode(), "HS256")),
    Case("bad-signature", "passed", context()),
    Case("bad-signature", "passed", with_mac(SECRET.encode(), "HS256")),
    Case("bad-signature", "failed", signed(forge.rs256("evil")), "with the key 'rsa-1'"),
    Case("bad-signature", "failed", signed(forge.nothing), "empty"),
    Case("bad-signature", "failed", signed(lambda data: forge.rs256()(data)[:-1]), "does not verify"),
    Case("bad-signature", "failed", signed(lambda data: forge.rs256()(data + b"x")), "does not verify"),
    Case("bad-signature", "failed", with_mac(b"guessed", "HS256"), "client secret"),
    Case("bad-signature", "failed", with_mac(b"", "HS256"), "client secret"),
    Case(
        "bad-signature",
        "failed",
        with_mac(b"", "HS256", client_secret=None),
        "this client has none",
        owner=Owner.APP,
    ),
    Case("bad-signature", "skipped", unsigned("none"), also=("unsigned-id-token",)),
    Case("bad-signature", "skipped", with_header(kid="gone"), also=("unknown-key-id",)),
]
ALGORITHMS = [
    ("PS256", "rsa-1", forge.ps256),
    ("ES256", "ec-1", forge.es256),
    ("EdDSA", "ed-1", forge.eddsa),
    ("Ed25519", "ed-1", forge.eddsa),
]
BAD_CURVE_SIGNATURES = [
    forge.es256_der,
    lambda _data: bytes(64),
    lambda data: forge.es256(data)[:32] + bytes(32),
    lambda data: forge.es256(data)[:63],
]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_rule(case: Case) -> None:
    judge("id_token", case)
    if case.status == "failed" and case.rule != "ambiguous-key":
        assert verified_claims(case.observed) is None


@pytest.mark.parametrize(("algorithm", "kid", "sign"), ALGORITHMS)
def test_other_algorithms_verify(algorithm: str, kid: str, sign: forge.Signer) -> None:
    token = forge.jws(forge.header(alg=algorithm, kid=kid), forge.claims(at_hash=ABSENT), sign)
    jwks = {"keys": [forge.rsa_jwk(), forge.ec_jwk(), forge.ed_jwk()]}
    observed = context(token, jwks=jwks, algorithms=(algorithm,))
    assert findings("id_token", observed) == []
    assert verified_claims(observed) == forge.claims(at_hash=ABSENT)


@pytest.mark.parametrize("sign", BAD_CURVE_SIGNATURES)
def test_bad_curve_signatures(sign: forge.Signer) -> None:
    token = forge.jws(forge.header(alg="ES256", kid="ec-1"), CLAIMS, sign)
    judge("id_token", Case("bad-signature", "failed", context(token, algorithms=("ES256",))))


def test_the_second_of_two_keys_with_one_name_is_tried() -> None:
    observed = with_key(forge.rsa_jwk(name="two"), forge.rsa_jwk())
    assert findings("id_token", observed) == []


def test_entries_that_are_no_keys_are_no_obstacle() -> None:
    observed = with_key(None, 5, {"kty": "future"}, {"kty": "RSA", "kid": "rsa-1", "n": [], "e": {}}, forge.rsa_jwk())
    assert findings("id_token", observed) == []


def test_verified_claims() -> None:
    assert verified_claims(context()) == CLAIMS
    assert verified_claims(context("")) is None
    assert verified_claims(context(forge.jws(forge.header(), "[]"))) is None
    # Claims are judged by the rules; the signature of this token is good.
    assert verified_claims(with_claims(aud="other")) == forge.claims(aud="other")


def test_key_is_unknown() -> None:
    assert key_is_unknown(with_header(kid="gone"))
    assert not key_is_unknown(context())
    assert not key_is_unknown(with_header(kid=ABSENT))
    assert not key_is_unknown(unsigned("none"))
    assert not key_is_unknown(context(""))


def test_no_finding_shows_a_secret() -> None:
    secrets = [SECRET, forge.NONCE, forge.ACCESS_TOKEN, forge.at_hash()]
    wrong = context(forge.jws(forge.header(), forge.claims(nonce=SECRET, at_hash=SECRET)), access_token="other-token-x")
    for observed in (context(), wrong, with_mac(b"guessed", "HS256")):
        told = json.dumps([(check.expected, check.actual, check.evidence) for check in findings("id_token", observed)])
        assert not [secret for secret in [*secrets, observed.token] if secret in told]
    assert CLIENT not in secrets
