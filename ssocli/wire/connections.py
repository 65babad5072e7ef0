"""Connections kept open between hops: one list of idle streams per way to an origin."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

    from ssocli.wire.stream import Stream

# Scheme, host, port, proxy, TLS settings: a connection is only good for exactly the same way.
Way = tuple[str, str, int, str | None, "ssl.SSLContext | None"]


class Connections:
    """Keeps connections open for the next hop to the same origin. Threads may share it; close it at the end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[Way, list[Stream]] = {}
        self._closed = False

    def take(self, way: Way) -> Stream | None:
        """An open, silent connection for this way, now the caller's; None if there is none."""
        with self._lock:
            kept = self._idle.get(way, [])
            while kept:
                stream = kept.pop()
                if stream.is_idle:
                    return stream
                stream.close()
        return None

    def keep(self, way: Way, stream: Stream) -> None:
        """Hand a connection back after a complete response."""
        with self._lock:
            if not self._closed:
                self._idle.setdefault(way, []).append(stream)
                return
        stream.close()

    def close(self) -> None:
        """Close all idle connections; those that come back later are closed at once."""
        with self._lock:
            self._closed = True
            for kept in self._idle.values():
                for stream in kept:
                    stream.close()
            self._idle.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
