import requests

from fake_idp.recorder import Recorder, fingerprint, redacted_query


def test_secrets_become_fingerprints():
    query = redacted_query("code=abc&state=xyz&client_secret=s&code=")
    assert "abc" not in query
    assert query == f"code={fingerprint('abc')}&state=xyz&client_secret={fingerprint('s')}&code="
    assert fingerprint("abc") == fingerprint("abc") != fingerprint("abd")


def test_ring_is_bounded():
    recorder = Recorder(limit=3)
    for number in range(5):
        recorder.open(0.0, "", "GET", f"/{number}")
    assert [entry.url for entry in recorder.requests()] == ["/2", "/3", "/4"]


def test_a_login_is_one_flow(visitor, idp):
    token = visitor.tokens()["access_token"]
    requests.get(idp.issuer() + "/userinfo", headers={"Authorization": f"Bearer {token}"})
    entries = idp.flow(idp.requests("authorize")[0].flow)
    assert [entry.endpoint for entry in entries] == ["authorize", "login", "login", "token", "userinfo"]
    assert {entry.client for entry in entries} == {"sentry"}
    assert [entry.user for entry in entries] == [None, None, "alice", "alice", "alice"]
    assert [entry.status for entry in entries] == [302, 200, 303, 200, 200]
    assert all(entry.accepted for entry in entries)


def test_filters(visitor, idp):
    visitor.log_in()
    visitor.authorize(client_id="web", redirect_uri="https://evil.example/")
    assert [entry.client for entry in idp.requests("authorize")] == ["sentry", "web"]
    assert len(idp.requests(accepted=False)) == 1
    assert len(idp.requests(user="alice")) == 1
    assert len(idp.requests(client="web")) == 1


def test_no_secret_is_in_any_entry(visitor, idp):
    code = visitor.log_in()["code"]
    visitor.exchange(code, auth=("sentry", "sesame-wrong"))
    document = visitor.exchange(code).json()
    visitor.http.get(
        visitor.issuer + "/authorize", params=visitor.request(id_token_hint=document["id_token"]), allow_redirects=False
    )
    text = "".join(f"{entry}{entry.url}" for entry in idp.requests())
    for secret in (
        code,
        document["access_token"],
        document["id_token"],
        "sesame-wrong",
        "sentry-secret",
        visitor.verifier,
    ):
        assert secret not in text
