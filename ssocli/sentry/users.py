"""The users of the emulated Sentry: finding, listing, seeding from the configuration, and their passwords."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Literal

from ssocli.config.model import Config, reveal
from ssocli.config.model import User as ConfiguredUser
from ssocli.sentry import memberships
from ssocli.sentry.memberships import Membership
from ssocli.sentry.passwords import hash_password, matches
from ssocli.sentry.store import Store

ATTEMPTS_PER_MINUTE = 5
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class User:
    """An account. Times are seconds since the epoch; `avatar` is a URL or empty."""

    id: int
    email: str
    name: str
    avatar: str
    active: bool
    created_at: float
    last_login_at: float | None
    password_hash: str | None = field(default=None, repr=False)
    totp_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class StoredIdentity:
    """Who a user is at a provider."""

    provider: str
    issuer: str
    subject: str
    last_verified_at: float


@dataclass(frozen=True, slots=True)
class UserSummary:
    """A user as listed, with everything that belongs to it but its secrets."""

    id: int
    email: str
    name: str
    active: bool
    created_at: float
    last_login_at: float | None
    identities: tuple[StoredIdentity, ...]
    memberships: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class PasswordResult:
    """How a password was judged. `user` is set if it was right; `retry_after` is in seconds, if rate limited."""

    outcome: Literal["ok", "wrong", "inactive", "rate_limited"]
    user: User | None = None
    retry_after: float = 0.0


def by_email(connection: sqlite3.Connection, email: str) -> User | None:
    """The user with this e-mail, in whatever case."""
    return _user(connection.execute("SELECT * FROM users WHERE email = ?", (email,)).fetchone())


def by_id(connection: sqlite3.Connection, user_id: int) -> User | None:
    """The user with this id."""
    return _user(connection.execute("SELECT * FROM users WHERE id = ?", (user_id,)).fetchone())


def by_identity(connection: sqlite3.Connection, provider: str, issuer: str, subject: str) -> User | None:
    """The user who is this subject at this issuer."""
    return _user(
        connection.execute(
            "SELECT users.* FROM users JOIN identities ON identities.user_id = users.id"
            " WHERE provider = ? AND issuer = ? AND subject = ?",
            (provider, issuer, subject),
        ).fetchone()
    )


def list_users(store: Store) -> list[UserSummary]:
    """Every user, in the order in which they were created."""
    with store.reading() as connection:
        return [
            UserSummary(
                id=row["id"],
                email=row["email"],
                name=row["name"],
                active=bool(row["active"]),
                created_at=row["created_at"],
                last_login_at=row["last_login_at"],
                identities=_identities(connection, row["id"]),
                memberships=memberships.of_user(connection, row["id"]),
            )
            for row in connection.execute("SELECT * FROM users ORDER BY id").fetchall()
        ]


def add(connection: sqlite3.Connection, email: str, name: str, avatar: str, now: float) -> int:
    """A new user without a password; the result is the id."""
    row = connection.execute(
        "INSERT INTO users (email, name, avatar, created_at) VALUES (?, ?, ?, ?) RETURNING id",
        (email, name, avatar, now),
    ).fetchone()
    return int(row["id"])


def change_profile(connection: sqlite3.Connection, user_id: int, email: str, name: str, avatar: str) -> None:
    """Replace what the identity provider knows about the user."""
    connection.execute("UPDATE users SET email = ?, name = ?, avatar = ? WHERE id = ?", (email, name, avatar, user_id))


def record_identity(
    connection: sqlite3.Connection, user_id: int, provider: str, issuer: str, subject: str, now: float
) -> None:
    """Remember that the user is this subject at this issuer, and that the provider said so just now."""
    connection.execute(
        "INSERT INTO identities (user_id, provider, issuer, subject, created_at, last_verified_at)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (provider, issuer, subject)"
        " DO UPDATE SET last_verified_at = excluded.last_verified_at",
        (user_id, provider, issuer, subject, now, now),
    )


def record_login(connection: sqlite3.Connection, user_id: int, now: float) -> None:
    """Remember when the user last logged in."""
    connection.execute("UPDATE users SET last_login_at = ? WHERE id = ?", (now, user_id))


def seed(store: Store, config: Config, now: float) -> None:
    """Bring the configured users into the store: created once, and changed where the configuration was changed.

    Raises KeyError with the variable's name if a secret's environment variable is not set.
    """
    for email, entry in config.users.items():
        with store.reading() as connection:
            stored = by_email(connection, email)
        # Hashing is slow on purpose: not while the store is locked.
        password_hash = _password_hash(entry, stored)
        with store.transaction() as connection:
            _seed(connection, email, entry, password_hash, now)


def verify_password(store: Store, email: str, password: str, now: float) -> PasswordResult:
    """Judge a password login; an unknown user takes as long as a known one.

    Five failed attempts a minute for each e-mail; a right password forgets them.
    """
    with store.transaction() as connection:
        recent = [
            float(row["attempted_at"])
            for row in connection.execute(
                "SELECT attempted_at FROM login_attempts WHERE email = ? AND attempted_at > ? ORDER BY attempted_at",
                (email, now - _MINUTE),
            )
        ]
        if len(recent) >= ATTEMPTS_PER_MINUTE:
            return PasswordResult("rate_limited", retry_after=recent[-ATTEMPTS_PER_MINUTE] + _MINUTE - now)
        # Counted before it is judged, so that guesses made at the same time count as well.
        connection.execute("INSERT INTO login_attempts (email, attempted_at) VALUES (?, ?)", (email, now))
        user = by_email(connection, email)
    if not matches(password, user.password_hash if user else None) or user is None:
        return PasswordResult("wrong")
    with store.transaction() as connection:
        connection.execute("DELETE FROM login_attempts WHERE email = ?", (email,))
    return PasswordResult("ok" if user.active else "inactive", user)


def _user(row: sqlite3.Row | None) -> User | None:
    if row is None:
        return None
    return User(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        avatar=row["avatar"],
        active=bool(row["active"]),
        created_at=row["created_at"],
        last_login_at=row["last_login_at"],
        password_hash=row["password_hash"],
        totp_secret=row["totp_secret"],
    )


def _identities(connection: sqlite3.Connection, user_id: int) -> tuple[StoredIdentity, ...]:
    rows = connection.execute(
        "SELECT provider, issuer, subject, last_verified_at FROM identities WHERE user_id = ? ORDER BY id", (user_id,)
    )
    return tuple(StoredIdentity(*row) for row in rows)


def _password_hash(entry: ConfiguredUser, stored: User | None) -> str | None:
    password = reveal(entry.password)
    if password is None:
        return None
    if stored is not None and stored.password_hash and matches(password, stored.password_hash):
        return stored.password_hash
    return hash_password(password)


def _seed(
    connection: sqlite3.Connection, email: str, entry: ConfiguredUser, password_hash: str | None, now: float
) -> None:
    user_id = connection.execute(
        "INSERT INTO users (email, name, password_hash, totp_secret, active, created_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (email) DO UPDATE SET password_hash = excluded.password_hash,"
        " totp_secret = excluded.totp_secret, active = excluded.active RETURNING id",
        (email, entry.name, password_hash, reveal(entry.totp_secret), entry.active, now),
    ).fetchone()["id"]
    for organization, role in entry.organizations.items():
        memberships.put(connection, user_id, organization, role, None, now)
