"""What the store keeps of SAML: the assertions that were used, and how the identity provider names its sessions."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SamlLogin:
    """A login as the identity provider knows it, for the logout that may come (SAML Core 2.7.2)."""

    provider: str
    issuer: str
    name_id: str
    name_id_format: str | None
    name_qualifier: str | None
    sp_name_qualifier: str | None
    session_index: str | None


def use_assertion(db: sqlite3.Connection, issuer: str, assertion_id: str, expires_at: float) -> bool:
    """Take the assertion for its one use; False if it was used before (SAML Profiles 4.1.4.5)."""
    cursor = db.execute(
        "INSERT OR IGNORE INTO used_assertions (issuer, id, expires_at) VALUES (?, ?, ?)",
        (issuer, assertion_id, expires_at),
    )
    return cursor.rowcount == 1


def is_used(db: sqlite3.Connection, issuer: str, assertion_id: str) -> bool:
    """Whether the assertion was used before."""
    row = db.execute("SELECT 1 FROM used_assertions WHERE issuer = ? AND id = ?", (issuer, assertion_id)).fetchone()
    return row is not None


def put_login(db: sqlite3.Connection, trace_id: str, login: SamlLogin, expires_at: float) -> None:
    """Remember the login under its trace, which its sessions name."""
    db.execute(
        "INSERT OR REPLACE INTO saml_logins (trace_id, provider, issuer, name_id, name_id_format, name_qualifier, "
        "sp_name_qualifier, session_index, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            trace_id, login.provider, login.issuer, login.name_id, login.name_id_format, login.name_qualifier,
            login.sp_name_qualifier, login.session_index, expires_at,
        ),
    )  # fmt: skip


def find_login(db: sqlite3.Connection, trace_id: str) -> SamlLogin | None:
    """The SAML login with this trace."""
    row = db.execute(
        "SELECT provider, issuer, name_id, name_id_format, name_qualifier, sp_name_qualifier, session_index "
        "FROM saml_logins WHERE trace_id = ?",
        (trace_id,),
    ).fetchone()
    return None if row is None else SamlLogin(*row)


def end_sessions(db: sqlite3.Connection, login: SamlLogin, session_indexes: list[str]) -> int:
    """End the sessions that the identity provider names; without an index, all of the person (SAML Core 3.7.1).

    The parts of the name beside the value must agree (SAML Core 3.3.4). Returns how many sessions there were.
    """
    rows = db.execute(
        "SELECT trace_id, session_index FROM saml_logins WHERE provider = ? AND issuer = ? AND name_id = ? "
        "AND name_id_format IS ? AND name_qualifier IS ? AND sp_name_qualifier IS ?",
        (
            login.provider, login.issuer, login.name_id, login.name_id_format, login.name_qualifier,
            login.sp_name_qualifier,
        ),
    ).fetchall()  # fmt: skip
    traces = [row["trace_id"] for row in rows if not session_indexes or row["session_index"] in session_indexes]
    ended = 0
    for trace_id in traces:
        ended += db.execute("DELETE FROM sessions WHERE trace_id = ?", (trace_id,)).rowcount
        db.execute("DELETE FROM saml_logins WHERE trace_id = ?", (trace_id,))
    return ended


def end_sessions_of_user(db: sqlite3.Connection, login: SamlLogin) -> int:
    """End every session of the user whom this name means, as Sentry does; how many there were."""
    rows = db.execute(
        "SELECT DISTINCT user_id FROM sessions JOIN saml_logins USING (trace_id) "
        "WHERE saml_logins.provider = ? AND issuer = ? AND name_id = ?",
        (login.provider, login.issuer, login.name_id),
    ).fetchall()
    return sum(db.execute("DELETE FROM sessions WHERE user_id = ?", (row["user_id"],)).rowcount for row in rows)
