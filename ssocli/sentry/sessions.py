"""Sessions: an opaque token in the browser's cookie, of which the store knows the SHA-256 only."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ssocli.sentry.store import Store
from ssocli.sentry.users import User, by_id

TOKEN_BYTES = 32

Method = Literal["sso", "password"]


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just made: the only moment at which its token is known."""

    token: str = field(repr=False)
    id: int
    fingerprint: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Session:
    """A live session. `sso` says per organization when SSO was completed in it, in seconds since the epoch."""

    id: int
    fingerprint: str
    user: User
    method: Method
    created_at: float
    expires_at: float
    sso: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session as listed."""

    fingerprint: str
    user_id: int
    email: str
    method: Method
    created_at: float
    expires_at: float
    sso: Mapping[str, float]


def create(
    connection: sqlite3.Connection,
    *,
    user_id: int,
    method: Method,
    organization: str | None,
    now: float,
    lifetime: float,
) -> NewSession:
    """A new session with a new token. `organization` is where SSO was just completed; `lifetime` is in seconds."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    digest = _digest(token)
    session_id = connection.execute(
        "INSERT INTO sessions (token_hash, user_id, method, created_at, expires_at) VALUES (?, ?, ?, ?, ?)"
        " RETURNING id",
        (digest, user_id, method, now, now + lifetime),
    ).fetchone()["id"]
    if organization is not None:
        mark_sso(connection, session_id, organization, now)
    return NewSession(token, session_id, _fingerprint(digest), now + lifetime)


def find(store: Store, token: str, now: float) -> Session | None:
    """The live session with this token, or None: unknown, ended or expired."""
    with store.reading() as connection:
        digest = _digest(token)
        row = connection.execute(
            "SELECT * FROM sessions WHERE token_hash = ? AND expires_at > ?", (digest, now)
        ).fetchone()
        user = by_id(connection, row["user_id"]) if row else None
        if user is None:
            return None
        return Session(
            id=row["id"],
            fingerprint=_fingerprint(digest),
            user=user,
            method=row["method"],
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            sso=_sso(connection, row["id"]),
        )


def end(store: Store, token: str) -> None:
    """Forget the session with this token, if there is one."""
    with store.transaction() as connection:
        connection.execute("DELETE FROM sessions WHERE token_hash = ?", (_digest(token),))


def mark_sso(connection: sqlite3.Connection, session_id: int, organization: str, now: float) -> None:
    """Remember that SSO for an organization was completed in this session just now."""
    connection.execute(
        "INSERT INTO session_sso (session_id, organization, completed_at) VALUES (?, ?, ?)"
        " ON CONFLICT (session_id, organization) DO UPDATE SET completed_at = excluded.completed_at",
        (session_id, organization, now),
    )


def list_sessions(store: Store, now: float) -> list[SessionSummary]:
    """Every live session, the oldest first."""
    with store.reading() as connection:
        rows = connection.execute(
            "SELECT sessions.*, users.email FROM sessions JOIN users ON users.id = sessions.user_id"
            " WHERE expires_at > ? ORDER BY sessions.id",
            (now,),
        ).fetchall()
        return [
            SessionSummary(
                fingerprint=_fingerprint(row["token_hash"]),
                user_id=row["user_id"],
                email=row["email"],
                method=row["method"],
                created_at=row["created_at"],
                expires_at=row["expires_at"],
                sso=_sso(connection, row["id"]),
            )
            for row in rows
        ]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _fingerprint(digest: str) -> str:
    # The digits with which `ssocli.text.fingerprint` ends: a token in a trace can be found among the sessions.
    return f"#{digest[:6]}"


def _sso(connection: sqlite3.Connection, session_id: int) -> dict[str, float]:
    rows = connection.execute(
        "SELECT organization, completed_at FROM session_sso WHERE session_id = ? ORDER BY organization", (session_id,)
    )
    return {row["organization"]: row["completed_at"] for row in rows}
