"""What an identity provider remembers: everything bounded, everything with an end."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_idp.clock import Clock
    from fake_idp.config import Client
    from fake_idp.faults.saml_artefacts import Delivered
    from fake_idp.oidc.frontchannel_logout import Frames
    from fake_idp.oidc.relying_parties import RelyingParty
    from fake_idp.records import AccessToken, DeviceRequest, Grant, Pending, RefreshToken, Session, SsoRequest
    from fake_idp.saml.logout_round import LogoutRound
    from fake_idp.saml.participants import Participant
    from fake_idp.saml.providers import ServiceProvider

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

    def drop(self, unwanted: Callable[[V], bool]) -> None:
        """Take out every value that is `unwanted`."""
        with self._lock:
            for key in [key for key, (_, value) in self._entries.items() if unwanted(value)]:
                del self._entries[key]

    def __len__(self) -> int:
        return len(self._entries)


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
        self.registration_tokens: Shelf[str] = shelf()
        self.devices: Shelf[DeviceRequest] = shelf()
        self.user_codes: Shelf[DeviceRequest] = shelf()
        self.wrong_passwords: Shelf[int] = shelf()
        self.consents: Shelf[frozenset[str]] = shelf()
        self.seen_assertions: Shelf[bool] = shelf()
        self.service_providers: Shelf[ServiceProvider] = shelf()
        self.sso_requests: Shelf[SsoRequest] = shelf()
        self.participants: Shelf[Participant] = shelf()
        self.relying_parties: Shelf[RelyingParty] = shelf()
        self.frames: Shelf[Frames] = shelf()
        self.logout_rounds: Shelf[LogoutRound] = shelf()
        self.delivered: Shelf[Delivered] = shelf(64)
        self.persistent_ids: Shelf[bool] = shelf()
