from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import unquote_plus

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import import_key

from ssocli.config.model import OidcProvider
from ssocli.sentry.auth.client import Client, UnusableProviderError, prepare_client
from ssocli.sentry.auth.client_authentication import authenticate, client_assertion
from ssocli.trace import Outcome
from tests.sentry.site import Site

ENDPOINT = "https://idp.example/token"


def client(method: str, secret: str | None = "p:a+s%s ü", pem: str | None = None, kid: str | None = None) -> Client:
    provider = OidcProvider(
        issuer="https://idp.example", client_id="id:1", client_auth=method, private_key="k.pem", private_key_id=kid  # type: ignore[arg-type]
    )  # fmt: skip
    return Client("oidc", provider, "http://sentry.test/auth/sso/", secret, pem)


def test_basic_credentials_are_form_urlencoded_first() -> None:
    [(name, value)], fields = authenticate(client("client_secret_basic"), ENDPOINT, 0.0)
    assert (name, fields) == ("Authorization", [])
    scheme, _, credentials = value.partition(" ")
    assert scheme == "Basic"
    identifier, colon, secret = base64.b64decode(credentials).decode("ascii").partition(":")
    assert (identifier, colon, secret) == ("id%3A1", ":", "p%3Aa%2Bs%25s+%C3%BC")
    assert unquote_plus(secret) == "p:a+s%s ü"


def test_posted_credentials_are_in_the_form_only() -> None:
    assert authenticate(client("client_secret_post"), ENDPOINT, 0.0) == (
        [],
        [("client_id", "id:1"), ("client_secret", "p:a+s%s ü")],
    )


def test_a_public_client_only_names_itself() -> None:
    assert authenticate(client("none", None), ENDPOINT, 0.0) == ([], [("client_id", "id:1")])


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, layout: PrivateFormat) -> str:
    return key.private_bytes(Encoding.PEM, layout, NoEncryption()).decode()


KEY_TYPES: dict[str, Literal["RSA", "EC", "OKP"]] = {"RS256": "RSA", "Ed25519": "OKP"}
KEYS = {
    "RS256": pem(rsa.generate_private_key(65537, 2048), PrivateFormat.TraditionalOpenSSL),
    "ES256": pem(ec.generate_private_key(ec.SECP256R1()), PrivateFormat.TraditionalOpenSSL),
    "ES384": pem(ec.generate_private_key(ec.SECP384R1()), PrivateFormat.PKCS8),
    "ES512": pem(ec.generate_private_key(ec.SECP521R1()), PrivateFormat.PKCS8),
    "Ed25519": pem(ed25519.Ed25519PrivateKey.generate(), PrivateFormat.PKCS8),
}


@pytest.mark.parametrize("algorithm", KEYS)
def test_an_assertion_is_signed_with_what_the_key_can(algorithm: str) -> None:
    own = client("private_key_jwt", None, KEYS[algorithm], kid="key-7")
    key = import_key(KEYS[algorithm], KEY_TYPES.get(algorithm, "EC"))
    token = jwt.decode(client_assertion(own, ENDPOINT, 1000.7), key, algorithms=[algorithm])
    assert token.header == {"alg": algorithm, "typ": "JWT", "kid": "key-7"}
    identifier = token.claims.pop("jti")
    assert len(identifier) >= 43
    assert token.claims == {"iss": "id:1", "sub": "id:1", "aud": ENDPOINT, "iat": 1000, "exp": 1060}
    again = jwt.decode(client_assertion(own, ENDPOINT, 1000.7), key, algorithms=[algorithm])
    assert again.claims["jti"] != identifier


def test_an_assertion_replaces_every_other_credential() -> None:
    headers, fields = authenticate(client("private_key_jwt", None, KEYS["ES256"]), ENDPOINT, 0.0)
    assert headers == []
    assert [name for name, _ in fields] == ["client_id", "client_assertion_type", "client_assertion"]


def test_an_encrypted_key_is_said(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

    key = ec.generate_private_key(ec.SECP256R1())
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    (tmp_path / "k.pem").write_bytes(locked)
    with pytest.raises(UnusableProviderError, match="it is encrypted"):
        prepare_client("oidc", client("private_key_jwt").provider, "http://x/", tmp_path)


def test_relative_keys_are_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "k.pem").write_text(KEYS["ES256"])
    prepared = prepare_client("oidc", client("private_key_jwt").provider, "http://x/", tmp_path)
    assert prepared.private_key == KEYS["ES256"]
    assert KEYS["ES256"][40:80] not in repr(prepared)


def test_a_secret_from_the_environment_is_used(monkeypatch: pytest.MonkeyPatch, make_site: Callable[..., Site]) -> None:
    monkeypatch.setenv("SSOCLI_TEST_SECRET", "from-the-environment")
    site = make_site(settings='client_secret = { env = "SSOCLI_TEST_SECRET" }\nclient_auth = "client_secret_post"')
    site.browser.log_in()
    assert site.trace().outcome is Outcome.AUTHENTICATED
    [(headers, form)] = site.provider.token_requests
    assert form["client_secret"] == "from-the-environment"
    assert "HTTP_AUTHORIZATION" not in headers


def test_the_token_request_is_complete(site: Site) -> None:
    sent = site.provider.authorize(site.browser.start())
    site.browser.get("/auth/sso/", **sent)
    [(headers, form)] = site.provider.token_requests
    assert set(form) == {"grant_type", "code", "redirect_uri", "code_verifier"}
    assert form["grant_type"] == "authorization_code"
    assert form["code"] == sent["code"]
    assert form["redirect_uri"] == "http://sentry.test/auth/sso/"
    assert headers["HTTP_AUTHORIZATION"].startswith("Basic ")
    challenge = site.provider.authorizations[0]["code_challenge"]
    digest = hashlib.sha256(form["code_verifier"].encode("ascii")).digest()  # RFC 7636 4.2
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii") == challenge


def test_without_pkce_there_is_no_verifier(make_site: Callable[..., Site]) -> None:
    site = make_site(settings='client_secret = "x"\npkce = false')
    site.browser.log_in()
    assert "code_challenge" not in site.provider.authorizations[0]
    assert "code_verifier" not in site.provider.token_requests[0][1]
