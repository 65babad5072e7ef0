import app  # noqa: F401  # it configures Django
import pytest
from django.test import Client, override_settings


@pytest.fixture
def client(fake_idp):
    with override_settings(OIDC=fake_idp.client_settings()):
        yield Client()


@pytest.fixture
def log_in(client, fake_idp):
    def log_in(user="alice"):
        away = client.get("/login")
        back = fake_idp.sign_in(away.headers["Location"], user)
        return client.get(back.url, follow=True)

    return log_in


def test_login(log_in, fake_idp):
    assert log_in("bob").content == b"Hello, Bob Berger."
    assert [entry.user for entry in fake_idp.requests("token")] == ["bob"]


@pytest.mark.parametrize(
    "fault", ["id_token.expired", "id_token.alg-none", "id_token.nonce-invalid", "callback.missing-state"]
)
def test_what_must_be_rejected(log_in, client, fake_idp, fault):
    fake_idp.arm(fault)
    assert log_in().status_code == 400
    assert client.get("/").content == b"Nobody is logged in."


@pytest.mark.idp_fault("token.http-503")
def test_an_outage_ends_cleanly(log_in):
    assert log_in().content == b"Your login failed. Please try again."


@pytest.mark.idp_fault("id_token.unknown-claims", "token.unknown-members")
def test_what_must_be_tolerated(log_in):
    assert log_in().content == b"Hello, Alice Arnold."
