import pytest
import requests

SENTRY = ("sentry", "sentry-secret")


@pytest.fixture
def introspect(visitor):
    def introspect(value, auth=SENTRY, **data):
        return requests.post(visitor.issuer + "/introspect", data={"token": value, **data}, auth=auth)

    return introspect


def test_access_token(visitor, introspect, idp):
    document = introspect(visitor.tokens()["access_token"]).json()
    assert (
        document.items()
        >= {
            "active": True,
            "iss": idp.issuer(),
            "sub": "6f1d2a30-0001",
            "client_id": "sentry",
            "username": "alice",
            "scope": "openid profile email groups",
            "token_type": "Bearer",
        }.items()
    )
    assert document["exp"] - document["iat"] == 3600


def test_refresh_token_until_it_is_used(visitor, introspect):
    token = visitor.tokens(scope="openid offline_access")["refresh_token"]
    assert introspect(token).json()["active"] is True
    visitor.token({"grant_type": "refresh_token", "refresh_token": token})
    assert introspect(token).json() == {"active": False}


def test_unknown_and_expired(visitor, introspect, clock):
    assert introspect("unknown").json() == {"active": False}
    token = visitor.tokens()["access_token"]
    clock.advance(3601)
    assert introspect(token).json() == {"active": False}


def test_token_of_another_issuer_is_not_active(visitor, idp):
    token = visitor.tokens()["access_token"]
    response = requests.post(idp.issuer("google") + "/introspect", data={"token": token}, auth=SENTRY)
    assert response.json() == {"active": False}


@pytest.mark.parametrize(
    ("auth", "data", "error"),
    [
        (("sentry", "wrong"), {}, "invalid_client"),
        (None, {}, "invalid_client"),
        (None, {"client_id": "sentry-public"}, "invalid_client"),
        (SENTRY, {"token": ""}, "invalid_request"),
    ],
)
def test_refused(introspect, auth, data, error):
    assert introspect("token", auth, **data).json()["error"] == error
