"""Logins per second: the same two requests for everybody, over kept connections, from a client that costs little."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from peers import PEERS, REDIRECT_URI, Peer

_BASIC = "Basic YmVuY2g6YmVuY2g="  # bench:bench


class Connection:
    """HTTP/1.1 over one socket, reconnecting where the server closes; just enough for these answers."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.wire: socket.socket | None = None
        self.rest = b""

    def request(
        self, method: str, path: str, body: bytes = b"", headers: str = ""
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request; status, headers and body."""
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{headers}"
        if method == "POST":
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        if self.wire is None:
            self.wire = socket.create_connection(("127.0.0.1", self.port), timeout=20)
            self.wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.rest = b""
        self.wire.sendall(head.encode() + b"\r\n" + body)
        return self._read()

    def _read(self) -> tuple[int, dict[str, str], bytes]:
        while b"\r\n\r\n" not in self.rest:
            self._more()
        raw, _, self.rest = self.rest.partition(b"\r\n\r\n")
        lines = raw.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if "chunked" in headers.get("transfer-encoding", ""):
            while not self.rest.endswith(b"0\r\n\r\n"):
                self._more()
            body, self.rest = self.rest.partition(b"\r\n")[2], b""
        else:
            length = int(headers.get("content-length", 0))
            while len(self.rest) < length:
                self._more()
            body, self.rest = self.rest[:length], self.rest[length:]
        if headers.get("connection", "").lower() == "close":
            self.close()
        return int(lines[0].split()[1]), headers, body

    def _more(self) -> None:
        assert self.wire is not None
        data = self.wire.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection in the middle of a response")
        self.rest += data

    def close(self) -> None:
        """Close the socket."""
        if self.wire is not None:
            self.wire.close()
            self.wire = None


def log_in(connection: Connection, peer: Peer) -> None:
    """One login: two requests. Raises RuntimeError if either is refused."""
    status, headers, body = connection.request(peer.authorize_method, peer.authorize, peer.authorize_body)
    code = parse_qs(urlsplit(headers.get("location", "")).query).get("code")
    if not code:
        raise RuntimeError(f"{peer.name}: no code, HTTP {status}: {body[:200]!r}")
    form = urlencode({"grant_type": "authorization_code", "code": code[0], "redirect_uri": REDIRECT_URI})
    status, _, body = connection.request("POST", peer.token, form.encode(), f"Authorization: {_BASIC}\r\n")
    if status != 200 or b"id_token" not in body:
        raise RuntimeError(f"{peer.name}: no ID token, HTTP {status}: {body[:200]!r}")


def logins(seconds: float, total: int) -> dict[str, dict[str, float]]:
    """Logins per second with 1 and 8 workers, and the resident memory before and after `total` further logins."""
    result: dict[str, dict[str, float]] = {}
    for peer in PEERS:
        with peer.running() as (port, process):
            rate(peer, port, 1, 0.5)  # warm up
            row = {"1": rate(peer, port, 1, seconds), "8": rate(peer, port, 8, seconds)}
            row["rss_before"] = resident(process.pid)
            count = _count(peer, port, total)
            row |= {"rss_after": resident(process.pid), "logins": float(count)}
            result[peer.name] = row
    return result


def rate(peer: Peer, port: int, workers: int, seconds: float) -> float:
    """Logins per second of that many workers."""
    done = [0] * workers
    end = time.perf_counter() + seconds
    errors: list[Exception] = []

    def work(number: int) -> None:
        connection = Connection(port)
        try:
            while time.perf_counter() < end:
                log_in(connection, peer)
                done[number] += 1
        except (OSError, RuntimeError) as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return sum(done) / (time.perf_counter() - started)


def _count(peer: Peer, port: int, total: int) -> int:
    connection = Connection(port)
    for _ in range(total):
        log_in(connection, peer)
    connection.close()
    return total


def resident(pid: int) -> float:
    """Resident memory in MB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
