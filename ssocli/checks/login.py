"""What a user may ask for at the login page: an organization, a provider, a password, a page to return to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.steps import Step
from ssocli.text import printable

PasswordVerdict = Literal["right", "wrong", "too_many_attempts", "disabled"]


@dataclass(frozen=True, slots=True)
class LoginContext:
    """What was asked for at the login page, and what the configuration knows.

    `organization` and `provider` are as the user sent them, None if nothing of the kind was sent yet; `wants_sso` says
    whether single sign-on was asked for. `providers` are those of the organization; `provider_problem` says in half a
    sentence why the provider asked for cannot be used. `next_page` is where the user wants to go, `next_problem` why
    they will not be sent there. `password` is the verdict of a password login, None for single sign-on.
    """

    organizations: tuple[str, ...] = ()
    organization: str | None = None
    wants_sso: bool = True
    providers: tuple[str, ...] = ()
    provider: str | None = None
    provider_problem: str = ""
    next_page: str = ""
    next_problem: str = ""
    password: PasswordVerdict | None = None
    username: str = ""


def _named(names: tuple[str, ...], none: str) -> str:
    return f"one of {', '.join(names)}" if names else none


@rule(
    "LOGIN001",
    "unknown-organization",
    step=Step.USER_SELECTION,
    spec="SSO flow step 1",
    owner=Owner.USER,
    fix="Type the organization's slug as it stands in its address, or add [organizations.<slug>] to the configuration.",
)
def unknown_organization(context: LoginContext) -> Judgement:
    """The user asks for an organization that does not exist. Slugs are lower case and not the display name."""
    expected = _named(context.organizations, "an organization (the configuration has none)")
    if context.organization is None:
        return skipped("no organization was named")
    if context.organization in context.organizations:
        return passed(expected, context.organization)
    return failed(expected, printable(context.organization, 80) or "nothing")


@rule(
    "LOGIN002",
    "organization-without-sso",
    step=Step.USER_SELECTION,
    spec="SSO flow step 1",
    owner=Owner.APP,
    fix="Configure an identity provider for the organization ([providers.<id>] with organization = its slug), "
    "or log in with a password.",
)
def organization_without_sso(context: LoginContext) -> Judgement:
    """The user asks for single sign-on at an organization that has no identity provider."""
    if context.organization not in context.organizations:
        return skipped("there is no such organization")
    if not context.wants_sso:
        return skipped("single sign-on was not asked for yet")
    if not context.providers:
        return failed("at least one identity provider", f"none is configured for {context.organization}")
    return passed("at least one identity provider", ", ".join(context.providers))


@rule(
    "LOGIN003",
    "unknown-provider",
    step=Step.IDP_SELECTION,
    spec="SSO flow step 2",
    owner=Owner.USER,
    fix="Choose one of the organization's providers; `ssocli providers` lists them.",
)
def unknown_provider(context: LoginContext) -> Judgement:
    """The provider that was chosen is not one of the organization's: a stale bookmark, or none is configured."""
    expected = _named(context.providers, "an identity provider of the organization")
    if context.provider is None:
        return skipped("no provider was chosen yet")
    if not context.providers:
        return failed(expected, f"none is configured for {context.organization}", owner=Owner.APP)
    if context.provider in context.providers:
        return passed(expected, context.provider)
    return failed(expected, printable(context.provider, 80) or "nothing")


@rule(
    "LOGIN004",
    "broken-provider-configuration",
    step=Step.IDP_SELECTION,
    spec="SSO flow step 2",
    owner=Owner.APP,
    fix="Mend the provider's table in the configuration, or set the environment variable that it names.",
)
def broken_provider_configuration(context: LoginContext) -> Judgement:
    """The provider cannot be used as it is configured: a secret or a private key is missing or unreadable."""
    if context.provider is None or context.provider not in context.providers:
        return skipped("there is no such provider")
    if context.provider_problem:
        return failed("a configuration that can be used", context.provider_problem)
    return passed("a configuration that can be used", "secrets and keys are there")


@rule(
    "LOGIN005",
    "wrong-password",
    step=Step.USER_SELECTION,
    spec="OWASP ASVS 4.0 2.2.1",
    owner=Owner.USER,
    fix="Check the e-mail address and the password ([users] in the configuration), or log in with SSO.",
)
def wrong_password(context: LoginContext) -> Judgement:
    """E-mail and password do not belong to a user. Which of the two is wrong is not told to the user."""
    if context.password is None:
        return skipped("no password login")
    if context.password == "wrong":
        return failed("the e-mail address and password of a user", f"no match for {printable(context.username, 80)}")
    return passed("the e-mail address and password of a user", "not refused")


@rule(
    "LOGIN006",
    "too-many-password-attempts",
    step=Step.USER_SELECTION,
    spec="OWASP ASVS 4.0 2.2.1",
    owner=Owner.USER,
    fix="Wait a minute, then try again.",
)
def too_many_password_attempts(context: LoginContext) -> Judgement:
    """Too many wrong passwords for one user within a minute: further ones are not even looked at."""
    if context.password is None:
        return skipped("no password login")
    if context.password == "too_many_attempts":
        return failed("fewer than 5 wrong passwords in a minute", f"5 for {printable(context.username, 80)}")
    return passed("fewer than 5 wrong passwords in a minute", "not exceeded")


@rule(
    "LOGIN007",
    "disabled-account",
    step=Step.USER_SELECTION,
    spec="SSO flow step 1",
    owner=Owner.APP,
    fix="Enable the account (active = true under [users]).",
)
def disabled_account(context: LoginContext) -> Judgement:
    """The password is right, but the account is disabled."""
    if context.password is None:
        return skipped("no password login")
    if context.password == "disabled":
        return failed("an active account", f"{printable(context.username, 80)} is disabled")
    return passed("an active account", "not disabled")


@rule(
    "LOGIN008",
    "unsafe-next-page",
    step=Step.USER_SELECTION,
    spec="RFC 9700 4.11",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Let `next` be a path of Sentry itself, such as /organizations/acme/issues/.",
)
def unsafe_next_page(context: LoginContext) -> Judgement:
    """The login is asked to end at another site (an open redirect) or at no address at all; the wish is ignored."""
    if context.next_problem:
        return failed("a path of Sentry itself", f"{printable(context.next_page, 120)}: {context.next_problem}")
    if not context.next_page:
        return skipped("no page was asked for")
    return passed("a path of Sentry itself", printable(context.next_page, 120))
