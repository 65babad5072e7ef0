"""The emulated Sentry's memory: one SQLite database, opened with care, changed only in transactions."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from ssocli.sentry import accounts, sessions
from ssocli.sentry.records import SessionRecord, UserRecord

MEMORY = ":memory:"
# Says that a database is ours: nothing is ever written into somebody else's.
APPLICATION_ID = 0x550C11
_BUSY_SECONDS = 10.0
_EXPIRING = (
    "sessions", "pending_logins", "posted_responses", "second_factors", "flashes", "used_assertions", "saml_logins",
)  # fmt: skip
_CREATES = re.compile(r"^CREATE TABLE (\w+)", re.MULTILINE)
# How long a used-up row is still worth knowing: a second delivery of its response gets a friendly page.
_REMEMBER_SECONDS = 3600.0


class StoreError(Exception):
    """The store cannot be used; the message is one sentence that says what was expected, seen and can be done."""


class Store:
    """One database, shared by the threads of a server and, if it is a file, by other processes."""

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open the database file, or ":memory:". A missing file or directory is made for its owner only.

        Raises StoreError, and then nothing that existed was changed.
        """
        name = str(path)
        if name != MEMORY:
            _prepare_file(Path(name))
        try:
            connection = sqlite3.connect(name, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise StoreError(f"{name}: expected a database that can be opened, found: {error}") from None
        try:
            connection.row_factory = sqlite3.Row
            _recognize(connection, name)
            connection.execute("PRAGMA foreign_keys = ON")
            with contextlib.suppress(sqlite3.OperationalError):  # another process is switching the same file just now
                connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            _migrate(connection)
            _require_tables(connection, name)
        except sqlite3.Error as error:
            connection.close()
            raise StoreError(_explain(name, error)) from None
        except BaseException:
            connection.close()
            raise
        return cls(connection, name)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A block whose changes happen together or not at all. It holds the write lock from its beginning.

        Raises StoreError if the database cannot be written.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                raise StoreError(_explain(self.path, error)) from error
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A block that only reads."""
        with self._lock:
            yield self._connection

    def sweep(self, now: float) -> None:
        """Remove what has expired. `now` is seconds since the epoch."""
        with self.transaction() as db:
            for table in _EXPIRING:
                kept = _REMEMBER_SECONDS if table == "pending_logins" else 0.0
                db.execute(f"DELETE FROM {table} WHERE expires_at < ?", (now - kept,))  # noqa: S608 - names from above
            db.execute("DELETE FROM failed_passwords WHERE failed_at < ?", (now - _REMEMBER_SECONDS,))

    def clear(self) -> None:
        """Remove everything that is stored; the tables stay."""
        with self.transaction() as db:
            db.execute("PRAGMA defer_foreign_keys = ON")
            for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                db.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names from the database itself

    def users(self) -> list[UserRecord]:
        """Every user, with identities and memberships, in the order in which they were created."""
        with self.reading() as db:
            return accounts.list_users(db)

    def sessions(self, now: float) -> list[SessionRecord]:
        """Every session that has not expired, the oldest first."""
        with self.reading() as db:
            return sessions.list_sessions(db, now)

    def close(self) -> None:
        """Close the database; safe to repeat."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _prepare_file(path: Path) -> None:
    """Make the file with permissions for its owner only, before SQLite would make it with others."""
    if path.is_dir():
        raise StoreError(f"{path}: expected a database file, found a directory; name a file in it")
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(mode=0o700, parents=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoreError(f"{path}: expected a file that can be read and written, found: {reason}") from None


def _recognize(connection: sqlite3.Connection, name: str) -> None:
    """Refuse a database that is not ours or from a later version, before anything is written."""
    # The tables first: another process that is just making the database commits them together with the rest.
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if tables and not ours:
        raise StoreError(f"{name}: expected a database of this program, found another program's; name another file")
    known = len(_migrations())
    if ours and version > known:
        raise StoreError(
            f"{name}: expected schema {known} or older, found schema {version} of a newer version; "
            "upgrade this program or name another file"
        )


def _migrations() -> list[Path]:
    return sorted((Path(__file__).parent / "migrations").glob("*.sql"))


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date: all missing versions in one transaction, by one process at a time."""
    files = _migrations()
    if connection.execute("PRAGMA user_version").fetchone()[0] == len(files):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for file in files[version:]:
            for statement in _statements(file.read_text(encoding="utf-8")):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(files)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _require_tables(connection: sqlite3.Connection, name: str) -> None:
    """Refuse a database that says it is up to date and is not: one of a development version, or a damaged one."""
    wanted = {table for file in _migrations() for table in _CREATES.findall(file.read_text(encoding="utf-8"))}
    present = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if missing := sorted(wanted - present):
        raise StoreError(
            f"{name}: expected the tables of this version, found none named {', '.join(missing)}: another version "
            "wrote this file; delete it, or name another file"
        )


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would commit in between."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _explain(name: str, error: sqlite3.Error) -> str:
    text = str(error)
    if "not a database" in text:
        return f"{name}: expected an SQLite database, found another kind of file; name another file"
    if "locked" in text or "busy" in text:
        return f"{name}: expected to write within {_BUSY_SECONDS:.0f} s, but another process holds the database"
    if "readonly" in text or "read-only" in text:
        return f"{name}: expected a database that can be written, found a read-only one; mind its permissions"
    if "full" in text:
        return f"{name}: expected room to write, but the disk is full"
    return f"{name}: expected a working database, found: {text}"
