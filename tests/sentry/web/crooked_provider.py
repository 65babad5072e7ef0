"""An OpenID provider made by hand that does wrong on request: what a conforming one never does.

It shares no code with the bundled identity provider or with the judging side. Everybody is logged in at once; each
`alter_*` function gets what would have been answered and returns what is answered instead.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

Answer = tuple[int, str, bytes]
Claims = dict[str, Any]


def b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def as_json(document: Any, status: int = 200) -> Answer:
    return status, "application/json", json.dumps(document).encode()


def html(text: str = "<html><body><h1>Bad gateway</h1></body></html>", status: int = 200) -> Answer:
    return status, "text/html", text.encode()


class Key:
    """An ES256 key pair."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self._private = ec.generate_private_key(ec.SECP256R1())

    def public_jwk(self) -> dict[str, str]:
        numbers = self._private.public_key().public_numbers()
        x, y = (b64(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": self.kid, "use": "sig", "alg": "ES256"}

    def sign(self, header: Claims, claims: Claims) -> str:
        signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
        r, s = decode_dss_signature(self._private.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


class CrookedProvider:
    """The provider as a WSGI application. `hits` counts requests by path, `sent` keeps their form or query."""

    def __init__(self) -> None:
        self.url = ""
        self.key = Key("first")
        self.published = [self.key]
        self.person: Claims = {"sub": "person-1", "email": "person@acme.example", "name": "Pia Person"}
        self.alter_discovery: Callable[[Claims], Answer] = as_json
        self.alter_response: Callable[[Claims], Claims] = lambda parameters: parameters
        self.alter_claims: Callable[[Claims], Claims] = lambda claims: claims
        self.alter_id_token: Callable[[str], str] = lambda token: token
        self.alter_token: Callable[[Claims], Answer] = as_json
        self.alter_jwks: Callable[[Claims], Answer] = as_json
        self.alter_userinfo: Callable[[Claims], Answer] = as_json
        self.hits: Counter[str] = Counter()
        self.sent: list[tuple[str, dict[str, str]]] = []
        self._codes: dict[str, dict[str, str]] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        encoded = environ["wsgi.input"].read(length).decode() if length else environ.get("QUERY_STRING", "")
        parameters = dict(parse_qsl(encoded))
        self.hits[path] += 1
        self.sent.append((path, parameters))
        if path == "/authorize":
            start_response("303 See Other", [("Location", self._authorize(parameters)), ("Content-Length", "0")])
            return [b""]
        status, media_type, body = self._answer(path, parameters)
        headers = [("Content-Type", media_type), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        start_response(f"{status} Answer", headers)
        return [body]

    def _answer(self, path: str, parameters: dict[str, str]) -> Answer:
        if path == "/.well-known/openid-configuration":
            return self.alter_discovery(self.discovery())
        if path == "/jwks":
            return self.alter_jwks({"keys": [key.public_jwk() for key in self.published]})
        if path == "/token":
            return self.alter_token(self._token(parameters))
        if path == "/userinfo":
            return self.alter_userinfo(dict(self.person))
        return html("<h1>Not found</h1>", 404)

    def discovery(self) -> Claims:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "scopes_supported": ["openid", "profile", "email", "groups"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def _authorize(self, request: dict[str, str]) -> str:
        code = secrets.token_urlsafe(16)
        self._codes[code] = request
        response = self.alter_response({"code": code, "state": request["state"], "iss": self.url})
        return f"{request['redirect_uri']}?{urlencode(response, doseq=True)}"

    def _token(self, parameters: dict[str, str]) -> Claims:
        request = self._codes.pop(parameters["code"])
        challenge = b64(hashlib.sha256(parameters["code_verifier"].encode()).digest())
        assert challenge == request["code_challenge"], "the verifier does not belong to the challenge"
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": request["client_id"],
            "exp": now + 300,
            "iat": now,
            "nonce": request["nonce"],
            **self.person,
        }
        token = self.key.sign({"alg": "ES256", "kid": self.key.kid}, self.alter_claims(claims))
        return {
            "access_token": secrets.token_urlsafe(16),
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.alter_id_token(token),
        }
