"""The wire against real sockets: what comes back when a server behaves, and when it does not."""

from __future__ import annotations

import datetime
import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.exchange import Exchange, Sender
from ssocli.wire import Connections, send
from ssocli.wire.coding import CodingError, decode
from ssocli.wire.proxies import environment_proxy
from ssocli.wire.stream import Deadline

Talk = Callable[[socket.socket], None]


def read_request(sock: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]):
                body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(data: bytes) -> Talk:
    def talk(sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(data)

    return talk


class Server:
    """Accepts connections and hands each to the next of `talks` (the last one repeats); counts them."""

    def __init__(self, talks: list[Talk]) -> None:
        self.talks = talks
        self.accepted = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()

    def _accept(self) -> None:
        while True:
            sock, _ = self.listener.accept()
            if self.ended.is_set():
                sock.close()
                return
            talk = self.talks[min(self.accepted, len(self.talks) - 1)]
            self.accepted += 1
            thread = threading.Thread(target=self._serve, args=(sock, talk))
            self.threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, talk: Talk) -> None:
        with sock, suppress(OSError):
            talk(sock)

    def close(self) -> None:
        self.ended.set()
        with socket.create_connection(("127.0.0.1", self.port)):
            pass
        for thread in self.threads:
            thread.join()
        self.listener.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*talks: Talk) -> Server:
        servers.append(Server(list(talks)))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def kind(exchange: Exchange) -> tuple[str, str] | None:
    return (exchange.error.kind, exchange.error.phase) if exchange.error else None


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nX-A: 2\r\n\r\nhello"


def test_a_hop_says_what_was_sent_what_came_back_and_how_long_each_phase_took(serve):
    seen = []

    def talk(sock: socket.socket) -> None:
        seen.append(read_request(sock))
        sock.sendall(OK)

    server = serve(talk)
    exchange = send("POST", server.url + "a b?c=é#f", headers=[("X-B", "y")], body=b"data", sender=Sender.BROWSER)

    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"POST /a%20b?c=%C3%A9 HTTP/1.1"
    assert body == b"data"
    assert [line.decode() for line in head.split(b"\r\n")[1:]] == [f"{n}: {v}" for n, v in exchange.request.headers]
    assert ("Host", f"127.0.0.1:{server.port}") in exchange.request.headers
    assert exchange.error is None
    assert exchange.sender is Sender.BROWSER
    assert exchange.response is not None
    assert exchange.response.status == 200
    assert exchange.response.body == b"hello"
    assert [value for name, value in exchange.response.headers if name == "X-A"] == ["1", "2"]
    assert None not in (exchange.phases.tcp, exchange.phases.headers, exchange.phases.body)
    assert exchange.phases.tls is None


def test_a_redirect_comes_back_as_it_is(serve):
    exchange = send("GET", serve(answer(b"HTTP/1.1 302 F\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")).url)
    assert exchange.response is not None
    assert (exchange.response.status, exchange.response.header("location")) == (302, "/x")


def test_an_early_hint_is_not_the_answer(serve):
    exchange = send("GET", serve(answer(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK)).url)
    assert exchange.response is not None
    assert exchange.response.body == b"hello"


def test_nothing_listens():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    exchange = send("GET", f"http://127.0.0.1:{port}/")
    assert kind(exchange) == ("refused", "tcp")
    assert exchange.error is not None
    assert f"nothing listens on 127.0.0.1:{port}" in exchange.error.detail
    assert exchange.response is None


def test_localhost_names_are_this_machine_and_every_address_is_tried():
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        port = listener.getsockname()[1]

        def accept() -> None:
            sock, _ = listener.accept()
            with sock:
                answer(OK)(sock)

        thread = threading.Thread(target=accept)
        thread.start()
        exchange = send("GET", f"http://idp.localhost:{port}/")
        thread.join()
    assert exchange.error is None


def test_an_unknown_name():
    exchange = send("GET", "http://nobody.invalid/", proxy=None)
    assert kind(exchange) == ("dns", "dns")
    assert exchange.error is not None
    assert '"nobody.invalid"' in exchange.error.detail


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/", "http://", "http://[::1/", "http://127.0.0.1:99999/", "", "javascript:x", "http://a b/"]
)
def test_what_is_no_http_url_is_not_requested(url):
    exchange = send("GET", url)
    assert kind(exchange) == ("blocked", "dns")


def test_allow_is_asked_for_every_address_before_anything_is_sent(serve):
    server = serve(answer(OK))
    asked = []

    def allow(host: str, address: str) -> bool:
        asked.append((host, address))
        return False

    assert kind(send("GET", server.url, allow=allow)) == ("blocked", "dns")
    assert asked == [("127.0.0.1", "127.0.0.1")]
    assert server.accepted == 0


def test_a_line_break_in_a_header_is_the_callers_mistake(serve):
    with pytest.raises(ValueError, match="line break"):
        send("GET", serve(answer(OK)).url, headers=[("X", "a\r\nb")])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ("reset", "headers")),
        (b"SSH-2.0-OpenSSH_9\r\n", ("protocol", "headers")),
        (b"HTTP/1.1 nope\r\n\r\n", ("protocol", "headers")),
        (b"HTTP/1.1 99999999999999999999 x\r\n\r\n", ("protocol", "headers")),
        (b"HTTP/9.9 200 OK\r\n\r\n", ("protocol", "headers")),
        (b"HTTP/1.1 200 OK\r\nno colon here\r\nContent-Length: 0\r\n\r\n", ("protocol", "headers")),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70000 + b"\r\n\r\n", ("protocol", "headers")),
        (b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"\r\n", ("protocol", "headers")),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 20000, ("too_large", "headers")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", ("protocol", "body")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", ("protocol", "body")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello", ("protocol", "body")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Encoding: br\r\n\r\nabcd", ("protocol", "body")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Encoding: gzip\r\n\r\nabcd", ("protocol", "body")),
        (b"\x15\x03\x01\x00\x02\x02\x46", ("protocol", "headers")),
    ],
)
def test_hostile_answers_are_told_never_raised(serve, data, expected):
    exchange = send("GET", serve(answer(data)).url)
    assert kind(exchange) == expected
    assert exchange.error is not None
    assert "127.0.0.1" in exchange.error.detail


def test_a_half_body_is_kept_and_both_sizes_are_named(serve):
    exchange = send("GET", serve(answer(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")).url)
    assert exchange.response is not None
    assert (exchange.response.body, exchange.response.truncated) == (b"half", True)
    assert exchange.error is not None
    assert "100 bytes" in exchange.error.detail
    assert "after 4" in exchange.error.detail


def test_a_reset_in_the_middle_of_the_body(serve):
    def talk(sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        # Close with a reset instead of a proper end.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    assert kind(send("GET", serve(talk).url)) in (("reset", "body"), ("reset", "headers"))


def test_a_silent_server_ends_by_the_timeout(serve):
    assert kind(
        send("GET", serve(lambda sock: sock.recv(1) and sock.recv(65536) and sock.recv(1)).url, timeout=0.05)
    ) == (
        "timeout",
        "headers",
    )


def test_no_wait_is_longer_than_what_is_left():
    now = time.monotonic()
    assert Deadline(timeout=10, end=now + 100).left() == 10
    assert Deadline(timeout=10, end=now + 1).left() <= 1
    assert Deadline(timeout=10, end=now + 1).left(share=4) <= 0.25
    with pytest.raises(TimeoutError):
        Deadline(timeout=10, end=now).left()


def test_a_slow_drip_ends_by_the_deadline(serve):
    release = threading.Event()

    def talk(sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not release.wait(0.01):
            sock.sendall(b".")

    exchange = send("GET", serve(talk).url, timeout=5, deadline=0.1)
    release.set()
    assert kind(exchange) == ("timeout", "body")
    assert exchange.response is not None
    assert exchange.response.truncated


@pytest.mark.parametrize("framing", [b"Content-Length: 5000", b"X: close-delimited"])
def test_a_body_over_the_limit_is_cut(serve, framing):
    exchange = send("GET", serve(answer(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n" + b"x" * 5000)).url, limit=100)
    assert kind(exchange) == ("too_large", "body")
    assert exchange.response is not None
    assert (len(exchange.response.body), exchange.response.truncated) == (100, True)


def test_a_small_body_that_unpacks_to_a_large_one_is_cut(serve):
    packed = gzip.compress(b"\0" * 5_000_000, mtime=0)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    exchange = send("GET", serve(answer(head + packed)).url, limit=10_000)
    assert kind(exchange) == ("too_large", "body")
    assert exchange.response is not None
    assert len(exchange.response.body) == 10_000


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"hello", mtime=0)),
        ("X-GZip", gzip.compress(b"hello", mtime=0)),
        ("deflate", zlib.compress(b"hello")),
        ("deflate", zlib.compress(b"hello")[2:-4]),
        ("deflate, gzip", gzip.compress(zlib.compress(b"hello"), mtime=0)),
        ("identity", b"hello"),
        ("", b"hello"),
    ],
)
def test_content_codings(coding, packed):
    assert decode(packed, coding, 100) == (b"hello", False)


@pytest.mark.parametrize("packed", [gzip.compress(b"hello", mtime=0)[:-9], b"not packed"])
def test_damaged_content(packed):
    with pytest.raises(CodingError, match="does not unpack"):
        decode(packed, "gzip", 100)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]),
    st.one_of(st.binary(max_size=60), st.text(alphabet="0123456789afHTP/:.-;, \r\n", max_size=40).map(str.encode)),
)
def test_no_answer_raises(start, rest):
    server = Server([answer(start + rest)])
    try:
        exchange = send("GET", server.url, deadline=5)
    finally:
        server.close()
    assert exchange.response is not None or exchange.error is not None


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30), st.sampled_from(["http://", "https://", ""]))
def test_no_url_raises(rest, scheme):
    # The allow rule keeps every address untouched; names under .invalid never resolve.
    exchange = send("GET", f"{scheme}{rest}", allow=lambda _host, _address: False, proxy="http://127.0.0.1:1")
    assert exchange.error is not None


class TestConnections:
    def test_the_connection_is_used_again(self, serve):
        def talk(sock: socket.socket) -> None:
            while read_request(sock):
                sock.sendall(OK)

        server = serve(talk)
        with Connections() as connections:
            first = send("GET", server.url, connections=connections)
            second = send("POST", server.url, body=b"x", connections=connections)
        assert server.accepted == 1
        assert first.phases.tcp is not None
        assert second.phases.tcp is None
        assert second.response is not None
        assert second.response.body == b"hello"

    def test_one_that_the_server_closed_meanwhile_is_replaced(self, serve):
        closed = threading.Event()

        def once(sock: socket.socket) -> None:
            answer(OK)(sock)
            sock.close()
            closed.set()

        server = serve(once)
        with Connections() as connections:
            send("GET", server.url, connections=connections)
            closed.wait(1)
            exchange = send("POST", server.url, body=b"x", connections=connections)
        assert exchange.error is None
        assert server.accepted == 2

    @pytest.mark.parametrize(("method", "accepted", "error"), [("GET", 2, None), ("POST", 1, ("reset", "headers"))])
    def test_one_that_breaks_under_a_request_is_replaced_only_for_what_may_be_repeated(
        self, serve, method, accepted, error
    ):
        def break_at_the_second(sock: socket.socket) -> None:
            answer(OK)(sock)
            read_request(sock)

        server = serve(break_at_the_second, answer(OK))
        with Connections() as connections:
            send("GET", server.url, connections=connections)
            exchange = send(method, server.url, connections=connections)
        assert (server.accepted, kind(exchange)) == (accepted, error)

    def test_one_with_leftover_bytes_is_not_used_again(self, serve):
        sent = threading.Event()

        def too_much(sock: socket.socket) -> None:
            answer(OK)(sock)
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")
            sent.set()
            sock.recv(1)

        server = serve(too_much, answer(OK))
        with Connections() as connections:
            send("GET", server.url, connections=connections)
            sent.wait(1)
            exchange = send("GET", server.url, connections=connections)
        assert exchange.response is not None
        assert exchange.response.body == b"hello"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


class TestTls:
    def secure(self, serve: Callable[..., Server], certificate: trustme.LeafCert) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)

        def talk(sock: socket.socket) -> None:
            with context.wrap_socket(sock, server_side=True) as tls:
                answer(OK)(tls)

        return f"https://127.0.0.1:{serve(talk).port}/"

    def trusting(self, authority: trustme.CA) -> ssl.SSLContext:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        return context

    def test_a_trusted_certificate(self, serve, authority):
        url = self.secure(serve, authority.issue_cert("127.0.0.1"))
        exchange = send("GET", url, tls=self.trusting(authority))
        assert exchange.error is None
        assert exchange.phases.tls is not None
        assert exchange.tls is not None
        assert exchange.tls.version == "TLSv1.3"

    def test_the_certificate_that_was_accepted_is_told_on_a_kept_connection_as_well(self, serve, authority):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf = authority.issue_cert("127.0.0.1")
        leaf.configure_cert(context)

        def talk(sock: socket.socket) -> None:
            with context.wrap_socket(sock, server_side=True) as tls:
                answer(OK)(tls)
                answer(OK)(tls)

        server = serve(talk)
        shown = ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode())
        trust = self.trusting(authority)
        with Connections() as connections:
            for _ in range(2):
                exchange = send("GET", f"https://127.0.0.1:{server.port}/", tls=trust, connections=connections)
                assert exchange.tls is not None
                assert exchange.tls.certificate == shown
        assert server.accepted == 1

    def test_there_is_no_session_over_plain_http_nor_when_the_handshake_fails(self, serve, authority):
        assert send("GET", serve(answer(OK)).url).tls is None
        assert send("GET", self.secure(serve, authority.issue_cert("127.0.0.1"))).tls is None

    def test_an_unknown_authority(self, serve, authority):
        exchange = send("GET", self.secure(serve, authority.issue_cert("127.0.0.1")))
        assert kind(exchange) == ("tls", "tls")
        assert exchange.error is not None
        assert "issuer is not trusted" in exchange.error.detail

    def test_another_host_name(self, serve, authority):
        url = self.secure(serve, authority.issue_cert("idp.example"))
        error = send("GET", url, tls=self.trusting(authority)).error
        assert error is not None
        assert "issued for other addresses; it names idp.example, is valid from" in error.detail
        assert "and was issued by OU=Testing CA" in error.detail
        assert error.certificate == "wrong_name"

    def test_what_shows_no_certificate_the_second_time(self, serve, authority):
        """Only the first connection gets as far as a certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("idp.example").configure_cert(context)

        def talk(sock: socket.socket) -> None:
            with pytest.raises(ssl.SSLError):
                context.wrap_socket(sock, server_side=True)

        server = serve(talk, lambda _sock: None)
        error = send("GET", f"https://127.0.0.1:{server.port}/", tls=self.trusting(authority)).error
        assert error is not None
        assert error.detail.endswith("it was issued for other addresses")

    def test_an_expired_certificate(self, serve, authority):
        past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
        url = self.secure(serve, authority.issue_cert("127.0.0.1", not_before=past, not_after=past))
        error = send("GET", url, tls=self.trusting(authority)).error
        assert error is not None
        assert "it has expired" in error.detail

    def test_plain_http_where_tls_is_expected(self, serve):
        server = serve(answer(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
        # The handshake has no blank line in it that would end a request.
        server.talks[0] = lambda sock: sock.recv(10) and sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        error = send("GET", server.url.replace("http:", "https:")).error
        assert error is not None
        assert error.kind == "tls"
        assert "does not speak TLS" in error.detail


class TestProxies:
    def test_http_goes_to_the_proxy_in_absolute_form_with_credentials_out_of_sight(self, serve):
        seen = []

        def talk(sock: socket.socket) -> None:
            seen.append(read_request(sock))
            sock.sendall(OK)

        proxy = f"http://user:s3cret@127.0.0.1:{serve(talk).port}"
        exchange = send("GET", "http://idp.invalid/a", proxy=proxy)
        assert exchange.error is None
        assert seen[0].startswith(b"GET http://idp.invalid/a HTTP/1.1\r\nHost: idp.invalid\r\n")
        assert b"Proxy-Authorization: Basic dXNlcjpzM2NyZXQ=" in seen[0]
        assert "Proxy-Authorization" not in dict(exchange.request.headers)

    def test_https_goes_through_a_tunnel(self, serve):
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("idp.invalid").configure_cert(context)
        seen = []

        def talk(sock: socket.socket) -> None:
            seen.append(read_request(sock))
            sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with context.wrap_socket(sock, server_side=True) as tls:
                answer(OK)(tls)

        trust = ssl.create_default_context()
        authority.configure_trust(trust)
        exchange = send("GET", "https://idp.invalid/", proxy=f"http://127.0.0.1:{serve(talk).port}", tls=trust)
        assert exchange.error is None
        assert seen[0].startswith(b"CONNECT idp.invalid:443 HTTP/1.1\r\n")

    def test_a_proxy_that_refuses(self, serve):
        proxy = serve(answer(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")).url
        exchange = send("GET", "https://idp.invalid/", proxy=proxy)
        assert kind(exchange) == ("unreachable", "tcp")
        assert exchange.error is not None
        assert "407" in exchange.error.detail

    @pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "http://", "http://[", "http://h:x"])
    def test_a_setting_that_is_no_proxy(self, proxy):
        exchange = send("GET", "http://idp.invalid/", proxy=proxy)
        assert kind(exchange) == ("blocked", "dns")
        assert exchange.error is not None
        assert "the proxy setting" in exchange.error.detail

    def test_loopback_is_never_reached_through_a_proxy(self, serve):
        assert send("GET", serve(answer(OK)).url, proxy="http://127.0.0.1:1").error is None

    @pytest.mark.parametrize(
        ("host", "no_proxy", "proxied"),
        [
            ("idp.example", "", True),
            ("idp.example", "example", False),
            ("idp.example", ".example", False),
            ("idp.example", "*.example, other", False),
            ("idp.example", "other.example", True),
            ("notidp.example", "idp.example", True),
            ("idp.example", "idp.example:8443", True),
            ("idp.example", "idp.example:443", False),
            ("10.1.2.3", "10.0.0.0/8", False),
            ("11.1.2.3", "10.0.0.0/8", True),
            ("idp.example", "*", False),
            ("app.localhost", "", False),
            ("::1", "", False),
        ],
    )
    def test_the_environment(self, host, no_proxy, proxied):
        environ = {"HTTPS_PROXY": "proxy.example:3128", "NO_PROXY": no_proxy}
        found = environment_proxy("https", host, 443, environ)
        assert found == ("http://proxy.example:3128" if proxied else None)
