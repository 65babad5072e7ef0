import contextlib
import http.client
import socket
import ssl
import threading
import time

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_idp.connection import MAX_BODY, MAX_HEAD
from fake_idp.server import CannotListenError, Server


def echo(environ, start_response):
    body = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {environ['QUERY_STRING']} ".encode()
    body += environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]


@pytest.fixture
def serve():
    with contextlib.ExitStack() as stack:
        yield lambda app=echo, **options: stack.enter_context(Server(app, **options))


@pytest.fixture
def server(serve):
    return serve()


def raw(server, data, *, host="127.0.0.1"):
    """Send bytes, half-close, and read until the server closes."""
    with socket.create_connection((host, server.port), timeout=5) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
        return answer


def test_one_connection_for_several_requests(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    addresses = set()
    for number in range(3):
        connection.request("POST", f"/p{number}?q", b"body")
        addresses.add(connection.sock.getsockname())
        response = connection.getresponse()
        assert response.read() == f"POST /p{number} q body".encode()
        assert response.getheader("Connection") == "keep-alive"
        assert response.getheader("Date").endswith(" GMT")
    connection.close()
    assert len(addresses) == 1


def test_connection_close_is_honoured(server):
    answer = raw(server, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\nGET /second HTTP/1.1\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 1
    assert b"Connection: close" in answer


def test_http_1_0_closes(server):
    answer = raw(server, b"GET /old HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 1
    assert answer.endswith(b"GET /old  ")


def test_pipelined_requests(server):
    answer = raw(
        server,
        b"POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nxyGET /b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    )
    assert b"POST /a  xy" in answer
    assert b"GET /b  " in answer


def test_chunked_body(server):
    answer = raw(
        server,
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nTrailer: x\r\n\r\nGET /next HTTP/1.1\r\nHost: localhost\r\n\r\n",
    )
    assert b"POST /  abcde" in answer
    assert b"GET /next" in answer


def test_expect_continue(server):
    answer = raw(server, b"POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx")
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200")


def test_head_has_no_body(server):
    answer = raw(server, b"HEAD /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b"Content-Length: 9" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_absolute_target_and_escapes(server):
    assert b"GET /a b c" in raw(server, b"GET http://localhost/a%20b?c HTTP/1.1\r\nHost: localhost\r\n\r\n")


def test_streamed_answer_is_chunked(serve):
    def app(environ, start_response):
        start_response("200 OK", [])
        yield b"one"
        yield b""
        yield b"two"

    connection = http.client.HTTPConnection("127.0.0.1", serve(app).port)
    for _ in range(2):
        connection.request("GET", "/")
        response = connection.getresponse()
        assert response.getheader("Transfer-Encoding") == "chunked"
        assert response.read() == b"onetwo"
    connection.close()


def test_write_callable(serve):
    def app(environ, start_response):
        start_response("200 OK", [])(b"written ")
        return [b"returned"]

    answer = raw(serve(app), b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert b"written" in answer
    assert b"returned" in answer


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", b"400"),
        (b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET x HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nSpace : x\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nshort", b"400"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", b"400"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", b"400"),
        (
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"400",
        ),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1), b"413"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * MAX_HEAD + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"421"),
        (b"GET / HTTP/1.1\r\nHost: localhost.evil.example:80\r\n\r\n", b"421"),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n", b"421"),
    ],
)
def test_bad_requests_get_a_sentence_and_a_closed_connection(server, request_bytes, status):
    answer = raw(server, request_bytes)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    assert b"Connection: close" in head
    assert body.strip().endswith(b".")


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_bytes_leave_the_server_alive(data):
    with Server(echo) as server:
        with contextlib.suppress(ConnectionError):
            raw(server, data)
        assert b"GET /alive" in raw(server, b"GET /alive HTTP/1.1\r\nHost: localhost\r\n\r\n")


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:80", "127.0.0.1", "127.1.2.3:9", "[::1]:8", "[::1]", "a.localhost", "idp", "IDP:1"]
)
def test_hosts_that_are_answered(serve, host):
    assert serve(allowed_hosts=["idp"]).allows(host)


def test_any_host(serve):
    assert serve(allowed_hosts=["*"]).allows("anything.example")
    assert not serve().allows("anything.example")


@pytest.mark.parametrize("failure", [RuntimeError("on purpose"), FileNotFoundError("on purpose")])
def test_failing_application_costs_one_connection(serve, capsys, failure):
    def app(environ, start_response):
        if environ["PATH_INFO"] == "/fail":
            raise failure
        return echo(environ, start_response)

    server = serve(app)
    answer = raw(server, b"GET /fail?code=secret HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500")
    assert b"on purpose" not in answer
    error = capsys.readouterr().err
    assert f"{type(failure).__name__}: on purpose" in error
    assert "secret" not in error
    assert b"200 OK" in raw(server, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")


def test_taken_port_is_one_sentence(server):
    with pytest.raises(CannotListenError, match=rf"Port {server.port} on 127.0.0.1 is taken .*lsof -i :{server.port}"):
        Server(echo, port=server.port)


def test_address_of_another_machine():
    with pytest.raises(CannotListenError, match=r"Cannot listen on 192.0.2.1:0"):
        Server(echo, host="192.0.2.1")


def test_localhost_listens_on_both_families(serve):
    server = serve(host="localhost")
    request = b"GET /both HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert b"GET /both" in raw(server, request)
    if socket.has_ipv6 and _has_ipv6_loopback():
        assert b"GET /both" in raw(server, request, host="::1")


def _has_ipv6_loopback():
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
        return True


def test_port_is_known_before_the_start_and_free_after_the_stop():
    server = Server(echo)
    assert server.url == f"http://127.0.0.1:{server.port}"
    server.stop()
    server.stop()
    with Server(echo, port=server.port):
        pass


def test_stop_ends_open_connections_and_all_threads():
    before = threading.active_count()
    server = Server(echo).start()
    clients = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(5)]
    clients[0].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert clients[0].recv(100).startswith(b"HTTP/1.1 200")
    clients[1].sendall(b"GET / HT")
    server.stop()
    for client in clients:
        client.close()
    for thread in threading.enumerate():
        if thread.name.startswith("Thread-"):
            thread.join(timeout=1)  # one that had given its connection back may still be on its way out
    assert threading.active_count() <= before


def test_application_can_break_the_wire(serve):
    def app(environ, start_response):
        wire = environ["server.socket"]
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        raise ConnectionResetError

    server = serve(app)
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/")
    with pytest.raises(http.client.IncompleteRead):
        connection.getresponse().read()
    connection.close()


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def tls(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


def test_tls_with_silent_clients_beside(serve, authority, tls):
    server = serve(tls=tls)
    assert server.url.startswith("https://")
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(5)]
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=trust, timeout=5)
    for _ in range(2):
        connection.request("GET", "/secure")
        assert connection.getresponse().read() == b"GET /secure  "
    connection.close()
    for client in silent:
        client.close()


def test_plain_request_to_a_tls_port_is_closed(serve, tls):
    server = serve(tls=tls)
    with contextlib.suppress(OSError):  # reset, or gone before the end could be said
        assert not raw(server, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith(b"HTTP")


def test_many_clients_at_once(server):
    results = []

    def work():
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        for _ in range(20):
            connection.request("GET", "/x")
            results.append(connection.getresponse().read())
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [b"GET /x  "] * 200


def test_date_is_the_real_time(server):
    answer = raw(server, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").decode()
    date = answer.partition("Date: ")[2].partition("\r\n")[0]
    assert abs(time.mktime(time.strptime(date, "%a, %d %b %Y %H:%M:%S GMT")) - time.mktime(time.gmtime())) < 5
