import base64
import hashlib
import json
import warnings

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey

CONFIG = """
[[clients]]
client_id = "client"
client_secret = "a secret of at least thirty-two characters"
id_token_signed_response_alg = "{alg}"
any_loopback_redirect = true
{more}
"""


@pytest.fixture
def client_with(make_idp, visit, tmp_path):
    def make(alg="RS256", more="", **options):
        path = tmp_path / "idp.toml"
        path.write_text(CONFIG.format(alg=alg, more=more))
        visitor = visit(make_idp(config=path, **options))
        visitor.auth = ("client", "a secret of at least thirty-two characters")
        visitor.redeem = lambda **change: visitor.exchange(
            visitor.log_in(**{"client_id": "client", **change})["code"], auth=visitor.auth
        ).json()
        return visitor

    return make


def decode(token, keys, alg):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # joserfc prefers the name Ed25519 to EdDSA
        return jwt.decode(token, keys, algorithms=[alg])


@pytest.mark.parametrize(("alg", "digest"), [
    ("RS256", "sha256"), ("PS256", "sha256"), ("ES256", "sha256"), ("EdDSA", "sha512"), ("HS256", "sha256"),
])  # fmt: skip
def test_another_library_verifies_every_algorithm(client_with, alg, digest):
    visitor = client_with(alg)
    document = visitor.redeem()
    keys = (
        OctKey.import_key(visitor.auth[1])
        if alg == "HS256"
        else KeySet.import_key_set(requests.get(visitor.issuer + "/jwks").json())
    )
    token = decode(document["id_token"], keys, alg)
    assert token.header["alg"] == alg
    assert token.claims["aud"] == "client"
    half = hashlib.new(digest, document["access_token"].encode()).digest()
    expected = base64.urlsafe_b64encode(half[: len(half) // 2]).rstrip(b"=").decode()
    assert token.claims["at_hash"] == expected


def test_id_token(visitor, idp, clock, claims_of, header_of):
    clock.freeze(1_800_000_000)
    token = visitor.tokens()["id_token"]
    assert header_of(token) == {"alg": "RS256", "kid": "rsa-1", "typ": "JWT"}
    claims = claims_of(token)
    assert (
        claims.items()
        >= {
            "iss": idp.issuer(),
            "sub": "6f1d2a30-0001",
            "aud": "sentry",
            "iat": 1_800_000_000,
            "exp": 1_800_003_600,
            "auth_time": 1_800_000_000,
            "nonce": "nonce-1",
            "acr": "urn:fake-idp:password",
            "amr": ["pwd"],
            "email": "alice@acme.example",
            "email_verified": True,
            "groups": ["engineering", "sentry-managers"],
        }.items()
    )
    assert "azp" not in claims


def test_without_nonce_there_is_none(visitor, claims_of):
    assert "nonce" not in claims_of(visitor.tokens(nonce=None)["id_token"])


def test_access_token(visitor, idp, claims_of, header_of):
    token = visitor.tokens()["access_token"]
    assert header_of(token) == {"alg": "RS256", "kid": "rsa-1", "typ": "at+jwt"}
    claims = claims_of(token)
    assert (
        claims.items()
        >= {
            "iss": idp.issuer(),
            "aud": idp.issuer(),
            "sub": "6f1d2a30-0001",
            "client_id": "sentry",
            "scope": "openid profile email groups",
            "groups": ["engineering", "sentry-managers"],
        }.items()
    )
    assert decode(token, KeySet.import_key_set(requests.get(idp.issuer() + "/jwks").json()), "RS256")


def test_opaque_access_token(client_with):
    visitor = client_with(more='access_token_format = "opaque"')
    token = visitor.redeem()["access_token"]
    assert "." not in token
    userinfo = requests.get(visitor.issuer + "/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert userinfo.json()["sub"] == "6f1d2a30-0001"


def test_several_audiences_and_azp(client_with, claims_of):
    claims = claims_of(client_with(more='audiences = ["api"]').redeem()["id_token"])
    assert claims["aud"] == ["client", "api"]
    assert claims["azp"] == "client"


def test_access_token_audience(client_with, claims_of):
    document = client_with(more='access_token_audience = "https://api.example"').redeem()
    assert claims_of(document["access_token"])["aud"] == "https://api.example"


def test_thin_id_token_has_what_the_claims_parameter_asks_for(client_with, claims_of):
    visitor = client_with(more="claims_in_id_token = false")
    claims = claims_of(visitor.redeem(claims=json.dumps({"id_token": {"email": None}}))["id_token"])
    assert claims["email"] == "alice@acme.example"
    assert "name" not in claims


def test_hs256_without_secret_is_refused(make_idp, visit, tmp_path):
    path = tmp_path / "idp.toml"
    path.write_text("""
[[clients]]
client_id = "public"
token_endpoint_auth_method = "none"
id_token_signed_response_alg = "HS256"
""")
    visitor = visit(make_idp(config=path))
    response = visitor.exchange(visitor.log_in(client_id="public")["code"], auth=None, client_id="public")
    assert response.json()["error"] == "invalid_client"
    assert "HS256 needs a client secret" in response.json()["error_description"]


def test_google_shape(idp, visit, claims_of):
    visitor = visit(idp, "google")
    claims = claims_of(visitor.tokens("alice")["id_token"])
    assert claims["hd"] == "acme.example"
    assert claims["azp"] == "sentry"
    consumer = claims_of(visitor.tokens("frank", prompt="login")["id_token"])
    assert "hd" not in consumer
    assert consumer["email_verified"] is False
    assert "hd" not in claims_of(visitor.tokens("alice", prompt="login", scope="openid")["id_token"])


def test_person_without_email(visitor, claims_of):
    claims = claims_of(visitor.tokens("erin")["id_token"])
    assert "email" not in claims
    assert "email_verified" not in claims


def test_rotation_signs_with_the_new_key_and_publishes_the_old_one_for_a_while(visitor, idp, clock, header_of):
    old = visitor.tokens()["id_token"]
    idp.keys.rotate(grace=100)
    new = visitor.tokens(prompt="login")["id_token"]
    assert (header_of(old)["kid"], header_of(new)["kid"]) == ("rsa-1", "rsa-2")
    keys = KeySet.import_key_set(requests.get(idp.issuer() + "/jwks").json())
    assert decode(old, keys, "RS256")
    assert decode(new, keys, "RS256")
    clock.advance(101)
    assert "rsa-1" not in [key["kid"] for key in requests.get(idp.issuer() + "/jwks").json()["keys"]]
