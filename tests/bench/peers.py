"""The providers that are compared: how each is started, where its endpoints are, how a login is asked for."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

HERE = Path(__file__).parent
REDIRECT_URI = "http://127.0.0.1:9/callback"
_QUERY = urlencode(
    {
        "client_id": "bench",
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "scope": "openid email",
        "state": "0123456789abcdef0123456789abcdef",
        "nonce": "fedcba9876543210",
    }
)


@dataclass(frozen=True)
class Peer:
    """One provider. `authorize` is the request that answers with the redirect that carries the code."""

    name: str
    command: list[str]
    discovery: str
    token: str
    authorize: str
    authorize_method: str = "GET"
    authorize_body: bytes = b""
    extra: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def running(self) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
        """The provider on a free port, once it answers; its port and process."""
        port = free_port()
        process = self.spawn(port)
        try:
            wait_for(port, self.discovery, process)
            yield port, process
        finally:
            process.terminate()
            process.wait(timeout=10)

    def spawn(self, port: int) -> subprocess.Popen[bytes]:
        """Start the process."""
        command = [part.replace("{port}", str(port)) for part in self.command]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


PEERS = [
    Peer(
        "fake_idp",
        [sys.executable, "-m", "fake_idp", "--port", "{port}", "--login", "auto", "--quiet"],
        "/default/.well-known/openid-configuration",
        "/default/token",
        f"/default/authorize?{_QUERY}&login_hint=alice",
    ),
    Peer(
        "oauth2-mock-server (npm)",
        [
            "node",
            str(HERE / "node_modules/oauth2-mock-server/dist/oauth2-mock-server.js"),
            "-a",
            "127.0.0.1",
            "-p",
            "{port}",
        ],
        "/.well-known/openid-configuration",
        "/token",
        f"/authorize?{_QUERY}",
    ),
    Peer(
        "oidc-provider-mock (PyPI)",
        [sys.executable, "-m", "oidc_provider_mock", "--port", "{port}"],
        "/.well-known/openid-configuration",
        "/oauth2/token",
        f"/oauth2/authorize?{_QUERY}",
        "POST",
        b"sub=alice%40example.com",
    ),
]


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(port: int, path: str, process: subprocess.Popen[bytes], limit: float = 20.0) -> None:
    """Return as soon as the path answers with 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
    deadline = time.perf_counter() + limit
    while time.perf_counter() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
                wire.sendall(request)
                if b" 200" in wire.recv(64):
                    return
        except OSError:
            pass
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode} before it answered")
        time.sleep(0.002)
    raise RuntimeError(f"{process.args} did not answer {path} within {limit:.0f} s")
