"""What becomes of an authenticated identity: a new user, an updated one, or a refusal. Decided here, applied there."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

from ssocli.checks import provisioning as rules
from ssocli.checks.check import Check, evaluate, first_blocking
from ssocli.config.model import Organization, Provider, Role
from ssocli.sentry import accounts
from ssocli.sentry.records import MemberRecord, UserRecord

_LONGEST = 2000  # characters of a name or of an avatar's URL
ROLES: tuple[Role, ...] = ("member", "admin", "manager", "owner")  # in the order of rank


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the identity provider tells. `groups` is None if it told none; `email_verified` likewise."""

    provider: str
    issuer: str
    subject: str
    email: str | None = None
    email_verified: bool | None = None
    name: str = ""
    avatar: str = ""
    groups: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store knows at the moment of the decision."""

    user: UserRecord | None
    member: MemberRecord | None
    email_holder: int | None
    members: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do and why. `changes` are the profile's; `teams` None leaves the teams as they are."""

    action: Literal["create", "update", "refuse"]
    reason: str
    checks: tuple[Check, ...]
    refusal: Check | None = None
    changes: dict[str, str] | None = None
    role: Role = "member"
    teams: tuple[str, ...] | None = None
    changed: tuple[str, ...] = ()


def gather(db: sqlite3.Connection, identity: Identity, organization: str) -> Facts:
    """Read what the decision needs."""
    user = accounts.find_user_by_identity(db, identity.provider, identity.issuer, identity.subject)
    email = identity.email
    holder = accounts.find_user_by_email(db, email) if email and rules.is_address(email) else None
    return Facts(
        user=user,
        member=None if user is None else accounts.find_member(db, organization, user.id),
        email_holder=None if holder is None else holder.id,
        members=accounts.count_members(db, organization),
    )


def decide(identity: Identity, slug: str, organization: Organization, provider: Provider, facts: Facts) -> Decision:
    """Create, update or refuse. A user is known by (provider, issuer, subject) and never found by e-mail address."""
    user = facts.user
    checks = evaluate(
        "provisioning",
        rules.ProvisioningContext(
            organization=slug,
            email=identity.email,
            email_verified=identity.email_verified,
            user=None if user is None else user.id,
            stored_email=None if user is None else user.email,
            user_active=user is None or user.active,
            email_holder=facts.email_holder,
            is_member=facts.member is not None,
            members=facts.members,
            seats=organization.seats,
            allowed_domains=tuple(organization.allowed_domains),
        ),
    )
    if refusal := first_blocking(checks):
        return Decision(
            "refuse", f"{refusal.name}: expected {refusal.expected}, found {refusal.actual}", checks, refusal
        )
    role, teams = _role(identity, organization, provider, facts.member), _teams(identity, provider)
    if user is None:
        profile = {
            "email": identity.email or "",
            "name": _storable(identity.name),
            "avatar": _storable(identity.avatar),
        }
        reason = f"subject {identity.subject} of {identity.provider} was unknown"
        return Decision("create", reason, checks, changes=profile, role=role, teams=teams)
    changes = _profile_changes(identity, user, facts.email_holder) if provider.update_profile else {}
    changed = [*changes]
    if facts.member is None:
        changed.append("membership")
    elif facts.member.role != role:
        changed.append("role")
    if teams is not None and facts.member is not None and facts.member.teams != tuple(sorted(set(teams))):
        changed.append("teams")
    reason = f"subject {identity.subject} of {identity.provider} is user {user.id}"
    return Decision("update", reason, checks, changes=changes, role=role, teams=teams, changed=tuple(changed))


def apply(db: sqlite3.Connection, decision: Decision, identity: Identity, slug: str, facts: Facts, now: float) -> int:
    """Carry out a decision to create or update, inside the caller's transaction; the user's id."""
    changes = decision.changes or {}
    if facts.user is None:
        user_id = accounts.create_user(db, changes["email"], changes["name"], changes["avatar"], now)
    else:
        user_id = facts.user.id
        accounts.update_profile(db, user_id, changes)
    accounts.put_identity(db, identity.provider, identity.issuer, identity.subject, user_id, now)
    accounts.put_member(db, slug, user_id, decision.role, decision.teams, now)
    accounts.touch_user(db, user_id, now)
    return user_id


def _profile_changes(identity: Identity, user: UserRecord, email_holder: int | None) -> dict[str, str]:
    """What the provider tells otherwise than the store holds; what it does not tell stays."""
    told = {"email": identity.email, "name": _storable(identity.name), "avatar": _storable(identity.avatar)}
    if email_holder not in (None, user.id):
        told["email"] = None  # somebody else's address: the stored one stays
    return {field: value for field, value in told.items() if value and value != getattr(user, field)}


def _role(identity: Identity, organization: Organization, provider: Provider, member: MemberRecord | None) -> Role:
    """The highest role that a group maps to, else the default; without any mapping a member keeps the role."""
    if not provider.roles or identity.groups is None:
        current = next((role for role in ROLES if member is not None and role == member.role), None)
        return current or organization.default_role
    mapped = [provider.roles[group] for group in identity.groups if group in provider.roles]
    return max(mapped, key=ROLES.index, default=organization.default_role)


def _teams(identity: Identity, provider: Provider) -> tuple[str, ...] | None:
    if not provider.teams or identity.groups is None:
        return None
    return tuple(sorted({team for group in identity.groups for team in provider.teams.get(group, ())}))


def _storable(text: str) -> str:
    """The text as the store can hold it: not endless, and without lone surrogates, which JSON can carry."""
    return text[:_LONGEST].encode("utf-8", "replace").decode("utf-8")
