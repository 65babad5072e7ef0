"""The attributes of an assertion against the mapping that the organization configured.

Names are compared exactly, letter case and URI included, as Sentry does; what is nearly right is said in the fix.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from ssocli.checks.check import Judgement, Owner, Severity, Status, failed, passed, rule, skipped
from ssocli.steps import Step
from ssocli.text import printable

# What the same thing is called elsewhere (Okta, Entra ID, AD FS, OneLogin, LDAP): the last part, in small letters.
_ALIASES = {
    "identifier": (
        "identifier",
        "nameidentifier",
        "name",
        "user_id",
        "uniqueid",
        "personimmutableid",
        "objectidentifier",
    ),
    "user_email": ("email", "emailaddress", "mail", "user.email", "upn", "1.2.840.113549.1.9.1.1"),
    "first_name": ("firstname", "givenname", "first_name", "user.firstname"),
    "last_name": ("lastname", "surname", "sn", "last_name", "user.lastname"),
}
_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
# Entra ID sends this instead of the groups of a user who is in more than 150 of them.
_GROUPS_LINK = "http://schemas.microsoft.com/claims/groups.link"
_MAP = "Set the attribute mapping to the names that the identity provider sends, or let it send the mapped name."


@dataclass(frozen=True, slots=True)
class SamlAttributesContext:
    """The attributes as received, and the attribute names that the mapping asks for.

    `received` is None if there is no verified assertion. A mapped name that is None is not wanted.
    With `name_id_is_identifier` the NameID stands in for the attribute `identifier`, `name_id` being its value and
    `name_id_format` its format.
    """

    received: dict[str, tuple[str, ...]] | None
    identifier: str | None
    user_email: str | None
    first_name: str | None = None
    last_name: str | None = None
    name_id_is_identifier: bool = False
    name_id: str | None = None
    name_id_format: str | None = None


def _on_received(
    judge: Callable[[dict[str, tuple[str, ...]], SamlAttributesContext], Judgement],
) -> Callable[[SamlAttributesContext], Judgement]:
    """Make a rule of the attributes: skipped when there is no verified assertion."""

    @functools.wraps(judge)
    def guarded(context: SamlAttributesContext) -> Judgement:
        if context.received is None:
            return skipped("there is no verified assertion")
        return judge(context.received, context)

    return guarded


@rule(
    "SAT001",
    "missing-identifier-attribute",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.7.3.1",
    owner=Owner.APP,
    fix=_MAP,
)
@_on_received
def missing_identifier_attribute(received: dict[str, tuple[str, ...]], context: SamlAttributesContext) -> Judgement:
    """The attribute that identifies the user (mapping `identifier`) is not among those received, or is empty."""
    if not context.name_id_is_identifier:
        return _judge(received, "identifier", context.identifier)
    if context.name_id:
        return passed("a NameID, which is the identifier", printable(context.name_id, 80))
    return failed("a NameID, which is the identifier", "none", owner=Owner.IDP)


@rule(
    "SAT002",
    "missing-email-attribute",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.7.3.1",
    owner=Owner.APP,
    fix=_MAP,
)
@_on_received
def missing_email_attribute(received: dict[str, tuple[str, ...]], context: SamlAttributesContext) -> Judgement:
    """The attribute with the e-mail address (mapping `user_email`) is not among those received, or is empty."""
    return _judge(received, "user_email", context.user_email)


@rule(
    "SAT003",
    "missing-name-attribute",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.7.3.1",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix=_MAP,
)
@_on_received
def missing_name_attribute(received: dict[str, tuple[str, ...]], context: SamlAttributesContext) -> Judgement:
    """An attribute with the user's name (mapping `first_name`, `last_name`) is absent or empty."""
    wanted = (("first_name", context.first_name), ("last_name", context.last_name))
    results = [_judge(received, field, name) for field, name in wanted if name is not None]
    if not results:
        return skipped("the mapping asks for no name")
    return next((result for result in results if result.status is Status.FAILED), results[0])


@rule(
    "SAT004",
    "malformed-email",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 5322 3.4.1",
    owner=Owner.IDP,
    fix="Map an attribute with the user's e-mail address at the identity provider; a user principal name or an account "
    "name is none.",
)
@_on_received
def malformed_email(received: dict[str, tuple[str, ...]], context: SamlAttributesContext) -> Judgement:
    """What came as the e-mail address is none: an account name, with a domain or without, or a list."""
    found = next(iter(received.get(context.user_email or "", ())), "")
    if not found:
        return skipped("there is no e-mail address (SAT002)")
    local, _, domain = found.rpartition("@")
    good = bool(local and domain) and "@" not in local and not any(each.isspace() or each in ",;\\" for each in found)
    expected = "an e-mail address"
    return passed(expected, printable(found, 80)) if good else failed(expected, printable(found, 80))


@rule(
    "SAT005",
    "groups-overage",
    step=Step.TOKEN_VALIDATION,
    spec="Microsoft Entra ID, SAML token claims reference (groups:src1 overage)",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Entra ID: Single sign-on > Attributes & Claims > Add a group claim > Groups assigned to the application: only "
    "those are sent then; or filter the groups.",
)
@_on_received
def groups_overage(received: dict[str, tuple[str, ...]], _: SamlAttributesContext) -> Judgement:
    """The user is in so many groups that the assertion has a link to them instead: role and teams cannot be mapped.

    Entra ID does so above 150 groups. Nobody fetches the link, so the user loses what the groups gave.
    """
    if _GROUPS_LINK in received:
        return failed("the groups themselves, or none", f"the attribute {_GROUPS_LINK}, a link to them")
    return passed("the groups themselves, or none", "no link in place of groups")


@rule(
    "SAT006",
    "changing-identifier",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 8.3.8",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider send a lasting NameID (persistent, or an account's id), or map `identifier` to an "
    "attribute that never changes.",
)
@_on_received
def changing_identifier(_: dict[str, tuple[str, ...]], context: SamlAttributesContext) -> Judgement:
    """The account hangs on a transient NameID, which is another one at every login: each makes a new account."""
    if not context.name_id_is_identifier:
        return skipped("the NameID is not the identifier")
    if context.name_id_format == _TRANSIENT:
        return failed("a NameID that stays the same", "a NameID of the format transient")
    return passed("a NameID that stays the same", "a NameID of another format than transient")


@rule(
    "SAT007",
    "email-as-identifier",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 5.7; SAML Core 8.3.7",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="Map `identifier` to an id that never changes (Entra ID: user.objectid, Okta: user.id), before people or "
    "domains are renamed.",
)
@_on_received
def email_as_identifier(received: dict[str, tuple[str, ...]], context: SamlAttributesContext) -> Judgement:
    """What identifies the user is an e-mail address: whoever is renamed gets a new account and loses the old one."""
    value = (
        context.name_id if context.name_id_is_identifier else next(iter(received.get(context.identifier or "", ())), "")
    )
    if not value:
        return skipped("there is no identifier (SAT001)")
    if "@" in value:
        return failed("an identifier that survives a change of name", printable(value, 80))
    return passed("an identifier that survives a change of name", printable(value, 80))


def suggestion(received: dict[str, tuple[str, ...]], field: str, name: str) -> str | None:
    """The received attribute that is probably meant by `name`: the same but for case or URI, else a common alias."""
    full = [each for each, values in received.items() if any(values)]
    same = (lambda each: each.lower() == name.lower(), lambda each: _last(each) == _last(name))
    alias = (lambda each: _last(each) in _ALIASES[field], lambda each: each.lower() in _ALIASES[field])
    return next((each for like in (*same, *alias) for each in full if like(each)), None)


def _judge(received: dict[str, tuple[str, ...]], field: str, name: str | None) -> Judgement:
    """Whether the attribute `name` came with a value; the fix of a failure suggests the mapping."""
    if name is None:
        return skipped(f"the mapping has no {field}")
    expected = f"the attribute {printable(name, 120)} ({field}), with a value"
    if first := next(iter(received.get(name, ())), ""):
        return passed(expected, printable(first, 80))
    names = ", ".join(sorted(printable(each, 120) for each in received)) or "no attributes"
    near = suggestion(received, field, name)
    fix = f"Set the mapping of {field} to {printable(near, 200)}." if near is not None else _MAP
    if name in received:
        return failed(expected, "it is empty for this user", owner=Owner.IDP, fix=f"Fill it in for this user. {fix}")
    return failed(expected, f"received: {names}", fix=fix)


def _last(name: str) -> str:
    """The last part of a URI or OID name, in small letters: `emailaddress`."""
    return name.lower().replace("#", "/").rstrip("/").rpartition("/")[2].removeprefix("urn:oid:")
