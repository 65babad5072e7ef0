"""Telling clients, without a browser, that a session has ended (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from fake_idp.oidc import redirect_uri, relying_parties, tokens
from fake_idp.refusal import RefusedError
from fake_idp.web import FORM

if TYPE_CHECKING:
    from fake_idp.config import Client
    from fake_idp.context import Context
    from fake_idp.oidc.relying_parties import RelyingParty

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME = 120  # seconds that a logout token is good for, the most that Back-Channel Logout 4 recommends
PATIENCE = 2.0  # seconds for all clients together: a person waits for it
ENDPOINT = "backchannel_logout"  # as in the record
_TOO_LATE = "expected an answer within {:g} seconds, seen none"
_KEPT = 2048  # bytes of the client's answer


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one logout token. `status` is None when there was no answer; `error` says why it failed."""

    client_id: str
    uri: str
    status: int | None
    error: str | None
    elapsed: float

    @property
    def delivered(self) -> bool:
        """Whether the client confirmed it (Back-Channel Logout 2.8; 204 is what some frameworks make of 200)."""
        return self.status in (200, 204)


def notify(context: Context, sid: str) -> list[Delivery]:
    """Send a logout token to each client of the session that wants one, all at once, and wait for the answers.

    Each is recorded as a request of the login that the client got its ID token in.
    """
    parties = relying_parties.of_session(context, sid)
    wanting = [
        (party, client, client.backchannel_logout_uri)
        for party in parties
        if (client := context.client(party.client_id)) is not None and client.backchannel_logout_uri is not None
    ]
    sendings = [_Sending(context, party, client, uri) for party, client, uri in wanting]
    for sending in sendings:
        sending.start()
    until = time.monotonic() + PATIENCE
    return [sending.finish(until) for sending in sendings]


def logout_token(context: Context, client: Client, party: RelyingParty) -> str:
    """The signed logout token (Back-Channel Logout 2.4). Raises RefusedError when it cannot be signed."""
    claims = logout_token_claims(context, client, party)
    return tokens.sign(context, client.id_token_signed_response_alg, "logout+jwt", claims, client, "logout_token")


def logout_token_claims(context: Context, client: Client, party: RelyingParty) -> dict[str, Any]:
    """Its claims: the session by `sid`, as the client's ID token has it, and the person by `sub`."""
    return {
        "iss": context.issuer.url,
        "sub": party.sub,
        "aud": client.client_id,
        "iat": context.now,
        "exp": context.now + LIFETIME,
        "jti": context.randomness.token(16),
        "events": {EVENT: {}},
        "sid": party.sid,
    }


class _Sending:
    """One POST on its way, in a thread of its own (Back-Channel Logout 2.5)."""

    def __init__(self, context: Context, party: RelyingParty, client: Client, uri: str) -> None:
        self._recorder = context.namespace.recorder
        self._uri = uri
        self._entry = self._recorder.open(context.namespace.clock.now(), context.namespace.name, "POST", uri)
        self._entry.outgoing, self._entry.endpoint, self._entry.issuer = True, ENDPOINT, party.issuer.url
        self._entry.flow, self._entry.client, self._entry.user = party.flow, party.client_id, party.username
        self._context = replace(context, entry=self._entry, issuer=party.issuer)
        self._party, self._client = party, client
        self._begun = time.monotonic()
        self._status: int | None = None
        self._error: str | None = None
        self._wire: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Make the token and send it, unless the address leads elsewhere."""
        if not redirect_uri.leads_here(self._uri, self._context.settings.redirect_hosts):
            host = urlsplit(self._uri).hostname
            self._error = (
                f"not sent, because it leads to another machine: expected a loopback host or a configured host,"
                f' seen {host}; add "{host}" to redirect_hosts in the configuration file'
            )
            return
        try:
            token = logout_token(self._context, self._client, self._party)
        except RefusedError as refused:
            self._error = f"no token could be made: {refused}"
            return
        self._entry.headers = [("Content-Type", FORM), ("Accept", "*/*"), ("User-Agent", "fake-idp")]
        self._entry.body = urlencode({"logout_token": token}).encode("ascii")
        self._thread = threading.Thread(target=self._send, name="backchannel-logout", daemon=True)
        self._thread.start()

    def finish(self, until: float) -> Delivery:
        """What came of it by `until` (monotonic seconds); what takes longer is given up."""
        if self._thread is not None:
            self._thread.join(max(0.0, until - time.monotonic()))
            if self._thread.is_alive():
                self._give_up(self._thread)
        self._entry.status = self._status or 0
        self._entry.accepted = self._status in (200, 204)
        self._entry.reason = self._error or f"The client confirmed with {self._status}."
        self._recorder.close(self._entry)
        elapsed = time.monotonic() - self._begun
        return Delivery(self._party.client_id, self._uri, self._status, self._error, elapsed)

    def _give_up(self, thread: threading.Thread) -> None:
        wire = self._wire
        if wire is not None:
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
        thread.join()  # the broken wire ends it; before there was one, the time limit of connecting
        self._status = None
        self._error = _TOO_LATE.format(PATIENCE)

    def _send(self) -> None:
        parts = urlsplit(self._uri)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(str(parts.hostname), parts.port, timeout=PATIENCE)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.connect()
            self._wire = connection.sock
            connection.request("POST", target, self._entry.body, dict(self._entry.headers))
            answer = connection.getresponse()
            self._entry.answer_headers, self._entry.answer_body = answer.getheaders(), answer.read(_KEPT)
            self._status = answer.status
        except TimeoutError:
            self._error = _TOO_LATE.format(PATIENCE)
            return
        except (OSError, http.client.HTTPException) as error:
            self._error = f"expected an answer, seen {type(error).__name__}: {error}"
            return
        finally:
            connection.close()
        if self._status not in (200, 204):
            self._error = f"expected 200, seen {self._status}" + _said(self._entry.answer_body)


def _said(body: bytes) -> str:
    """What the client says about its refusal (Back-Channel Logout 2.8)."""
    import json

    try:
        document = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(document, dict) or "error" not in document:
        return ""
    return f": {document['error']} {document.get('error_description', '')}".rstrip()[:300]
