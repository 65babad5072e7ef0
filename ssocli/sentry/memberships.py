"""Who belongs to which organization, with which role and teams."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from ssocli.config.model import Role


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's place in one organization. `teams` are sorted; `disabled` members keep their place without access."""

    organization: str
    role: Role
    teams: tuple[str, ...] = ()
    disabled: bool = False


def find(connection: sqlite3.Connection, user_id: int, organization: str) -> Membership | None:
    """The user's membership of an organization, or None."""
    return next((entry for entry in of_user(connection, user_id) if entry.organization == organization), None)


def of_user(connection: sqlite3.Connection, user_id: int) -> tuple[Membership, ...]:
    """Every membership of a user, by organization."""
    members = connection.execute(
        "SELECT id, organization, role, disabled FROM members WHERE user_id = ? ORDER BY organization", (user_id,)
    ).fetchall()
    return tuple(
        Membership(row["organization"], row["role"], _teams(connection, row["id"]), bool(row["disabled"]))
        for row in members
    )


def seats_taken(connection: sqlite3.Connection, organization: str) -> int:
    """How many members of an organization can use it; a disabled member or user takes no seat."""
    row = connection.execute(
        "SELECT count(*) FROM members JOIN users ON users.id = members.user_id"
        " WHERE organization = ? AND NOT disabled AND users.active",
        (organization,),
    ).fetchone()
    return int(row[0])


def put(
    connection: sqlite3.Connection, user_id: int, organization: str, role: Role, teams: Iterable[str] | None, now: float
) -> None:
    """Make the user a member, or change the role; `teams` replace the old ones, None leaves them."""
    member_id = connection.execute(
        "INSERT INTO members (user_id, organization, role, joined_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (user_id, organization) DO UPDATE SET role = excluded.role RETURNING id",
        (user_id, organization, role, now),
    ).fetchone()["id"]
    if teams is not None:
        connection.execute("DELETE FROM member_teams WHERE member_id = ?", (member_id,))
        connection.executemany(
            "INSERT INTO member_teams (member_id, team) VALUES (?, ?)", [(member_id, team) for team in set(teams)]
        )


def _teams(connection: sqlite3.Connection, member_id: int) -> tuple[str, ...]:
    rows = connection.execute("SELECT team FROM member_teams WHERE member_id = ? ORDER BY team", (member_id,))
    return tuple(row["team"] for row in rows)
