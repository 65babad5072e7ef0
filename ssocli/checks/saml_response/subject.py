"""Who was authenticated, how, and what is said about them."""

from __future__ import annotations

from collections import Counter

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.saml_response.assertion import authn_context, received_attributes
from ssocli.checks.saml_response.context import SamlResponseContext, on_assertion
from ssocli.checks.saml_tree import SAML, UNSPECIFIED_NAME_ID, Element, child, children, is_element, text_of
from ssocli.steps import Step
from ssocli.text import printable

_NAMES = tuple(SAML + name for name in ("Issuer", "NameID", "Audience", "AttributeValue"))


@rule(
    "SRS032",
    "comment-in-value",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 5.4.3; US-CERT VU#475445",
    owner=Owner.USER,
    fix="Do not accept it, and look at who sent it: careless readers stop at the comment and log in another account.",
)
@on_assertion
def comment_in_value(assertion: Element, context: SamlResponseContext) -> Judgement:
    """A comment or processing instruction cuts a name or attribute value in two; canonicalization hides comments."""
    expected = "names and values without comments in them"
    # What was signed has no comments any more; what arrived may.
    arrived = None if context.reading is None else context.reading.arrived_assertion
    found = [
        f"{element.tag.rpartition('}')[2]} {printable(text_of(element) or '', 80)}"
        for root in (assertion, arrived)
        if root is not None
        for element in root.iter(*_NAMES)
        if any(not is_element(part) for part in element.iter())
    ]
    return failed(expected, "; ".join(dict.fromkeys(found))) if found else passed(expected, "none")


@rule(
    "SRS034",
    "assertion-without-subject",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.2",
    owner=Owner.IDP,
    fix="Let the identity provider put a Subject in the assertion, with a NameID and a bearer confirmation.",
)
@on_assertion
def missing_subject(assertion: Element, _: SamlResponseContext) -> Judgement:
    """The assertion is about nobody: it has no Subject."""
    found = child(assertion, f"{SAML}Subject")
    return failed("a Subject", "none") if found is None else passed("a Subject", "one")


@rule(
    "SRS035",
    "missing-name-id",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.4.1; Kantara SAML Deployment Profile SP13",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider send a NameID; many applications ask for one, though an attribute can stand in.",
)
@on_assertion
def missing_name_id(assertion: Element, _: SamlResponseContext) -> Judgement:
    """The subject has no NameID, or an encrypted one, which is not read."""
    subject = child(assertion, f"{SAML}Subject")
    if subject is None:
        return skipped("there is no Subject (SRS034)")
    found = child(subject, f"{SAML}NameID")
    if found is None:
        encrypted = child(subject, f"{SAML}EncryptedID") is not None
        return failed("a NameID", "an EncryptedID, which is not read" if encrypted else "none")
    return passed("a NameID", f"one of the format {printable(found.get('Format') or UNSPECIFIED_NAME_ID, 80)}")


@rule(
    "SRS036",
    "empty-name-id",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 1.3.1 and 2.2.2",
    owner=Owner.IDP,
    fix="Map the NameID at the identity provider to a value that every user has; this user's is empty.",
)
@on_assertion
def empty_name_id(assertion: Element, _: SamlResponseContext) -> Judgement:
    """The NameID is empty or white space: the user lacks the value that it is made of."""
    found = child(assertion, f"{SAML}Subject", f"{SAML}NameID")
    if found is None:
        return skipped("there is no NameID (SRS034, SRS035)")
    text = (text_of(found) or "").strip()
    return passed("a NameID with a value", printable(text, 80)) if text else failed("a NameID with a value", "empty")


@rule(
    "SRS060",
    "missing-authn-statement",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.2",
    owner=Owner.IDP,
    fix="Let the identity provider say in an AuthnStatement when and how the user authenticated.",
)
@on_assertion
def missing_authn_statement(assertion: Element, _: SamlResponseContext) -> Judgement:
    """The assertion does not say that the user authenticated: it has no AuthnStatement."""
    count = len(children(assertion, f"{SAML}AuthnStatement"))
    return passed("an AuthnStatement", str(count)) if count else failed("an AuthnStatement", "none")


@rule(
    "SRS062",
    "unsatisfied-authn-context",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 3.3.2.2.1",
    owner=Owner.IDP,
    fix="Let the identity provider authenticate in the requested way (a second factor, say), or do not ask for one.",
)
@on_assertion
def unsatisfied_authn_context(assertion: Element, context: SamlResponseContext) -> Judgement:
    """The user authenticated in another way than was asked for (RequestedAuthnContext, exact)."""
    if not context.requested_authn_contexts:
        return skipped("no class was asked for")
    if child(assertion, f"{SAML}AuthnStatement") is None:
        return skipped("there is no AuthnStatement (SRS060)")
    expected, found = " or ".join(context.requested_authn_contexts), authn_context(assertion)
    actual = printable(found or "no AuthnContextClassRef")
    return passed(expected, actual) if found in context.requested_authn_contexts else failed(expected, actual)


@rule(
    "SRS063",
    "missing-attributes",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.7.3",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Release attributes to this application at the identity provider (attribute statements, claims rules).",
)
@on_assertion
def missing_attributes(assertion: Element, _: SamlResponseContext) -> Judgement:
    """The assertion says nothing about the user: it has no attributes. Sentry does not accept it so."""
    found = received_attributes(assertion)
    names = ", ".join(printable(name, 80) for name in found)
    return passed("attributes", names) if found else failed("attributes", "none")


@rule(
    "SRS064",
    "duplicate-attribute",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.7.3.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider send an attribute once, with all its values in it. Sentry refuses it as it is.",
)
@on_assertion
def duplicate_attribute(assertion: Element, _: SamlResponseContext) -> Judgement:
    """Two attributes have the same name: one reader joins them, another takes the first or the last."""
    names = Counter(entry.get("Name") for entry in assertion.iterfind(f"{SAML}AttributeStatement/{SAML}Attribute"))
    twice = [printable(str(name), 80) for name, times in names.items() if times > 1]
    expected = "every attribute once"
    return failed(expected, f"more than once: {', '.join(twice)}") if twice else passed(expected, "every one once")


@rule(
    "SRS065",
    "encrypted-attribute",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.7.3.2",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Encrypt the assertion as a whole instead of single attributes: they are not read here, nor by Sentry.",
)
@on_assertion
def encrypted_attribute(assertion: Element, _: SamlResponseContext) -> Judgement:
    """An attribute is encrypted by itself, and is not read."""
    count = len(assertion.findall(f"{SAML}AttributeStatement/{SAML}EncryptedAttribute"))
    return (
        failed("attributes in clear", f"{count} encrypted") if count else passed("attributes in clear", "all of them")
    )


@rule(
    "SRS066",
    "ambiguous-assertion",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.3.3 and 2.4.1",
    owner=Owner.IDP,
    fix="Do not accept it: one reader takes the first, another one the last. The identity provider must send each of "
    "these elements once.",
)
@on_assertion
def ambiguous_assertion(assertion: Element, _: SamlResponseContext) -> Judgement:
    """The assertion has two issuers, subjects or names, where one is allowed: nobody can tell who logged in."""
    paths = ("Issuer", "Subject", "Subject/NameID")
    counts = {path: len(assertion.findall("/".join(SAML + name for name in path.split("/")))) for path in paths}
    several = [f"{count} times {path}" for path, count in counts.items() if count > 1]
    expected = "Issuer, Subject and NameID at most once"
    return failed(expected, ", ".join(several)) if several else passed(expected, "each at most once")


@rule(
    "SRS067",
    "missing-authn-context",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.7.2 (AuthnContext)",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider say in AuthnContext how the user authenticated, if only as `unspecified`.",
)
@on_assertion
def missing_authn_context(assertion: Element, _: SamlResponseContext) -> Judgement:
    """An AuthnStatement does not say how the user authenticated: it has no AuthnContext, which the schema requires."""
    statements = children(assertion, f"{SAML}AuthnStatement")
    if not statements:
        return skipped("there is no AuthnStatement (SRS060)")
    bare = [each for each in statements if child(each, f"{SAML}AuthnContext") is None]
    return failed("an AuthnContext", "none") if bare else passed("an AuthnContext", "one")
