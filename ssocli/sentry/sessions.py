"""Sessions in the store: an opaque token in the browser, only its hash here."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ssocli.sentry import secrets
from ssocli.sentry.records import Method, SessionRecord


@dataclass(frozen=True, slots=True)
class Session:
    """A live session as a request meets it. Times are seconds since the epoch."""

    token_hash: str
    user_id: int
    method: Method
    trace_id: str
    expires_at: float
    sso: dict[str, float]


def create_session(
    db: sqlite3.Connection, user_id: int, method: Method, trace_id: str, now: float, lifetime: float
) -> str:
    """Add a session and return its token, which is nowhere else. `lifetime` is in seconds."""
    token = secrets.token()
    db.execute(
        "INSERT INTO sessions (token_hash, user_id, method, trace_id, created_at, expires_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (secrets.digest(token), user_id, method, trace_id, now, now + lifetime),
    )
    return token


def complete_sso(db: sqlite3.Connection, token: str, organization: str, provider: str, now: float) -> None:
    """Note that single sign-on for the organization was completed in this session now."""
    db.execute(
        "INSERT INTO session_sso (token_hash, organization, provider, sso_at) VALUES (?, ?, ?, ?)",
        (secrets.digest(token), organization, provider, now),
    )


def find_session(db: sqlite3.Connection, token: str, now: float) -> Session | None:
    """The live session with this token."""
    row = db.execute(
        "SELECT * FROM sessions WHERE token_hash = ? AND expires_at > ?", (secrets.digest(token), now)
    ).fetchone()
    if row is None:
        return None
    return Session(
        row["token_hash"], row["user_id"], row["method"], row["trace_id"], row["expires_at"],
        _sso(db, row["token_hash"]),
    )  # fmt: skip


def stored_hash(db: sqlite3.Connection, trace_id: str) -> str:
    """What the store keeps of the token of the newest session that this login made; empty if it made none."""
    row = db.execute(
        "SELECT token_hash FROM sessions WHERE trace_id = ? ORDER BY created_at DESC LIMIT 1", (trace_id,)
    ).fetchone()
    return "" if row is None else str(row["token_hash"])


def end_session(db: sqlite3.Connection, token: str) -> None:
    """Remove the session, if it exists."""
    db.execute("DELETE FROM sessions WHERE token_hash = ?", (secrets.digest(token),))


def list_sessions(db: sqlite3.Connection, now: float) -> list[SessionRecord]:
    """Every session that has not expired, the oldest first."""
    rows = db.execute(
        "SELECT sessions.*, users.email FROM sessions JOIN users ON users.id = user_id "
        "WHERE expires_at > ? ORDER BY sessions.created_at",
        (now,),
    ).fetchall()
    return [
        SessionRecord(
            fingerprint=row["token_hash"][:12],
            user_id=row["user_id"],
            email=row["email"],
            method=row["method"],
            trace_id=row["trace_id"],
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            sso=_sso(db, row["token_hash"]),
        )
        for row in rows
    ]


def _sso(db: sqlite3.Connection, token_hash: str) -> dict[str, float]:
    rows = db.execute("SELECT organization, sso_at FROM session_sso WHERE token_hash = ?", (token_hash,))
    return {row["organization"]: row["sso_at"] for row in rows}
