"""Authlib as a relying party that knows nothing of this project."""

from urllib.parse import urlencode

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet


@pytest.fixture
def session_for(visitor):
    sessions = []

    def make(client_id, secret=None, **options):
        session = OAuth2Session(
            client_id,
            secret,
            scope="openid email offline_access",
            redirect_uri=visitor.redirect_uri,
            code_challenge_method="S256",
            **options,
        )
        session.trust_env = False
        sessions.append(session)
        return session

    yield make
    for session in sessions:
        session.close()


@pytest.mark.parametrize(
    ("client_id", "secret", "method"),
    [
        ("sentry", "sentry-secret", "client_secret_basic"),
        ("sentry-post", "sentry-secret", "client_secret_post"),
        ("sentry-public", None, "none"),
    ],
)
def test_login_refresh_introspect_revoke(visitor, session_for, client_id, secret, method):
    metadata = requests.get(visitor.idp.metadata_url()).json()
    session = session_for(client_id, secret, token_endpoint_auth_method=method)
    url, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=visitor.verifier, nonce="n-1"
    )
    page = visitor.follow(visitor.http.get(url, allow_redirects=False))
    callback = visitor.submit(page, username="alice", password="password").headers["Location"]
    token = session.fetch_token(
        metadata["token_endpoint"], authorization_response=callback, state=state, code_verifier=visitor.verifier
    )
    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"]).json())
    decoded = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={"iss": {"value": metadata["issuer"]}, "aud": {"value": client_id}},
        params={"nonce": "n-1", "client_id": client_id, "access_token": token["access_token"]},
    )
    claims.validate()
    assert session.get(metadata["userinfo_endpoint"]).json()["sub"] == claims["sub"]
    fresh = session.refresh_token(metadata["token_endpoint"])
    assert fresh["refresh_token"] != token["refresh_token"]
    assert session.revoke_token(metadata["revocation_endpoint"], fresh["access_token"]).status_code == 200
    assert (
        requests.get(
            metadata["userinfo_endpoint"], headers={"Authorization": f"Bearer {fresh['access_token']}"}
        ).status_code
        == 401
    )


def test_issuer_in_the_answer_is_the_one_of_the_metadata(visitor):
    issuer = requests.get(visitor.idp.metadata_url()).json()["issuer"]
    page = visitor.authorize()
    assert urlencode({"iss": issuer}) in visitor.submit(page, person="alice").headers["Location"]
