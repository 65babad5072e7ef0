"""Back-channel and front-channel logout, seen by a real relying party."""

from __future__ import annotations

import json
import re
import socket
import threading
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from fake_idp.faults.fault import catalogue

from .relying_party import EVENT, RelyingParty, part

TARGET = "http://127.0.0.1:9/bye"
FAULTS = [fault for fault in catalogue().values() if fault.point == "logout_token"]
REJECTED = [fault for fault in FAULTS if fault.reject != "must_tolerate"]
TOLERATED = [fault for fault in FAULTS if fault.reject == "must_tolerate"]


def claims_of(token):
    return part(token, 1)


@pytest.fixture
def party(idp):
    party = RelyingParty(idp.issuer(), "rp")
    yield party
    party.stop()


@pytest.fixture
def client(control, party):
    return control.post(
        "/clients", 201, client_id="rp", client_secret="s", backchannel_logout_uri=party.url + "?tenant=1"
    )


@pytest.fixture
def log_in(visitor, client, party):
    """A login at the relying party: it has a session afterwards, under the ID token's sid."""

    def log_in(username="alice", **change):
        code = visitor.log_in(username, client_id="rp", **change)["code"]
        token = visitor.exchange(code, auth=("rp", "s")).json()["id_token"]
        claims = claims_of(token)
        party.sessions[claims["sid"]] = claims["sub"]
        return token

    return log_in


@pytest.fixture
def log_out(visitor):
    def log_out(token, **parameters):
        asked = {"id_token_hint": token, "post_logout_redirect_uri": TARGET, **parameters}
        return visitor.http.get(visitor.issuer + "/end_session", params=asked, allow_redirects=False)

    return log_out


def test_discovery_says_so(visitor, visit, idp):
    document = requests.get(idp.metadata_url(), timeout=5).json()
    for member in ("backchannel_logout", "frontchannel_logout"):
        assert document[member + "_supported"] is True
        assert document[member + "_session_supported"] is True


def test_end_session_tells_the_client(log_in, log_out, party, idp):
    token = log_in()
    assert log_out(token).headers["Location"] == TARGET
    assert party.sessions == {}
    [received] = party.received
    assert received["path"] == "/backchannel?tenant=1"
    assert received["Content-Type"] == "application/x-www-form-urlencoded"
    claims = claims_of(parse_qs(received["body"])["logout_token"][0])
    assert claims["events"] == {EVENT: {}}
    assert claims["sid"] == claims_of(token)["sid"]
    assert claims["sub"] == claims_of(token)["sub"]
    assert claims["exp"] - claims["iat"] == 120
    assert "nonce" not in claims


def test_it_is_in_the_record_of_the_login(log_in, log_out, control, idp):
    log_out(log_in())
    [sent] = control.get("/requests", endpoint="backchannel_logout")
    assert sent["outgoing"] is True
    assert (sent["status"], sent["accepted"], sent["client"], sent["user"]) == (200, True, "rp", "alice")
    assert sent["reason"] == "The client confirmed with 200."
    flow = control.get(f"/flows/{sent['flow']}")
    assert flow["endpoints"][0] == "authorize"
    assert "backchannel_logout" in flow["endpoints"]
    [decoded] = sent["request"]["decoded"]
    assert decoded["header"]["typ"] == "logout+jwt"
    assert EVENT in decoded["claims"]["events"]
    assert "eyJ" not in json.dumps(sent)


def test_a_client_that_only_saw_the_login_page_is_not_told(visitor, client, party, log_out):
    token = visitor.tokens()["id_token"]
    log_out(token)
    assert party.received == []


def test_all_browsers_but_this_one_stay(log_in, log_out, visit, idp, party):
    first = log_in()
    other = visit(idp)
    code = other.log_in("alice", client_id="rp")["code"]
    second = claims_of(other.exchange(code, auth=("rp", "s")).json()["id_token"])
    party.sessions[second["sid"]] = second["sub"]
    log_out(first)
    assert list(party.sessions) == [second["sid"]]


def test_after_another_login_in_the_same_browser_both_sessions_of_the_client_end(log_in, log_out, party):
    log_in()
    token = log_in(prompt="login")
    assert len(party.sessions) == 2
    log_out(token)
    assert party.sessions == {}


def test_session_ended_by_the_api(log_in, control, party, visitor, parameters_of):
    sid = claims_of(log_in())["sid"]
    [session] = control.get("/sessions", user="alice")
    assert session["sid"] == sid
    assert session["clients"] == ["rp"]
    assert control.get(f"/sessions/{sid}") == session
    ended = control.delete(f"/sessions/{sid}", 200)
    [notice] = ended["notices"]
    assert (notice["client"], notice["delivered"], notice["status"], notice["error"]) == ("rp", True, 200, None)
    assert party.sessions == {}
    assert control.get("/sessions") == []
    assert parameters_of(visitor.authorize(prompt="none"))["error"] == "login_required"
    assert control.delete(f"/sessions/{sid}", 404)["seen"] == sid


def test_all_sessions_of_a_person(log_in, control, visit, idp):
    log_in("alice")
    visit(idp).log_in("bob")
    assert [ended["user"] for ended in control.delete("/sessions", 200, user="alice")] == ["alice"]
    assert [session["user"] for session in control.get("/sessions")] == ["bob"]


def test_a_client_that_refuses(log_in, control, party):
    party.answer = 501
    sid = claims_of(log_in())["sid"]
    [notice] = control.delete(f"/sessions/{sid}", 200)["notices"]
    assert (notice["delivered"], notice["status"]) == (False, 501)
    assert notice["error"] == "expected 200, seen 501"
    [sent] = control.get("/requests", endpoint="backchannel_logout")
    assert sent["accepted"] is False


def test_204_is_a_success(log_in, control, party):
    party.answer = 204
    [notice] = control.delete(f"/sessions/{claims_of(log_in())['sid']}", 200)["notices"]
    assert notice["delivered"] is True


def test_a_client_that_is_away(log_in, control, party):
    sid = claims_of(log_in())["sid"]
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    control.patch("/clients/rp", backchannel_logout_uri=f"http://127.0.0.1:{port}/")
    [notice] = control.delete(f"/sessions/{sid}", 200)["notices"]
    assert (notice["delivered"], notice["status"]) == (False, None)
    assert "ConnectionRefusedError" in notice["error"]


def test_a_client_that_never_answers_is_given_up(log_in, log_out, control, party, monkeypatch):
    monkeypatch.setattr("fake_idp.oidc.backchannel_logout.PATIENCE", 0.05)
    party.hang.clear()
    assert log_out(log_in()).headers["Location"] == TARGET
    [sent] = control.get("/requests", endpoint="backchannel_logout")
    assert sent["reason"] == "expected an answer within 0.05 seconds, seen none"
    assert not [thread for thread in threading.enumerate() if thread.name == "backchannel-logout"]


def test_other_machines_get_nothing(log_in, control, make_idp):
    sid = claims_of(log_in())["sid"]
    control.patch("/clients/rp", backchannel_logout_uri="https://rp.example/logout")
    [notice] = control.delete(f"/sessions/{sid}", 200)["notices"]
    assert notice["error"].startswith("not sent, because it leads to another machine")
    assert 'add "rp.example" to redirect_hosts' in notice["error"]


def test_saml_logout_tells_openid_clients_as_well(log_in, idp, party):
    from fake_idp.saml import participants

    sid = claims_of(log_in())["sid"]
    context = idp.app.context(None, idp.app.default, idp.app.issuer(idp.app.default, idp.issuer()), None, {})
    participants.end_session(context, sid)
    assert party.sessions == {}


@pytest.mark.parametrize("fault", REJECTED, ids=lambda fault: fault.id)
def test_a_bad_logout_token_is_refused_by_a_careful_client(fault, log_in, control, party):
    if fault.id == "logout_token.replayed-jti":
        party.seen.add("jti-of-an-earlier-logout")
    sid = claims_of(log_in())["sid"]
    control.post("/faults", 201, fault=fault.id)
    [notice] = control.delete(f"/sessions/{sid}", 200)["notices"]
    assert notice["delivered"] is False, party.received
    assert notice["status"] == 400
    assert list(party.sessions) == [sid]
    [fired] = control.get("/faults/ledger")
    assert fired["fault"] == fault.id
    assert fired["endpoint"] == "backchannel_logout"
    assert fired["before"] != fired["after"]


@pytest.mark.parametrize("fault", TOLERATED, ids=lambda fault: fault.id)
def test_an_odd_logout_token_is_accepted(fault, log_in, control, party):
    sid = claims_of(log_in())["sid"]
    control.post("/faults", 201, fault=fault.id)
    [notice] = control.delete(f"/sessions/{sid}", 200)["notices"]
    assert notice["delivered"] is True, party.refusals
    assert list(party.sessions) == ([sid] if fault.id == "logout_token.unknown-sid" else [])


REASONS = {
    "logout_token.missing-iss": "no iss", "logout_token.with-nonce": "nonce", "logout_token.wrong-aud": "wrong aud",
    "logout_token.expired": "expired or long-lived", "logout_token.missing-events": "no logout event",
    "logout_token.no-sub-no-sid": "no sub and no sid", "logout_token.wrong-iss": "wrong iss",
    "logout_token.wrong-typ": "wrong typ", "logout_token.sub-of-another-user": "sub of another user",
    "logout_token.wrong-event": "no logout event", "logout_token.id-token-instead": "no jti",
}  # fmt: skip


@pytest.mark.parametrize("fault", REASONS)
def test_the_defect_is_the_one_that_is_named(fault, log_in, control, party):
    sid = claims_of(log_in())["sid"]
    control.post("/faults", 201, fault=fault)
    control.delete(f"/sessions/{sid}", 200)
    assert party.refusals == [REASONS[fault]]


def test_clients_with_hs256(visitor, control, party):
    control.post(
        "/clients", 201, client_id="rp", client_secret="s" * 32, id_token_signed_response_alg="HS256",
        backchannel_logout_uri=party.url,
    )  # fmt: skip
    visitor.exchange(visitor.log_in(client_id="rp")["code"], auth=("rp", "s" * 32))
    [ended] = control.delete("/sessions", 200)
    assert ended["notices"][0]["status"] == 400
    assert party.refusals[0].startswith("signature")
    visitor.exchange(visitor.log_in(client_id="rp")["code"], auth=("rp", "s" * 32))
    control.patch("/clients/rp", client_secret=None)
    [ended] = control.delete("/sessions", 200)
    assert ended["notices"][0]["error"].startswith("no token could be made: HS256 needs a client secret")


def test_registered_dynamically(idp, visitor):
    asked = {
        "redirect_uris": ["http://127.0.0.1:9/callback"], "backchannel_logout_uri": "http://127.0.0.1:9/bc",
        "frontchannel_logout_uri": "http://127.0.0.1:9/fc", "backchannel_logout_session_required": True,
    }  # fmt: skip
    answer = requests.post(idp.issuer() + "/register", json=asked, timeout=5).json()
    assert {name: answer[name] for name in asked} == asked
    wrong = requests.post(
        idp.issuer() + "/register", json={**asked, "backchannel_logout_uri": "http://x/#f"}, timeout=5
    )
    assert wrong.status_code == 400
    assert "backchannel_logout_uri" in wrong.json()["error_description"]


class TestFrontChannel:
    @pytest.fixture
    def client(self, control):
        uri = "http://127.0.0.1:9/front?app=1"
        return control.post("/clients", 201, client_id="rp", client_secret="s", frontchannel_logout_uri=uri)

    def test_frames_before_the_way_back(self, log_in, log_out, idp, parameters_of, visitor):
        token = log_in()
        page = log_out(token, state="s1")
        assert page.status_code == 200
        sid = claims_of(token)["sid"]
        query = f"iss={requests.utils.quote(idp.issuer(), safe='')}&amp;sid={sid}"
        assert f'<iframe src="http://127.0.0.1:9/front?app=1&amp;{query}"' in page.text
        assert f'href="{TARGET}?state=s1"' in page.text
        assert "frame-src http://127.0.0.1:9" in page.headers["Content-Security-Policy"]
        assert parameters_of(visitor.authorize(prompt="none"))["error"] == "login_required"

    def test_without_a_way_back(self, log_in, visitor):
        page = visitor.http.get(visitor.issuer + "/end_session", params={"id_token_hint": log_in()})
        assert "<iframe" in page.text
        assert 'id="onward"' not in page.text

    def test_no_frames_to_other_machines(self, log_in, log_out, control):
        token = log_in()
        control.patch("/clients/rp", frontchannel_logout_uri="https://rp.example/front")
        assert log_out(token).headers["Location"] == TARGET

    @pytest.mark.parametrize(
        ("fault", "change"),
        [
            ("frame-without-iss-and-sid", {"iss": None, "sid": None}),
            ("frame-with-sid-only", {"iss": None}),
            ("frame-with-wrong-sid", {"sid": ["session-that-never-was"]}),
            ("frame-with-wrong-iss", {"iss": ["https://accounts.other.example"]}),
        ],
    )
    def test_faults_change_the_frames(self, log_in, log_out, control, idp, fault, change):
        token = log_in()
        control.post("/faults", 201, fault=f"logout.{fault}")
        [address] = re.findall(r'<iframe src="([^"]*)"', log_out(token).text)
        good = {"app": ["1"], "iss": [idp.issuer()], "sid": [claims_of(token)["sid"]]}
        expected = {name: value for name, value in {**good, **change}.items() if value is not None}
        assert parse_qs(urlsplit(unescape(address)).query) == expected
        [fired] = control.get("/faults/ledger")
        assert fired["before"]["frames"] != fired["after"]["frames"]

    def test_a_policy_has_only_the_origin(self, log_in, log_out, control):
        token = log_in()
        control.patch("/clients/rp", frontchannel_logout_uri="http://a;script-src@127.0.0.1:9/front")
        policy = log_out(token).headers["Content-Security-Policy"]
        assert policy.endswith("; frame-src http://127.0.0.1:9")

    def test_after_the_service_providers(self, log_in, log_out, control, visitor):
        control.post("/service-providers", 201, entity_id="urn:sp", assertion_consumer_services=[TARGET])
        token = log_in()
        visitor.http.get(visitor.issuer + "/saml/sso/init", params={"sp": "urn:sp"})
        [session] = control.get("/sessions")
        assert session["service_providers"] == ["urn:sp"]
        onward = log_out(token, state="s1")
        assert onward.headers["Location"].startswith(visitor.issuer + "/end_session?frames=")
        page = visitor.http.get(onward.headers["Location"])
        assert '<iframe src="http://127.0.0.1:9/front' in page.text
        assert f'href="{TARGET}?state=s1"' in page.text
        assert control.get("/sessions") == []
        assert "<iframe" not in visitor.http.get(onward.headers["Location"]).text

    def test_the_api_says_who_was_not_told(self, log_in, control):
        sid = claims_of(log_in())["sid"]
        ended = control.delete(f"/sessions/{sid}", 200)
        assert ended["notices"] == []
        [uri] = ended["not_told"]
        assert parse_qs(urlsplit(uri).query)["sid"] == [sid]
