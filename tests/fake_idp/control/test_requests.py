"""The recorded requests: listing, waiting, asserting, and that no secret is in them."""

from __future__ import annotations

import base64
import json
import threading
import time

import pytest
import requests


def test_filters(visitor, control):
    visitor.tokens("alice")
    visitor.authorize(client_id="web", redirect_uri="https://evil.example/")
    assert [entry["endpoint"] for entry in control.get("/requests", client="sentry")] == [
        "authorize", "login", "login", "token",
    ]  # fmt: skip
    [refused] = control.get("/requests", accepted="false")
    assert refused["client"] == "web"
    assert "leads to another machine" in refused["reason"]
    assert len(control.get("/requests", limit="1")) == 1
    assert control.get("/requests", after=str(refused["number"])) == []
    assert control.get(f"/requests/{refused['number']}") == refused
    assert control.get("/requests/999", 404)["seen"] == "999"
    assert control.get("/requests/none", 404)["expected"] == "a whole number"
    assert control.delete("/requests", 200)["count"] == 5
    assert control.get("/requests") == []


def test_decoded_and_the_reason_of_acceptance(visitor, control):
    visitor.tokens("alice")
    [entry] = control.get("/requests", endpoint="token")
    assert entry["reason"] == "Nothing to object under permissive rules."
    by_name = {decoded["name"]: decoded for decoded in entry["response"]["decoded"]}
    assert by_name["id_token"]["claims"]["nonce"] == "nonce-1"
    assert by_name["access_token"]["header"]["typ"] == "at+jwt"
    assert "grant_type=authorization_code" in entry["request"]["body"]
    assert dict(entry["request"]["headers"])["Content-Type"] == "application/x-www-form-urlencoded"
    assert entry["request"]["raw"] is None


def test_raw_bytes_when_secrets_are_asked_for(visitor, control):
    code = visitor.log_in("alice")["code"]
    visitor.exchange(code)
    [entry] = control.get("/requests", endpoint="token", secrets="true")
    assert f"code={code}".encode() in base64.b64decode(entry["request"]["raw"])
    assert json.loads(base64.b64decode(entry["response"]["raw"])) == json.loads(entry["response"]["body"])
    assert dict(entry["request"]["headers"])["Authorization"].startswith("Basic ")


def test_no_secret_is_shown_otherwise(visitor, control):
    code = visitor.log_in("alice")["code"]
    tokens = visitor.exchange(code).json()
    requests.get(visitor.issuer + "/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    visitor.http.post(visitor.issuer + "/login", data={"password": "sesame", "tx": "x", "csrf": "y"})
    client = requests.post(visitor.issuer + "/register", json={"redirect_uris": ["http://127.0.0.1:9/cb"]}).json()
    device = visitor.token({"client_id": "sentry", "device_code": "dev-sesame", "grant_type": "x"}, None)
    assert device.status_code == 400
    visitor.http.get(visitor.issuer + "/end_session", params={"id_token_hint": tokens["id_token"]})
    shown = json.dumps(control.get("/requests")) + json.dumps(control.get("/flows"))
    basic = base64.b64encode(b"sentry:sentry-secret").decode()
    cookies = [cookie.value for cookie in visitor.http.cookies]
    for secret in (
        code, tokens["access_token"], tokens["id_token"], "sesame", "sentry-secret", basic, visitor.verifier,
        client["client_secret"], client["registration_access_token"], *cookies,
    ):  # fmt: skip
        assert secret not in shown, secret
    assert "fingerprint" not in shown
    assert "<redacted:" in shown


def test_saml_messages_are_decoded(visitor, control, idp):
    query = {"sp": "https://sp.example/metadata"}
    control.post(
        "/service-providers", 201, entity_id=query["sp"], assertion_consumer_services=["http://127.0.0.1:9/acs"]
    )
    page = visitor.http.get(visitor.issuer + "/saml/sso/init", params=query)
    visitor.submit(page, username="alice", password="password", action="login")
    [entry] = [entry for entry in control.get("/requests") if entry["response"]["decoded"]]
    [decoded] = entry["response"]["decoded"]
    assert decoded["kind"] == "saml"
    assert decoded["name"] == "SAMLResponse"
    assert "alice" in decoded["xml"]
    assert "SignatureValue>...</" in decoded["xml"]


def test_take_gives_each_request_once(visitor, control):
    visitor.tokens()
    first = control.post("/requests/take", match={"endpoint": "login"})["request"]
    second = control.post("/requests/take", match={"endpoint": "login"})["request"]
    assert (first["method"], second["method"]) == ("GET", "POST")
    assert control.post("/requests/take", match={"endpoint": "login"}) == {"request": None}


def test_take_waits_and_is_told_at_once(visitor, control, monkeypatch):
    monkeypatch.setattr("fake_idp.recorder._LOOK_AGAIN", 60.0)  # longer than this test's client has patience
    taken = []
    waiter = threading.Thread(target=lambda: taken.append(control.post("/requests/take", timeout=60)))
    waiter.start()
    visitor.authorize()
    waiter.join()
    assert taken[0]["request"]["endpoint"] == "authorize"


def test_who_goes_away_takes_nothing(control, idp, visitor):
    with pytest.raises(requests.ReadTimeout):
        requests.post(control.url + "/requests/take", json={"timeout": 20}, timeout=0.05)
    for _ in range(200):
        if not [thread for thread in threading.enumerate() if thread.name.startswith("Thread-")]:
            break
        time.sleep(0.01)
    visitor.authorize()
    assert control.post("/requests/take")["request"]["endpoint"] == "authorize"


def test_a_waiting_call_does_not_hold_up_the_stop(make_idp, control_of):
    idp = make_idp()
    control = control_of(idp)
    broken = []

    def wait():
        try:
            control.post("/requests/take", timeout=60)
        except requests.ConnectionError as error:
            broken.append(error)

    waiter = threading.Thread(target=wait)
    waiter.start()
    while not idp.server._connections:
        time.sleep(0.001)
    idp.stop()  # would wait for a minute
    waiter.join(5)
    assert not waiter.is_alive()


def test_verify_counts(visitor, control):
    visitor.tokens()
    token = {"endpoint": "token", "client": "sentry"}
    assert len(control.post("/requests/verify", match=token)["matched"]) == 1
    for count in ({"exactly": 1}, {"at_least": 1, "at_most": 3}, {"at_most": 1}):
        control.post("/requests/verify", match=token, count=count)
    problem = control.post("/requests/verify", 417, match=token, count={"exactly": 2})
    assert (problem["expected"], problem["seen"]) == ("exactly 2", "1")
    control.post("/requests/verify", match={"endpoint": "userinfo"}, count={"exactly": 0})


def test_verify_names_the_nearest_misses(visitor, control):
    visitor.tokens()
    problem = control.post("/requests/verify", 417, match={"endpoint": "token", "client": "web"})
    assert "client is 'sentry', not 'web'" in problem["errors"][0]
    assert "endpoint" not in problem["errors"][0].partition("): ")[2]


def test_verify_order(visitor, control):
    visitor.tokens()
    names = ["authorize", "login", "token"]
    assert len(control.post("/requests/verify", order=[{"endpoint": name} for name in names])["ordered"]) == 3
    problem = control.post("/requests/verify", 417, order=[{"endpoint": name} for name in reversed(names)])
    assert problem["detail"] == "The requests did not come in this order: number 2 is missing."
    assert problem["expected"] == "endpoint 'login'"
    assert problem["seen"] == "authorize, login, login, token"
    problem = control.post(
        "/requests/verify", 417, order=[{"accepted": False, "after": 1, "fault": "id_token.expired"}]
    )
    assert problem["expected"] == "accepted False, fault 'id_token.expired', after 1"
    assert problem["errors"][0].endswith("accepted is True, not False; the fault id_token.expired did not strike it")


def test_verify_waits_until_it_is_so(visitor, control):
    verified = []
    body = {"match": {"endpoint": "authorize"}, "count": {"exactly": 2}, "within": 10}
    waiter = threading.Thread(target=lambda: verified.append(control.post("/requests/verify", **body)))
    waiter.start()
    visitor.authorize()
    visitor.authorize()
    waiter.join()
    assert len(verified[0]["matched"]) == 2


def test_flows(visitor, visit, control, idp):
    control.post("/faults", 201, fault="id_token.expired", match={"user": "alice"})
    visitor.tokens("alice")
    visit(idp).log_in("bob")
    alice, bob = control.get("/flows")
    assert (alice["user"], alice["faults"]) == ("alice", ["id_token.expired"])
    assert (bob["user"], bob["faults"]) == ("bob", [])
    assert control.get("/flows", user="bob") == [bob]
    flow = control.get(f"/flows/{alice['flow']}")
    assert [entry["endpoint"] for entry in flow["requests"]] == ["authorize", "login", "login", "token"]
    [fired] = flow["fired"]
    assert fired["before"]["claims"]["exp"] > fired["after"]["claims"]["exp"]
    assert control.get("/flows/none", 404)["expected"]


def test_refused_by_a_broken_connection_is_recorded(visitor, control):
    control.post("/faults", 201, fault="token.reset")
    code = visitor.log_in()["code"]
    with pytest.raises(requests.ConnectionError):
        visitor.exchange(code)
    [entry] = control.get("/requests", endpoint="token")
    assert entry["faults"] == ["token.reset"]
    assert entry["status"] == 0
