"""TLS with the throw-away authority, good and bad, seen from sockets and from a client that is not ours."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from fake_idp import FakeIdP
from fake_idp.faults import transport

PATH = "/default/.well-known/openid-configuration"


@pytest.fixture(scope="module")
def running() -> Iterator[FakeIdP]:
    with FakeIdP(tls="throw-away", allowed_hosts=["idp.example", "*"]) as running:
        yield running


@pytest.fixture
def idp(running: FakeIdP) -> Iterator[FakeIdP]:
    yield running
    running.faults().clear()


def connect(idp: FakeIdP) -> socket.socket:
    return socket.create_connection(("127.0.0.1", idp.port), timeout=5)


def shaken(idp: FakeIdP, host: str = "127.0.0.1", trust: ssl.SSLContext | None = None) -> dict[str, object]:
    """The certificate that a client accepted for `host`."""
    with connect(idp) as wire, (trust or idp.authority.trust()).wrap_socket(wire, server_hostname=host) as tls:
        return dict(tls.getpeercert() or {})


def replied(idp: FakeIdP) -> bytes:
    """What the server says to a ClientHello, as bytes."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = idp.authority.trust().wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    read = b""
    with connect(idp) as wire:
        wire.sendall(outgoing.read())
        while chunk := wire.recv(4096):
            read += chunk
    return read


def test_a_client_that_trusts_the_authority(idp: FakeIdP, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(idp.authority.pem)
    metadata = requests.get(idp.url + PATH, verify=str(bundle), timeout=5).json()
    assert metadata["issuer"] == idp.issuer() == f"https://127.0.0.1:{idp.port}/default"
    assert metadata["token_endpoint"].startswith("https://")


def test_a_client_that_does_not(idp: FakeIdP) -> None:
    with pytest.raises(requests.exceptions.SSLError, match="unable to get local issuer certificate"):
        requests.get(idp.url + PATH, timeout=5)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "sso.idp.localhost", "idp.example"])
def test_the_certificate_is_for_every_name_of_the_server(idp: FakeIdP, host: str) -> None:
    names = [name for _, name in shaken(idp, host)["subjectAltName"]]  # type: ignore[attr-defined]  # pairs
    assert len(names) == 5
    assert "*" not in names


def test_without_tls_there_is_no_authority() -> None:
    with FakeIdP() as idp, pytest.raises(LookupError, match='expected tls="throw-away"'):
        _ = idp.authority


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("expired", 10),
        ("not-yet-valid", 9),
        ("wrong-host", 64),
        ("common-name-only", 64),
        ("self-signed", 18),
        ("unknown-authority", 20),
        ("missing-intermediate", 20),
        ("not-for-servers", 26),
        ("weak-key", 66),
    ],
)
def test_a_certificate_that_openssl_refuses(idp: FakeIdP, fault: str, code: int) -> None:
    idp.arm(f"tls.{fault}", times=1, per="request")
    with pytest.raises(ssl.SSLCertVerificationError) as refused:
        shaken(idp)
    assert refused.value.verify_code == code
    assert shaken(idp), "and then it is well again"


def test_issued_by_a_leaf(idp: FakeIdP) -> None:
    idp.arm("tls.issued-by-a-leaf")
    with pytest.raises(ssl.SSLCertVerificationError) as refused:
        shaken(idp)
    assert refused.value.verify_code in (24, 79)


def test_a_browser_that_knows_the_intermediate_notices_nothing(idp: FakeIdP) -> None:
    idp.arm("tls.missing-intermediate")
    trust = idp.authority.trust()
    trust.load_verify_locations(cadata=ssl.DER_cert_to_PEM_cert(der(idp)))
    assert shaken(idp, trust=trust)


def der(idp: FakeIdP) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return idp.authority.intermediate.certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("fault", "host", "names"),
    [
        ("wildcard-name", "sso.idp.localhost", ["*.idp.localhost"]),
        ("addresses-only", "127.0.0.1", ["127.0.0.1", "0:0:0:0:0:0:0:1"]),
    ],
)
def test_names_that_have_to_be_accepted(idp: FakeIdP, fault: str, host: str, names: list[str]) -> None:
    idp.arm(f"tls.{fault}")
    assert [name.strip() for _, name in shaken(idp, host)["subjectAltName"]] == names  # type: ignore[attr-defined]  # pairs
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(idp, "localhost")


def test_extra_certificates(idp: FakeIdP) -> None:
    idp.arm("tls.extra-certificates")
    assert shaken(idp)
    (line,) = idp.faults().ledger("tls.extra-certificates")
    assert (line.endpoint, line.flow, line.user) == ("tls", None, None)
    assert line.before["chain"] == ["CN=Throw-away intermediate authority"]
    assert line.after["chain"] == [
        "CN=Throw-away intermediate authority",
        "CN=Throw-away root authority",
        "CN=Authority of a stranger",
    ]


@pytest.mark.parametrize(
    ("fault", "start"),
    [
        ("plain-http", b"HTTP/1.1 400 Bad Request\r\n"),
        ("aborted", b"\x15\x03\x03\x00\x02\x02\x28"),
        ("old-protocol", b"\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02"),
    ],
)
def test_what_comes_in_place_of_tls(idp: FakeIdP, fault: str, start: bytes) -> None:
    idp.arm(f"tls.{fault}")
    assert replied(idp).startswith(start)
    (line,) = idp.faults().ledger()
    assert line.after["instead"]


def test_old_protocol_is_refused_as_such(idp: FakeIdP) -> None:
    idp.arm("tls.old-protocol")
    with pytest.raises(ssl.SSLError, match="UNSUPPORTED_PROTOCOL"):
        shaken(idp)


def test_closed(idp: FakeIdP) -> None:
    idp.arm("tls.closed")
    assert replied(idp) == b""


def test_reset(idp: FakeIdP) -> None:
    idp.arm("tls.reset")
    with pytest.raises(ConnectionResetError):
        replied(idp)


def test_silent(idp: FakeIdP) -> None:
    idp.arm("tls.silent")
    with connect(idp) as wire:
        wire.settimeout(0.05)
        with pytest.raises(TimeoutError):
            wire.recv(1)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_slow(idp: FakeIdP, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "DELAY", 0.01)
    idp.arm("tls.slow")
    assert shaken(idp)
    (line,) = idp.faults().ledger()
    assert (line.before["delay"], line.after["delay"]) == (0.0, 0.01)


def test_what_is_armed_elsewhere_leaves_the_handshake_alone(idp: FakeIdP) -> None:
    idp.arm("id_token.expired")
    assert shaken(idp)


def test_a_provider_without_tls_is_not_struck() -> None:
    with FakeIdP() as idp:
        idp.arm("tls.expired")
        assert requests.get(idp.url + PATH, timeout=5).status_code == 200
        assert [armed.fault.id for armed in idp.faults().never_fired()] == ["tls.expired"]
