"""The roles of an organization's members, and what each may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ssocli.config.model import Role

_EVENTS = ("event:read", "event:write", "event:admin")
_ALERTS = ("alerts:read", "alerts:write")
_PROJECTS = ("project:read", "project:write", "project:admin", "project:releases")
_TEAMS = ("team:read", "team:write", "team:admin")

_MEMBER = (
    *_EVENTS,
    "project:read",
    "project:releases",
    "org:read",
    "member:read",
    "member:invite",
    "team:read",
    *_ALERTS,
)
_ADMIN = (
    *_EVENTS,
    *_PROJECTS,
    "org:read",
    "org:integrations",
    "member:read",
    "member:invite",
    *_TEAMS,
    *_ALERTS,
)
_MANAGER = (
    *_EVENTS,
    *_PROJECTS,
    "org:read",
    "org:write",
    "org:integrations",
    "member:invite",
    "member:read",
    "member:write",
    "member:admin",
    *_TEAMS,
    *_ALERTS,
)


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """What a role grants. A global role reaches every project, whatever the teams."""

    role: Role
    scopes: tuple[str, ...]
    is_global: bool = False


# In rank order, the lowest first.
ROLES: dict[Role, RoleGrant] = {
    "member": RoleGrant("member", _MEMBER),
    "admin": RoleGrant("admin", _ADMIN),
    "manager": RoleGrant("manager", _MANAGER, is_global=True),
    "owner": RoleGrant("owner", (*_MANAGER, "org:admin"), is_global=True),
}
_RANKS = {role: rank for rank, role in enumerate(ROLES)}


def highest(roles: Iterable[Role]) -> Role | None:
    """The role of the highest rank, or None if there are none."""
    return max(roles, key=_RANKS.__getitem__, default=None)
