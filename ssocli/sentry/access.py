"""Effective access: what a session's user may see and do in an organization. Computed at every request."""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.checks import access as rules
from ssocli.checks.check import Check, evaluate, first_blocking
from ssocli.config.model import Config, Organization, Role
from ssocli.sentry import memberships, users
from ssocli.sentry.memberships import Membership
from ssocli.sentry.roles import ROLES
from ssocli.sentry.sessions import Session
from ssocli.sentry.store import Store


@dataclass(frozen=True, slots=True)
class Access:
    """What is granted. `projects` are the slugs within reach; `sso_valid_until` is in seconds since the epoch."""

    organization: str
    role: Role
    scopes: tuple[str, ...]
    teams: tuple[str, ...]
    projects: tuple[str, ...]
    sso_required: bool
    sso_valid_until: float | None


@dataclass(frozen=True, slots=True)
class AccessDecision:
    """The rules as judged; `access` is None if one of them refused."""

    checks: tuple[Check, ...]
    access: Access | None


def effective_access(store: Store, config: Config, session: Session, organization: str, now: float) -> AccessDecision:
    """Judge whether the session may enter the organization now, and what it reaches there.

    Membership and account are read anew: what was taken away since the login is gone at once.
    """
    with store.reading() as connection:
        user = users.by_id(connection, session.user.id)
        membership = memberships.find(connection, session.user.id, organization)
    settings = config.organizations.get(organization)
    if settings is None:
        # A membership that outlived the organization's configuration grants nothing.
        settings, membership = Organization(), None
    required = settings.require_sso and bool(config.providers_of(organization))
    completed_at = session.sso.get(organization)
    checks = evaluate(
        "access",
        rules.AccessContext(
            organization=organization,
            user_active=user is not None and user.active,
            role=membership.role if membership else None,
            member_disabled=membership is not None and membership.disabled,
            method=session.method,
            sso_required=required,
            sso_completed_at=completed_at,
            sso_expiry=config.sentry.sso_expiry_seconds,
            now=now,
        ),
    )
    if membership is None or first_blocking(checks) is not None:
        return AccessDecision(checks, None)
    grant = ROLES[membership.role]
    access = Access(
        organization=organization,
        role=membership.role,
        scopes=grant.scopes,
        teams=_own_teams(settings, membership),
        projects=_projects(settings, membership),
        sso_required=required,
        sso_valid_until=None if completed_at is None else completed_at + config.sentry.sso_expiry_seconds,
    )
    return AccessDecision(checks, access)


def _own_teams(settings: Organization, membership: Membership) -> tuple[str, ...]:
    """The member's teams that still exist."""
    return tuple(team for team in membership.teams if team in settings.teams)


def _projects(settings: Organization, membership: Membership) -> tuple[str, ...]:
    """Every project with open membership or a global role, otherwise those of the member's own teams."""
    if settings.open_membership or ROLES[membership.role].is_global:
        return tuple(settings.projects)
    own = set(_own_teams(settings, membership))
    return tuple(project for project, teams in settings.projects.items() if own.intersection(teams))
