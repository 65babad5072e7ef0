"""Configured users: brought into the store, followed when the configuration changes, their passwords hashed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from ssocli.config.model import Config, FromEnvironment
from ssocli.sentry import accounts, passwords
from ssocli.sentry.store import Store
from ssocli.sentry.users import renewed_hash, seed

PAT = "pat@garage.example"


def changed(config: Config, **changes: Any) -> Config:
    return msgspec.structs.replace(config, users={PAT: msgspec.structs.replace(config.users[PAT], **changes)})


@pytest.fixture
def right(store: Store) -> Callable[[Config, str], bool]:
    """Whether a password is right, judged as a password login does."""

    def judge(config: Config, password: str) -> bool:
        with store.transaction() as db:
            stored = accounts.password_hash(db, PAT)
            renewed = renewed_hash(PAT, stored, config.users)
            if renewed is not None:
                accounts.put_password(db, PAT, renewed)
            return passwords.verify_password(password, renewed or stored)

    return judge


def test_a_configured_user_is_there_with_its_memberships(store: Store, config: Config) -> None:
    seed(store, config, 5.0)
    (user,) = store.users()
    assert (user.email, user.name, user.created_at, user.last_login_at) == (PAT, "Pat", 5.0, None)
    assert [(entry.organization, entry.role) for entry in user.memberships] == [("garage", "owner"), ("acme", "member")]


def test_the_next_start_makes_no_second_one(store: Store, config: Config) -> None:
    seed(store, config, 5.0)
    before = store.users()
    seed(store, config, 6.0)
    assert store.users() == before


def test_a_changed_configuration_is_followed(store: Store, config: Config) -> None:
    seed(store, config, 5.0)
    seed(store, changed(config, active=False, name="Patricia", organizations={"garage": "admin"}), 6.0)
    (user,) = store.users()
    assert (user.active, user.name, user.memberships[0].role) == (False, "Patricia", "admin")
    seed(store, config, 7.0)
    assert store.users()[0].active


def test_a_changed_password_is_followed(store: Store, config: Config, right: Callable[[Config, str], bool]) -> None:
    seed(store, config, 5.0)
    assert right(config, "correct horse")
    assert not right(config, "battery staple")
    moved = changed(config, password="battery staple")
    assert right(moved, "battery staple")
    assert not right(moved, "correct horse")


def test_a_password_that_did_not_change_is_not_hashed_anew(store: Store, config: Config) -> None:
    stored = passwords.hash_password("correct horse")
    assert renewed_hash(PAT, stored, config.users) is None
    assert renewed_hash(PAT.upper(), stored, config.users) is None
    assert renewed_hash("somebody@garage.example", None, config.users) is None
    assert renewed_hash(PAT, None, config.users) is not None


def test_a_password_may_come_from_the_environment(
    store: Store, config: Config, right: Callable[[Config, str], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    from_environment = changed(config, password=FromEnvironment("PAT_PASSWORD"))
    seed(store, from_environment, 5.0)
    assert not right(from_environment, "from outside")
    monkeypatch.setenv("PAT_PASSWORD", "from outside")
    assert right(from_environment, "from outside")


def test_a_user_without_a_password_cannot_log_in_with_one(
    store: Store, config: Config, right: Callable[[Config, str], bool]
) -> None:
    seed(store, config, 5.0)
    without = changed(config, password=None)
    assert not right(without, "")
    assert not right(without, "correct horse")


def test_nothing_of_the_password_is_in_the_store(
    store: Store, config: Config, right: Callable[[Config, str], bool]
) -> None:
    seed(store, config, 5.0)
    right(config, "correct horse")
    with store.reading() as db:
        dump = "\n".join(db.iterdump())
    assert "scrypt$" in dump
    assert "correct horse" not in dump


@pytest.mark.parametrize("password", ["password", "", "pass\x00word", "π" * 300, "\ud800"])
def test_a_hash_fits_its_password_only(password: str) -> None:
    stored = passwords.hash_password(password)
    assert passwords.verify_password(password, stored)
    assert not passwords.verify_password(password + "x", stored)


def test_two_hashes_of_one_password_differ() -> None:
    assert passwords.hash_password("password") != passwords.hash_password("password")


def test_nobodys_password_is_never_right() -> None:
    assert not passwords.verify_password("", None)
