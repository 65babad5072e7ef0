"""Clock, keys, devices, namespaces and reset."""

from __future__ import annotations

import pytest
import requests


def test_clock(control, visitor, claims_of, clock):
    clock.freeze(1_800_000_000)
    shown = control.get("/clock")
    assert (shown["now"], shown["iso"], shown["frozen"]) == (1_800_000_000, "2027-01-15T08:00:00+00:00", True)
    assert control.post("/clock/freeze", at=1_900_000_000)["now"] == 1_900_000_000
    assert control.post("/clock/advance", seconds=60)["now"] == 1_900_000_060
    assert claims_of(visitor.tokens()["id_token"])["iat"] == 1_900_000_060
    running = control.post("/clock/set", at=1_700_000_000)
    assert running["frozen"] is False
    assert 0 <= running["now"] - 1_700_000_000 < 60
    skewed = control.post("/clock/skew", seconds=-90)
    assert skewed["ahead"] == -90
    control.post("/clock/freeze", at=1_900_000_000)
    assert control.post("/clock/skew", seconds=7)["frozen"] is False
    assert control.post("/clock/reset")["ahead"] == 0


def test_clock_of_a_namespace(control, control_of, idp):
    other = control_of(idp, "other")
    other.post("/clock/freeze", at=1)
    assert control.get("/clock")["frozen"] is False
    control.post("/clock/advance", seconds=100)
    assert other.get("/clock")["now"] == 1


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("freeze", {"at": -1}, 422),
        ("set", {}, 422),
        ("advance", {"seconds": "1"}, 422),
        ("advance", {"seconds": -9e10}, 409),
        ("skew", {"seconds": -9e10}, 409),
    ],
)
def test_clock_cannot_go_everywhere(control, path, body, status):
    before = control.post("/clock/freeze")["now"]
    control.post(f"/clock/{path}", status, **body)
    assert control.get("/clock")["now"] == before


def kids(idp):
    return [key["kid"] for key in requests.get(idp.issuer() + "/jwks", timeout=5).json()["keys"]]


def test_rotation_in_steps(control, visitor, header_of, idp):
    old = header_of(visitor.tokens()["id_token"])["kid"]
    published = control.post("/keys", 201)
    assert (published["kty"], published["signs"]) == ("RSA", False)
    new = published["kid"]
    assert {old, new} <= set(kids(idp))
    assert header_of(visitor.tokens(prompt="login")["id_token"])["kid"] == old
    assert [key["kid"] for key in control.post(f"/keys/{new}/use") if key["signs"] and key["kty"] == "RSA"] == [new]
    assert header_of(visitor.tokens(prompt="login")["id_token"])["kid"] == new
    assert old in kids(idp)
    control.delete(f"/keys/{old}", 200)
    assert old not in kids(idp)
    problem = control.delete(f"/keys/{new}", 409)
    assert "RSA" in problem["expected"]
    assert control.delete("/keys/other", 404)["seen"] == "other"
    assert control.post("/keys/other/use", 404)["expected"]


def test_rotation_at_once_with_grace(control, visitor, header_of, idp, clock):
    old = header_of(visitor.tokens()["id_token"])["kid"]
    keys = control.post("/keys/rotate", grace=60)
    assert old not in [key["kid"] for key in keys if key["signs"]]
    assert next(key for key in keys if key["kid"] == old)["expires"] > clock.now()
    assert old in kids(idp)
    clock.advance(61)
    assert old not in kids(idp)
    control.post("/keys/rotate", 422, grace=-1)


def test_a_published_key_is_the_successor(control):
    new = control.post("/keys", 201, kty="EC")["kid"]
    assert new in [key["kid"] for key in control.post("/keys/rotate") if key["signs"]]


@pytest.fixture
def device(idp):
    def poll():
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": codes["device_code"]}
        return requests.post(idp.issuer() + "/token", data=form, auth=("sentry", "sentry-secret"), timeout=5).json()

    asked = {"client_id": "sentry", "client_secret": "sentry-secret", "scope": "openid email"}
    codes = requests.post(idp.issuer() + "/device_authorization", data=asked, timeout=5).json()
    return codes, poll


def test_approve_a_device(control, device, claims_of):
    codes, poll = device
    [waiting] = control.get("/devices")
    assert (waiting["client"], waiting["scope"], waiting["polled"]) == ("sentry", ["openid", "email"], None)
    assert codes["device_code"] not in str(waiting)
    answered = control.post(f"/devices/{codes['user_code']}/approve", user="bob", scope=["openid"])
    assert answered["allowed"] is True
    tokens = poll()
    assert tokens["scope"] == "openid"
    assert claims_of(tokens["id_token"])["sub"] == control.get("/users/bob")["sub"]
    assert control.get("/devices") == []
    control.post(f"/devices/{codes['user_code']}/approve", 404, user="bob")


def test_deny_a_device(control, device):
    codes, poll = device
    control.post(f"/devices/{codes['user_code'].lower()}/deny")
    assert poll()["error"] == "access_denied"


def test_a_device_for_nobody(control, device):
    codes, _ = device
    assert control.post(f"/devices/{codes['user_code']}/approve", 404, user="alise")["nearest"] == "alice"
    assert len(control.get("/devices")) == 1


def test_namespaces(control, idp):
    made = control.post("/namespaces", 201, name="t-1")
    assert made["control"] == idp.control_url(namespace="t-1")
    assert made["issuers"][0]["url"] == idp.issuer(made["issuers"][0]["name"], namespace="t-1")
    assert control.post("/namespaces", 409, name="t-1")["seen"] == "t-1"
    assert "name" in control.post("/namespaces", 422, name="/x")["errors"][0]
    other = control.post("/namespaces", 201)["name"]
    assert [space["name"] for space in control.get("/namespaces")] == ["", "t-1", other]
    assert control.get("/namespaces/t-1") == made
    control.delete("/namespaces/t-1")
    assert control.delete("/namespaces/t-1", 404)["expected"] == other


def test_reset(control, visitor, idp, parameters_of):
    control.post("/users", 201, username="zoe")
    control.post("/clients", 201, client_id="x")
    control.post("/faults", 201, fault="id_token.expired")
    control.post("/clock/advance", seconds=1000)
    kid = control.post("/keys", 201)["kid"]
    visitor.log_in()
    reset = control.post("/reset")
    assert (reset["requests"], reset["armed"]) == (0, 0)
    control.get("/users/zoe", 404)
    control.get("/clients/x", 404)
    assert control.get("/clock")["ahead"] == 0
    assert parameters_of(visitor.authorize(prompt="none"))["error"] == "login_required"
    assert kid in kids(idp)
    control.post("/reset", keys=True)
    assert kid not in kids(idp)
