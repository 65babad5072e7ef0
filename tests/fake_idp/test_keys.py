import json

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from fake_idp import config
from fake_idp.clock import Clock
from fake_idp.data import fixtures
from fake_idp.keys import KeySet, public_jwk
from fake_idp.randomness import Randomness


@pytest.fixture
def clock():
    clock = Clock()
    clock.freeze(1_000)
    return clock


@pytest.fixture
def keys(clock):
    return KeySet(config.load().keys, clock, Randomness("seed"))


@pytest.mark.parametrize("jwk", json.loads((fixtures() / "keys" / "jwks.json").read_text())["keys"])
def test_stored_public_keys_belong_to_the_private_ones(jwk):
    pem = (fixtures() / "keys" / f"{jwk['kid']}.pem").read_bytes()
    assert public_jwk(jwk["kid"], load_pem_private_key(pem, None)) == jwk


def test_one_current_key_of_each_type(keys):
    assert [keys.current(alg).kid for alg in ("RS256", "PS256", "ES256", "EdDSA")] == ["rsa-1", "rsa-1", "ec-1", "ed-1"]


def test_rotation_with_overlap(keys, clock):
    new = [key.kid for key in keys.rotate(grace=10)]
    assert new[0] == "rsa-2"
    assert len(set(new)) == 3
    assert [key.kid for key in keys.published()] == [*new, "rsa-1", "ec-1", "ed-1"]
    assert keys.current("ES256").kid == new[1]
    clock.advance(10)
    assert [key.kid for key in keys.published()] == new


def test_rotation_without_overlap(keys):
    keys.rotate()
    keys.rotate()
    kids = [jwk["kid"] for jwk in keys.jwks()["keys"]]
    assert len(kids) == 3
    assert "rsa-2" not in kids


def test_missing_type_is_named(clock):
    with pytest.raises(LookupError, match="expected a key of type EC to sign with ES256"):
        KeySet(config.load().keys[:1], clock, Randomness()).current("ES256")


def test_published_beforehand_used_later(keys):
    new = keys.publish("RSA")
    assert keys.current("RS256").kid == "rsa-1"
    assert new.kid in [key.kid for key in keys.published()]
    keys.use(new.kid)
    assert keys.current("RS256").kid == keys.current("PS256").kid == new.kid
    assert keys.current_kids() == {new.kid, "ec-1", "ed-1"}
    with pytest.raises(LookupError, match="expected the id of a published key"):
        keys.use("unknown")


def test_what_was_published_is_the_successor(keys):
    new = keys.publish("OKP")
    assert new in keys.rotate()
    assert keys.current("EdDSA").kid == new.kid
    assert [key.kid for key in keys.published()].count(new.kid) == 1


def test_a_retired_key_leaves_after_its_grace(keys, clock):
    new = keys.publish("EC")
    keys.retire("ec-1", grace=10)
    assert keys.current("ES256").kid == new.kid
    assert "ec-1" in [key.kid for key in keys.published()]
    clock.advance(10)
    assert "ec-1" not in [key.kid for key in keys.published()]
    with pytest.raises(ValueError, match="expected another published EC key"):
        keys.retire(new.kid)
    with pytest.raises(LookupError):
        keys.use("ec-1")
