import threading

import pytest
import requests


def test_response(visitor, idp):
    response = visitor.exchange(visitor.log_in()["code"])
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    document = response.json()
    assert set(document) == {"access_token", "token_type", "expires_in", "scope", "id_token"}
    assert document["token_type"] == "Bearer"
    assert document["expires_in"] == 3600
    assert document["scope"] == "openid profile email groups"


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"code": None}, "invalid_request", "There is no code."),
        ({"code": "unknown"}, "invalid_grant", "This code is unknown here."),
        ({"redirect_uri": "http://127.0.0.1:9/other"}, "invalid_grant", "Seen: http://127.0.0.1:9/other."),
        ({"redirect_uri": None}, "invalid_grant", "Seen: none."),
        ({"code_verifier": None}, "invalid_grant", "has no code_verifier"),
        ({"code_verifier": "w" * 43}, "invalid_grant", "does not belong to the code_challenge"),
        ({"code_verifier": "short"}, "invalid_grant", "5 characters"),
        ({"grant_type": None}, "invalid_request", "There is no grant_type."),
        ({"grant_type": "password"}, "unsupported_grant_type", "Seen: password."),
    ],
)
def test_refused(visitor, idp, change, error, words):
    code = visitor.log_in()["code"]
    response = visitor.exchange(change.pop("code", code), **change)
    assert response.status_code == 400
    assert response.json()["error"] == error
    assert words in response.json()["error_description"]
    entry = idp.requests("token")[-1]
    assert (entry.accepted, entry.error) == (False, error)
    assert words in entry.reason


def test_verifier_without_challenge(visitor):
    code = visitor.log_in(code_challenge=None, code_challenge_method=None)["code"]
    response = visitor.exchange(code)
    assert response.json()["error"] == "invalid_grant"
    assert "had no code_challenge" in response.json()["error_description"]


def test_no_pkce_at_all(visitor):
    code = visitor.log_in(code_challenge=None, code_challenge_method=None)["code"]
    assert visitor.exchange(code, code_verifier=None).status_code == 200


def test_code_expires_after_sixty_seconds(visitor, clock):
    clock.freeze()
    codes = [visitor.log_in(prompt="login")["code"] for _ in range(2)]
    clock.advance(59)
    assert visitor.exchange(codes[0]).status_code == 200
    clock.advance(1)
    response = visitor.exchange(codes[1])
    assert response.json()["error"] == "invalid_grant"
    assert "has expired" in response.json()["error_description"]


def test_second_use_of_a_code_revokes_its_tokens(visitor, idp):
    code = visitor.log_in(scope="openid offline_access")["code"]
    tokens = visitor.exchange(code).json()
    again = visitor.exchange(code)
    assert again.json()["error"] == "invalid_grant"
    assert "was used before" in again.json()["error_description"]
    userinfo = requests.get(idp.issuer() + "/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert userinfo.status_code == 401
    assert "used a second time" in userinfo.json()["error_description"]
    refresh = visitor.token({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
    assert refresh.json()["error"] == "invalid_grant"


def test_of_two_at_once_one_gets_the_tokens(visitor):
    code = visitor.log_in()["code"]
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(visitor.exchange(code).status_code)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [400] * 7


def test_code_of_another_client(visitor):
    code = visitor.log_in()["code"]
    response = visitor.exchange(code, auth=("web", "web-secret"))
    assert response.json()["error"] == "invalid_grant"
    assert "Expected: sentry. Seen: web." in response.json()["error_description"]
    assert visitor.exchange(code).status_code == 200


def test_code_of_another_issuer(visitor, idp, visit):
    code = visitor.log_in()["code"]
    other = visit(idp, "google")
    assert "issued by another issuer" in other.exchange(code).json()["error_description"]


def test_body_that_is_no_form(visitor):
    response = requests.post(visitor.issuer + "/token", json={"grant_type": "authorization_code"})
    assert "Seen: application/json." in response.json()["error_description"]


def test_parameter_twice(visitor):
    response = requests.post(visitor.issuer + "/token", data=[("grant_type", "a"), ("grant_type", "b")])
    assert "grant_type is there more than once" in response.json()["error_description"]


def test_refresh_rotates_and_keeps_the_login(visitor, idp, clock, claims_of):
    first = visitor.tokens(scope="openid email offline_access")
    clock.advance(50)
    second = visitor.token({"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}).json()
    assert second["refresh_token"] != first["refresh_token"]
    before, after = claims_of(first["id_token"]), claims_of(second["id_token"])
    for name in ("iss", "sub", "aud", "auth_time", "sid"):
        assert after[name] == before[name]
    assert after["iat"] == before["iat"] + 50
    flow = idp.requests("token")[-1].flow
    assert [entry.endpoint for entry in idp.flow(flow)] == ["authorize", "login", "login", "token", "token"]


def test_reuse_of_a_refresh_token_revokes_the_family(visitor):
    first = visitor.tokens(scope="openid offline_access")["refresh_token"]
    second = visitor.token({"grant_type": "refresh_token", "refresh_token": first}).json()["refresh_token"]
    for token in (first, second):
        response = visitor.token({"grant_type": "refresh_token", "refresh_token": token})
        assert response.json()["error"] == "invalid_grant"
        assert "used a second time" in response.json()["error_description"]


def test_refresh_can_narrow_the_scope_but_not_widen_it(visitor):
    token = visitor.tokens(scope="openid email offline_access")["refresh_token"]
    wide = visitor.token({"grant_type": "refresh_token", "refresh_token": token, "scope": "openid admin"})
    assert wide.json()["error"] == "invalid_scope"
    narrow = visitor.token({"grant_type": "refresh_token", "refresh_token": token, "scope": "openid"})
    assert narrow.json()["scope"] == "openid"


@pytest.mark.parametrize("data", [{}, {"refresh_token": "unknown"}])
def test_refresh_without_a_good_token(visitor, data):
    response = visitor.token({"grant_type": "refresh_token", **data})
    assert response.json()["error"] == ("invalid_grant" if data else "invalid_request")


def test_refresh_token_of_another_client(visitor):
    token = visitor.tokens(scope="openid offline_access")["refresh_token"]
    response = visitor.token({"grant_type": "refresh_token", "refresh_token": token}, ("web", "web-secret"))
    assert "issued to another client" in response.json()["error_description"]


def test_refresh_token_is_asked_for_by_scope_in_openid_only(visitor):
    assert "refresh_token" not in visitor.tokens(scope="openid")
    assert "refresh_token" in visitor.tokens(scope="profile", prompt="login")


def test_client_credentials(visitor, claims_of):
    document = visitor.token({"grant_type": "client_credentials", "scope": "reports"}).json()
    assert "id_token" not in document
    assert "refresh_token" not in document
    claims = claims_of(document["access_token"])
    assert claims["sub"] == claims["client_id"] == "sentry"
    assert claims["scope"] == "reports"


def test_public_client_has_no_credentials(visitor):
    response = visitor.token({"grant_type": "client_credentials", "client_id": "sentry-public"}, None)
    assert response.json()["error"] == "unauthorized_client"
