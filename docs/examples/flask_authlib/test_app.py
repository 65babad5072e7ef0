import pytest
from app import create_app


@pytest.fixture
def client(fake_idp, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "for tests")
    for name, value in fake_idp.env().items():  # OIDC_METADATA_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET
        monkeypatch.setenv(name, value)
    return create_app().test_client()


@pytest.fixture
def log_in(client, fake_idp):
    def log_in(user="alice"):
        away = client.get("/login")
        back = fake_idp.sign_in(away.location, user)  # the provider's pages, and the way back
        return client.get(back.url, follow_redirects=True)

    return log_in


def test_login(log_in, fake_idp):
    assert log_in("bob").text == "Hello, Bob Berger."
    assert fake_idp.requests("token")[-1].accepted


@pytest.mark.idp_fault("id_token.expired")
def test_an_expired_token_logs_nobody_in(log_in, client):
    assert log_in().status_code == 400
    assert client.get("/").text == "Nobody is logged in."


@pytest.mark.parametrize(
    "fault", ["id_token.invalid-sig", "id_token.missing-nonce", "callback.wrong-state", "token.missing-id_token"]
)
def test_what_must_be_rejected(log_in, client, fake_idp, fault):
    fake_idp.arm(fault)
    assert log_in().status_code == 400
    assert client.get("/").text == "Nobody is logged in."


@pytest.mark.parametrize("fault", ["authorize.access_denied", "token.reset", "jwks.http-503"])
def test_what_has_to_end_cleanly(log_in, fake_idp, fault):
    fake_idp.arm(fault)
    assert "try again" in log_in().text


@pytest.mark.parametrize("fault", ["id_token.aud-as-array", "callback.long-code", "id_token.late-iat-within-leeway"])
def test_what_must_be_tolerated(log_in, fake_idp, fault):
    fake_idp.arm(fault)
    assert log_in().text == "Hello, Alice Arnold."


def test_markup_in_a_name_stays_text(log_in):
    assert "<script>" not in log_in("alice+id_token.markup-in-name").text  # chosen by the user name
