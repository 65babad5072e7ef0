"""Users, clients and service providers, seen by what a login makes of them."""

from __future__ import annotations

import pytest
import requests

SP = "https://sp.example/metadata?tenant=1"
ACS = "http://127.0.0.1:9/acs"


def test_no_password_comes_out(control):
    users = control.get("/users")
    assert {"alice", "bob"} <= {user["username"] for user in users}
    for user in users:
        assert not {"password", "totp_secret"} & set(user)
    assert control.get("/users/alice") == next(user for user in users if user["username"] == "alice")
    assert control.get("/users/alise", 404)["nearest"] == "alice"


def test_a_new_user_logs_in(control, visitor, idp):
    added = control.post("/users", 201, username="zoe", password="z", email="zoe@example.test", groups=["ops"])
    assert added["sub"]
    assert "password" not in added
    page = visitor.authorize()
    assert "zoe" in page.text
    code = visitor.submit(page, username="zoe@example.test", password="z", action="login").headers["Location"]
    assert "code=" in code
    assert control.get("/requests", endpoint="login", user="zoe")


def test_in_its_namespace_only(control, control_of, idp):
    control_of(idp, "other").post("/users", 201, username="zoe")
    control.get("/users/zoe", 404)
    control_of(idp, "third").get("/users/zoe", 404)


def test_names_and_subjects_are_unique(control):
    control.post("/users", 409, username="alice")
    sub = control.get("/users/alice")["sub"]
    problem = control.post("/users", 409, username="zoe", sub=sub)
    assert problem["fix"] == "change or delete alice"
    control.patch("/users/bob", 409, sub=sub)
    control.patch("/users/alice", sub=sub)


def test_a_change_is_seen_by_the_next_token(control, visitor, claims_of):
    control.patch("/users/alice", groups=["new"], name="Alice Changed", claims={"tenant": 7})
    claims = claims_of(visitor.tokens("alice")["id_token"])
    assert (claims["groups"], claims["name"], claims["tenant"]) == (["new"], "Alice Changed", 7)
    assert control.patch("/users/alice", groups=[])["name"] == "Alice Changed"


def test_locked(control, visitor):
    control.patch("/users/alice", locked=True)
    page = visitor.submit(visitor.authorize(), username="alice", password="password", action="login")
    assert "This account is locked" in page.text


def test_a_user_who_is_gone_has_no_session_and_no_token(control, visitor, parameters_of):
    token = visitor.tokens("alice")["access_token"]
    control.delete("/users/alice")
    bearer = {"Authorization": f"Bearer {token}"}
    assert requests.get(visitor.issuer + "/userinfo", headers=bearer, timeout=5).status_code == 401
    assert parameters_of(visitor.authorize(prompt="none"))["error"] == "login_required"
    control.delete("/users/alice", 404)


def test_the_last_user_stays(control):
    for user in control.get("/users")[1:]:
        control.delete(f"/users/{user['username']}")
    [last] = control.get("/users")
    assert control.delete(f"/users/{last['username']}", 409)["detail"] == "This is the last user."


def test_unknown_member_of_a_user(control):
    problem = control.post("/users", 422, username="zoe", emial="x")
    assert problem["errors"][0].startswith("unknown key 'emial' (did you mean 'email'?)")
    assert "username" in control.post("/users", 422)["errors"][0]
    assert control.patch("/users/alice", 422, username="alicia")["errors"][0].startswith("unknown key 'username'")


def test_clients(make_idp, control_of, visit, claims_of):
    idp = make_idp(strict=True)
    control, visitor = control_of(idp), visit(idp)
    assert visitor.authorize(client_id="app").status_code == 400
    added = control.post(
        "/clients", 201, client_id="app", client_secret="s", redirect_uris=[visitor.redirect_uri], audiences=["api"]
    )
    assert added["has_secret"] is True
    assert "client_secret" not in added
    token = visitor.exchange(visitor.log_in(client_id="app")["code"], auth=("app", "s")).json()
    assert claims_of(token["id_token"])["aud"] == ["app", "api"]
    control.patch("/clients/app", redirect_uris=["http://127.0.0.1:9/other"])
    assert visitor.authorize(client_id="app").status_code == 400
    control.delete("/clients/app")
    assert control.get("/clients/ap", 404)["seen"] == "ap"


def test_a_client_twice_or_with_wrong_values(control):
    control.post("/clients", 409, client_id="sentry")
    problem = control.post("/clients", 422, client_id="x", token_endpoint_auth_method="basic")
    assert "client_secret_basic" in problem["errors"][0]
    problem = control.post("/clients", 422, client_id="x", backchannel_logout_uri="ftp://x")
    assert problem["expected"] == "an absolute http or https URI without a fragment"


def test_a_dynamically_registered_client(control, idp):
    asked = {"redirect_uris": ["http://127.0.0.1:9/cb"]}
    client_id = requests.post(idp.issuer() + "/register", json=asked, timeout=5).json()["client_id"]
    assert control.get(f"/clients/{client_id}")["registered"] == "dynamically"
    assert control.patch(f"/clients/{client_id}", client_name="Named")["client_name"] == "Named"
    control.delete(f"/clients/{client_id}")
    control.get(f"/clients/{client_id}", 404)


def test_service_provider(control, visitor, idp):
    control.post("/service-providers", 201, entity_id=SP, assertion_consumer_services=[ACS], sign="response")
    path = f"/service-providers/{requests.utils.quote(SP, safe='')}"
    assert control.get(path)["assertion_consumer_services"] == [ACS]
    page = visitor.http.get(visitor.issuer + "/saml/sso/init", params={"sp": SP})
    posted = visitor.submit(page, username="alice", password="password", action="login")
    assert f'action="{ACS}"' in posted.text
    control.delete(path)
    assert control.get(path, 404)["seen"] == SP


def test_service_provider_by_its_metadata(control):
    metadata = (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="urn:sp">'
        '<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        '<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"'
        f' Location="{ACS}" index="0"/></md:SPSSODescriptor></md:EntityDescriptor>'
    )
    assert control.post("/service-providers", 201, metadata=metadata)["entity_id"] == "urn:sp"
    assert control.post("/service-providers", 422, metadata="<x/>")["expected"]
    assert control.post("/service-providers", 422)["expected"] == "metadata or entity_id"
    assert control.post("/service-providers", 404, entity_id="x", attributes="plian")["nearest"] == "plain"
    # a path on the server is not for callers to choose
    control.post("/service-providers", 422, entity_id="x", certificates=["/etc/passwd"])


@pytest.mark.parametrize("path", ["/users/..", "/clients/%2e%2e%2fetc", "/users/%00", "/users/a/b/c"])
def test_odd_names(control, path):
    assert control.send("GET", path).status_code == 404
