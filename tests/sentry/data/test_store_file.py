"""The store's file: made for its owner, migrated, refused with one sentence, and changed all or nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from ssocli.sentry import accounts, pending
from ssocli.sentry import store as store_module
from ssocli.sentry.store import Store, StoreError


def add(connection: sqlite3.Connection, name: str) -> None:
    accounts.create_user(connection, f"{name}@acme.example", name, "", 1.0)


def names(store: Store) -> list[str]:
    return [user.name for user in store.users()]


def interrupted(store: Store) -> None:
    """A transaction that breaks off after its first change."""
    with store.transaction() as db:
        add(db, "one")
        raise ZeroDivisionError


def test_a_new_file_and_its_folder_are_the_owners_only(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        with Store.open(tmp_path / "state" / "sentry.sqlite3") as store:
            with store.transaction() as db:
                add(db, "one")
            modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "state").iterdir()}
    finally:
        os.umask(previous)
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert "sentry.sqlite3-wal" in modes
    assert set(modes.values()) == {0o600}, modes


def test_what_was_stored_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store, store.transaction() as db:
        add(db, "one")
    with Store.open(tmp_path / "s.db") as store:
        assert names(store) == ["one"]


def test_foreign_keys_are_enforced(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"), store.transaction() as db:
        accounts.put_member(db, "acme", 7, "member", None, 1.0)


def test_a_transaction_that_raises_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        interrupted(store)
    with store.transaction() as db:
        add(db, "two")
    assert names(store) == ["two"]


def test_threads_take_turns(store: Store) -> None:
    def count_up() -> None:
        for _ in range(50):
            with store.transaction() as db:
                add(db, str(db.execute("SELECT count(*) FROM users").fetchone()[0]))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names(store) == [str(number) for number in range(200)]


def test_what_has_expired_is_swept_and_the_rest_stays(store: Store) -> None:
    with store.transaction() as db:
        pending.flash(db, "old", "gone", now=100.0)
        pending.flash(db, "young", "here", now=200.0)
        accounts.note_failed_password(db, "a@acme.example", 100.0)
    store.sweep(750.0)
    with store.reading() as db:
        assert [row["message"] for row in db.execute("SELECT message FROM flashes")] == ["here"]
    store.sweep(4000.0)
    with store.reading() as db:
        assert db.execute("SELECT count(*) FROM failed_passwords").fetchone()[0] == 0


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("my notes\n" * 200)
    with pytest.raises(StoreError, match=r"notes\.txt: expected an SQLite database, found another kind of file"):
        Store.open(file)
    assert file.read_text() == "my notes\n" * 200


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "photos.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE photos (name TEXT)")
    connection.commit()
    connection.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match=r"photos\.db: expected a database of this program, found another program's"):
        Store.open(file)
    assert file.read_bytes() == before


def test_a_store_that_another_process_makes_just_then_is_no_other_programs(tmp_path: Path) -> None:
    file = tmp_path / "s.db"

    class MadeMeanwhile(sqlite3.Connection):
        """After the first thing that is read of the empty file, another process has made the store."""

        def execute(self, *statement: Any) -> sqlite3.Cursor:
            cursor = super().execute(*statement)
            if not file.exists() or file.stat().st_size == 0:
                rows = cursor.fetchall()
                Store.open(file).close()
                return super().execute("SELECT ?", rows[0])
            return cursor

    connection = sqlite3.connect(file, factory=MadeMeanwhile)
    try:
        store_module._recognize(connection, "s.db")
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] > 0
    finally:
        connection.close()


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    Store.open(file).close()
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="found schema 99 of a newer version; upgrade this program"):
        Store.open(file)
    assert file.read_bytes() == before


def test_a_folder_in_the_files_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="expected a database file, found a directory"):
        Store.open(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="expected a file that can be read and written, found: "):
        Store.open(tmp_path / "file" / "s.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    Store.open(file).close()
    file.chmod(0o400)
    with pytest.raises(StoreError, match="expected a file that can be read and written, found: permission denied"):
        Store.open(file)


def test_a_file_that_another_process_holds_is_a_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_BUSY_SECONDS", 0.05)
    with Store.open(tmp_path / "s.db") as holder, Store.open(tmp_path / "s.db") as other:
        with (
            holder.transaction(),
            pytest.raises(StoreError, match="but another process holds the database"),
            other.transaction(),
        ):
            pass
        with other.transaction() as db:
            add(db, "later")
        assert names(holder) == ["later"]


def test_a_migration_that_fails_leaves_the_old_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "s.db"
    with Store.open(file) as store, store.transaction() as db:
        add(db, "one")
    migrations = tmp_path / "migrations"
    shutil.copytree(Path(store_module.__file__).parent / "migrations", migrations)
    new = migrations / "0002.sql"
    monkeypatch.setattr(store_module, "_migrations", lambda: sorted(migrations.glob("*.sql")))
    new.write_text("ALTER TABLE users ADD COLUMN colour TEXT;\nALTER TABLE nowhere ADD COLUMN x;\n")
    with pytest.raises(StoreError, match="no such table: nowhere"):
        Store.open(file)
    new.write_text("ALTER TABLE users ADD COLUMN colour TEXT DEFAULT 'red';\n")
    with Store.open(file) as store, store.reading() as db:
        assert [tuple(row) for row in db.execute("SELECT name, colour FROM users")] == [("one", "red")]
