"""Assertions about two people at once, about nobody, or without a name of their own (SAML Core 2.2, 2.3.3, 2.4.1)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from fake_idp.faults.artefacts import forged_person
from fake_idp.faults.fault import At
from fake_idp.faults.saml_assertion import DATA, NAME_ID, PROFILE, RESTRICTION, TIMES
from fake_idp.saml import xml
from fake_idp.saml.attributes import released

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import Draft

fault = At("saml_assertion", step="token_validation")

SUBJECT = "saml:Subject"
CONDITIONS = "saml:Conditions"
NAMED = "SAML Core 1.3.4"


def about_another(draft: Draft, assertion: _Element) -> _Element:
    """The assertion with the forged identity in its name and every attribute."""
    context, person = draft.context, forged_person(draft.context)
    values = {each.name: each.values for each in released(person, draft.provider, context.issuer.shape)}
    name_id = xml.find(assertion, NAME_ID)
    if name_id is not None:
        name_id.text = person.email or person.username
    for found in xml.find_all(assertion, "saml:AttributeStatement/saml:Attribute"):
        texts = values.get(found.get("Name") or "", ())
        found[:] = [xml.element("saml:AttributeValue", None, text) for text in texts]
    return assertion


def _of_another(draft: Draft, path: str) -> _Element:
    """What the assertion would have at that path if it were about another person."""
    found = xml.find(about_another(draft, copy.deepcopy(draft.element)), path)
    if found is None:
        raise LookupError(path)
    return found


@fault("ambiguous-assertion", spec="SAML Core 2.3.3")
def two_subjects(assertion: Draft) -> None:
    """There are two subjects, the first one another person.

    Client: rejects it: one reader takes the first, another one the last.
    User: sees that the login failed; at a careless client, works in another person's account.
    """
    assertion.part(SUBJECT).addprevious(_of_another(assertion, SUBJECT))


@fault("ambiguous-assertion", spec="SAML Core 2.4.1")
def two_name_ids(assertion: Draft) -> None:
    """The subject has two names, the first one another person's.

    Client: rejects it: one reader takes the first, another one the last.
    User: sees that the login failed; at a careless client, works in another person's account.
    """
    assertion.part(NAME_ID).addprevious(_of_another(assertion, NAME_ID))


@fault("ambiguous-assertion", spec="SAML Core 2.3.3")
def two_issuers(assertion: Draft) -> None:
    """There are two issuers, the second one another identity provider.

    Client: rejects it.
    User: sees that the login failed.
    """
    assertion.part("saml:Issuer").addnext(xml.element("saml:Issuer", None, "https://evil.example/idp"))


@fault("missing-conditions", spec="SAML Core 2.3.3")
def two_conditions(assertion: Draft) -> None:
    """The conditions are there twice.

    Client: rejects it: one reader takes the first, another one the last.
    User: sees that the login failed.
    """
    found = assertion.part(CONDITIONS)
    found.addnext(copy.deepcopy(found))


@fault("missing-audience", spec="SAML Core 2.5.1.4")
def restriction_without_audience(assertion: Draft) -> None:
    """The AudienceRestriction names nobody.

    Client: rejects it.
    User: sees that the login failed.
    """
    assertion.drop(f"{RESTRICTION}/saml:Audience")


@fault("inverted-conditions", spec=TIMES)
def ends_when_it_begins(assertion: Draft) -> None:
    """The assertion ends in the moment in which it begins.

    Client: rejects it: NotOnOrAfter is the first moment at which it is not good any more.
    User: sees that the login failed.
    """
    found = assertion.part(CONDITIONS)
    found.set("NotOnOrAfter", found.get("NotBefore", ""))


@fault("wrong-confirmation-request", spec="SAML Profiles 4.1.4.3")
def empty_in_response_to(assertion: Draft) -> None:
    """The bearer confirmation answers a request without a name, while the response answers the right one.

    Client: rejects it.
    User: sees that the login failed.
    """
    assertion.part(DATA).set("InResponseTo", "")


@fault("malformed-id", spec="SAML Core 2.3.3")
def missing_id(assertion: Draft) -> None:
    """The assertion has no ID, so that only the response around it is signed.

    Client: rejects it: what has no name cannot be kept against replay.
    User: sees that the login failed.
    """
    del assertion.element.attrib["ID"]


@fault("malformed-id", spec=NAMED)
def id_empty(assertion: Draft) -> None:
    """The ID is empty.

    Client: rejects it: what has no name cannot be kept against replay.
    User: sees that the login failed.
    """
    assertion.element.set("ID", "")


@fault("malformed-id", spec=NAMED)
def id_with_space(assertion: Draft) -> None:
    """There is a space in the ID.

    Client: rejects it.
    User: sees that the login failed.
    """
    assertion.element.set("ID", "_a b")


@fault("unsupported-version", spec="SAML Core 2.3.3")
def missing_version(assertion: Draft) -> None:
    """The assertion does not say of which version it is.

    Client: rejects it.
    User: sees that the login failed.
    """
    del assertion.element.attrib["Version"]


@fault("wrong-assertion-issuer", spec=PROFILE)
def issuer_empty(assertion: Draft) -> None:
    """The issuer is empty.

    Client: rejects it.
    User: sees that the login failed.
    Seen: python3-saml takes an empty issuer for none, and accepts it.
    """
    assertion.part("saml:Issuer").text = ""


BLANKS = {"no-break-space": "\u00a0", "line-breaks": "\n\t\n"}


@fault.family("name-id-of-{}", [(name, "empty-name-id", "SAML Core 1.3.1") for name in BLANKS])
def name_id_blank(assertion: Draft, name: str) -> None:
    """The NameID has nothing but {} in it.

    Client: rejects it: that is nobody's name.
    User: sees that the login failed, until the field is filled in that the name is made of.
    """
    assertion.part(NAME_ID).text = BLANKS[name]


@fault(spec="SAML Core 2.2.1", reject="must_tolerate")
def name_id_with_qualifiers(assertion: Draft) -> None:
    """The NameID has every qualifier there is.

    Client: accepts it, and sends all of them back at the logout.
    User: notices nothing.
    """
    found = assertion.part(NAME_ID)
    found.set("NameQualifier", assertion.part("saml:Issuer").text or "")
    found.set("SPNameQualifier", assertion.provider.entity_id)
    found.set("SPProvidedID", "0815")
