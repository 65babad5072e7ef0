"""Private keys are read once, and what is none is refused every time."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from ssocli.checks.private_key import load_private_key

KEY = ec.generate_private_key(ec.SECP256R1())


def test_a_key_is_read_once() -> None:
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    assert load_private_key(pem) is load_private_key(pem)
    assert isinstance(load_private_key(pem), ec.EllipticCurvePrivateKey)


def test_what_is_none_is_refused_every_time() -> None:
    locked = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")).decode()
    for _ in range(2):
        with pytest.raises(TypeError):
            load_private_key(locked)
        with pytest.raises(ValueError, match="PEM"):
            load_private_key("ä no key")
