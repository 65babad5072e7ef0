"""The identifiers of several people (or logins) side by side: each person has one, and keeps it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.steps import Step
from ssocli.text import printable


@dataclass(frozen=True, slots=True)
class Login:
    """Who logged in according to one message: the provider, the identifier by which accounts are kept, the address."""

    place: str
    issuer: str
    identifier: str
    email: str


@dataclass(frozen=True, slots=True)
class IdentifiersContext:
    """Several logins at one application."""

    logins: tuple[Login, ...]

    @property
    def emails(self) -> dict[tuple[str, str], dict[str, str]]:
        """By provider and identifier: each address, and where it was found."""
        found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for login in self.logins:
            found[login.issuer, login.identifier].setdefault(login.email.lower(), login.place)
        return found

    @property
    def identifiers(self) -> dict[tuple[str, str], dict[str, str]]:
        """By provider and address: each identifier, and where it was found."""
        found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for login in self.logins:
            found[login.issuer, login.email.lower()].setdefault(login.identifier, login.place)
        return found


@rule(
    "IDN001",
    "one-identifier-for-several-people",
    step=Step.USER_PROVISIONING,
    spec="OIDC Core 2 (sub); SAML Core 8.3.7",
    owner=Owner.APP,
    fix="Map the identifier to what is different for each person and never changes (an object id, a persistent NameID) "
    "and look for accounts that strangers have entered already.",
)
def one_identifier(context: IdentifiersContext) -> Judgement:
    """Two people arrive with the same identifier: whoever comes second lands in the account of the first."""
    if len(context.logins) < 2:
        return skipped("it takes the messages of two people")
    expected = "another identifier for each person"
    for (_, identifier), emails in context.emails.items():
        if len(emails) > 1:
            people = " and ".join(f"{printable(email, 80)} ({place})" for email, place in emails.items())
            return failed(expected, f"{printable(identifier, 80)} for {people}")
    return passed(expected, f"{len(context.emails)} identifiers in {len(context.logins)} messages")


@rule(
    "IDN002",
    "several-identifiers-for-one-person",
    step=Step.USER_PROVISIONING,
    spec="OIDC Core 2 (sub); SAML Core 8.3.7 and 8.3.8",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider send an identifier that stays the same at every login (no transient NameID).",
)
def several_identifiers(context: IdentifiersContext) -> Judgement:
    """One person arrives with two identifiers: the second login makes a second account, or is refused."""
    if len(context.logins) < 2:
        return skipped("it takes two logins of one person")
    expected = "the same identifier at every login"
    for (_, email), identifiers in context.identifiers.items():
        if len(identifiers) > 1:
            values = " and ".join(f"{printable(value, 80)} ({place})" for value, place in identifiers.items())
            return failed(expected, f"{values} for {printable(email, 80)}")
    return passed(expected, f"{len(context.identifiers)} people in {len(context.logins)} messages")
