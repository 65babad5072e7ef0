"""From a URL to a connected stream: addresses, TCP, the proxy's tunnel and TLS, each phase timed."""

from __future__ import annotations

import base64
import functools
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from ssocli.wire.proxies import is_loopback
from ssocli.wire.stream import Deadline, Stream
from ssocli.wire.trouble import Phase, Stopped, explain, no_address, not_accepted

# May this host be contacted at this address? Asked for each address before a packet is sent; through a proxy, which
# resolves the name itself, the "address" is the host again.
Allow = Callable[[str, str], bool]

_HEADER_LIMIT = 256 * 1024


@dataclass(slots=True)
class Timer:
    """The phases of the hop so far, in seconds by name, and the one in progress."""

    phase: Phase = "dns"
    started: float | None = None
    spent: dict[Phase, float] = field(default_factory=dict)

    def enter(self, phase: Phase) -> None:
        """Close the phase in progress and start this one."""
        self.stop()
        self.phase, self.started = phase, time.perf_counter()

    def stop(self) -> dict[Phase, float]:
        """Close the phase in progress and return what was spent."""
        if self.started is not None:
            now = time.perf_counter()
            self.spent[self.phase] = self.spent.get(self.phase, 0.0) + now - self.started
            self.started = None
        return self.spent


def dial(
    scheme: str,
    host: str,
    port: int,
    *,
    proxy: str | None,
    tls: ssl.SSLContext | None,
    allow: Allow | None,
    deadline: Deadline,
    timer: Timer,
) -> Stream:
    """Connect to the origin, through the proxy if there is one. Raises what `trouble.explain` understands."""

    def reach() -> socket.socket:
        if proxy is None:
            return _connect(host, port, allow, deadline, timer)
        if allow is not None and not allow(host, host):
            raise _blocked(host, host)
        return _through_proxy(scheme, host, port, proxy, deadline, timer)

    sock = reach()
    if scheme == "https":
        timer.enter("tls")
        try:
            sock = _secure(sock, host, tls or default_tls(), deadline)
        except ssl.SSLCertVerificationError as error:
            raise not_accepted(error, authority(host, port), _shown_by(reach, host, deadline)) from error
    return Stream(sock, deadline)


def _secure(sock: socket.socket, host: str, tls: ssl.SSLContext, deadline: Deadline) -> socket.socket:
    """TLS over `sock`, which is closed if that comes to nothing."""
    try:
        sock.settimeout(deadline.left())
        return tls.wrap_socket(sock, server_hostname=host)
    except ValueError as error:  # SSLError for the certificate's names is one as well.
        sock.close()
        if isinstance(error, ssl.SSLError):
            raise
        raise Stopped("tls", "tls", f'"{host}" is no host name that a certificate could be for') from error
    except BaseException:
        sock.close()
        raise


def _shown_by(reach: Callable[[], socket.socket], host: str, deadline: Deadline) -> str:
    """What the certificate of the same server says, seen on another connection: a failed one gives it to nobody."""
    from ssocli.wire.certificate import look_at

    try:
        sock = reach()
    except (OSError, Stopped):
        return ""
    sock.settimeout(deadline.timeout)
    return look_at(sock, host)


@functools.cache
def default_tls() -> ssl.SSLContext:
    """The system's trusted authorities; made once, at the first https request, because reading them is slow."""
    return ssl.create_default_context()


def authority(host: str, port: int) -> str:
    """Host and port as they are written in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def proxy_credentials(proxy: str) -> tuple[tuple[str, str], ...]:
    """The Proxy-Authorization header for the user and password in a proxy's URL, if it has any."""
    parts = _proxy_parts(proxy)
    if parts.username is None:
        return ()
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return (("Proxy-Authorization", "Basic " + base64.b64encode(pair.encode()).decode("ascii")),)


def _connect(host: str, port: int, allow: Allow | None, deadline: Deadline, timer: Timer) -> socket.socket:
    """Try each address in turn until one accepts; the first failure is the one to report."""
    timer.enter("dns")
    addresses = _addresses(host)
    if allow is not None:
        for address in addresses:
            if not allow(host, address):
                raise _blocked(host, address)
    timer.enter("tcp")
    failures: list[Stopped] = []
    for index, address in enumerate(addresses):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            failures.append(_failed_at(error, address, port))
            continue
        try:
            sock.settimeout(deadline.left(len(addresses) - index))
            sock.connect((address, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            failures.append(_failed_at(error, address, port))
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failures[0]


def _failed_at(error: OSError, address: str, port: int) -> Stopped:
    explained = explain(error, "tcp", authority(address, port))
    return Stopped(explained.kind, explained.phase, explained.detail)


def _addresses(host: str) -> list[str]:
    """The addresses of a host, without duplicates. The system's resolver decides how long this takes."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    if is_loopback(host):
        # RFC 6761 6.3: such names are loopback whatever a resolver says; browsers do not ask one.
        return ["127.0.0.1", "::1"]
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise no_address(host, error) from error
    except UnicodeError as error:
        raise Stopped("dns", "dns", f'"{host}" cannot be a host name: check its spelling') from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _blocked(host: str, address: str) -> Stopped:
    at = "" if host == address else f" (at {address})"
    return Stopped("blocked", "dns", f"{host}{at} was not contacted: it is not among the hosts that may be contacted")


def _through_proxy(scheme: str, host: str, port: int, proxy: str, deadline: Deadline, timer: Timer) -> socket.socket:
    parts = _proxy_parts(proxy)
    sock = _connect(parts.hostname or "", parts.port or 80, None, deadline, timer)
    if scheme == "https":
        try:
            _tunnel(Stream(sock, deadline), authority(host, port), proxy)
        except BaseException:
            sock.close()
            raise
    return sock


def _proxy_parts(proxy: str) -> SplitResult:
    try:
        parts = urlsplit(proxy)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise Stopped("blocked", "dns", f"the proxy setting is not a URL: {error}") from error
    if parts.scheme != "http" or not host:
        raise Stopped(
            "blocked", "dns", f"the proxy setting must be http:// and a host; its scheme is {parts.scheme[:40]!r}"
        )
    return parts


def _tunnel(stream: Stream, target: str, proxy: str) -> None:
    """Ask the proxy for a tunnel (RFC 9110 9.3.6)."""
    headers = (("Host", target), *proxy_credentials(proxy))
    stream.sendall(request_head("CONNECT", target, headers))
    stream.budget = _HEADER_LIMIT
    with http.client.HTTPResponse(stream, method="CONNECT") as answer:  # type: ignore[arg-type]  # only makefile is used
        answer.begin()
        if not 200 <= answer.status < 300:
            advice = "it wants a user and password" if answer.status == 407 else "it may not be allowed to"
            raise Stopped(
                "unreachable", "tcp", f"the proxy did not connect to {target}: {advice} (it answered {answer.status})"
            )


def request_head(method: str, target: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    """The request line and headers as bytes. Raises ValueError for what would break out of its line."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    for line in lines:
        if "\r" in line or "\n" in line or "\0" in line:
            raise ValueError(f"a line break or NUL inside a request header: {line.partition(':')[0][:40]!r}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
