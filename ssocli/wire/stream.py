"""A connected socket that cannot outlive its deadline nor deliver more than its budget."""

from __future__ import annotations

import io
import select
import socket
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ssocli.exchange import TlsSession

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long a hop may take: `timeout` for each wait and `end` (on the monotonic clock) for all of it, in seconds."""

    timeout: float
    end: float

    def left(self, share: int = 1) -> float:
        """How long the next wait may take if `share` waits have to fit into what is left.

        Raises TimeoutError if nothing is left.
        """
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the whole request is used up")
        return min(self.timeout, left / share)


class OverBudgetError(Exception):
    """The peer sent more than the reader takes."""


class Stream:
    """What `http.client.HTTPResponse` needs of a socket, with the deadline and the budget applied to each read."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self.sock = sock
        self.deadline = deadline
        self.budget = 0
        self.received = 0

    def sendall(self, data: bytes) -> None:
        """Send everything before the deadline."""
        self.sock.settimeout(self.deadline.left())
        self.sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """A buffered reader; closing it leaves the connection open."""
        return io.BufferedReader(_Reader(self))

    @property
    def is_idle(self) -> bool:
        """Whether the connection is open and silent; one that has something to read was closed or is out of step."""
        try:
            return not select.select([self.sock], [], [], 0)[0]
        except (OSError, ValueError):
            return False

    @property
    def tls(self) -> TlsSession | None:
        """What was agreed on in the handshake; None over plain TCP."""
        if not isinstance(self.sock, ssl.SSLSocket):
            return None
        return TlsSession(self.sock.version() or "", self.sock.getpeercert(binary_form=True) or b"")

    def close(self) -> None:
        """Close the connection."""
        self.sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        stream = self._stream
        stream.sock.settimeout(stream.deadline.left())
        count = stream.sock.recv_into(buffer)
        stream.received += count
        stream.budget -= count
        if stream.budget < 0:
            raise OverBudgetError
        return count
