"""Whether an authenticated identity may become, or already is, a user of the organization."""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.steps import Step
from ssocli.text import printable

# RFC 5321 4.5.3.1.3 allows a path of 256 octets, of which the angle brackets take two.
_EMAIL_LIMIT = 254


@dataclass(frozen=True, slots=True)
class ProvisioningContext:
    """The identity as the provider tells it, the organization's rules, and what the store knows.

    `user` is the id of the user that this identity (provider, issuer, subject) belongs to, None if it is new.
    `stored_email` and `user_active` are that user's. `email_holder` is the id of the user who has the e-mail address.
    `members` counts the organization's members, `seats` limits them (None: no limit).
    """

    organization: str
    email: str | None
    email_verified: bool | None = None
    user: int | None = None
    stored_email: str | None = None
    user_active: bool = True
    email_holder: int | None = None
    is_member: bool = False
    members: int = 0
    seats: int | None = None
    allowed_domains: tuple[str, ...] = ()

    @property
    def email_in_force(self) -> str | None:
        """The address that counts: the provider's, or without one the stored one."""
        return self.email or self.stored_email


@rule(
    "PROV001",
    "missing-email",
    step=Step.USER_PROVISIONING,
    spec="OIDC Core 5.1",
    owner=Owner.IDP,
    fix="Give the user an e-mail address at the identity provider, release the claim to this client (scope `email`), "
    "or name the right claim under [providers.<id>.claims].",
)
def missing_email(context: ProvisioningContext) -> Judgement:
    """The identity provider tells no (usable) e-mail address of a new user, and Sentry cannot create one without."""
    if context.user is not None and context.stored_email and not context.email:
        return skipped("the user exists, and the stored address stays")
    if not context.email:
        return failed("an e-mail address", "none")
    if not is_address(context.email):
        return failed("an e-mail address", printable(context.email, 120))
    return passed("an e-mail address", printable(context.email, 120))


@rule(
    "PROV002",
    "disabled-user",
    step=Step.USER_PROVISIONING,
    spec="SSO flow step 7",
    owner=Owner.APP,
    fix="Enable the user in Sentry, or remove the assignment at the identity provider.",
)
def disabled_user(context: ProvisioningContext) -> Judgement:
    """The identity belongs to a user whose account is disabled."""
    if context.user is None:
        return skipped("the identity is new")
    if not context.user_active:
        return failed("an active user", f"user {context.user} is disabled")
    return passed("an active user", f"user {context.user} is active")


@rule(
    "PROV003",
    "duplicate-email",
    step=Step.USER_PROVISIONING,
    spec="OIDC Core 5.7",
    owner=Owner.APP,
    fix="Decide who owns the address: remove or rename the other user, or let that user log in the way they did "
    "before. Accounts are never linked by e-mail alone: whoever controls the address at any provider would take over.",
)
def duplicate_email(context: ProvisioningContext) -> Judgement:
    """A new identity carries the e-mail address of another user. A known user keeps the stored address instead."""
    if not context.email:
        return skipped("the identity provider tells no address")
    if context.email_holder is None or context.email_holder == context.user:
        return passed("no other user has the address", "nobody else")
    if context.user is not None:
        return failed(
            "no other user has the new address",
            f"user {context.email_holder} has it; user {context.user} keeps the stored one",
            severity=Severity.WARNING,
        )
    return failed("no other user has the address", f"user {context.email_holder} has {printable(context.email, 120)}")


@rule(
    "PROV004",
    "email-domain-not-allowed",
    step=Step.USER_PROVISIONING,
    spec="SSO flow step 7",
    owner=Owner.APP,
    fix="Add the domain to allowed_domains of the organization, or log in with an address of an allowed domain.",
)
def email_domain_not_allowed(context: ProvisioningContext) -> Judgement:
    """The organization takes e-mail addresses of certain domains only, and this one is not among them."""
    if not context.allowed_domains:
        return skipped("the organization takes every domain")
    if not context.email_in_force:
        return skipped("there is no address to judge")
    domain = context.email_in_force.rpartition("@")[2].lower()
    expected = f"an address at {' or '.join(context.allowed_domains)}"
    if domain in {allowed.lower().lstrip("@") for allowed in context.allowed_domains}:
        return passed(expected, printable(domain, 120))
    return failed(expected, printable(domain, 120))


@rule(
    "PROV005",
    "seat-limit-reached",
    step=Step.USER_PROVISIONING,
    spec="SSO flow step 7",
    owner=Owner.APP,
    fix="Free a seat or raise the limit (seats of the organization).",
)
def seat_limit_reached(context: ProvisioningContext) -> Judgement:
    """The organization has no seat left for a new member. Whoever is a member already is not judged here."""
    if context.seats is None:
        return skipped("the organization has no seat limit")
    if context.is_member:
        return skipped("already a member")
    expected, actual = f"fewer than {context.seats} members", f"{context.members} members"
    return passed(expected, actual) if context.members < context.seats else failed(expected, actual)


@rule(
    "PROV006",
    "unverified-email",
    step=Step.USER_PROVISIONING,
    spec="OIDC Core 5.1",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="Nothing breaks: Sentry identifies people by subject. Let the user verify the address at the provider.",
)
def unverified_email(context: ProvisioningContext) -> Judgement:
    """The identity provider says that it has not verified the e-mail address."""
    if not context.email:
        return skipped("the identity provider tells no address")
    if context.email_verified is None:
        return skipped("the identity provider does not say whether it verified the address")
    if context.email_verified:
        return passed("a verified address", "verified")
    return failed("a verified address", "not verified")


def is_address(text: str) -> bool:
    """Whether this can be an e-mail address: something on both sides of an @, no space, nothing invisible."""
    name, _, domain = text.rpartition("@")
    visible = printable(text, _EMAIL_LIMIT) == text and not any(character.isspace() for character in text)
    return bool(name and domain) and visible
