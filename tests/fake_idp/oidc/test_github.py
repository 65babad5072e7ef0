from urllib.parse import parse_qs

import pytest
import requests

SENTRY = {"client_id": "sentry", "client_secret": "sentry-secret"}


@pytest.fixture
def token_of(idp, visit, parameters_of):
    def token_of(username, scope="user:email,read:org"):
        visitor = visit(idp, "github")
        page = visitor.authorize("/login/oauth/authorize", scope=scope, response_type=None, nonce=None)
        code = parameters_of(visitor.submit(page, person=username))["code"]
        response = requests.post(
            visitor.issuer + "/login/oauth/access_token",
            data={
                "client_id": "sentry",
                "client_secret": "sentry-secret",
                "code": code,
                "code_verifier": visitor.verifier,
            },
            headers={"Accept": "application/json"},
        )
        return response.json()["access_token"]

    return token_of


@pytest.fixture
def api(idp):
    def api(path, token, scheme="token"):
        return requests.get(idp.issuer("github") + "/api/v3" + path, headers={"Authorization": f"{scheme} {token}"})

    return api


def test_answer_has_no_iss(idp, visit, parameters_of):
    visitor = visit(idp, "github")
    page = visitor.authorize("/login/oauth/authorize", scope="read:user", response_type=None)
    assert set(parameters_of(visitor.submit(page, person="alice"))) == {"code", "state"}


def test_token_answer_is_a_form_unless_json_is_asked_for(idp, visit, parameters_of):
    visitor = visit(idp, "github")
    page = visitor.authorize("/login/oauth/authorize", scope="user:email,read:org", response_type=None)
    code = parameters_of(visitor.submit(page, person="alice"))["code"]
    response = requests.post(
        visitor.issuer + "/login/oauth/access_token",
        data={"client_id": "sentry", "client_secret": "sentry-secret", "code": code, "code_verifier": visitor.verifier},
    )
    assert response.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    answer = parse_qs(response.text)
    assert answer["token_type"] == ["bearer"]
    assert answer["scope"] == ["user:email,read:org"]
    assert set(answer) == {"access_token", "token_type", "scope"}


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"client_secret": "wrong"}, "incorrect_client_credentials"),
        ({"code": "wrong"}, "bad_verification_code"),
    ],
)
def test_token_errors_have_status_200(idp, data, error):
    response = requests.post(
        idp.issuer("github") + "/login/oauth/access_token",
        data={"client_id": "sentry", "client_secret": "sentry-secret", "code": "x", **data},
        headers={"Accept": "application/json"},
    )
    assert response.status_code == 200
    assert response.json()["error"] == error
    assert idp.requests("token")[-1].accepted is False


def test_user(api, token_of):
    token = token_of("alice")
    for scheme in ("token", "Bearer"):
        response = api("/user", token, scheme)
        assert response.headers["X-OAuth-Scopes"] == "user:email, read:org"
        assert (
            response.json().items()
            >= {"id": 1001, "login": "alice-acme", "name": "Alice Arnold", "email": None}.items()
        )


def test_emails(api, token_of):
    assert api("/user/emails", token_of("frank")).json() == [
        {"email": "frank@gmail.example", "primary": True, "verified": False, "visibility": "private"}
    ]
    assert api("/user/emails", token_of("erin")).json() == []


def test_organizations_and_membership(api, token_of):
    grace, frank = token_of("grace"), token_of("frank")
    assert [organization["login"] for organization in api("/user/orgs", grace).json()] == ["acme"]
    membership = api("/user/memberships/orgs/acme", grace).json()
    assert (membership["state"], membership["role"]) == ("active", "admin")
    assert api("/user/orgs", frank).json() == []
    assert api("/user/memberships/orgs/acme", frank).status_code == 404


def test_scope_is_enforced(api, token_of):
    token = token_of("alice", "read:user")
    assert api("/user", token).status_code == 200
    assert api("/user/emails", token).status_code == 404
    assert api("/user/orgs", token).status_code == 404


def test_bad_token(api):
    response = api("/user", "nonsense")
    assert response.status_code == 401
    assert response.json()["message"] == "Bad credentials"


def test_client_token_is_no_persons(idp, visitor, api):
    token = visitor.token({"grant_type": "client_credentials"}).json()["access_token"]
    assert api("/user", token).status_code == 401
