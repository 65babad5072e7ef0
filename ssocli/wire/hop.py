"""One HTTP request and its response, with the phases timed and every trouble told in the exchange."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.errors import MissingHeaderBodySeparatorDefect
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from ssocli import __version__
from ssocli.exchange import Exchange, Headers, Phases, Request, Response, Sender, TlsSession, TransportError
from ssocli.wire.coding import ACCEPTED, CodingError, decode
from ssocli.wire.dial import Allow, Timer, authority, dial, proxy_credentials, request_head
from ssocli.wire.proxies import environment_proxy, is_loopback
from ssocli.wire.stream import Deadline, OverBudgetError, Stream
from ssocli.wire.trouble import Stopped, explain

if TYPE_CHECKING:
    import ssl

    from ssocli.wire.connections import Connections

BODY_LIMIT = 5 * 1024 * 1024
_HEADER_LIMIT = 256 * 1024
_DEFAULT_PORTS = {"http": 80, "https": 443}
# What may stand in a request target as it is (RFC 3986 2); everything else is percent-encoded.
_TARGET_SAFE = "/?:@!$&'()*+,;=-._~%[]|^`{}\\\""


@dataclass(frozen=True, slots=True)
class _Hop:
    """Everything about the hop that is known before it starts."""

    method: str
    scheme: str
    host: str
    port: int
    target: str
    body: bytes
    proxy: str | None
    tls: ssl.SSLContext | None
    allow: Allow | None
    deadline: Deadline

    @property
    def host_header(self) -> str:
        """The authority, without the port if it is the scheme's own (RFC 9110 7.2)."""
        full = authority(self.host, self.port)
        return full.rpartition(":")[0] if self.port == _DEFAULT_PORTS[self.scheme] else full

    def dial(self, timer: Timer) -> Stream:
        """A new connection."""
        return dial(
            self.scheme,
            self.host,
            self.port,
            proxy=self.proxy,
            tls=self.tls,
            allow=self.allow,
            deadline=self.deadline,
            timer=timer,
        )


def send(
    method: str,
    url: str,
    *,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    timeout: float = 10.0,
    deadline: float = 30.0,
    sender: Sender = Sender.SENTRY,
    limit: int = BODY_LIMIT,
    tls: ssl.SSLContext | None = None,
    proxy: str | None = "environment",
    allow: Allow | None = None,
    connections: Connections | None = None,
) -> Exchange:
    """Send one request and read its response; redirects come back as they are.

    `timeout` bounds each wait and `deadline` the whole hop, in seconds (looking up a name excepted: the system's
    resolver has its own limits). `limit` bounds the decoded body in bytes. `tls` replaces the system's trusted
    authorities. `proxy` is a proxy URL, None for none, or "environment"; loopback is never reached through a proxy.
    `allow` may refuse addresses. With `connections` the connection is kept for the next hop.

    Raises ValueError for a header that contains a line break, and for nothing that the network or the URL does.
    """
    timer = Timer()
    sent = tuple(headers)
    response: Response | None = None
    error: TransportError | None = None
    session: TlsSession | None = None
    peer = "the server"
    try:
        scheme, host, port, target = _split(url)
        peer = authority(host, port)
        if proxy == "environment":
            proxy = environment_proxy(scheme, host, port)
        elif is_loopback(host):
            proxy = None
        timeframe = Deadline(timeout, time.monotonic() + deadline)
        hop = _Hop(method, scheme, host, port, target, body, proxy, tls, allow, timeframe)
        sent = _complete(sent, hop, keep=connections is not None)
        response, error, session = _run(hop, sent, limit, connections, timer, peer)
    except Stopped as stopped:
        error = stopped.error
    except (OSError, http.client.HTTPException, OverBudgetError) as trouble:
        error = explain(trouble, timer.phase, peer)
    spent = timer.stop()
    phases = Phases(spent.get("dns"), spent.get("tcp"), spent.get("tls"), spent.get("headers"), spent.get("body"))
    return Exchange(method, url, Request(sent, body), response, phases, error, sender, session)


def _split(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and request target of a URL; Stopped if it is none that can be requested."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise Stopped("blocked", "dns", f"this is not a URL that can be requested: {error}") from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise Stopped(
            "blocked",
            "dns",
            f"only http:// and https:// URLs can be requested, not one of the scheme {parts.scheme[:40]!r}",
        )
    if not host or any(character <= " " for character in host):
        raise Stopped("blocked", "dns", f"the {parts.scheme}:// URL names no host that could be asked")
    path = parts.path or "/"
    target = quote(f"{path}?{parts.query}" if parts.query else path, safe=_TARGET_SAFE)
    return parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], target


def _complete(headers: Headers, hop: _Hop, *, keep: bool) -> Headers:
    """The caller's headers and those that HTTP itself needs and the caller left out."""
    given = {name.lower() for name, _ in headers}
    wanted = [("Host", hop.host_header), ("User-Agent", f"ssocli/{__version__}"), ("Accept-Encoding", ACCEPTED)]
    if hop.body or hop.method in ("POST", "PUT", "PATCH"):
        wanted.append(("Content-Length", str(len(hop.body))))
    if not keep:
        wanted.append(("Connection", "close"))
    missing = [(name, value) for name, value in wanted if name.lower() not in given]
    return (*missing[:1], *headers, *missing[1:]) if "host" not in given else (*headers, *missing)


def _run(
    hop: _Hop, sent: Headers, limit: int, connections: Connections | None, timer: Timer, peer: str
) -> tuple[Response, TransportError | None, TlsSession | None]:
    """Send on a kept connection or a new one, read the response and keep the connection if it is still in step."""
    target = hop.target
    extra: Headers = ()
    if hop.proxy is not None and hop.scheme == "http":
        # Absolute form, RFC 9112 3.2.2. The credentials are between this machine and its proxy: not in the exchange.
        target, extra = f"http://{hop.host_header}{hop.target}", proxy_credentials(hop.proxy)
    message = request_head(hop.method, target, (*sent, *extra)) + hop.body
    way = (hop.scheme, hop.host, hop.port, hop.proxy, hop.tls)
    kept = connections.take(way) if connections is not None else None
    stream = kept or hop.dial(timer)
    try:
        try:
            answer = _ask(stream, hop, message, timer)
        except (ConnectionResetError, BrokenPipeError):
            # The server may close a kept connection at the very moment it is used again: RFC 9112 9.3.1.
            if kept is None or stream.received or hop.method not in ("GET", "HEAD"):
                raise
            stream.close()
            stream = hop.dial(timer)
            answer = _ask(stream, hop, message, timer)
        timer.enter("body")
        session = stream.tls
        stream.budget += limit
        response, error = _read(answer, limit, peer)
        if connections is not None and error is None and not answer.will_close:
            connections.keep(way, stream)
        else:
            stream.close()
        return response, error, session
    except BaseException:
        stream.close()
        raise


def _ask(stream: Stream, hop: _Hop, message: bytes, timer: Timer) -> http.client.HTTPResponse:
    """Send the request and read the final response's status and headers."""
    timer.enter("send")
    stream.deadline, stream.budget, stream.received = hop.deadline, _HEADER_LIMIT, 0
    stream.sendall(message)
    timer.enter("headers")
    answer = http.client.HTTPResponse(stream, method=hop.method)  # type: ignore[arg-type]  # only makefile is used
    answer.begin()
    while 100 <= answer.status < 200 and answer.status != 101:
        # http.client skips only 100; an early hint (RFC 8297) is not the answer either.
        answer.headers = None  # type: ignore[assignment]  # this makes begin() read another status line
        answer.begin()
    if any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in answer.msg.defects):
        raise http.client.HTTPException("a line among the response headers is not a header (it has no colon)")
    return answer


def _read(answer: http.client.HTTPResponse, limit: int, peer: str) -> tuple[Response, TransportError | None]:
    """The response with as much of its body as arrived, and why that is not all of it."""
    error: TransportError | None = None
    pieces: list[bytes] = []
    size = 0
    try:
        # The budget of the stream ends a body that is larger on the wire; this ends one whose length is announced.
        while size <= limit and (piece := answer.read1(65536)):
            pieces.append(piece)
            size += len(piece)
        if size <= limit and answer.length:
            raise Stopped("protocol", "body", _short(peer, size, size + answer.length))
    except (OSError, http.client.HTTPException, ValueError, OverBudgetError, Stopped) as trouble:
        error = explain(trouble, "body", peer)
    raw = b"".join(pieces)
    cut = error is not None
    try:
        body, over = decode(raw, answer.getheader("Content-Encoding") or "", limit)
        if over:
            error = error or explain(OverBudgetError(), "body", peer)
    except CodingError as damage:
        body, over = raw[:limit], False
        error = error or explain(damage, "body", peer)
    headers = tuple((name, " ".join(value.split("\r\n"))) for name, value in answer.getheaders())
    return Response(answer.status, headers, body, truncated=cut or over), error


def _short(peer: str, size: int, promised: int) -> str:
    return (
        f"{peer} announced a body of {promised:,} bytes and closed the connection after {size:,}: "
        "its Content-Length is wrong, or it stopped half-way"
    )
