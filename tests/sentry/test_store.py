from __future__ import annotations

import contextlib
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ssocli.config.load import parse
from ssocli.sentry import accounts, pending, sessions
from ssocli.sentry.store import APPLICATION_ID, Store, StoreError
from ssocli.sentry.users import seed


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(":memory:") as opened:
        yield opened


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def test_file_and_directory_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "state" / "ssocli" / "sentry.sqlite3"
    with Store.open(path) as store, store.transaction() as db:
        accounts.create_user(db, "a@b.example", "", "", 0.0)
        assert {mode(file) for file in path.parent.iterdir()} == {0o600}
    assert mode(path.parent) == 0o700


def test_what_was_stored_is_there_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "sentry.sqlite3"
    for expected in (1, 2):
        with Store.open(path) as store:
            with store.transaction() as db:
                accounts.create_user(db, f"user{expected}@b.example", "", "", 0.0)
            assert len(store.users()) == expected


def test_another_kind_of_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("my notes\n" * 200)
    with pytest.raises(StoreError, match="expected an SQLite database, found another kind of file"):
        Store.open(path)
    assert path.read_text() == "my notes\n" * 200


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    with connected(path) as other:
        other.execute("CREATE TABLE users (id)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="found another program's; name another file"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "sentry.sqlite3"
    Store.open(path).close()
    with connected(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(StoreError, match="found schema 99 of a newer version; upgrade"):
        Store.open(path)


def test_a_directory_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="found a directory; name a file in it"):
        Store.open(tmp_path)


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="expected a file that can be read and written, found: "):
        Store.open(tmp_path / "file" / "deeper" / "sentry.sqlite3")


def test_a_locked_database_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ssocli.sentry.store._BUSY_SECONDS", 0.0)
    path = tmp_path / "sentry.sqlite3"
    with Store.open(path) as store:
        other = connected(path)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process holds the database"), store.transaction():
            pytest.fail("the other one holds it")
        other.close()


def test_a_read_only_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "sentry.sqlite3"
    with Store.open(path) as store:
        with store.reading() as db:
            db.execute("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="found a read-only one"), store.transaction() as db:
            accounts.create_user(db, "a@b.example", "", "", 0.0)
        with store.reading() as db:
            db.execute("PRAGMA query_only = OFF")
        assert store.users() == []


def test_processes_that_start_together_make_one_schema(tmp_path: Path) -> None:
    path = tmp_path / "sentry.sqlite3"
    trouble: list[Exception] = []

    def start() -> None:
        try:
            Store.open(path).close()
        except (StoreError, sqlite3.Error) as error:
            trouble.append(error)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []


def test_the_file_says_whose_it_is(tmp_path: Path) -> None:
    path = tmp_path / "sentry.sqlite3"
    Store.open(path).close()
    with connected(path) as db:
        assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    db.close()


def test_a_transaction_happens_as_a_whole_or_not_at_all(store: Store) -> None:
    with contextlib.suppress(ZeroDivisionError), store.transaction() as db:
        accounts.create_user(db, "a@b.example", "", "", 0.0)
        raise ZeroDivisionError
    assert store.users() == []


def test_addresses_are_unique_whatever_their_case(store: Store) -> None:
    with store.transaction() as db:
        accounts.create_user(db, "Alice@Acme.example", "", "", 0.0)
    with pytest.raises(sqlite3.IntegrityError), store.transaction() as db:
        accounts.create_user(db, "alice@acme.EXAMPLE", "", "", 0.0)


def test_foreign_keys_are_kept(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError), store.transaction() as db:
        accounts.put_member(db, "acme", 99, "member", None, 0.0)


def test_nothing_that_opens_a_door_is_stored_in_clear(store: Store) -> None:
    with store.transaction() as db:
        user = accounts.create_user(db, "a@b.example", "", "", 0.0)
        token = sessions.create_session(db, user, "sso", "trace", 0.0, 60.0)
        pending.start_login(
            db, state="the-state", browser="the-browser", trace_id="t", organization="acme", provider="oidc",
            nonce="n", code_verifier="v", next_page="", now=0.0, lifetime=60.0,
        )  # fmt: skip
        handle = pending.keep_posted(db, "form_post", [("code", "c")], 0.0)
        dump = "\n".join(db.iterdump())
    for secret in (token, "the-state", "the-browser", handle):
        assert secret not in dump


def test_what_expired_is_swept(store: Store) -> None:
    with store.transaction() as db:
        user = accounts.create_user(db, "a@b.example", "", "", 0.0)
        old = sessions.create_session(db, user, "sso", "t", 0.0, 60.0)
        sessions.complete_sso(db, old, "acme", "oidc", 0.0)
        sessions.create_session(db, user, "sso", "t", 0.0, 600.0)
        pending.flash(db, "browser", "hello", 0.0)
        pending.keep_posted(db, "form_post", [], 0.0)
        accounts.note_failed_password(db, "a@b.example", 0.0)
    store.sweep(100.0)
    assert [session.expires_at for session in store.sessions(0.0)] == [600.0]
    store.sweep(10_000.0)
    with store.reading() as db:
        for table in ("sessions", "session_sso", "flashes", "posted_responses", "failed_passwords"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0, table


def test_an_expired_session_is_none(store: Store) -> None:
    with store.transaction() as db:
        user = accounts.create_user(db, "a@b.example", "", "", 0.0)
        token = sessions.create_session(db, user, "sso", "t", 0.0, 60.0)
        assert sessions.find_session(db, token, 59.9) is not None
        assert sessions.find_session(db, token, 60.0) is None
    assert store.sessions(60.0) == []


def test_a_pending_login_is_used_once_and_in_time(store: Store) -> None:
    with store.transaction() as db:
        pending.start_login(
            db, state="s", browser="b", trace_id="t", organization="acme", provider="oidc",
            nonce=None, code_verifier=None, next_page="", now=0.0, lifetime=60.0,
        )  # fmt: skip
        login = pending.find_login(db, "s", "b", 1.0)
        assert login is not None
        assert (login.live, login.used, login.same_browser) == (True, False, True)
        stranger = pending.find_login(db, "s", "other", 1.0)
        assert stranger is not None
        assert not stranger.same_browser
        assert not pending.use_login(db, login, 61.0)
        assert pending.use_login(db, login, 1.0)
        assert not pending.use_login(db, login, 1.0)


CONFIG = """
[organizations.acme]
teams = ["web"]
[users."pat@acme.example"]
name = "Pat"
password = "pass"
organizations = { acme = "owner" }
"""


def test_configured_users_are_there_from_the_start_and_only_once(store: Store) -> None:
    for name in ("Pat", "Patricia"):
        seed(store, parse(CONFIG.replace('"Pat"', f'"{name}"'), "t.toml"), 5.0)
        [user] = store.users()
        assert (user.email, user.name, user.has_second_factor) == ("pat@acme.example", name, False)
        assert [(entry.organization, entry.role) for entry in user.memberships] == [("acme", "owner")]


def test_seeding_leaves_teams_and_the_second_factor_alone(store: Store) -> None:
    seed(store, parse(f'{CONFIG}totp_secret = "JBSWY3DPEHPK3PXP"', "t.toml"), 5.0)
    with store.transaction() as db:
        accounts.put_member(db, "acme", 1, "owner", ["web"], 5.0)
    seed(store, parse(CONFIG, "t.toml"), 6.0)
    [user] = store.users()
    assert user.has_second_factor
    assert user.memberships[0].teams == ("web",)


def test_a_file_that_lacks_a_table_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "sentry.sqlite3"
    with Store.open(path) as store, store.transaction() as db:
        db.execute("DROP TABLE sessions")
    with pytest.raises(StoreError, match="found none named sessions: another version wrote this file; delete it"):
        Store.open(path)
