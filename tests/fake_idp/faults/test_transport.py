"""Answers that do not arrive, or are not what they should be, seen from a socket."""

from __future__ import annotations

import socket
import threading
from io import BytesIO
from urllib.parse import urlsplit

import pytest
import requests

from fake_idp import FakeIdP
from fake_idp.faults import transport

POINTS = tuple(transport.STEPS)
PATH = "/default/.well-known/openid-configuration"


def ask(idp: FakeIdP) -> socket.socket:
    """A connection on which the metadata was asked for."""
    parts = urlsplit(idp.url)
    wire = socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=5)
    wire.sendall(f"GET {PATH} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    return wire


def everything(wire: socket.socket) -> bytes:
    read = b""
    while chunk := wire.recv(65536):
        read += chunk
    return read


def get(idp: FakeIdP) -> requests.Response:
    return requests.get(idp.url + PATH, timeout=5, allow_redirects=False)


def test_reset(idp: FakeIdP) -> None:
    idp.arm("discovery.reset")
    with ask(idp) as wire, pytest.raises(ConnectionResetError):
        everything(wire)
    (line,) = idp.faults().ledger()
    assert line.after["delivery"] == "send_reset"


def test_truncated(idp: FakeIdP) -> None:
    whole = get(idp).content
    idp.arm("discovery.truncated")
    with ask(idp) as wire:
        head, _, body = everything(wire).partition(b"\r\n\r\n")
    assert f"content-length: {len(whole)}".encode() in head.lower()
    assert body == whole[: len(whole) // 2]


def test_silent(idp: FakeIdP) -> None:
    idp.arm("discovery.silent")
    with ask(idp) as wire:
        wire.settimeout(0.05)
        with pytest.raises(TimeoutError):
            wire.recv(1)
        wire.shutdown(socket.SHUT_WR)
        wire.settimeout(5)
        assert everything(wire) == b"", "the server gives up when the client does"


def test_a_silent_answer_does_not_keep_the_server_from_stopping() -> None:
    with FakeIdP() as idp:
        idp.arm("discovery.silent")
        wire = ask(idp)
        while not idp.faults().ledger():
            threading.Event().wait(0.005)
    with wire:
        assert wire.recv(1) == b""


def test_drip(idp: FakeIdP, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "DRIP", 0.001)
    idp.arm("discovery.drip")
    with ask(idp) as wire:
        read = b""
        while len(read.partition(b"\r\n\r\n")[2]) < 5:
            read += wire.recv(1024)
    assert read.startswith(b"HTTP/1.1 200 OK\r\n")
    assert set(read.partition(b"\r\n\r\n")[2]) == {0x20}


def test_slow(idp: FakeIdP, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(transport.time, "sleep", waited.append)
    whole = get(idp).content
    idp.arm("discovery.slow")
    assert get(idp).content == whole
    assert waited == [transport.DELAY]


def test_no_http(idp: FakeIdP) -> None:
    idp.arm("discovery.no-http")
    with ask(idp) as wire:
        assert everything(wire) == b"SSH-2.0-OpenSSH_9.2\r\n"


def test_without_a_socket_the_wire_breaks_all_the_same() -> None:
    """Behind another WSGI server there is none to reach for."""
    from fake_idp.app import create_app
    from fake_idp.faults.fault import named

    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": PATH, "HTTP_HOST": "localhost", "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }  # fmt: skip
    for name in ("reset", "silent", "drip", "no-http"):
        app = create_app()
        app.default.faults.arm(named(f"discovery.{name}"))
        with pytest.raises(ConnectionResetError):
            app(environ, lambda *_: lambda _data: None)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", transport.STATUSES)
def test_status(idp: FakeIdP, status: str) -> None:
    idp.arm(f"discovery.http-{status}")
    answer = get(idp)
    assert (answer.status_code, answer.headers["Content-Type"]) == (int(status), "text/html; charset=utf-8")
    assert answer.text.startswith("<!doctype html>")


def test_rate_limit(idp: FakeIdP) -> None:
    idp.arm("discovery.rate-limited")
    answer = get(idp)
    assert (answer.status_code, answer.headers["Retry-After"], answer.content) == (429, "30", b"")


@pytest.mark.parametrize(
    ("name", "judgement"),
    [
        ("empty-body", lambda body, _: body == b""),
        ("broken-json", lambda body, good: body == good[:-1] + b",}"),
        ("utf-16", lambda body, good: body.decode("utf-16").encode() == good),
        ("json-array", lambda body, good: body == b"[" + good + b"]"),
        ("json-null", lambda body, _: body == b"null"),
        ("deep-json", lambda body, _: body == b"[" * 100_000 + b"]" * 100_000),
        ("duplicate-member", lambda body, good: body == b"{" + good[1:-1] + b", " + good[1:-1] + b"}"),
        ("html", lambda body, _: body.startswith(b"<!doctype html>")),
        ("huge", lambda body, good: len(body) == transport.HUGE and body.rstrip() == good),
    ],
)
def test_body(idp: FakeIdP, name: str, judgement) -> None:  # type: ignore[no-untyped-def]  # a predicate
    good = get(idp)
    idp.arm(f"discovery.{name}")
    answer = get(idp)
    assert answer.status_code == 200
    assert judgement(answer.content, good.content)
    is_html = answer.headers["Content-Type"].startswith("text/html")
    assert is_html is (name == "html")


def test_redirects(idp: FakeIdP) -> None:
    idp.arm("discovery.redirect-loop")
    answer = get(idp)
    assert (answer.status_code, answer.headers["Location"]) == (302, PATH)


@pytest.mark.parametrize("point", ["token", "userinfo"])
def test_redirects_elsewhere(idp: FakeIdP, visitor, point: str) -> None:  # type: ignore[no-untyped-def]  # a Visitor
    access_token = visitor.tokens()["access_token"]
    idp.arm(f"{point}.redirected")
    if point == "token":
        answer = visitor.http.post(
            visitor.issuer + "/token",
            data={"grant_type": "client_credentials"},
            auth=("sentry", "sentry-secret"),
            allow_redirects=False,
        )
    else:
        answer = visitor.http.get(
            visitor.issuer + "/userinfo", headers={"Authorization": f"Bearer {access_token}"}, allow_redirects=False
        )
    assert (answer.status_code, answer.headers["Location"]) == (307, f"https://stranger.example/default/{point}")


def test_once_and_then_well_again(idp: FakeIdP) -> None:
    idp.arm("discovery.http-503", times=1)
    assert [get(idp).status_code for _ in range(3)] == [503, 200, 200]
