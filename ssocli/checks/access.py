"""Access to an organization: whether this session's user may enter it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ssocli.checks.check import Judgement, Owner, failed, passed, rule, skipped
from ssocli.clock import iso
from ssocli.steps import Step


@dataclass(frozen=True, slots=True)
class AccessContext:
    """The session, its user and the membership, as they are at `now` (seconds since the epoch).

    `role` is None if the user is no member. `sso_completed_at` is None if SSO for this organization was never
    completed in this session; it counts for `sso_expiry` seconds.
    """

    organization: str
    user_active: bool
    role: str | None
    member_disabled: bool
    method: Literal["sso", "password"]
    sso_required: bool
    sso_completed_at: float | None
    sso_expiry: float
    now: float


@rule(
    "ACC001",
    "inactive-user",
    step=Step.AUTHORIZATION,
    spec="SSO flow step 9",
    owner=Owner.APP,
    fix="Let an administrator of Sentry activate the account, if the person shall use it again.",
)
def inactive_user(context: AccessContext) -> Judgement:
    """The account was switched off: whatever session it still has, it has no access."""
    expected = "an active account"
    return passed(expected, "active") if context.user_active else failed(expected, "the account is disabled")


@rule(
    "ACC002",
    "not-a-member",
    step=Step.AUTHORIZATION,
    spec="SSO flow step 9",
    owner=Owner.APP,
    fix="Log in with the organization's SSO, which makes a member, or let one of its owners invite the user.",
)
def not_a_member(context: AccessContext) -> Judgement:
    """The user does not belong to the organization."""
    expected = f"a member of {context.organization}"
    return passed(expected, context.role) if context.role else failed(expected, "no member")


@rule(
    "ACC003",
    "sso-required",
    step=Step.AUTHORIZATION,
    spec="SSO flow step 9",
    owner=Owner.USER,
    fix="Log in with SSO at the organization's login page. (If the organization shall accept passwords as well, "
    "set require_sso to false.)",
)
def sso_required(context: AccessContext) -> Judgement:
    """The organization requires SSO, and in this session it was not completed for it.

    A password login does not satisfy it, and neither does SSO for another organization.
    """
    if not context.sso_required:
        return skipped(f"{context.organization} does not require SSO")
    expected = f"SSO for {context.organization} completed in this session"
    if context.sso_completed_at is not None:
        return passed(expected, f"completed at {iso(context.sso_completed_at)}")
    how = "a password login" if context.method == "password" else "SSO for another organization only"
    return failed(expected, how)


@rule(
    "ACC004",
    "expired-sso",
    step=Step.AUTHORIZATION,
    spec="SSO flow step 9",
    owner=Owner.USER,
    fix="Log in with SSO again; sso_expiry_seconds says how long it counts.",
)
def expired_sso(context: AccessContext) -> Judgement:
    """SSO was completed in this session, but longer ago than it counts."""
    if not context.sso_required:
        return skipped(f"{context.organization} does not require SSO")
    if context.sso_completed_at is None:
        return skipped("SSO was not completed in this session")
    expires = context.sso_completed_at + context.sso_expiry
    expected = f"SSO completed at most {context.sso_expiry:g} seconds ago"
    actual = f"completed at {iso(context.sso_completed_at)}, {context.now - context.sso_completed_at:.0f} seconds ago"
    return passed(expected, actual) if context.now < expires else failed(expected, actual)


@rule(
    "ACC005",
    "disabled-member",
    step=Step.AUTHORIZATION,
    spec="SSO flow step 9",
    owner=Owner.APP,
    fix="Let an owner of the organization enable the membership again, or raise the seat limit that disabled it.",
)
def disabled_member(context: AccessContext) -> Judgement:
    """The user belongs to the organization, but the membership is disabled."""
    if context.role is None:
        return skipped(f"no member of {context.organization}")
    expected = "a membership that is not disabled"
    return failed(expected, "it is disabled") if context.member_disabled else passed(expected, "enabled")
