"""Provisioning: whether a validated identity may become, or go on being, a user and a member."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.steps import Step
from ssocli.text import printable

# RFC 5321 4.5.3.1 allows a path of 256 octets, of which the brackets take two.
EMAIL_LIMIT = 254
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")


@dataclass(frozen=True, slots=True)
class ProvisioningContext:
    """What the identity provider said about the person, and what the store and the configuration say to it.

    `email` is empty if the provider gave none; `groups` is None if it sent no such claim. `user_active` is None if
    the identity is unknown. `email_holder` describes the other user that has the e-mail, if there is one.
    """

    organization: str
    subject: str
    email: str
    email_verified: bool | None
    groups: tuple[str, ...] | None
    maps_groups: bool
    allowed_domains: tuple[str, ...]
    user_active: bool | None
    email_holder: str | None
    takes_seat: bool
    seats: int | None
    seats_taken: int


@rule(
    "PROV001",
    "missing-email",
    step=Step.USER_PROVISIONING,
    spec="OIDC Core 5.1 and 5.4",
    owner=Owner.IDP,
    fix="Give the person an e-mail address at the identity provider and let it release the address to this client "
    "(scope email, or the attribute or claim that the configuration names).",
)
def missing_email(context: ProvisioningContext) -> Judgement:
    """The identity provider names no e-mail address for the person.

    Sentry's users have one; the account can be neither created nor kept up to date without it.
    """
    expected = "an e-mail address"
    return passed(expected, printable(context.email)) if context.email else failed(expected, "none")


@rule(
    "PROV002",
    "malformed-email",
    step=Step.USER_PROVISIONING,
    spec="OIDC Core 5.1; RFC 5322 3.4.1",
    owner=Owner.IDP,
    fix="Correct the address at the identity provider, or map the claim that really holds an e-mail address "
    "(often it is a user name).",
)
def malformed_email(context: ProvisioningContext) -> Judgement:
    """What the identity provider sends as the e-mail address is none."""
    if not context.email:
        return skipped("there is no e-mail address")
    expected = f"one address local@domain of at most {EMAIL_LIMIT} characters, without spaces and invisible characters"
    shown = printable(context.email, EMAIL_LIMIT)
    return passed(expected, shown) if is_address(context.email) else failed(expected, shown)


@rule(
    "PROV003",
    "unverified-email",
    step=Step.USER_PROVISIONING,
    spec="OIDC Core 5.1 and 5.7",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="Nothing has to be done for the login: accounts are never found by their e-mail. Verify the address at the "
    "identity provider if mail shall reach the person.",
)
def unverified_email(context: ProvisioningContext) -> Judgement:
    """The identity provider says that it has not verified the e-mail address."""
    if not context.email:
        return skipped("there is no e-mail address")
    if context.email_verified is None:
        return skipped("the identity provider does not say whether it verified the address")
    expected = "email_verified is true"
    return passed(expected, "true") if context.email_verified else failed(expected, "false")


@rule(
    "PROV004",
    "email-domain-not-allowed",
    step=Step.USER_PROVISIONING,
    spec="SSO flow step 7",
    owner=Owner.APP,
    fix="Log in with the account of the organization, or add the domain to allowed_domains of the organization.",
)
def email_domain_not_allowed(context: ProvisioningContext) -> Judgement:
    """The e-mail address is in a domain from which the organization takes nobody."""
    if not context.allowed_domains:
        return skipped(f"the organization {context.organization} allows every domain")
    if not is_address(context.email):
        return skipped("there is no well-formed e-mail address")
    domain = context.email.rpartition("@")[2]
    expected = f"an address at {' or '.join(context.allowed_domains)}"
    if domain.casefold() in {allowed.casefold() for allowed in context.allowed_domains}:
        return passed(expected, domain)
    return failed(expected, f"an address at {printable(domain)}")


@rule(
    "PROV005",
    "duplicate-email",
    step=Step.USER_PROVISIONING,
    spec="OIDC Core 5.7",
    owner=Owner.APP,
    fix="Log in the way that account always did, or let an administrator remove one of the two accounts. They are not "
    "linked by themselves: an e-mail address does not prove that both belong to one person.",
)
def duplicate_email(context: ProvisioningContext) -> Judgement:
    """Another user already has the e-mail address.

    The identity is known by provider, issuer and subject only, so this is somebody else as far as anyone can tell.
    Linking the two because of the address would hand the account to whoever can set it at the identity provider.
    """
    if not context.email:
        return skipped("there is no e-mail address")
    expected = "an e-mail address that no other user has"
    if context.email_holder is None:
        return passed(expected, "no other user has it")
    return failed(expected, f"{printable(context.email)} is the address of {context.email_holder}")


@rule(
    "PROV006",
    "disabled-user",
    step=Step.USER_PROVISIONING,
    spec="SSO flow step 7",
    owner=Owner.APP,
    fix="Let an administrator of Sentry activate the account, if the person shall use it again.",
)
def disabled_user(context: ProvisioningContext) -> Judgement:
    """The identity belongs to a user whose account is switched off."""
    if context.user_active is None:
        return skipped("no user has this identity yet")
    expected = "an active account"
    return passed(expected, "active") if context.user_active else failed(expected, "the account is disabled")


@rule(
    "PROV007",
    "seat-limit-reached",
    step=Step.USER_PROVISIONING,
    spec="SSO flow step 7",
    owner=Owner.APP,
    fix="Remove a member who needs no access any more, or raise the number of seats of the organization.",
)
def seat_limit_reached(context: ProvisioningContext) -> Judgement:
    """The person would be a new member, but every seat of the organization is taken."""
    if not context.takes_seat:
        return skipped(f"already a member of {context.organization}: no further seat is needed")
    if context.seats is None:
        return skipped(f"the organization {context.organization} has no seat limit")
    expected = f"a free seat of {context.seats}"
    actual = f"{context.seats_taken} of {context.seats} taken"
    return passed(expected, actual) if context.seats_taken < context.seats else failed(expected, actual)


@rule(
    "PROV008",
    "email-as-subject",
    step=Step.USER_PROVISIONING,
    spec="OIDC Core 5.7",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider send an identifier that never changes. With this one, a new address makes the "
    "person a stranger, and a re-used address opens the account to its next holder.",
)
def email_as_subject(context: ProvisioningContext) -> Judgement:
    """The identifier by which the person is recognized is an e-mail address, and those change hands."""
    expected = "an identifier that never changes and is never given to somebody else"
    if is_address(context.subject):
        return failed(expected, f"an e-mail address: {printable(context.subject)}")
    return passed(expected, "no e-mail address")


@rule(
    "PROV009",
    "missing-groups",
    step=Step.USER_PROVISIONING,
    spec="OIDC Core 5.1.2",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="Let the identity provider release the groups to this client (often a scope or a claim of its own), or remove "
    "the mapping; until then a new member gets the default role and no teams, and others keep what they have.",
)
def missing_groups(context: ProvisioningContext) -> Judgement:
    """Groups are mapped to roles or teams, but the identity provider sends none."""
    if not context.maps_groups:
        return skipped("no groups are mapped to roles or teams")
    expected = "the person's groups"
    if context.groups is None:
        return failed(expected, "no groups were sent")
    return passed(expected, f"{len(context.groups)} groups")


def is_address(text: str) -> bool:
    """Whether this looks like one e-mail address: two parts around one @, nothing invisible, not too long."""
    return _ADDRESS.fullmatch(text) is not None and printable(text, EMAIL_LIMIT) == text
