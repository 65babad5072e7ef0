import pytest
import requests

SENTRY = ("sentry", "sentry-secret")


@pytest.fixture
def revoke(visitor):
    def revoke(value, auth=SENTRY):
        return requests.post(visitor.issuer + "/revoke", data={"token": value}, auth=auth)

    return revoke


def _userinfo(visitor, token):
    return requests.get(visitor.issuer + "/userinfo", headers={"Authorization": f"Bearer {token}"}).status_code


def test_access_token_alone(visitor, revoke):
    tokens = visitor.tokens(scope="openid offline_access")
    assert revoke(tokens["access_token"]).status_code == 200
    assert _userinfo(visitor, tokens["access_token"]) == 401
    refresh = visitor.token({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
    assert refresh.status_code == 200


def test_refresh_token_takes_everything_along(visitor, revoke):
    tokens = visitor.tokens(scope="openid offline_access")
    assert revoke(tokens["refresh_token"]).status_code == 200
    assert _userinfo(visitor, tokens["access_token"]) == 401
    refresh = visitor.token({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
    assert "the client revoked them" in refresh.json()["error_description"]


def test_unknown_token_counts_as_revoked(revoke):
    assert revoke("unknown").status_code == 200


def test_refused(visitor, revoke):
    assert revoke("").json()["error"] == "invalid_request"
    token = visitor.tokens()["access_token"]
    assert "issued to another client" in revoke(token, ("web", "web-secret")).json()["error_description"]
    assert _userinfo(visitor, token) == 200
