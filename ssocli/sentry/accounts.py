"""Users, identities, members and teams in the store: plain reads and writes, inside the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from ssocli.sentry.records import IdentityRecord, MemberRecord, UserRecord

_PROFILE = ("email", "name", "avatar")


def email_key(email: str) -> str:
    """Under which an address is looked up: addresses that differ only in case are one."""
    return email.strip().lower()


def list_users(db: sqlite3.Connection) -> list[UserRecord]:
    """Every user, in the order in which they were created."""
    return [_user(db, row) for row in db.execute("SELECT * FROM users ORDER BY id")]


def find_user(db: sqlite3.Connection, user_id: int) -> UserRecord | None:
    """The user with this id."""
    row = db.execute("SELECT * FROM users WHERE id = ?", (user_id,)).fetchone()
    return None if row is None else _user(db, row)


def find_user_by_email(db: sqlite3.Connection, email: str) -> UserRecord | None:
    """The user with this address, whatever its case."""
    row = db.execute("SELECT * FROM users WHERE email_key = ?", (email_key(email),)).fetchone()
    return None if row is None else _user(db, row)


def find_user_by_identity(db: sqlite3.Connection, provider: str, issuer: str, subject: str) -> UserRecord | None:
    """The user whom this person at the identity provider is."""
    row = db.execute(
        "SELECT users.* FROM users JOIN identities ON user_id = users.id "
        "WHERE provider = ? AND issuer = ? AND subject = ?",
        (provider, issuer, subject),
    ).fetchone()
    return None if row is None else _user(db, row)


def create_user(db: sqlite3.Connection, email: str, name: str, avatar: str, now: float) -> int:
    """Add a user and return the id. Raises sqlite3.IntegrityError if somebody has the address."""
    cursor = db.execute(
        "INSERT INTO users (email, email_key, name, avatar, created_at) VALUES (?, ?, ?, ?, ?)",
        (email, email_key(email), name, avatar, now),
    )
    return int(cursor.lastrowid or 0)


def update_profile(db: sqlite3.Connection, user_id: int, changes: Mapping[str, str]) -> None:
    """Change e-mail address, name or avatar. Raises sqlite3.IntegrityError if somebody has the address."""
    for field in _PROFILE:
        if field in changes:
            db.execute(f"UPDATE users SET {field} = ? WHERE id = ?", (changes[field], user_id))  # noqa: S608 - from _PROFILE
    if "email" in changes:
        db.execute("UPDATE users SET email_key = ? WHERE id = ?", (email_key(changes["email"]), user_id))


def put_security(db: sqlite3.Connection, user_id: int, *, active: bool, totp_secret: str | None) -> None:
    """Enable or disable the user; a base32 secret makes Sentry ask for a second factor, None leaves that as it is."""
    db.execute(
        "UPDATE users SET active = ?, totp_secret = coalesce(?, totp_secret) WHERE id = ?",
        (int(active), totp_secret, user_id),
    )


def password_hash(db: sqlite3.Connection, email: str) -> str | None:
    """What the store keeps of the password of the user with this address."""
    row = db.execute("SELECT password_hash FROM users WHERE email_key = ?", (email_key(email),)).fetchone()
    return None if row is None else row["password_hash"]


def put_password(db: sqlite3.Connection, email: str, hashed: str) -> None:
    """Set the password of the user with this address."""
    db.execute("UPDATE users SET password_hash = ? WHERE email_key = ?", (hashed, email_key(email)))


def second_factor(db: sqlite3.Connection, user_id: int) -> tuple[str | None, int]:
    """The user's base32 secret, and the last time step (RFC 6238 4.2) of which a code was used."""
    row = db.execute("SELECT totp_secret, totp_used FROM users WHERE id = ?", (user_id,)).fetchone()
    return (None, 0) if row is None else (row["totp_secret"], row["totp_used"])


def use_code(db: sqlite3.Connection, user_id: int, time_step: int) -> None:
    """Note that the code of this time step was used: it is good only once (RFC 6238 5.2)."""
    db.execute("UPDATE users SET totp_used = ? WHERE id = ?", (time_step, user_id))


def count_failed_passwords(db: sqlite3.Connection, email: str, since: float) -> int:
    """How many wrong passwords there were for this address since that moment."""
    row = db.execute(
        "SELECT count(*) FROM failed_passwords WHERE email_key = ? AND failed_at > ?", (email_key(email), since)
    ).fetchone()
    return int(row[0])


def note_failed_password(db: sqlite3.Connection, email: str, now: float) -> int:
    """Note a wrong password for this address; the number of the note."""
    cursor = db.execute("INSERT INTO failed_passwords (email_key, failed_at) VALUES (?, ?)", (email_key(email), now))
    return int(cursor.lastrowid or 0)


def forget_failed_password(db: sqlite3.Connection, number: int) -> None:
    """Take a note back: the password turned out to be right."""
    db.execute("DELETE FROM failed_passwords WHERE id = ?", (number,))


def touch_user(db: sqlite3.Connection, user_id: int, now: float) -> None:
    """Note a login."""
    db.execute("UPDATE users SET last_login_at = ? WHERE id = ?", (now, user_id))


def put_identity(db: sqlite3.Connection, provider: str, issuer: str, subject: str, user_id: int, now: float) -> None:
    """Note that this person at the identity provider is this user and logged in now."""
    db.execute(
        "INSERT INTO identities (provider, issuer, subject, user_id, created_at, last_login_at) "
        "VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (provider, issuer, subject) DO UPDATE SET last_login_at = excluded.last_login_at",
        (provider, issuer, subject, user_id, now, now),
    )


def find_member(db: sqlite3.Connection, organization: str, user_id: int) -> MemberRecord | None:
    """The user's place in an organization."""
    row = db.execute("SELECT * FROM members WHERE organization = ? AND user_id = ?", (organization, user_id)).fetchone()
    return None if row is None else _member(db, row)


def count_members(db: sqlite3.Connection, organization: str) -> int:
    """How many members an organization has."""
    return int(db.execute("SELECT count(*) FROM members WHERE organization = ?", (organization,)).fetchone()[0])


def put_member(
    db: sqlite3.Connection, organization: str, user_id: int, role: str, teams: Iterable[str] | None, now: float
) -> None:
    """Make the user a member with this role and exactly these teams; None leaves the teams as they are."""
    db.execute(
        "INSERT INTO members (organization, user_id, role, joined_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (organization, user_id) DO UPDATE SET role = excluded.role",
        (organization, user_id, role, now),
    )
    if teams is None:
        return
    (member_id,) = db.execute(
        "SELECT id FROM members WHERE organization = ? AND user_id = ?", (organization, user_id)
    ).fetchone()
    db.execute("DELETE FROM team_members WHERE member_id = ?", (member_id,))
    db.executemany(
        "INSERT INTO team_members (member_id, team) VALUES (?, ?)", [(member_id, team) for team in sorted(set(teams))]
    )


def _user(db: sqlite3.Connection, row: sqlite3.Row) -> UserRecord:
    identities = db.execute(
        "SELECT provider, issuer, subject, created_at, last_login_at FROM identities "
        "WHERE user_id = ? ORDER BY created_at",
        (row["id"],),
    )
    members = db.execute("SELECT * FROM members WHERE user_id = ? ORDER BY id", (row["id"],)).fetchall()
    return UserRecord(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        avatar=row["avatar"],
        active=bool(row["active"]),
        has_password=row["password_hash"] is not None,
        has_second_factor=row["totp_secret"] is not None,
        created_at=row["created_at"],
        last_login_at=row["last_login_at"],
        identities=tuple(IdentityRecord(*identity) for identity in identities),
        memberships=tuple(_member(db, member) for member in members),
    )


def _member(db: sqlite3.Connection, row: sqlite3.Row) -> MemberRecord:
    teams = db.execute("SELECT team FROM team_members WHERE member_id = ? ORDER BY team", (row["id"],))
    (rank,) = db.execute(
        "SELECT count(*) FROM members WHERE organization = ? AND id <= ?", (row["organization"], row["id"])
    ).fetchone()
    return MemberRecord(row["organization"], row["role"], tuple(team for (team,) in teams), int(rank))
