"""Whether a session opens an organization: decided anew on every request."""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.checks.check import Judgement, Owner, failed, passed, rule, skipped
from ssocli.clock import iso
from ssocli.steps import Step


@dataclass(frozen=True, slots=True)
class AccessContext:
    """A user's standing in one organization, and how the session was made.

    `sso_at` is when single sign-on for this organization was completed in this session (seconds since the epoch),
    None if it was not; `sso_expiry` is how many seconds that counts. `rank` is the position among the members in the
    order in which they joined, from 1; members beyond the organization's `seats` are disabled.
    """

    organization: str
    user: str
    now: float
    user_active: bool = True
    is_member: bool = True
    rank: int = 1
    seats: int | None = None
    sso_required: bool = False
    sso_at: float | None = None
    sso_expiry: float = 7 * 24 * 3600


@rule(
    "ACC001",
    "disabled-account-session",
    step=Step.AUTHORIZATION,
    spec="SSO flow step 9",
    owner=Owner.APP,
    fix="Enable the user in Sentry.",
)
def disabled_account(context: AccessContext) -> Judgement:
    """The session belongs to a user who was disabled: an inactive user has no access at all."""
    if context.user_active:
        return passed("an active user", context.user)
    return failed("an active user", f"{context.user} is disabled")


@rule(
    "ACC002",
    "not-a-member",
    step=Step.AUTHORIZATION,
    spec="SSO flow step 9",
    owner=Owner.APP,
    fix="Log in through the organization's identity provider, which makes a member, or let an owner add the user.",
)
def not_a_member(context: AccessContext) -> Judgement:
    """The user is logged in but is no member of the organization."""
    expected = f"a member of {context.organization}"
    return passed(expected, context.user) if context.is_member else failed(expected, f"{context.user} is none")


@rule(
    "ACC003",
    "sso-required",
    step=Step.AUTHORIZATION,
    spec="SSO flow step 9",
    owner=Owner.USER,
    fix="Log in with SSO, or set require_sso = false for the organization.",
)
def sso_required(context: AccessContext) -> Judgement:
    """The organization requires single sign-on, and this session was made without: a password does not satisfy it."""
    if not context.is_member:
        return skipped("not a member")
    if not context.sso_required:
        return skipped("the organization does not require SSO, or has no identity provider")
    if context.sso_at is None:
        return failed("single sign-on completed in this session", "a session made without it")
    return passed("single sign-on completed in this session", iso(context.sso_at))


@rule(
    "ACC004",
    "sso-expired",
    step=Step.AUTHORIZATION,
    spec="SSO flow step 9",
    owner=Owner.USER,
    fix="Log in with SSO again; sso_expiry_seconds sets how long one counts.",
)
def sso_expired(context: AccessContext) -> Judgement:
    """Single sign-on was completed too long ago in this session and has to be repeated."""
    if not context.sso_required or context.sso_at is None:
        return skipped("there is no SSO to expire")
    age = context.now - context.sso_at
    expected, actual = f"at most {context.sso_expiry:.0f} s ago", f"{age:.0f} s ago ({iso(context.sso_at)})"
    return passed(expected, actual) if age <= context.sso_expiry else failed(expected, actual)


@rule(
    "ACC005",
    "disabled-member",
    step=Step.AUTHORIZATION,
    spec="SSO flow step 9",
    owner=Owner.APP,
    fix="Free a seat or raise the limit (seats of the organization).",
)
def disabled_member(context: AccessContext) -> Judgement:
    """The organization has more members than seats, and this member joined after the last seat was taken."""
    if not context.is_member:
        return skipped("not a member")
    if context.seats is None:
        return skipped("the organization has no seat limit")
    expected, actual = f"one of the first {context.seats} members", f"number {context.rank}"
    return passed(expected, actual) if context.rank <= context.seats else failed(expected, actual)
