"""What was asked of the identity provider, and why it said yes or no."""

from __future__ import annotations

import threading
import time as wall_clock
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fake_idp.web import Request, Response

T = TypeVar("T")

SECRET_PARAMETERS = frozenset(
    {
        "access_token", "client_assertion", "client_secret", "code", "code_verifier", "csrf", "device_code",
        "id_token", "id_token_hint", "logout_token", "otp", "password", "refresh_token", "registration_access_token",
        "token", "tx", "user_code",
    }
)  # fmt: skip
MAX_KEPT = 64 * 1024  # bytes of a body that are kept
_LOOK_AGAIN = 0.1  # seconds after which a waiter sees whether anybody still wants the answer


@dataclass(slots=True)
class Entry:
    """One request: who asked what in which login, and the verdict with its reason.

    `flow` is shared by all requests of one login (authorize, login page, token, userinfo, refresh). `raw_url`, the
    headers and the bodies may hold secrets; `url` does not. `faults` are those that changed the answer. `outgoing` is
    true for a request that the provider made itself, such as a back-channel logout.
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
    outgoing: bool = False
    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    answer_headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    answer_body: bytes = field(default=b"", repr=False)
    complete: bool = False
    taken: bool = False

    @property
    def url(self) -> str:
        """Path and query, with each secret replaced by a fingerprint that is equal for equal secrets."""
        path, mark, query = self.raw_url.partition("?")
        return path + mark + redacted_query(query)


class Recorder:
    """The last `limit` requests of one namespace."""

    def __init__(self, limit: int = 2000) -> None:
        self._entries: deque[Entry] = deque(maxlen=limit)
        self._changed = threading.Condition()
        self._count = 0

    def open(self, time: float, namespace: str, method: str, url: str) -> Entry:
        """A new entry, to be completed while the request is answered."""
        with self._changed:
            self._count += 1
            entry = Entry(self._count, time, namespace, method, url)
            self._entries.append(entry)
        return entry

    def close(self, entry: Entry, request: Request | None = None, response: Response | None = None) -> None:
        """The request was answered: keep what came and what went, and tell those who wait for it."""
        if request is not None:
            entry.headers, entry.body = request.headers(), _body(request)
        if response is not None:
            entry.status = response.status
            entry.answer_headers, entry.answer_body = response.headers, response.body[:MAX_KEPT]
        with self._changed:
            entry.complete = True
            self._changed.notify_all()

    def wait_for(self, look: Callable[[list[Entry]], T | None], timeout: float, wanted: Callable[[], bool]) -> T | None:
        """What `look` finds in the complete entries, as soon as it finds something.

        None after `timeout` seconds, or when nobody has `wanted` it any more. `look` runs alone.
        """
        until = wall_clock.monotonic() + timeout
        with self._changed:
            while True:
                found = look([entry for entry in self._entries if entry.complete])
                left = until - wall_clock.monotonic()
                if found is not None or left <= 0 or not wanted():
                    return found
                self._changed.wait(min(left, _LOOK_AGAIN))

    def clear(self) -> None:
        """Forget everything."""
        with self._changed:
            self._entries.clear()

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
        with self._changed:
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


def _body(request: Request) -> bytes:
    try:
        return request.body[:MAX_KEPT]
    except (ValueError, OSError):  # too long, or cut off: the answer says so
        return b""


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
