"""Sessions in the store: known by the hash of their token, for as long as they live."""

from __future__ import annotations

import hashlib

import pytest

from ssocli.sentry import accounts, sessions
from ssocli.sentry.store import Store


@pytest.fixture
def user_id(store: Store) -> int:
    with store.transaction() as db:
        return accounts.create_user(db, "alice@acme.example", "Alice", "", 1.0)


def new(store: Store, user_id: int, now: float = 100.0, trace_id: str = "t") -> str:
    with store.transaction() as db:
        return sessions.create_session(db, user_id, "sso", trace_id, now, 50.0)


def find(store: Store, token: str, now: float = 100.0) -> sessions.Session | None:
    with store.reading() as db:
        return sessions.find_session(db, token, now)


def test_a_session_is_found_by_its_token(store: Store, user_id: int) -> None:
    session = find(store, new(store, user_id))
    assert session is not None
    assert (session.user_id, session.method, session.expires_at, session.sso) == (user_id, "sso", 150.0, {})


def test_the_token_has_256_bits_and_is_never_the_same(store: Store, user_id: int) -> None:
    tokens = {new(store, user_id) for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {43}


def test_only_the_tokens_hash_is_stored(store: Store, user_id: int) -> None:
    token = new(store, user_id)
    with store.reading() as db:
        dump = "\n".join(db.iterdump())
    assert token not in dump
    assert hashlib.sha256(token.encode()).hexdigest() in dump


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "\ud800"])
def test_an_unknown_token_finds_nothing(store: Store, user_id: int, token: str) -> None:
    new(store, user_id)
    assert find(store, token) is None


def test_a_tokens_hash_is_no_token(store: Store, user_id: int) -> None:
    session = find(store, new(store, user_id))
    assert session is not None
    assert find(store, session.token_hash) is None


def test_a_session_lives_until_its_expiry(store: Store, user_id: int) -> None:
    token = new(store, user_id, now=100.0)
    assert find(store, token, now=149.9) is not None
    assert find(store, token, now=150.0) is None
    assert store.sessions(149.9)
    assert store.sessions(150.0) == []


def test_the_expired_are_swept_with_what_belongs_to_them(store: Store, user_id: int) -> None:
    old, young = new(store, user_id, now=100.0), new(store, user_id, now=101.0)
    with store.transaction() as db:
        sessions.complete_sso(db, old, "acme", "acme-oidc", 100.0)
    store.sweep(150.5)
    with store.reading() as db:
        assert db.execute("SELECT count(*) FROM sessions").fetchone()[0] == 1
        assert db.execute("SELECT count(*) FROM session_sso").fetchone()[0] == 0
    assert find(store, young, now=150.5) is not None


def test_an_ended_session_is_gone_and_others_stay(store: Store, user_id: int) -> None:
    ended, other = new(store, user_id), new(store, user_id)
    with store.transaction() as db:
        sessions.end_session(db, ended)
    assert find(store, ended) is None
    assert find(store, other) is not None


def test_sso_counts_for_one_organization_in_one_session(store: Store, user_id: int) -> None:
    token, other = new(store, user_id), new(store, user_id)
    with store.transaction() as db:
        sessions.complete_sso(db, token, "acme", "acme-oidc", 123.0)
    session, another = find(store, token), find(store, other)
    assert session is not None
    assert another is not None
    assert (session.sso, another.sso) == ({"acme": 123.0}, {})


def test_the_list_tells_who_and_never_the_token(store: Store, user_id: int) -> None:
    token = new(store, user_id)
    (listed,) = store.sessions(100.0)
    assert (listed.email, listed.method, listed.trace_id) == ("alice@acme.example", "sso", "t")
    assert token not in repr(listed)
    assert listed.fingerprint == hashlib.sha256(token.encode()).hexdigest()[:12]


def test_the_sessions_of_a_removed_user_are_gone(store: Store, user_id: int) -> None:
    token = new(store, user_id)
    with store.transaction() as db:
        db.execute("DELETE FROM users")
    assert find(store, token) is None
