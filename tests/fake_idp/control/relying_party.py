"""A small relying party with a session per person and a back-channel logout endpoint, verified by joserfc.

It shares no code with the provider. The rules are those of Back-Channel Logout 2.6, in its order.
"""

from __future__ import annotations

import base64
import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def part(token: str, index: int) -> dict[str, Any]:
    """Header (0) or claims (1) of a token."""
    text = token.split(".")[index]
    document: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return document


class RefusedError(Exception):
    pass


class RelyingParty:
    """`sessions` maps the sid of each session to its sub. `answer` replaces the judgement by a fixed response."""

    def __init__(self, issuer: str, client_id: str) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self.sessions: dict[str, str] = {}
        self.seen: set[str] = set()
        self.received: list[dict[str, Any]] = []
        self.refusals: list[str] = []
        self.answer: int | None = None
        self.hang = threading.Event()
        self.hang.set()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/backchannel"

    def stop(self) -> None:
        self.hang.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def log_out(self, token: str) -> None:
        """Raises RefusedError, or ends what the token names."""
        with requests.Session() as session:
            session.trust_env = False
            jwks = session.get(self.issuer + "/jwks", timeout=5).json()
        try:
            decoded = jwt.decode(token, KeySet.import_key_set(jwks), algorithms=["RS256"])
        except (JoseError, ValueError) as error:
            raise RefusedError(f"signature: {error}") from error
        header, claims = decoded.header, decoded.claims
        now = time.time()
        for name, kind in (("iss", str), ("aud", (str, list)), ("iat", int), ("exp", int), ("jti", str)):
            self._require(isinstance(claims.get(name), kind), f"no {name}")
        self._require(header.get("typ", "JWT") in ("JWT", "logout+jwt"), "wrong typ")
        self._require(claims["iss"] == self.issuer, "wrong iss")
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        self._require(self.client_id in audience, "wrong aud")
        self._require(claims["iat"] <= now + 5, "issued in the future")
        self._require(now - 5 <= claims["exp"] <= now + 600, "expired or long-lived")
        sub, sid = claims.get("sub"), claims.get("sid")
        self._require(isinstance(sub, str) or isinstance(sid, str), "no sub and no sid")
        events = claims.get("events")
        self._require(isinstance(events, dict) and isinstance(events.get(EVENT), dict), "no logout event")
        self._require("nonce" not in claims, "nonce")
        self._require(claims["jti"] not in self.seen, "replayed")
        self._require(sid not in self.sessions or sub in (None, self.sessions[sid]), "sub of another user")
        self.seen.add(claims["jti"])
        ended = [sid] if sid is not None else [known for known, owner in self.sessions.items() if owner == sub]
        for known in ended:
            self.sessions.pop(known, None)

    def _require(self, holds: bool, sentence: str) -> None:
        if not holds:
            raise RefusedError(sentence)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        party = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                party.received.append({"path": self.path, "body": body, **dict(self.headers)})
                party.hang.wait(10)
                status, document = 200, {}
                if party.answer is not None:
                    status = party.answer
                else:
                    try:
                        party.log_out(parse_qs(body)["logout_token"][0])
                    except RefusedError as refused:
                        party.refusals.append(str(refused))
                        status, document = 400, {"error": "invalid_request", "error_description": str(refused)}
                with contextlib.suppress(ConnectionError):  # whoever asked has given up
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Cache-Control", "no-store")
                    self.end_headers()
                    self.wfile.write(json.dumps(document).encode())

            def log_message(self, *_: object) -> None:
                pass

        return Handler
