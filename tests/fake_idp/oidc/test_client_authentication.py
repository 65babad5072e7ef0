import time
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import RSAKey

from fake_idp.data import fixtures
from fake_idp.oidc.client_authentication import basic
from fake_idp.refusal import RefusedError

BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
def redeem(visitor):
    def redeem(owner, auth=None, /, **data):
        code = visitor.log_in(client_id=owner, prompt="login")["code"]
        return visitor.exchange(code, auth=auth, **data)

    return redeem


@pytest.mark.parametrize(
    ("client_id", "auth", "data"),
    [
        ("sentry", ("sentry", "sentry-secret"), {}),
        ("sentry", None, {"client_id": "sentry", "client_secret": "sentry-secret"}),
        ("sentry-post", None, {"client_id": "sentry-post", "client_secret": "sentry-secret"}),
        ("sentry-public", None, {"client_id": "sentry-public"}),
        ("stranger", ("stranger", "anything"), {}),
        ("stranger", None, {"client_id": "stranger"}),
    ],
)
def test_accepted(redeem, client_id, auth, data):
    assert redeem(client_id, auth, **data).status_code == 200


@pytest.mark.parametrize(
    ("client_id", "auth", "data", "error"),
    [
        ("sentry", ("sentry", "wrong"), {}, "invalid_client"),
        ("sentry", None, {"client_id": "sentry"}, "invalid_client"),
        ("sentry", None, {"client_id": "sentry", "client_secret": "wrong"}, "invalid_client"),
        ("sentry", None, {}, "invalid_client"),
        ("sentry", ("sentry", "sentry-secret"), {"client_secret": "sentry-secret"}, "invalid_request"),
        ("sentry", ("sentry", "sentry-secret"), {"client_id": "web"}, "invalid_request"),
        ("sentry-jwt", ("sentry-jwt", "secret"), {}, "invalid_client"),
    ],
)
def test_refused_even_by_a_permissive_issuer(redeem, idp, client_id, auth, data, error):
    response = redeem(client_id, auth, **data)
    assert response.json()["error"] == error
    assert response.status_code == (401 if error == "invalid_client" else 400)
    if error == "invalid_client":
        assert response.headers["WWW-Authenticate"].startswith("Basic ")
    assert "sentry-secret" not in response.text + idp.requests("token")[-1].reason


def test_basic_credentials_are_form_encoded_inside(make_idp, visit, tmp_path):
    path = tmp_path / "idp.toml"
    path.write_text('[[clients]]\nclient_id = "a:b"\nclient_secret = "p+%&ä"\n', encoding="utf-8")
    visitor = visit(make_idp(config=path))
    code = visitor.log_in(client_id="a:b")["code"]
    assert visitor.exchange(code, auth=("a%3Ab", "p%2B%25%26%C3%A4")).status_code == 200


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic " + b64encode(b"no colon").decode(), "Basic Og=="])
def test_broken_basic_header(visitor, header):
    import requests

    response = requests.post(
        visitor.issuer + "/token", data={"grant_type": "client_credentials"}, headers={"Authorization": header}
    )
    assert response.status_code == 401
    assert "Basic credentials cannot be read" in response.json()["error_description"]


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_basic_reads_or_refuses(value):
    try:
        client_id, _ = basic(value)
    except RefusedError as error:
        refusal = error.refusal
    else:
        assert client_id
        return
    assert refusal.error == "invalid_client"


def test_strict_wants_the_registered_method(make_idp, visit):
    visitor = visit(make_idp(strict=True))
    code = visitor.log_in()["code"]
    response = visitor.exchange(code, auth=None, client_id="sentry", client_secret="sentry-secret")
    assert "Expected: client_secret_basic. Seen: client_secret_post." in response.json()["error_description"]
    assert "No client is registered" in visitor.exchange(code, auth=("stranger", "x")).json()["error_description"]
    assert visitor.exchange(code).status_code == 200


@pytest.fixture
def assertion(visitor):
    key = RSAKey.import_key((fixtures() / "sentry-jwt.pem").read_text())

    def assertion(signer=key, **change):
        claims = {
            "iss": "sentry-jwt",
            "sub": "sentry-jwt",
            "aud": visitor.issuer,
            "exp": int(time.time()) + 60,
            "jti": str(time.monotonic_ns()),
            **change,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return {
            "client_assertion_type": BEARER,
            "client_assertion": jwt.encode({"alg": "RS256", "kid": "sentry-jwt-1"}, claims, signer),
        }

    return assertion


@pytest.mark.parametrize("audience", ["{}", "{}/token", ["https://other.example", "{}"]])
def test_assertion_for_issuer_or_token_endpoint(redeem, assertion, visitor, audience):
    named = [audience] if isinstance(audience, str) else audience
    named = [value.format(visitor.issuer) for value in named]
    assert redeem("sentry-jwt", **assertion(aud=named if len(named) > 1 else named[0])).status_code == 200


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"iss": "somebody"}, "is not the client"),
        ({"sub": None}, "sub is not the client"),
        ({"aud": "https://other.example"}, "for somebody else"),
        ({"aud": None}, "for somebody else"),
        ({"exp": None}, "no usable exp"),
        ({"exp": 1_000_000_000}, "has expired"),
        ({"nbf": 9_000_000_000}, "not valid yet"),
        ({"jti": None}, "has no jti"),
        ({"signer": RSAKey.generate_key(2048)}, "not signed by a key of this client"),
    ],
)
def test_assertion_refused(redeem, assertion, change, words):
    response = redeem("sentry-jwt", client_id="sentry-jwt", **assertion(**change))
    assert response.status_code == 401
    assert words in response.json()["error_description"]


def test_assertion_is_good_once(redeem, assertion):
    once = assertion()
    assert redeem("sentry-jwt", **once).status_code == 200
    assert "was used before" in redeem("sentry-jwt", **once).json()["error_description"]


def test_assertion_of_the_wrong_type(redeem, assertion):
    response = redeem("sentry-jwt", **{**assertion(), "client_assertion_type": "saml"})
    assert "Seen: saml." in response.json()["error_description"]


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "..", "a.W10.c"])
def test_assertion_that_is_no_jwt(redeem, text):
    response = redeem("sentry-jwt", client_id="sentry-jwt", client_assertion_type=BEARER, client_assertion=text or "x")
    assert response.json()["error"] == "invalid_client"
