"""Open the database safely, bring it to the current version, and hand out transactions."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

MEMORY = ":memory:"
_MIGRATIONS = Path(__file__).parent / "migrations"
# "SSOC" in the file's header: another program's database is recognized and left alone.
APPLICATION_ID = 0x53534F43
_BUSY_SECONDS = 10.0
_EXPIRING = ("sessions", "pending_logins", "pending_second_factors", "posted_responses", "notices")


class StoreError(Exception):
    """The store cannot be used; the message is one sentence that names the file. Nothing in it was changed."""


class Store:
    """One connection behind one lock: the server's threads take turns, other processes wait for the file's lock."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self.name = name
        self._connection = connection
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open (or create, for the owner only) the database at `path`, or one in memory. Raises StoreError."""
        name = str(path)
        if name != MEMORY:
            _prepare(Path(name))
        try:
            connection = sqlite3.connect(name, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise StoreError(f"{name}: expected a database that can be opened, but {error}") from None
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")
            _check_owner(connection, name)
            _use_wal(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            _migrate(connection, name)
        except sqlite3.Error as error:
            connection.close()
            raise StoreError(
                f"{name}: expected a database of ssocli that can be used, but {error}; choose another with --state"
            ) from None
        except StoreError:
            connection.close()
            raise
        return cls(connection, name)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing: committed at the end of the block, rolled back if it raises.

        A block inside another is part of the outer one, and is committed or rolled back with it.
        """
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                _roll_back(self._connection)
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection for reads that belong together."""
        with self._lock:
            yield self._connection

    def sweep(self, now: float) -> None:
        """Remove what has expired."""
        with self.transaction() as connection:
            for table in _EXPIRING:
                connection.execute(f"DELETE FROM {table} WHERE expires_at <= ?", (now,))  # noqa: S608 - fixed names
            connection.execute("DELETE FROM login_attempts WHERE attempted_at <= ?", (now - 3600,))

    def close(self) -> None:
        """Close the connection; the store cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _prepare(path: Path) -> None:
    """Make the folder and an empty file that only the owner can read, before SQLite would make a readable one."""
    try:
        if path.is_dir():
            raise StoreError(f"{path}: expected a file, found a directory; choose another with --state")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoreError(
            f"{path}: expected a file that can be written, but: {reason}; choose another with --state"
        ) from None


def _check_owner(connection: sqlite3.Connection, name: str) -> None:
    """Refuse another program's database before anything is written to it, its journal mode included."""
    # In this order: another process may be just about to commit the tables together with the id.
    if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
        return
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StoreError(
            f"{name}: expected a database of ssocli, found one of another program; choose another with --state"
        )


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log. SQLite does not wait by itself here if another process is just doing the same."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _roll_back(connection: sqlite3.Connection) -> None:
    # A full disk or an I/O error has made SQLite roll back already.
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _migrate(connection: sqlite3.Connection, name: str) -> None:
    steps = sorted(_MIGRATIONS.glob("*.sql"))
    while True:
        version = _version(connection)
        if version > len(steps):
            raise StoreError(
                f"{name}: expected a database of at most version {len(steps)}, found version {version}: it was "
                "written by a newer ssocli; upgrade, or choose another with --state"
            )
        if version == len(steps):
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have migrated while this one waited for the lock.
            if _version(connection) == version:
                for statement in steps[version].read_text(encoding="utf-8").split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            _roll_back(connection)
            raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
