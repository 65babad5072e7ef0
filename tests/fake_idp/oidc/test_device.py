import pytest
import requests

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture
def start(visitor):
    return lambda **data: requests.post(
        visitor.issuer + "/device_authorization", data={"client_id": "sentry-public", "scope": "openid email", **data}
    )


@pytest.fixture
def poll(visitor):
    return lambda code, client="sentry-public": visitor.token(
        {"grant_type": GRANT, "device_code": code, "client_id": client}, None
    )


def test_person_agrees(visitor, idp, start, poll, clock, claims_of):
    device = start().json()
    assert device["verification_uri"] == idp.issuer() + "/device"
    assert (device["interval"], device["expires_in"]) == (5, 600)
    assert poll(device["device_code"]).json()["error"] == "authorization_pending"
    page = visitor.http.get(device["verification_uri"])
    page = visitor.submit(page, user_code=device["user_code"].lower())
    page = visitor.submit(page, username="alice", password="password")
    assert device["user_code"] in page.text
    done = visitor.submit(page, action="allow")
    assert "Device connected" in done.text
    clock.advance(5)
    tokens = poll(device["device_code"]).json()
    assert claims_of(tokens["id_token"])["sub"] == "6f1d2a30-0001"
    assert poll(device["device_code"]).json()["error"] == "invalid_grant"
    flow = idp.requests("device_authorization")[0].flow
    assert {entry.endpoint for entry in idp.flow(flow)} == {"device_authorization", "token", "device", "login"}


def test_complete_uri_skips_the_code(visitor, start):
    page = visitor.follow(visitor.http.get(start().json()["verification_uri_complete"], allow_redirects=False))
    assert 'data-testid="login-form"' in page.text


def test_person_refuses(visitor, start, poll):
    device = start().json()
    page = visitor.follow(visitor.http.get(device["verification_uri_complete"], allow_redirects=False))
    page = visitor.submit(page, person="alice")
    assert "Device refused" in visitor.submit(page, action="deny").text
    assert poll(device["device_code"]).json()["error"] == "access_denied"


def test_person_refuses_to_log_in(visitor, start, poll):
    device = start().json()
    page = visitor.follow(visitor.http.get(device["verification_uri_complete"], allow_redirects=False))
    assert "Device refused" in visitor.submit(page, action="deny").text
    assert poll(device["device_code"]).json()["error"] == "access_denied"


def test_polling_too_fast_raises_the_interval(start, poll, clock):
    code = start().json()["device_code"]
    assert poll(code).json()["error"] == "authorization_pending"
    slow = poll(code).json()
    assert slow["error"] == "slow_down"
    assert "Expected: 10 seconds" in slow["error_description"]
    clock.advance(6)
    assert poll(code).json()["error"] == "slow_down"
    clock.advance(16)
    assert poll(code).json()["error"] == "authorization_pending"


def test_expired(visitor, start, poll, clock):
    device = start().json()
    clock.advance(601)
    assert poll(device["device_code"]).json()["error"] == "expired_token"
    page = visitor.http.get(device["verification_uri_complete"])
    assert page.status_code == 400
    assert "unknown or has expired" in page.text


def test_code_of_another_client(start, poll):
    assert poll(start().json()["device_code"], "stranger").json()["error"] == "invalid_grant"
    assert poll("").json()["error"] == "invalid_request"


def test_form_must_come_from_the_page(visitor, start):
    device = start().json()
    page = visitor.follow(visitor.http.get(device["verification_uri_complete"], allow_redirects=False))
    page = visitor.submit(page, person="alice")
    assert visitor.submit(page, csrf="forged", action="allow").status_code == 403
