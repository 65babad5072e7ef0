"""What was asked of the identity provider, and why it said yes or no."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

SECRET_PARAMETERS = frozenset(
    {
        "access_token", "client_assertion", "client_secret", "code", "code_verifier", "csrf", "device_code",
        "id_token_hint", "otp", "password", "refresh_token", "token", "tx", "user_code",
    }
)  # fmt: skip


@dataclass(slots=True)
class Entry:
    """One request: who asked what in which login, and the verdict with its reason.

    `flow` is shared by all requests of one login (authorize, login page, token, userinfo, refresh). `raw_url`
    may hold secrets; `url` does not. `faults` are those that changed the answer.
    """

    number: int
    time: float
    namespace: str
    method: str
    raw_url: str = field(repr=False)
    endpoint: str = ""
    issuer: str = ""
    flow: str | None = None
    client: str | None = None
    user: str | None = None
    status: int = 0
    accepted: bool = True
    reason: str = ""
    error: str | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Path and query, with each secret replaced by a fingerprint that is equal for equal secrets."""
        path, mark, query = self.raw_url.partition("?")
        return path + mark + redacted_query(query)


class Recorder:
    """The last `limit` requests of one namespace."""

    def __init__(self, limit: int = 2000) -> None:
        self._entries: deque[Entry] = deque(maxlen=limit)
        self._lock = threading.Lock()
        self._count = 0

    def open(self, time: float, namespace: str, method: str, url: str) -> Entry:
        """A new entry, to be completed while the request is answered."""
        with self._lock:
            self._count += 1
            entry = Entry(self._count, time, namespace, method, url)
            self._entries.append(entry)
        return entry

    def requests(
        self,
        endpoint: str | None = None,
        *,
        client: str | None = None,
        user: str | None = None,
        flow: str | None = None,
        accepted: bool | None = None,
    ) -> list[Entry]:
        """The entries that match everything given, oldest first."""
        with self._lock:
            entries = list(self._entries)
        return [
            entry
            for entry in entries
            if (endpoint is None or entry.endpoint == endpoint)
            and (client is None or entry.client == client)
            and (user is None or entry.user == user)
            and (flow is None or entry.flow == flow)
            and (accepted is None or entry.accepted == accepted)
        ]


def redacted_query(query: str) -> str:
    """A query string or form body with every secret replaced by its fingerprint."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode(
        [(name, fingerprint(value) if name in SECRET_PARAMETERS and value else value) for name, value in pairs],
        safe=":/<>",
    )


def fingerprint(secret: str) -> str:
    """A mark that is the same for the same secret and does not give it away."""
    import hashlib

    return f"<redacted:{hashlib.sha256(secret.encode()).hexdigest()[:8]}>"
