"""Discovery documents, JWK sets and SAML metadata, fetched once and kept for a short time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from ssocli.checks.document import json_object
from ssocli.clock import Clock
from ssocli.exchange import Exchange, Sender
from ssocli.sentry.context import Send

KEEP_SECONDS = 300.0
_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """The hop that brought a document. `is_fresh`: it happened just now and not in an earlier login."""

    exchange: Exchange
    is_fresh: bool


def _is_json_object(body: bytes) -> bool:
    return json_object(body) is not None


class Documents:
    """The documents of one application. Only what can be used is kept: trouble is met anew by every login."""

    def __init__(self, send: Send, clock: Clock, timeout: float) -> None:
        self._send = send
        self._clock = clock
        self._timeout = timeout
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, Exchange]] = {}

    def get(
        self,
        url: str,
        *,
        anew: bool = False,
        accept: str = "application/json",
        is_usable: Callable[[bytes], bool] = _is_json_object,
    ) -> Fetched:
        """The document at this URL, from memory unless it is older than `KEEP_SECONDS` or wanted anew."""
        now = self._clock.now()
        with self._lock:
            fetched_at, kept = self._kept.get(url, (0.0, None))
        if kept is not None and not anew and 0 <= now - fetched_at < KEEP_SECONDS:
            return Fetched(kept, is_fresh=False)
        headers = (("Accept", accept),)
        exchange = self._send("GET", url, headers=headers, timeout=self._timeout, sender=Sender.SENTRY, limit=_LIMIT)
        response = exchange.response
        is_whole = response is not None and response.status == 200 and exchange.error is None
        with self._lock:
            if is_whole and response is not None and is_usable(response.body):
                self._kept[url] = (now, exchange)
            else:
                self._kept.pop(url, None)
        return Fetched(exchange, is_fresh=True)

    def forget(self, url: str) -> None:
        """Fetch this document anew the next time it is asked for."""
        with self._lock:
            self._kept.pop(url, None)
