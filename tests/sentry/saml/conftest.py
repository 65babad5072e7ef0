"""Both servers, and Sentry's own keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from fake_idp import FakeIdP
from ssocli.sentry.store import Store

from .world import ATTRIBUTES, METADATA, World, pem


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    with ExitStack() as running, Store.open(":memory:") as store:
        idp = running.enter_context(FakeIdP())

        def make(provider: str = METADATA, attributes: str = ATTRIBUTES, *, strict: bool = False) -> World:
            its = running.enter_context(FakeIdP(strict=True)) if strict else idp
            world = World(its, store, provider, attributes, tmp_path)
            running.callback(world.close)
            world.server.start()
            return world

        yield make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(params=["rsa", "ec"])
def sp_key(request: pytest.FixtureRequest, tmp_path: Path, rsa_key: rsa.RSAPrivateKey) -> str:
    """Sentry's key and certificate as files; the lines of the configuration that name them."""
    key: Any = rsa_key if request.param == "rsa" else ec.generate_private_key(ec.SECP256R1())
    write_key(tmp_path, key)
    return 'private_key = "sp.pem"\ncertificate = "sp.crt"'


@pytest.fixture
def rsa_sp_key(tmp_path: Path, rsa_key: rsa.RSAPrivateKey) -> str:
    write_key(tmp_path, rsa_key)
    return 'private_key = "sp.pem"\ncertificate = "sp.crt"'


def write_key(folder: Path, key: Any) -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Sentry")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    (folder / "sp.pem").write_text(pem(key))
    (folder / "sp.crt").write_bytes(certificate.public_bytes(Encoding.PEM))
