import pytest
import requests

METADATA = {"client_name": "New", "redirect_uris": ["http://127.0.0.1:9/callback"], "contacts": ["nobody@acme.example"]}


@pytest.fixture
def register(visitor):
    return lambda **change: requests.post(visitor.issuer + "/register", json={**METADATA, **change})


def test_registered_client_logs_in_under_strict(make_idp, visit):
    visitor = visit(make_idp(strict=True))
    response = requests.post(visitor.issuer + "/register", json=METADATA)
    assert response.status_code == 201
    client = response.json()
    assert client["token_endpoint_auth_method"] == "client_secret_basic"
    assert "contacts" not in client
    code = visitor.log_in(client_id=client["client_id"])["code"]
    assert visitor.exchange(code, auth=(client["client_id"], client["client_secret"])).status_code == 200


def test_public_client_gets_no_secret(register):
    assert "client_secret" not in register(token_endpoint_auth_method="none").json()


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"redirect_uris": []}, "invalid_redirect_uri", "no redirect_uris"),
        ({"redirect_uris": ["http://127.0.0.1/#x"]}, "invalid_redirect_uri", "fragment"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri", "not registered"),
        ({"redirect_uris": "http://127.0.0.1/"}, "invalid_client_metadata", "redirect_uris"),
        ({"token_endpoint_auth_method": "tls"}, "invalid_client_metadata", "token_endpoint_auth_method"),
        ({"grant_types": ["password"]}, "invalid_client_metadata", "password"),
        ({"response_types": ["token"]}, "invalid_client_metadata", "token"),
        ({"jwks_uri": "https://x.example/"}, "invalid_client_metadata", "jwks"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata", "public key"),
        ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata", "id_token_signed_response_alg"),
    ],
)
def test_refused(register, change, error, words):
    response = register(**change)
    assert response.status_code == 400
    assert response.json()["error"] == error
    assert words in response.json()["error_description"]


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{"])
def test_body_that_is_no_object(visitor, body):
    response = requests.post(visitor.issuer + "/register", data=body)
    assert response.json()["error"] == "invalid_client_metadata"


def test_read_replace_delete(register, visitor):
    client = register().json()
    url, headers = client["registration_client_uri"], {"Authorization": f"Bearer {client['registration_access_token']}"}
    assert requests.get(url, headers=headers).json() == client
    renamed = requests.put(url, headers=headers, json={**METADATA, "client_name": "Renamed"}).json()
    assert renamed == {**client, "client_name": "Renamed"}
    assert requests.get(url).status_code == 401
    assert requests.get(url, headers={"Authorization": "Bearer x"}).status_code == 401
    assert requests.delete(url, headers=headers).status_code == 204
    assert requests.get(url, headers=headers).status_code == 401
