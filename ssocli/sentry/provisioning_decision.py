"""What becomes of a validated identity: created, updated, unchanged or refused. Decided without touching the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ssocli.checks import provisioning as rules
from ssocli.checks.check import Check, evaluate, first_blocking
from ssocli.config.model import Config, Role
from ssocli.sentry.memberships import Membership
from ssocli.sentry.roles import highest
from ssocli.sentry.users import User

NAME_LIMIT = 200
AVATAR_LIMIT = 2000

Kind = Literal["created", "updated", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class ExternalIdentity:
    """Who the identity provider says it is; what it did not say is empty. `groups` is None if it sent no such claim."""

    provider: str
    issuer: str
    subject: str
    email: str = ""
    email_verified: bool | None = None
    name: str = ""
    avatar: str = ""
    groups: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """How an organization takes in whom a provider vouches for."""

    default_role: Role
    roles: Mapping[str, Role]
    teams: Mapping[str, tuple[str, ...]]
    seats: int | None
    allowed_domains: tuple[str, ...]
    update_profile: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store knows: who has the identity, who has its e-mail, the membership, the seats taken."""

    user: User | None
    email_holder: User | None
    membership: Membership | None
    seats_taken: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do and why. The profile, role and teams are those that hold afterwards, if it is not refused."""

    kind: Kind
    reason: str
    checks: tuple[Check, ...]
    changed: tuple[str, ...]
    email: str
    name: str
    avatar: str
    role: Role
    teams: tuple[str, ...]


def policy_of(config: Config, provider: str) -> Policy:
    """The policy for a provider's organization. Raises KeyError for a provider that is not configured."""
    organization = config.organizations[config.organization_of(provider)]
    entry = config.providers[provider]
    return Policy(
        default_role=organization.default_role,
        roles=entry.roles,
        teams={group: tuple(teams) for group, teams in entry.teams.items()},
        seats=organization.seats,
        allowed_domains=tuple(organization.allowed_domains),
        update_profile=entry.update_profile,
    )


def decide(identity: ExternalIdentity, organization: str, policy: Policy, facts: Facts) -> Decision:
    """Judge the identity by every rule of provisioning and say what is to be done."""
    user, membership = facts.user, facts.membership
    takes_email = user is None or policy.update_profile
    holder = facts.email_holder if takes_email and facts.email_holder != user else None
    checks = evaluate(
        "provisioning",
        rules.ProvisioningContext(
            organization=organization,
            subject=identity.subject,
            email=identity.email,
            email_verified=identity.email_verified,
            groups=identity.groups,
            maps_groups=bool(policy.roles or policy.teams),
            allowed_domains=policy.allowed_domains,
            user_active=user.active if user else None,
            email_holder=f"user {holder.id}" if holder else None,
            takes_seat=membership is None,
            seats=policy.seats,
            seats_taken=facts.seats_taken,
        ),
    )
    email, name, avatar = _profile(identity, user, policy)
    role, teams = _place(identity, membership, policy)
    blocking = first_blocking(checks)
    changed = _changed(user, membership, email, name, avatar, role, teams) if user and not blocking else ()
    kind: Kind
    if blocking is not None:
        kind, reason = "refused", f"{blocking.name}: expected {blocking.expected}, but {blocking.actual}"
    elif user is None:
        kind, reason = "created", "no user has this identity (provider, issuer and subject)"
    elif changed:
        kind, reason = "updated", f"user {user.id} has this identity; {_listed(changed)} differed from what was stored"
    else:
        kind, reason = "unchanged", f"user {user.id} has this identity, and nothing differed from what was stored"
    return Decision(kind, reason, checks, changed, email, name, avatar, role, teams)


def _profile(identity: ExternalIdentity, user: User | None, policy: Policy) -> tuple[str, str, str]:
    """E-mail, name and avatar afterwards: what the provider leaves out never erases what is known."""
    if user is not None and not policy.update_profile:
        return user.email, user.name, user.avatar
    avatar = identity.avatar if identity.avatar.startswith(("https://", "http://")) else ""
    name, avatar = _storable(identity.name, NAME_LIMIT), _storable(avatar, AVATAR_LIMIT)
    return identity.email, name or (user.name if user else ""), avatar or (user.avatar if user else "")


def _place(identity: ExternalIdentity, membership: Membership | None, policy: Policy) -> tuple[Role, tuple[str, ...]]:
    """Role and teams afterwards. Where groups are mapped they decide at every login; otherwise members keep theirs."""
    groups = identity.groups or ()
    role = highest(policy.roles[group] for group in groups if group in policy.roles) or policy.default_role
    teams = tuple(sorted({team for group in groups for team in policy.teams.get(group, ())}))
    if membership is not None:
        if identity.groups is None or not policy.roles:
            role = membership.role
        if identity.groups is None or not policy.teams:
            teams = membership.teams
    return role, teams


def _changed(
    user: User,
    membership: Membership | None,
    email: str,
    name: str,
    avatar: str,
    role: Role,
    teams: tuple[str, ...],
) -> tuple[str, ...]:
    differences = {"name": name != user.name, "email": email != user.email, "avatar": avatar != user.avatar}
    if membership is None:
        differences["membership"] = True
    else:
        differences |= {"role": role != membership.role, "teams": teams != membership.teams}
    return tuple(field for field, differs in differences.items() if differs)


def _listed(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _storable(text: str, limit: int) -> str:
    """The text as SQLite can hold it: JSON may carry lone surrogates, UTF-8 cannot."""
    return text[:limit].encode("utf-8", "replace").decode("utf-8")
