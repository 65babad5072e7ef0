"""HTTP/1.1 on one connection, for a WSGI application (RFC 9112, PEP 3333).

The request is read here rather than by `http.server`, whose e-mail parser costs more at start and per request
than everything else that happens on a connection.
"""

from __future__ import annotations

import contextlib
import io
import socket
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from fake_idp.server import Server

MAX_HEAD = 64 * 1024  # bytes of request line and headers together
MAX_BODY = 1024 * 1024

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class _BadRequestError(Exception):
    """The bytes on the wire are no request this server answers: status line and one sentence."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Connection:
    """One client connection: requests one after the other until somebody wants to close."""

    def __init__(self, server: Server, wire: socket.socket, address: tuple[Any, ...]) -> None:
        self.server = server
        self.wire = wire
        self.address = address
        self.reader = wire.makefile("rb", 16 * 1024)

    def serve(self) -> None:
        """Answer requests until one side wants to close. Raises OSError when the wire breaks."""
        with self.reader:
            while self._serve_one():
                pass

    def _serve_one(self) -> bool:
        """Answer one request; whether the connection may be used again."""
        try:
            head = self._read_head()
            if head is None:
                return False
            environ, keep = self._environ(*head)
        except _BadRequestError as bad:
            self._refuse(bad)
            return False
        return _Exchange(self.wire, environ, keep=keep).run(self.server.app)

    def _read_head(self) -> tuple[str, list[tuple[str, str]]] | None:
        budget = MAX_HEAD
        lines: list[str] = []
        while True:
            raw = self.reader.readline(budget + 1)
            budget -= len(raw)
            if budget < 0:
                raise _BadRequestError(
                    "431 Request Header Fields Too Large", f"The request head exceeds {MAX_HEAD} bytes."
                )
            if not raw.endswith(b"\n"):
                return None  # the client closed
            line = raw.rstrip(b"\r\n").decode("latin-1")
            if line:
                lines.append(line)
            elif lines:
                break
        headers = []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon or not name or name != name.strip():
                raise _BadRequestError(
                    "400 Bad Request", "A header line has no name followed by a colon (RFC 9112 5.1)."
                )
            headers.append((name, value.strip(" \t")))
        return lines[0], headers

    def _environ(self, request_line: str, headers: list[tuple[str, str]]) -> tuple[dict[str, Any], bool]:
        parts = request_line.split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1.") or not parts[0].isalpha():
            raise _BadRequestError(
                "400 Bad Request",
                "The request line is not 'METHOD target HTTP/1.1'. If this was a TLS handshake: this port speaks"
                " plain HTTP."
                if self.server.tls is None
                else "The request line is not 'METHOD target HTTP/1.1'.",
            )
        method, target, protocol = parts
        if target.startswith(("http://", "https://")):  # absolute form, RFC 9112 3.2.2
            target = "/" + target.split("/", 3)[3] if target.count("/") >= 3 else "/"
        path, _, query = target.partition("?")
        if not path.startswith("/"):
            raise _BadRequestError("400 Bad Request", "The request target does not start with a slash.")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "RAW_URI": target,
            "SERVER_NAME": self.server.host,
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": protocol,
            "REMOTE_ADDR": self.address[0],
            "REMOTE_PORT": str(self.address[1]),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if self.server.tls else "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "server.socket": self.wire,
        }
        for name, value in headers:
            key = name.upper().replace("-", "_")
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                key = f"HTTP_{key}"
            if key in environ:
                if key in ("CONTENT_LENGTH", "HTTP_HOST", "HTTP_TRANSFER_ENCODING"):
                    raise _BadRequestError("400 Bad Request", f"The header {name} is there twice.")
                value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ', '}{value}"
            environ[key] = value
        self._check_host(environ.get("HTTP_HOST"), protocol)
        environ["wsgi.input"] = io.BytesIO(self._read_body(environ))
        wish = environ.get("HTTP_CONNECTION", "").lower()
        keep = "close" not in wish if protocol == "HTTP/1.1" else "keep-alive" in wish
        return environ, keep

    def _check_host(self, host: str | None, protocol: str) -> None:
        if host is None:
            if protocol == "HTTP/1.0":
                return
            raise _BadRequestError("400 Bad Request", "There is no Host header (RFC 9112 3.2).")
        if not self.server.allows(host):
            raise _BadRequestError(
                "421 Misdirected Request",
                f"This server answers for loopback names only, and was asked for {host[:100]!r}."
                " Start it with that name among its allowed hosts if it is meant to.",
            )

    def _read_body(self, environ: dict[str, Any]) -> bytes:
        """The whole body, so that the next request on the connection starts where it should."""
        coding = environ.get("HTTP_TRANSFER_ENCODING")
        length = environ.get("CONTENT_LENGTH", "" if coding else "0")
        if coding is not None and (length or coding.lower() != "chunked"):
            raise _BadRequestError(
                "400 Bad Request", "Only 'Transfer-Encoding: chunked' without Content-Length is understood."
            )
        if coding is None and not (length.isascii() and length.isdigit()):
            raise _BadRequestError("400 Bad Request", "The Content-Length is not a number.")
        if coding is None and int(length) > MAX_BODY:
            raise _too_large()
        if environ.get("HTTP_EXPECT", "").lower() == "100-continue":
            self.wire.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if coding is not None:
            body = self._read_chunks()
            environ["CONTENT_LENGTH"] = str(len(body))
            return body
        body = self.reader.read(int(length)) if length != "0" else b""
        if len(body) < int(length):
            raise _BadRequestError("400 Bad Request", "The body is shorter than its Content-Length.")
        return body

    def _read_chunks(self) -> bytes:
        body = bytearray()
        while True:
            size_line = self.reader.readline(1024).partition(b";")[0].strip()
            try:
                size = int(size_line, 16)
            except ValueError:
                raise _BadRequestError("400 Bad Request", "A chunk does not start with its size.") from None
            if size < 0 or len(body) + size > MAX_BODY:
                raise _too_large()
            if size == 0:
                while self.reader.readline(1024).strip():
                    pass  # trailer fields
                return bytes(body)
            body += self.reader.read(size)
            self.reader.readline(8)

    def _refuse(self, bad: _BadRequestError) -> None:
        body = (bad.sentence + "\n").encode("utf-8")
        self.wire.sendall(
            f"HTTP/1.1 {bad.status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\nDate: {_date()}\r\n\r\n".encode("latin-1")
            + body
        )
        # Closing with unread input makes the kernel send a reset, which can overtake this answer.
        with contextlib.suppress(OSError):
            self.wire.shutdown(socket.SHUT_WR)
            self.wire.settimeout(0.2)
            for _ in range(16):
                if not self.wire.recv(64 * 1024):
                    break


class _Exchange:
    """One call of the application and the writing of its answer (PEP 3333)."""

    def __init__(self, wire: socket.socket, environ: dict[str, Any], *, keep: bool) -> None:
        self.wire = wire
        self.environ = environ
        self.keep = keep
        self.status = ""
        self.headers: list[tuple[str, str]] = []
        self.head_sent = False
        self.chunked = False

    def run(self, app: WSGIApplication) -> bool:
        """Answer; whether the connection may be used again."""
        try:
            result = app(self.environ, self._start_response)
            try:
                if isinstance(result, (list, tuple)):
                    self._send(b"".join(result), last=True)
                else:
                    for piece in result:
                        if piece:
                            self._send(piece)
                    self._send(b"", last=True)
            finally:
                close = getattr(result, "close", None)
                if close is not None:
                    close()
        except ConnectionError:
            raise  # the wire broke, or the application broke it on purpose
        except Exception:  # noqa: BLE001  # an application's bug costs one connection, not the server
            import traceback

            sys.stderr.write(f"The application failed on {self.environ['PATH_INFO']!r}:\n{traceback.format_exc()}")
            if self.head_sent:
                return False
            self.status, self.headers, self.keep = "500 Internal Server Error", [], False
            self._send(b"The application failed; its error is in the server's log.\n", last=True)
        return self.keep

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        if exc_info is not None and self.head_sent:
            raise exc_info[1].with_traceback(exc_info[2])
        self.status, self.headers = status, headers
        return self._send

    def _send(self, data: bytes, *, last: bool = False) -> None:
        head = b""
        if not self.head_sent:
            head = self._head(len(data) if last else None)
            self.head_sent = True
        if self.environ["REQUEST_METHOD"] == "HEAD" or self.status.startswith(("204", "304")):
            data = b""
        elif self.chunked:
            data = (b"%x\r\n%b\r\n" % (len(data), data) if data else b"") + (b"0\r\n\r\n" if last else b"")
        if head or data:
            try:
                self.wire.sendall(head + data)
            except OSError as error:  # a timeout or a TLS error among them
                raise ConnectionAbortedError(error.errno, "the client is gone") from error

    def _head(self, length: int | None) -> bytes:
        names = {name.lower() for name, _ in self.headers}
        lines = [f"HTTP/1.1 {self.status}", *(f"{name}: {value}" for name, value in self.headers)]
        if "content-length" not in names and not self.status.startswith(("204", "304")):
            if length is not None:
                lines.append(f"Content-Length: {length}")
            elif self.environ["SERVER_PROTOCOL"] == "HTTP/1.1":
                self.chunked = True
                lines.append("Transfer-Encoding: chunked")
            else:
                self.keep = False
        if "date" not in names:
            lines.append(f"Date: {_date()}")
        if "connection" in names:
            self.keep = False
        else:
            lines.append(f"Connection: {'keep-alive' if self.keep else 'close'}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _too_large() -> _BadRequestError:
    return _BadRequestError("413 Content Too Large", f"The body exceeds {MAX_BODY} bytes.")


def _date() -> str:
    now = time.gmtime()
    return (
        f"{_DAYS[now.tm_wday]}, {now.tm_mday:02} {_MONTHS[now.tm_mon - 1]} {now.tm_year}"
        f" {now.tm_hour:02}:{now.tm_min:02}:{now.tm_sec:02} GMT"
    )
