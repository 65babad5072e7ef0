"""A small threaded WSGI server: keep-alive, TLS in the worker, and a quick, complete stop.

It knows nothing of identity providers. What is said on a connection is in `fake_idp.connection`.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import sys
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from fake_idp.connection import Connection

if TYPE_CHECKING:
    import ssl

    from _typeshed.wsgi import WSGIApplication

    from fake_idp.tls import Authority

IDLE_TIMEOUT = 30.0  # seconds a connection may stay silent
MAX_CONNECTIONS = 256  # further clients wait in the listen queue


class CannotListenError(OSError):
    """The address cannot be bound; the message says which one, why, and what to do."""


class Server:
    """Serve one WSGI application on sockets that are bound from construction until `stop`.

    `host` may be a name or an address; `localhost` listens on both loopback families. `port` 0 takes a free one.
    `tls` is a server-side `ssl.SSLContext`, or an authority that makes its own. Requests whose Host header names
    neither a loopback name, nor the bound host, nor one of `allowed_hosts` ("*" for any) get 421: a page elsewhere
    must not reach this server by pointing its own name here. Raises `CannotListenError`.
    """

    def __init__(
        self,
        app: WSGIApplication,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: ssl.SSLContext | Authority | None = None,
        allowed_hosts: Iterable[str] | None = None,
    ) -> None:
        self.app = app
        self.host = host
        self.tls = tls
        self._allowed = {"localhost", "127.0.0.1", "::1", host.lower(), *map(str.lower, allowed_hosts or ())}
        self._listeners = _listen(host, port)
        self.port: int = self._listeners[0].getsockname()[1]
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._slots = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()
        self._stopping = False
        self._acceptor: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Scheme, host and port, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    def start(self) -> Self:
        """Begin to answer, in a background thread."""
        self._acceptor = threading.Thread(target=self._accept, name=f"server-{self.port}", daemon=True)
        self._acceptor.start()
        return self

    def stop(self) -> None:
        """Close the listeners and every connection, and wait until all threads have ended. Safe to repeat."""
        with self._lock:
            if self._stopping:
                return
            self._stopping = True
            workers = list(self._connections)
            for connection in self._connections.values():
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self._wake_writer.send(b"x")
        if self._acceptor is not None:
            self._acceptor.join()
        for worker in workers:
            if worker is not threading.current_thread():
                worker.join()
        for listener in (*self._listeners, self._wake_reader, self._wake_writer):
            listener.close()

    def __enter__(self) -> Self:
        """Start, and stop at the end of the block."""
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def allows(self, host_header: str) -> bool:
        """Whether a request for this Host header is ours to answer."""
        name = host_header.rpartition(":")[0] if _has_port(host_header) else host_header
        name = name.strip("[]").lower()
        return (
            "*" in self._allowed
            or name in self._allowed
            or name.endswith(".localhost")
            or (name.startswith("127.") and name.replace(".", "").isdigit())
        )

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            for listener in (*self._listeners, self._wake_reader):
                selector.register(listener, selectors.EVENT_READ)
            while not self._stopping:
                for key, _ in selector.select():
                    if key.fileobj is not self._wake_reader:
                        self._accept_one(key.fileobj)  # type: ignore[arg-type]  # only sockets were registered

    def _accept_one(self, listener: socket.socket) -> None:
        if not self._slots.acquire(timeout=0.05):
            return  # the selector reports the waiting client again
        try:
            connection, address = listener.accept()
        except OSError:  # the client went away between the two calls, or we are out of file descriptors
            self._slots.release()
            return
        worker = threading.Thread(target=self._work, args=(connection, address), daemon=True)
        with self._lock:
            if self._stopping:
                connection.close()
                self._slots.release()
                return
            self._connections[worker] = connection
            # Started under the lock, so that `stop` never joins a thread that has not begun.
            worker.start()

    def _work(self, connection: socket.socket, address: tuple[Any, ...]) -> None:
        wire = connection
        try:
            connection.settimeout(IDLE_TIMEOUT)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                # Here and not in the accept loop: one silent client must not block all others.
                wire = self.tls.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._connections[threading.current_thread()] = wire
                    if self._stopping:
                        return
            Connection(self, wire, address).serve()
        except OSError:
            pass  # reset, timed out, failed handshake: nobody is left to tell
        finally:
            with self._lock:
                self._connections.pop(threading.current_thread(), None)
            wire.close()
            self._slots.release()


def _listen(host: str, port: int) -> list[socket.socket]:
    """Bound, listening sockets: one, or for `localhost` one per loopback family."""
    hosts = ["127.0.0.1", "::1"] if host == "localhost" else [host]
    listeners: list[socket.socket] = []
    for name in hosts:
        try:
            listeners.append(_bind(name, listeners[0].getsockname()[1] if listeners else port))
        except OSError as error:
            if listeners and error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                continue  # this machine has no IPv6 loopback
            for listener in listeners:
                listener.close()
            raise CannotListenError(error.errno, _why_not(host, port, error)) from error
    return listeners


def _bind(host: str, port: int) -> socket.socket:
    info = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.socket(info[0], info[1])
    try:
        if sys.platform != "win32":  # there it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if info[0] == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(info[4])
        listener.listen(128)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _why_not(host: str, port: int, error: OSError) -> str:
    where = f"{host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another process (`lsof -i :{port}` names it):"
            " stop that one or choose another port."
        )
    if error.errno == errno.EACCES:
        return f"Listening on {where} is not permitted: choose a port above 1023."
    return f"Cannot listen on {where}: {error.strerror or error}."


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit() and (host.count(":") == 1 or host.startswith("["))
