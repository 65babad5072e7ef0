"""What a verified assertion says: read from the signed octets, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.checks.saml_response.confirmation import chosen_confirmation
from ssocli.checks.saml_response.context import SamlResponseContext
from ssocli.checks.saml_tree import SAML, Element, attribute, child, children, instant, text_of


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion whose signature verified.

    Times are in seconds since the epoch. Until `not_on_or_after`, the end of its bearer confirmation, its `id` must
    be remembered against replay (SAML Profiles 4.1.4.5). Attributes with several values keep their order; white space
    around a value is not part of it.
    """

    id: str
    issuer: str
    name_id: str | None
    name_id_format: str | None
    name_qualifier: str | None
    sp_name_qualifier: str | None
    attributes: dict[str, tuple[str, ...]]
    session_index: str | None
    session_not_on_or_after: float | None
    not_on_or_after: float | None
    authn_instant: float | None
    authn_context: str | None


def verified_assertion(context: SamlResponseContext) -> Assertion | None:
    """The assertion, if it is the only one and stands in signed octets that a configured certificate verifies.

    This alone is not a valid login: call it when `evaluate("saml_response", context)` found nothing that blocks.
    """
    reading = context.reading
    if reading is None or not reading.is_verified or reading.assertion is None:
        return None
    assertion = reading.assertion
    name_id = child(assertion, f"{SAML}Subject", f"{SAML}NameID")
    statement = child(assertion, f"{SAML}AuthnStatement")
    confirmation = child(chosen_confirmation(assertion, context), f"{SAML}SubjectConfirmationData")
    return Assertion(
        id=assertion.get("ID"),
        issuer=(text_of(child(assertion, f"{SAML}Issuer")) or "").strip(),
        name_id=(text_of(name_id) or "").strip() or None,
        name_id_format=attribute(name_id, "Format"),
        name_qualifier=attribute(name_id, "NameQualifier"),
        sp_name_qualifier=attribute(name_id, "SPNameQualifier"),
        attributes=received_attributes(assertion),
        session_index=attribute(statement, "SessionIndex"),
        session_not_on_or_after=instant(attribute(statement, "SessionNotOnOrAfter")),
        not_on_or_after=instant(attribute(confirmation, "NotOnOrAfter")),
        authn_instant=instant(attribute(statement, "AuthnInstant")),
        authn_context=authn_context(assertion),
    )


def received_attributes(assertion: Element) -> dict[str, tuple[str, ...]]:
    """The values of each attribute; those of attributes with the same name are joined."""
    found: dict[str, tuple[str, ...]] = {}
    for statement in children(assertion, f"{SAML}AttributeStatement"):
        for entry in children(statement, f"{SAML}Attribute"):
            values = tuple((text_of(value) or "").strip() for value in children(entry, f"{SAML}AttributeValue"))
            name = entry.get("Name") or ""
            found[name] = found.get(name, ()) + values
    return found


def authn_context(assertion: Element) -> str | None:
    """The class of the authentication; None if none is named."""
    found = text_of(child(assertion, f"{SAML}AuthnStatement", f"{SAML}AuthnContext", f"{SAML}AuthnContextClassRef"))
    return (found or "").strip() or None
