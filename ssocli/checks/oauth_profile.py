"""The user API of a plain OAuth 2.0 provider, in GitHub's shape: who the access token belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import Json, decode_json, json_object, type_name
from ssocli.exchange import Response
from ssocli.steps import Step
from ssocli.text import printable, shown


@dataclass(frozen=True, slots=True)
class OAuthProfileContext:
    """The answers of `/user`, `/user/emails` and `/user/memberships/orgs/<organization>`; None where none came.

    `required_organization` is the one whose active member the user has to be, None for no such condition.
    """

    profile: Response | None
    emails: Response | None = None
    membership: Response | None = None
    required_organization: str | None = None

    @property
    def user(self) -> dict[str, Any] | None:
        """The profile, if the API told one."""
        return _object(self.profile)

    @property
    def addresses(self) -> list[dict[str, Any]] | None:
        """The e-mail addresses, None if the API did not list them."""
        if self.emails is None or self.emails.status != 200:
            return None
        decoded = decode_json(self.emails.body)
        if not isinstance(decoded, Json) or not isinstance(decoded.value, list):
            return None
        return [entry for entry in decoded.value if isinstance(entry, dict)]


@rule(
    "OAP001",
    "missing-account-id",
    step=Step.TOKEN_VALIDATION,
    spec="GitHub REST API: GET /user (id)",
    owner=Owner.IDP,
    fix="Check that api_url is the provider's API. Names and addresses change hands; the numeric id does not.",
)
def missing_account_id(context: OAuthProfileContext) -> Judgement:
    """The profile has no numeric id, the only thing that identifies an account for good."""
    expected = "id, a positive whole number"
    if context.user is None:
        return failed(expected, "no profile")
    found = context.user.get("id")
    if isinstance(found, int) and not isinstance(found, bool) and found > 0:
        return passed(expected, shown(found, 40))
    return failed(expected, f"{shown(found, 40)} ({type_name(found)})" if "id" in context.user else "no id")


@rule(
    "OAP002",
    "not-an-organization-member",
    step=Step.TOKEN_VALIDATION,
    spec="GitHub REST API: GET /user/memberships/orgs/{org}",
    owner=Owner.USER,
    fix="Invite the user to the organization. If they are a member: grant the app access to the organization there "
    "(third-party access), and ask for the scope read:org.",
)
def not_an_organization_member(context: OAuthProfileContext) -> Judgement:
    """The user is no member of the organization at the provider, or the app may not see that they are."""
    if context.required_organization is None:
        return skipped("no organization is required")
    expected = f"membership of {printable(context.required_organization, 80)}"
    if context.membership is None:
        return failed(expected, "no answer")
    if context.membership.status != 200:
        return failed(expected, f"HTTP {context.membership.status}")
    found = _object(context.membership)
    if found is None:
        return failed(expected, "no JSON object")
    return passed(expected, f"state {shown(found.get('state'), 40)}")


@rule(
    "OAP003",
    "inactive-membership",
    step=Step.TOKEN_VALIDATION,
    spec="GitHub REST API: GET /user/memberships/orgs/{org} (state)",
    owner=Owner.USER,
    fix="Let the user accept the organization's invitation at the provider.",
)
def inactive_membership(context: OAuthProfileContext) -> Judgement:
    """The user was invited to the organization and did not accept yet."""
    found = _object(context.membership) if context.required_organization is not None else None
    if found is None:
        return skipped("there is no membership to judge")
    state = found.get("state")
    return (passed if state == "active" else failed)("state active", f"state {shown(state, 40)}")


@rule(
    "OAP004",
    "unreadable-emails",
    step=Step.TOKEN_VALIDATION,
    spec="GitHub REST API: GET /user/emails",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Ask for the scope user:email; without it only a public address is known, and not whether it is verified.",
)
def unreadable_emails(context: OAuthProfileContext) -> Judgement:
    """The API does not list the user's e-mail addresses."""
    if context.emails is None:
        return skipped("the addresses were not asked for")
    if context.addresses is None:
        actual = f"HTTP {context.emails.status}, {printable(context.emails.media_type, 80)}"
        return failed("HTTP 200 with an array", actual)
    return passed("HTTP 200 with an array", f"{len(context.addresses)} addresses")


@rule(
    "OAP005",
    "no-verified-primary-email",
    step=Step.TOKEN_VALIDATION,
    spec="GitHub REST API: GET /user/emails (primary, verified)",
    owner=Owner.USER,
    severity=Severity.WARNING,
    fix="Let the user verify the primary address at the provider.",
)
def no_verified_primary_email(context: OAuthProfileContext) -> Judgement:
    """None of the user's addresses is primary and verified, so none is known to be theirs."""
    if context.addresses is None:
        return skipped("there are no addresses to judge (OAP004)")
    expected = "an address that is primary and verified"
    primary = _primary(context.addresses)
    if any(entry.get("verified") is True for entry in primary):
        return passed(expected, "one")
    if not context.addresses:
        return failed(expected, "no address at all")
    return failed(expected, "the primary one is not verified" if primary else "none is primary")


@rule(
    "OAP006",
    "several-primary-emails",
    step=Step.TOKEN_VALIDATION,
    spec="GitHub REST API: GET /user/emails (primary)",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the provider mark one address as primary; the first verified one is used.",
)
def several_primary_emails(context: OAuthProfileContext) -> Judgement:
    """More than one address is marked as primary."""
    if context.addresses is None:
        return skipped("there are no addresses to judge (OAP004)")
    count = len(_primary(context.addresses))
    return (failed if count > 1 else passed)("one primary address at most", str(count))


def _object(response: Response | None) -> dict[str, Any] | None:
    return json_object(response.body) if response is not None and response.status == 200 else None


def _primary(addresses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [entry for entry in addresses if entry.get("primary") is True and isinstance(entry.get("email"), str)]
