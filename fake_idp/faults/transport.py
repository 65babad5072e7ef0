"""Answers that do not arrive, or are not what they should be: HTTP and the wire, at every endpoint for programs.

One family of faults per point: `discovery.reset`, `jwks.reset`, `token.reset`, `userinfo.reset`, ...
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from fake_idp.faults.fault import At, Reject

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Answer

STEPS = {
    "discovery": "redirect_to_idp",
    "jwks": "token_validation",
    "token": "token_generation",
    "userinfo": "token_validation",
}
DELAY = 1.0  # seconds that a slow answer takes
DRIP = 1.0  # seconds between two bytes
SILENCE = 30.0  # seconds after which a silent server gives up as well
HUGE = 32 * 1024 * 1024

Change = TypeVar("Change", bound="Callable[[Answer], None]")


def everywhere(
    finding: str | None, *, spec: str, reject: Reject = "fail_cleanly", points: Iterable[str] = STEPS
) -> Callable[[Change], Change]:
    """Declare the decorated function as a fault of each of these points."""

    def declare(change: Change) -> Change:
        for point in points:
            At(point, STEPS[point])(finding, spec=spec, reject=reject)(change)
        return change

    return declare


STATUSES = {
    "403": "RFC 9110 15.5.4",
    "404": "RFC 9110 15.5.5",
    "500": "RFC 9110 15.6.1",
    "502": "RFC 9110 15.6.3",
    "503": "RFC 9110 15.6.4",
    "504": "RFC 9110 15.6.5",
}


def http_status(answer: Answer, number: str) -> None:
    """The endpoint answers with HTTP {} and a page of HTML, as a proxy in front of it does.

    Client: ends the login with a clear message and no retry loop, and does not cache the answer.
    User: sees that the identity provider cannot be reached now, and can try again later.
    Seen: pulsejet/nextcloud-oidc-login issue 152, where a 503 was cached as metadata.
    """
    answer.status = int(number)
    answer.set_header("Content-Type", "text/html; charset=utf-8")
    answer.body = b"<!doctype html><title>Error</title><h1>Something went wrong</h1>"


for _point, _step in STEPS.items():
    At(_point, _step).family(
        "http-{}", [(code, "http-error-status", spec) for code, spec in STATUSES.items()], reject="fail_cleanly"
    )(http_status)


@everywhere("http-error-status", spec="RFC 6585 4")
def rate_limited(answer: Answer) -> None:
    """The endpoint answers with HTTP 429 and asks to come back in half a minute.

    Client: ends the login, or waits if it can; it does not hammer.
    User: sees that there are too many logins now, and can try again later.
    """
    answer.status = 429
    answer.set_header("Retry-After", "30")
    answer.body = b""


@everywhere("connection-reset", spec="RFC 9112 9.6")
def reset(answer: Answer) -> None:
    """The connection is reset before a byte of the answer is sent.

    Client: ends the login with a clear message. It may repeat a GET once, and never the token request.
    User: sees that the identity provider cannot be reached now, and can try again.
    """
    answer.deliver = send_reset


@everywhere("malformed-http-response", spec="RFC 9112 8")
def truncated(answer: Answer) -> None:
    """The connection is closed in the middle of the body.

    Client: notices that the body is shorter than its Content-Length, and uses nothing of it.
    User: sees that the identity provider cannot be reached now, and can try again.
    """
    body = answer.response().body
    answer.set_header("Content-Length", str(len(body)))
    answer.set_header("Connection", "close")
    answer.body = body[: len(body) // 2]


@everywhere("timeout", spec="RFC 9110 9.2.2")
def silent(answer: Answer) -> None:
    """The connection is accepted, and no answer ever comes.

    Client: gives up after some seconds.
    User: waits for these seconds, and sees that the identity provider does not answer.
    Seen: PrefectHQ/fastmcp issue 4353, panva/openid-client issue 479.
    """
    answer.deliver = say_nothing


@everywhere("timeout", spec="RFC 9110 9.2.2")
def drip(answer: Answer) -> None:
    """The answer comes one byte per second.

    Client: has a limit for the whole answer, not only for each read, and gives up.
    User: waits for that long, and sees that the identity provider is too slow.
    """
    answer.deliver = _drip


@everywhere(None, spec="RFC 9110 9.2.2", reject="must_tolerate")
def slow(answer: Answer) -> None:
    """The answer takes a second more than usual.

    Client: waits; that is within any sensible limit.
    User: waits a second more.
    """
    answer.deliver = _wait


@everywhere("malformed-http-response", spec="RFC 9112 4")
def no_http(answer: Answer) -> None:
    """The answer is no HTTP: bytes of another protocol.

    Client: ends the login with a clear message.
    User: sees that the identity provider cannot be reached now.
    """
    answer.deliver = _speak_ssh


@everywhere("not-json", spec="RFC 8259 2")
def empty_body(answer: Answer) -> None:
    """The answer is a success and has an empty body.

    Client: ends the login with a clear message.
    User: sees that the identity provider answered nothing.
    """
    answer.body = b""


@everywhere("not-json", spec="RFC 8259 2")
def broken_json(answer: Answer) -> None:
    """The JSON has a comma too many at its end.

    Client: ends the login with a clear message, and does not guess.
    User: sees that the identity provider's answer cannot be read.
    """
    answer.body = answer.response().body[:-1] + b",}"


@everywhere("not-json", spec="RFC 8259 8.1")
def utf_16(answer: Answer) -> None:
    """The JSON is in UTF-16.

    Client: ends the login with a clear message: JSON between systems is UTF-8.
    User: sees that the identity provider's answer cannot be read.
    """
    answer.body = answer.response().body.decode().encode("utf-16")


@everywhere("json-not-object", spec="RFC 8259 4")
def json_array(answer: Answer) -> None:
    """The document is wrapped into an array.

    Client: ends the login with a clear message.
    User: sees that the identity provider's answer cannot be read; in careless clients, a server error.
    """
    answer.document = [answer.document]


@everywhere("json-not-object", spec="RFC 8259 3")
def json_null(answer: Answer) -> None:
    """The document is null.

    Client: ends the login with a clear message.
    User: sees that the identity provider's answer cannot be read; in careless clients, a server error.
    """
    answer.document = None


@everywhere("not-json", spec="RFC 8259 9")
def deep_json(answer: Answer) -> None:
    """The document is nested a hundred thousand levels deep.

    Client: limits the depth, and ends the login with a clear message instead of its own stack.
    User: sees that the identity provider's answer cannot be read.
    """
    answer.body = b"[" * 100_000 + b"]" * 100_000


@everywhere("duplicate-json-member", spec="RFC 8259 4", reject="should_reject")
def duplicate_member(answer: Answer) -> None:
    """Each member of the document stands twice in it, with the same value.

    Client: rejects the answer, or at least takes the same one of the two everywhere.
    User: sees that the login failed, or notices nothing.
    """
    inner = json.dumps(answer.document)[1:-1]
    answer.body = f"{{{inner}, {inner}}}".encode()


@everywhere("html-instead-of-json", spec="RFC 9110 8.3")
def html(answer: Answer) -> None:
    """A page of HTML comes with status 200: the login page of a captive portal, or of a proxy.

    Client: ends the login, and says that a page came where a document was expected.
    User: sees that the identity provider cannot be reached now.
    """
    answer.set_header("Content-Type", "text/html; charset=utf-8")
    answer.body = b"<!doctype html><title>Sign in to the network</title><form><input name=password></form>"


@everywhere("response-too-large", spec="RFC 9110 15.5.14")
def huge(answer: Answer) -> None:
    """The answer has 32 MB, most of it spaces.

    Client: stops reading at a limit of its own, and ends the login with a clear message.
    User: sees that the identity provider's answer cannot be read.
    """
    answer.body = answer.response().body.ljust(HUGE)


@everywhere(None, spec="RFC 6265 5.3", reject="must_tolerate")
def cookies(answer: Answer) -> None:
    """The endpoint sets cookies, one of them for the whole host.

    Client: ignores them; there is no browser on this way.
    User: notices nothing.
    """
    answer.headers += [("Set-Cookie", "lb=node-1; Path=/; HttpOnly"), ("Set-Cookie", "session=fixed; Path=/")]


@everywhere("unexpected-redirect", spec="RFC 9110 15.4", points=("token", "userinfo"))
def redirected(answer: Answer) -> None:
    """The endpoint redirects to the same path of another host.

    Client: does not follow with a code, a client secret or a token in its hands (RFC 9700 4.11).
    User: sees that the login failed. If the client follows, its secrets are somebody else's.
    """
    answer.status = 307
    answer.set_header("Location", "https://stranger.example" + answer.context.request.path)
    answer.body = b""


@everywhere("unexpected-redirect", spec="RFC 9110 15.4", points=("discovery", "jwks"))
def redirect_loop(answer: Answer) -> None:
    """The endpoint redirects to itself.

    Client: follows no redirect, or a few of them at most, and ends the login with a clear message.
    User: sees that the identity provider cannot be reached now.
    """
    answer.status = 302
    answer.set_header("Location", answer.context.request.path)
    answer.body = b""


def _wait(wire: socket.socket | None) -> None:  # noqa: ARG001  # one signature for all deliveries
    time.sleep(DELAY)


def send_reset(wire: socket.socket | None) -> None:
    """Break the connection off without a word. Raises ConnectionResetError, as all that end it here do."""
    if wire is not None:
        # A lingering time of zero makes the kernel send RST instead of FIN.
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise ConnectionResetError("ordered: a reset connection")


def say_nothing(wire: socket.socket | None) -> None:
    """Wait until the client gives up."""
    if wire is not None:
        wire.settimeout(SILENCE)
        with contextlib.suppress(OSError):  # the client's patience may end by a reset
            while wire.recv(4096):
                pass
    raise ConnectionResetError("ordered: no answer")


def _drip(wire: socket.socket | None) -> None:
    if wire is not None:
        with contextlib.suppress(OSError):  # the client is gone
            wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 65536\r\n\r\n")
            for _ in range(65536):
                wire.sendall(b" ")
                time.sleep(DRIP)
    raise ConnectionResetError("ordered: a dripping answer")


def _speak_ssh(wire: socket.socket | None) -> None:
    if wire is not None:
        wire.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    raise ConnectionResetError("ordered: another protocol")
