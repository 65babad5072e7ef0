"""The user as GitHub's REST API describes it, for providers that speak OAuth 2.0 without OpenID Connect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import type_name
from ssocli.exchange import Response
from ssocli.steps import Step
from ssocli.text import printable, shown

_USER = "GitHub REST API: Get the authenticated user"
_EMAILS = "GitHub REST API: List email addresses for the authenticated user"
_MEMBERSHIP = "GitHub REST API: Get an organization membership for the authenticated user"


@dataclass(frozen=True, slots=True)
class OAuthProfileContext:
    """What the API answered: the decoded bodies of /user and /user/emails, and the membership's response.

    None for what was not asked or could not be decoded. `membership` is the decoded body that came with
    `membership_response`; `required_organization` is None if any account may log in.
    """

    profile: Any
    emails: Any = None
    required_organization: str | None = None
    membership_response: Response | None = None
    membership: Any = None


def verified_emails(emails: Any) -> list[str]:
    """The verified addresses of /user/emails, the primary one first."""
    entries = [
        entry
        for entry in (emails if isinstance(emails, list) else [])
        if isinstance(entry, dict) and isinstance(entry.get("email"), str) and entry.get("verified") is True
    ]
    return [entry["email"] for entry in sorted(entries, key=lambda entry: entry.get("primary") is not True)]


def _primaries(emails: list[Any]) -> list[dict[str, Any]]:
    return [entry for entry in emails if isinstance(entry, dict) and entry.get("primary") is True]


@rule(
    "OAP001",
    "profile-without-id",
    step=Step.TOKEN_VALIDATION,
    spec=_USER,
    owner=Owner.IDP,
    fix="Check api_url: it must lead to an API that answers GET /user with a numeric id, as GitHub's does.",
)
def profile_without_id(context: OAuthProfileContext) -> Judgement:
    """The profile has no numeric `id`. The login name cannot stand in for it: it can be changed and given to others."""
    expected = "a profile with a whole positive number as id"
    if not isinstance(context.profile, dict):
        return failed(expected, "no profile" if context.profile is None else type_name(context.profile))
    value = context.profile.get("id")
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return passed(expected, f"id {shown(value, 40)}")
    return failed(expected, f"id {shown(value, 40)}" if "id" in context.profile else "no id")


@rule(
    "OAP002",
    "organization-membership-missing",
    step=Step.TOKEN_VALIDATION,
    spec=_MEMBERSHIP,
    owner=Owner.USER,
    fix="Let an owner invite the account into the organization and the user accept the invitation. If the user is a "
    "member: the organization must grant this OAuth app access, and the token needs the scope read:org.",
)
def organization_membership_missing(context: OAuthProfileContext) -> Judgement:
    """The account is no active member of the organization that the configuration requires."""
    if context.required_organization is None:
        return skipped("no organization is required")
    expected = f"active membership of {printable(context.required_organization, 80)}"
    response = context.membership_response
    if response is None:
        return failed(expected, "the membership could not be asked for", owner=Owner.NETWORK)
    if response.status in {403, 404}:
        return failed(expected, f"HTTP {response.status}: not a member, or not visible with this token")
    if not 200 <= response.status < 300:
        return failed(expected, f"HTTP {response.status}", owner=Owner.IDP)
    state = context.membership.get("state") if isinstance(context.membership, dict) else None
    if state == "active":
        return passed(expected, "state active")
    actual = "state pending: the invitation is not accepted yet" if state == "pending" else f"state {shown(state, 40)}"
    return failed(expected, actual)


@rule(
    "OAP003",
    "no-verified-email",
    step=Step.TOKEN_VALIDATION,
    spec=_EMAILS,
    owner=Owner.USER,
    fix="Verify an e-mail address in the account's settings; the token needs the scope user:email to read it.",
)
def no_verified_email(context: OAuthProfileContext) -> Judgement:
    """The account shows no verified e-mail address, so it cannot be linked or invited safely."""
    expected = "a verified e-mail address"
    if not isinstance(context.emails, list):
        return failed(expected, "no list of addresses (the scope user:email may be missing)")
    count = len(verified_emails(context.emails))
    return (passed if count else failed)(expected, f"{count} of {len(context.emails)} addresses verified")


@rule(
    "OAP004",
    "ambiguous-primary-email",
    step=Step.TOKEN_VALIDATION,
    spec=_EMAILS,
    owner=Owner.USER,
    severity=Severity.WARNING,
    fix="Choose one verified address as the primary one in the account's settings.",
)
def ambiguous_primary_email(context: OAuthProfileContext) -> Judgement:
    """There is not exactly one primary address, or it is not verified: another verified one is taken instead."""
    if not isinstance(context.emails, list) or not verified_emails(context.emails):
        return skipped("there is no verified address at all")
    primaries = _primaries(context.emails)
    expected = "one primary address, verified"
    if len(primaries) != 1:
        return failed(expected, f"{len(primaries)} primary addresses")
    verified = primaries[0].get("verified") is True and isinstance(primaries[0].get("email"), str)
    return (passed if verified else failed)(expected, "so" if verified else "the primary address is not verified")
