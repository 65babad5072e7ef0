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


@pytest.mark.parametrize(
    "fault",
    [
        "saml_assertion.expired",
        "saml_assertion.wrong-audience",
        "saml_assertion.wrong-in-response-to",
        "saml_signature.changed-identity",
        "saml_wrapping.xsw3",
    ],
)
def test_what_must_be_rejected(log_in, client, fake_idp, fault):
    fake_idp.arm(fault)
    assert log_in().status_code == 400
    assert client.get("/").text == "Nobody is logged in."


@pytest.mark.idp_fault("saml_response.status-authn-failed")
def test_a_refusal_of_the_provider_ends_cleanly(log_in):
    assert "try again" in log_in().text


@pytest.mark.parametrize("fault", ["saml_signature.rsa-sha384", "saml_assertion.advice"])
def test_what_must_be_tolerated(log_in, fake_idp, fault):
    fake_idp.arm(fault)
    assert log_in().text == "Hello, Alice Arnold."
