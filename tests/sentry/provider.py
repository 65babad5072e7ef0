"""A hand-made OpenID provider that can be told to do what no conforming one does."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from fake_idp.server import Server

Answer = tuple[int, str, bytes]


def as_json(document: Any, status: int = 200) -> Answer:
    return status, "application/json", json.dumps(document).encode()


def encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class Key:
    """An ES256 key, signing by hand."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def jwk(self) -> dict[str, str]:
        numbers = self._key.public_key().public_numbers()
        x, y = (encoded(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid, "x": x, "y": y}

    def sign(self, claims: dict[str, Any]) -> str:
        header = {"alg": "ES256", "kid": self.kid, "typ": "JWT"}
        signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


class Provider:
    """Change `claims`, `response`, `metadata`, `told`, or put a whole answer into `answers` by path.

    A value of None takes a member away. `requests` counts by path; `token_requests` keeps headers and form.
    """

    def __init__(self) -> None:
        self.server = Server(self._serve)
        self.issuer = self.server.url
        self.keys = [Key("key-1")]
        self.published: list[Key] | None = None
        self.subject = "subject-1"
        self.claims: dict[str, Any] = {}
        self.told: dict[str, Any] = {}
        self.response: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.answers: dict[str, Answer | Callable[[], Answer]] = {}
        self.requests: list[str] = []
        self.token_requests: list[tuple[dict[str, str], dict[str, str]]] = []
        self.authorizations: list[dict[str, str]] = []
        self._nonces: dict[str, str] = {}
        self._lock = threading.Lock()

    def authorize(self, url: str) -> dict[str, str]:
        """What a user's visit ends with: the parameters of the authorization response."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.authorizations.append(asked)
        code = encoded(hashlib.sha256(asked["state"].encode()).digest())
        self._nonces[code] = asked.get("nonce", "")
        return without_none({"code": code, "state": asked["state"], "iss": self.issuer, **self.response})

    def _serve(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        with self._lock:
            self.requests.append(path)
            answer = self.answers.get(path) or self._answer(path, environ)
            status, media_type, body = answer() if callable(answer) else answer
        start_response(f"{status} Status", [("Content-Type", media_type), ("Cache-Control", "no-store")])
        return [body]

    def _answer(self, path: str, environ: dict[str, Any]) -> Answer:
        if path == "/.well-known/openid-configuration":
            return as_json(self._metadata())
        if path == "/jwks":
            return as_json({"keys": [key.jwk for key in self.published or self.keys]})
        if path == "/userinfo":
            return as_json(without_none({**self._profile(), **self.told}))
        if path == "/token":
            form = dict(parse_qsl(environ["wsgi.input"].read().decode()))
            headers = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
            self.token_requests.append((headers, form))
            token = self.keys[-1].sign(without_none({**self._id_claims(form["code"]), **self.claims}))
            return as_json({"access_token": "access-token-1", "token_type": "Bearer", "id_token": token})
        return 404, "text/plain", b"nothing here"

    def _metadata(self) -> dict[str, Any]:
        return without_none(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query", "fragment", "form_post"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic", "client_secret_post", "private_key_jwt", "none",
                ],
                "scopes_supported": ["openid", "profile", "email", "groups"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                **self.metadata,
            }
        )  # fmt: skip

    def _profile(self) -> dict[str, Any]:
        name = self.subject.partition("-")[2]
        return {
            "sub": self.subject,
            "name": f"Person {name}",
            "email": f"person{name}@acme.example",
            "email_verified": True,
            "groups": ["engineering"],
        }

    def _id_claims(self, code: str) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": "client-1",
            "iat": now,
            "exp": now + 300,
            "nonce": self._nonces.get(code),
        }

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.server.stop()


def without_none(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}
