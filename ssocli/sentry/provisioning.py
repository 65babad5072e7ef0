"""Provisioning: bring a validated identity into the store, as one user and one membership, or not at all."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ssocli.checks.check import Check
from ssocli.checks.provisioning import is_address
from ssocli.config.model import Role
from ssocli.sentry import memberships, users
from ssocli.sentry.provisioning_decision import (
    Decision,
    ExternalIdentity,
    Facts,
    Kind,
    Policy,
    decide,
    policy_of,
)
from ssocli.sentry.users import User

__all__ = ["ExternalIdentity", "Policy", "Provisioned", "policy_of", "provision"]


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What was done and why. `user` is None if a blocking check refused; then nothing was written."""

    checks: tuple[Check, ...]
    user: User | None
    decision: Kind
    reason: str
    changed: tuple[str, ...]
    role: Role
    teams: tuple[str, ...]


def provision(
    connection: sqlite3.Connection, identity: ExternalIdentity, *, organization: str, policy: Policy, now: float
) -> Provisioned:
    """Create the identity's user, or update what changed, and make it a member of the organization.

    Must be called inside `Store.transaction()`, because what is decided must still be true when it is written; raises
    RuntimeError otherwise.
    """
    if not connection.in_transaction:
        raise RuntimeError("provisioning must run in a transaction: call it inside Store.transaction()")
    facts = _facts(connection, identity, organization)
    decision = decide(identity, organization, policy, facts)
    user = None
    if decision.kind != "refused":
        user = _apply(connection, identity, organization, facts.user, decision, now)
    return Provisioned(
        checks=decision.checks,
        user=user,
        decision=decision.kind,
        reason=decision.reason,
        changed=decision.changed,
        role=decision.role,
        teams=decision.teams,
    )


def _facts(connection: sqlite3.Connection, identity: ExternalIdentity, organization: str) -> Facts:
    user = users.by_identity(connection, identity.provider, identity.issuer, identity.subject)
    return Facts(
        user=user,
        email_holder=users.by_email(connection, identity.email) if is_address(identity.email) else None,
        membership=memberships.find(connection, user.id, organization) if user else None,
        seats_taken=memberships.seats_taken(connection, organization),
    )


def _apply(
    connection: sqlite3.Connection,
    identity: ExternalIdentity,
    organization: str,
    user: User | None,
    decision: Decision,
    now: float,
) -> User | None:
    if user is None:
        user_id = users.add(connection, decision.email, decision.name, decision.avatar, now)
    else:
        user_id = user.id
        if {"name", "email", "avatar"} & set(decision.changed):
            users.change_profile(connection, user_id, decision.email, decision.name, decision.avatar)
    users.record_identity(connection, user_id, identity.provider, identity.issuer, identity.subject, now)
    memberships.put(connection, user_id, organization, decision.role, decision.teams, now)
    users.record_login(connection, user_id, now)
    return users.by_id(connection, user_id)
