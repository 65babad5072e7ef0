"""What an identity provider remembers: everything bounded, everything with an end."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from fake_idp.clock import Clock
    from fake_idp.config import Client
    from fake_idp.oidc.authorization_request import AuthorizationRequest

V = TypeVar("V")


class Shelf(Generic[V]):
    """A dictionary with a size limit and an end for each entry; the oldest goes first. Safe between threads."""

    def __init__(self, lock: threading.RLock, clock: Clock, limit: int = 4096) -> None:
        self._lock = lock
        self._clock = clock
        self._limit = limit
        self._entries: OrderedDict[str, tuple[float, V]] = OrderedDict()

    def put(self, key: str, value: V, lifetime: float) -> None:
        """Keep `value` for `lifetime` seconds."""
        now = self._clock.now()
        with self._lock:
            self._entries[key] = (now + lifetime, value)
            self._entries.move_to_end(key)
            while self._entries and (len(self._entries) > self._limit or next(iter(self._entries.values()))[0] <= now):
                self._entries.popitem(last=False)

    def get(self, key: str | None) -> V | None:
        """The value under `key` that has not reached its end."""
        with self._lock:
            entry = self._entries.get(key) if key is not None else None
        return entry[1] if entry is not None and entry[0] > self._clock.now() else None

    def pop(self, key: str | None) -> V | None:
        """Take the value out: of several callers at once, only one gets it."""
        with self._lock:
            entry = self._entries.pop(key, None) if key is not None else None
        return entry[1] if entry is not None and entry[0] > self._clock.now() else None

    def values(self) -> list[V]:
        """What is kept now, oldest first."""
        now = self._clock.now()
        with self._lock:
            return [value for end, value in self._entries.values() if end > now]

    def __len__(self) -> int:
        return len(self._entries)


@dataclass(frozen=True, slots=True)
class Session:
    """A person's login at the identity provider, in one browser, at one issuer. `auth_time` in seconds."""

    sid: str
    username: str
    issuer: str
    auth_time: int
    amr: tuple[str, ...]
    acr: str


@dataclass(slots=True)
class Pending:
    """A login under way, from the authorization request until its answer."""

    id: str
    csrf: str
    browser: str
    issuer: str
    flow: str
    request: AuthorizationRequest
    session: Session | None = None
    username: str | None = None  # whose password was right, while the second factor is awaited
    consented: bool = False


@dataclass(slots=True)
class Grant:
    """What a person (or, without a session, the client itself) has granted; all tokens of one login share it."""

    client: Client
    issuer: str
    flow: str
    scope: tuple[str, ...]
    session: Session | None = None
    redirect_uri: str | None = None  # as the authorization request named it, None if it did not
    nonce: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str = "S256"
    claims: dict[str, Any] = field(default_factory=dict)
    code_expires: int = 0
    redeemed: bool = False
    revoked: str | None = None  # why


@dataclass(slots=True)
class AccessToken:
    """An issued access token. Times in seconds since the epoch."""

    grant: Grant
    scope: tuple[str, ...]
    jti: str
    issued: int
    expires: int
    audience: str
    revoked: bool = False


@dataclass(slots=True)
class RefreshToken:
    """An issued refresh token; `used` once it was exchanged for its successor."""

    grant: Grant
    scope: tuple[str, ...]
    issued: int
    expires: int
    used: bool = False


class Store:
    """The state of one namespace, under one lock. `lock` also makes a check and its change one step."""

    def __init__(self, clock: Clock) -> None:
        self.lock = threading.RLock()

        def shelf(limit: int = 4096) -> Shelf[Any]:
            return Shelf(self.lock, clock, limit)

        self.pending: Shelf[Pending] = shelf()
        self.sessions: Shelf[Session] = shelf()
        self.codes: Shelf[Grant] = shelf()
        self.access_tokens: Shelf[AccessToken] = shelf()
        self.refresh_tokens: Shelf[RefreshToken] = shelf()
        self.clients: Shelf[Client] = shelf()
        self.wrong_passwords: Shelf[int] = shelf()
        self.consents: Shelf[frozenset[str]] = shelf()
        self.seen_assertions: Shelf[bool] = shelf()
