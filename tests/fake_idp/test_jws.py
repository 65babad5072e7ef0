import contextlib
import json
import warnings

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from fake_idp import base64url, jws

RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
SECRET = b"a secret of at least thirty-two bytes"


@pytest.mark.parametrize(
    ("alg", "key", "verifier"),
    [
        ("RS256", RSA, RSAKey.import_key(RSA.public_key())),
        ("PS256", RSA, RSAKey.import_key(RSA.public_key())),
        ("ES256", EC, ECKey.import_key(EC.public_key())),
        ("EdDSA", ED, OKPKey.import_key(ED.public_key())),
        ("HS256", SECRET, OctKey.import_key(SECRET)),
    ],
)
def test_another_library_accepts_it(alg, key, verifier):
    token = jws.jwt({"alg": alg}, {"name": "Zoë"}, key)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert jwt.decode(token, verifier, algorithms=[alg]).claims == {"name": "Zoë"}


def test_wrong_tokens_can_be_made_too():
    header, payload, signature = jws.compact({"alg": "none", "crit": ["x"], "typ": 5}, b"not json", None).split(".")
    assert json.loads(base64url.decode(header)) == {"alg": "none", "crit": ["x"], "typ": 5}
    assert base64url.decode(payload) == b"not json"
    assert signature == ""


@pytest.mark.parametrize(
    ("alg", "key"), [("RS256", EC), ("ES256", ED), ("HS256", RSA), ("XX999", RSA), ("EdDSA", None)]
)
def test_key_of_another_kind_is_named(alg, key):
    with pytest.raises(ValueError, match=f"expected a key for {alg}, got {type(key).__name__}"):
        jws.signature(alg, key, b"data")


def test_half_hash():
    # OIDC Core A.3: the example's access token and at_hash
    assert jws.half_hash("RS256", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y") == "77QmUPtjPfzWtF2AnpK9RQ"


@given(st.binary(max_size=50))
@settings(max_examples=50, deadline=None)
def test_base64url_round_trip(data):
    text = base64url.encode(data)
    assert "=" not in text
    assert base64url.decode(text) == data


@given(st.text(max_size=20))
@settings(max_examples=50, deadline=None)
def test_base64url_reads_or_raises_value_error(text):
    with contextlib.suppress(ValueError):
        assert isinstance(base64url.decode(text), bytes)
