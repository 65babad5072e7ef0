"""A small web server whose pages a test gives as plain data."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ssocli.exchange import Exchange
from ssocli.flow.browser import Browser

Reply = tuple[int, dict[str, str | list[str]], str | bytes]


@dataclass
class Seen:
    """One request as it reached the server."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Site:
    """Pages by path; the value is HTML, or status, headers and body. Other paths answer 404."""

    port: int
    pages: dict[str, str | Reply] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def reply(self, path: str) -> Reply:
        found = self.pages.get(path.partition("?")[0], (404, {}, "not here"))
        return (200, {"Content-Type": "text/html; charset=utf-8"}, found) if isinstance(found, str) else found

    @property
    def trail(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.seen]


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen = Seen(self.command, self.path, dict(self.headers.items()), body.decode("latin-1"))
            here.seen.append(seen)
            status, headers, content = here.reply(self.path)
            data = content.encode() if isinstance(content, str) else content
            self.send_response(status)
            for name, values in headers.items():
                for value in [values] if isinstance(values, str) else values:
                    self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Site(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
    thread.start()
    yield here
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def hops() -> list[Exchange]:
    return []


@pytest.fixture
def browser(hops: list[Exchange]) -> Browser:
    return Browser(hops.append)


@pytest.fixture
def redirect() -> Callable[..., Reply]:
    def make(location: str, status: int = 302, **headers: str | list[str]) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return status, {"Location": location, **named}, ""

    return make
