import json

import pytest
import requests


@pytest.fixture
def ask(visitor):
    def ask(token=None, method="GET", **options):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.request(method, visitor.issuer + "/userinfo", headers=headers, **options)

    return ask


def test_three_ways_to_present_the_token(visitor, ask):
    token = visitor.tokens()["access_token"]
    for response in (ask(token), ask(token, "POST"), ask(method="POST", data={"access_token": token})):
        assert response.status_code == 200
        assert response.json()["sub"] == "6f1d2a30-0001"
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", set()),
        ("openid email", {"email", "email_verified"}),
        ("openid groups", {"groups"}),
        ("openid phone", {"phone_number", "phone_number_verified"}),
        ("openid address", {"address"}),
        (
            "openid profile",
            {"name", "given_name", "family_name", "preferred_username", "picture", "locale", "updated_at"},
        ),
    ],
)
def test_claims_by_scope(visitor, ask, scope, names):
    assert set(ask(visitor.tokens(scope=scope)["access_token"]).json()) == {"sub"} | names


def test_claims_parameter(visitor, ask):
    claims = json.dumps({"userinfo": {"email": {"essential": True}, "shoe_size": None}})
    assert set(ask(visitor.tokens(scope="openid", claims=claims)["access_token"]).json()) == {"sub", "email"}


def test_without_token_the_challenge_has_no_error(ask):
    response = ask()
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer realm=")
    assert "error=" not in response.headers["WWW-Authenticate"]


def test_token_in_the_query_does_not_count(visitor, ask):
    assert ask(params={"access_token": visitor.tokens()["access_token"]}).status_code == 401


def test_unknown_token(ask):
    response = ask("nonsense")
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def test_expired_token(visitor, ask, clock):
    token = visitor.tokens()["access_token"]
    clock.advance(3601)
    assert ask(token).status_code == 401


def test_token_twice(visitor, ask):
    token = visitor.tokens()["access_token"]
    assert ask(token, "POST", data={"access_token": token}).status_code == 400


def test_token_of_another_issuer(visitor, idp):
    token = visitor.tokens()["access_token"]
    response = requests.get(idp.issuer("google") + "/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 401
    assert "issued by another issuer" in response.json()["error_description"]


def test_token_without_openid(visitor, ask):
    response = ask(visitor.tokens(scope="profile")["access_token"])
    assert response.status_code == 403
    assert response.json()["error"] == "insufficient_scope"
