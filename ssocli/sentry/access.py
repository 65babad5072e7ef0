"""What a user may do in an organization: computed from role, teams and single sign-on, anew on every request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ssocli.checks import access as rules
from ssocli.checks.check import Check, evaluate, first_blocking
from ssocli.config.model import Organization, Role
from ssocli.sentry.records import MemberRecord, UserRecord

_EVENT = ("event:read", "event:write", "event:admin")
_ALERTS = ("alerts:read", "alerts:write")
_MEMBER = (
    *_EVENT,
    "project:read",
    "project:releases",
    "org:read",
    "member:read",
    "member:invite",
    "team:read",
    *_ALERTS,
)
_ADMIN = (
    *_EVENT, "project:read", "project:write", "project:admin", "project:releases", "org:read", "org:integrations",
    "member:read", "member:invite", "team:read", "team:write", "team:admin", *_ALERTS,
)  # fmt: skip
_MANAGER = (*_ADMIN, "org:write", "member:write", "member:admin")
SCOPES: dict[Role, tuple[str, ...]] = {
    "member": _MEMBER,
    "admin": _ADMIN,
    "manager": _MANAGER,
    "owner": (*_MANAGER, "org:admin"),
}
_GLOBAL_ROLES = {"manager", "owner"}


@dataclass(frozen=True, slots=True)
class Access:
    """A user's effective access. If `denied` is set, nothing else is granted."""

    organization: str
    checks: tuple[Check, ...]
    denied: Check | None
    role: str = ""
    scopes: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """As it stands in the trace."""
        return {
            "organization": self.organization,
            "role": self.role,
            "scopes": list(self.scopes),
            "teams": list(self.teams),
            "projects": list(self.projects),
        }


def effective_access(
    slug: str,
    organization: Organization,
    user: UserRecord,
    *,
    has_provider: bool,
    sso_at: float | None,
    sso_expiry: float,
    now: float,
) -> Access:
    """Judge and compute. `sso_at` is when this session completed SSO here; `sso_expiry` seconds it counts."""
    member = next((entry for entry in user.memberships if entry.organization == slug), None)
    checks = evaluate(
        "access",
        rules.AccessContext(
            organization=slug,
            user=user.email,
            now=now,
            user_active=user.active,
            is_member=member is not None,
            rank=member.rank if member else 1,
            seats=organization.seats,
            sso_required=has_provider and organization.require_sso,
            sso_at=sso_at,
            sso_expiry=sso_expiry,
        ),
    )
    denied = first_blocking(checks)
    if denied is not None or member is None:
        return Access(slug, checks, denied)
    role: Role = next(role for role in SCOPES if role == member.role)
    teams = tuple(team for team in member.teams if team in organization.teams)
    return Access(slug, checks, None, role, SCOPES[role], teams, _projects(organization, member, teams))


def _projects(organization: Organization, member: MemberRecord, teams: tuple[str, ...]) -> tuple[str, ...]:
    """The projects in reach: all of them in an open organization or with a global role, else those of own teams."""
    if organization.open_membership or member.role in _GLOBAL_ROLES:
        return tuple(organization.projects)
    return tuple(slug for slug, owners in organization.projects.items() if set(owners) & set(teams))
