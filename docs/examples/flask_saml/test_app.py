import pytest
from app import create_app


@pytest.fixture
def client(fake_idp, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "for tests")
    monkeypatch.setenv("SAML_METADATA_URL", fake_idp.saml_metadata_url)
    client = create_app().test_client()
    fake_idp.register_service_provider(client.get("/metadata").data)
    return client


@pytest.fixture
def log_in(client, fake_idp):
    def log_in(user="alice"):
        away = client.get("/login")
        back = fake_idp.sign_in(away.location, user)
        answer = client.open(back.url, method=back.method, data=back.body, content_type=back.content_type)
        return client.get(answer.location) if answer.status_code == 302 else answer

    return log_in


def test_login(log_in, fake_idp):
    assert log_in("bob").text == "Hello, Bob Berger."
    assert fake_idp.requests("saml_sso")[-1].accepted
