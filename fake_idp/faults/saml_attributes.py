"""Attributes that are not what the application expects to hear of a person (SAML Core 2.7.3).

All is signed afterwards, by the right key: what is wrong here was meant to be sent so.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.saml import xml
from fake_idp.saml.names import UNSPECIFIED, URI_NAME

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import Draft

fault = At("saml_attributes", step="token_validation")

STATEMENT = "saml:AttributeStatement"
NAMED = "SAML Core 2.7.3.1"
VALUED = "SAML Core 2.7.3.1.1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

# What an application misses when it does not get the attribute.
MISSED = {
    "username": "missing-identifier-attribute",
    "email": "missing-email-attribute",
}


@fault("missing-identifier-attribute", spec="SAML Core 2.7.3", reject="fail_cleanly")
def none(assertion: Draft) -> None:
    """The assertion says nothing about the person but a NameID.

    Client: takes the NameID, or refuses and names what it misses; it does not crash.
    User: sees that something about them is missing, and what.
    Seen: getsentry/sentry issues 19668 and 24248.
    """
    assertion.drop(STATEMENT)


@fault.family("missing-{}", [(name, finding, "SAML Core 2.7.3") for name, finding in MISSED.items()])
def missing(assertion: Draft, name: str) -> None:
    """The attribute {} is not there.

    Client: refuses, and names the attribute that it misses and those that it got.
    User: sees that something about them is missing, and what.
    """
    attribute = named(assertion, name)
    attribute.getparent().remove(attribute)


@fault.family("empty-{}", [(name, finding, VALUED) for name, finding in MISSED.items()])
def empty(assertion: Draft, name: str) -> None:
    """The attribute {} has an empty value.

    Client: refuses, and names the attribute; all such people would share one account.
    User: sees that something about them is missing, and what.
    """
    set_values(named(assertion, name), "")


@fault.family("nil-{}", [(name, finding, VALUED) for name, finding in MISSED.items()])
def nil(assertion: Draft, name: str) -> None:
    """The attribute {} says that it has no value (xsi:nil).

    Client: takes it as absent.
    User: sees that something about them is missing, and what.
    """
    attribute = named(assertion, name)
    set_values(attribute, "")
    attribute[0].set(f"{{{XSI}}}nil", "true")


@fault.family("no-values-of-{}", [(name, finding, NAMED) for name, finding in MISSED.items()])
def no_values(assertion: Draft, name: str) -> None:
    """The attribute {} has no value element at all.

    Client: takes it as absent, and does not crash.
    User: sees that something about them is missing, and what.
    """
    set_values(named(assertion, name))


@fault.family(
    "missing-{}", [(name, "missing-name-attribute", "SAML Core 2.7.3") for name in ("given-name", "family-name")],
    reject="should_reject",
)  # fmt: skip
def missing_name(assertion: Draft, name: str) -> None:
    """The attribute with the {} is not there.

    Client: logs the person in, or refuses and names the attribute.
    User: is addressed by half a name.
    """
    attribute = named(assertion, name.replace("-", "_"))
    attribute.getparent().remove(attribute)


@fault(spec="SAML Core 2.7.3", reject="must_tolerate")
def missing_groups(assertion: Draft) -> None:
    """The attribute groups is not there.

    Client: logs the person in with the least that it gives to anybody.
    User: sees less than yesterday.
    """
    attribute = named(assertion, "groups")
    attribute.getparent().remove(attribute)


# Under which names the products send an e-mail address if nobody says otherwise.
VENDORS = {
    "entra": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "adfs": "http://schemas.xmlsoap.org/claims/EmailAddress",
    "okta": "user.email",
    "google": "Primary email",
    "onelogin": "User.email",
    "oid": "urn:oid:0.9.2342.19200300.100.1.3",
    "keycloak": "mail",
    "capitals": "Email",
}


@fault.family("email-named-by-{}", [(name, "missing-email-attribute", NAMED) for name in VENDORS])
def renamed(assertion: Draft, name: str) -> None:
    """The address comes under the name that {} gives it, and not under the one that is mapped.

    Client: refuses, and names the attribute that it misses and those that it got.
    User: sees that their address is missing, though it was sent.
    Seen: getsentry/sentry issue 68380.
    """
    attribute = named(assertion, "email")
    attribute.set("Name", VENDORS[name])
    attribute.set("NameFormat", UNSPECIFIED if name == "okta" else URI_NAME)


FORMATS = {"uri": URI_NAME, "unspecified": "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"}


@fault.family("name-format-{}", [(name, None, NAMED) for name in FORMATS], reject="must_tolerate")
def name_format(assertion: Draft, name: str) -> None:
    """The attributes say that their names are of the format {}.

    Client: goes by the names.
    User: notices nothing.
    """
    for attribute in attributes(assertion):
        attribute.set("NameFormat", FORMATS[name])


@fault(spec=NAMED, reject="must_tolerate")
def no_name_format(assertion: Draft) -> None:
    """The attributes do not say of which format their names are.

    Client: goes by the names.
    User: notices nothing.
    """
    for attribute in attributes(assertion):
        attribute.attrib.pop("NameFormat", None)


@fault(spec=NAMED, reject="must_tolerate")
def friendly_names(assertion: Draft) -> None:
    """The attributes have names for people as well, some of them misleading (FriendlyName).

    Client: goes by the names, and never by these.
    User: notices nothing.
    """
    for attribute in attributes(assertion):
        attribute.set("FriendlyName", "email")


@fault(spec=VALUED, reject="must_tolerate")
def typed_values(assertion: Draft) -> None:
    """All values say that they are strings (xsi:type).

    Client: reads them.
    User: notices nothing.
    """
    for attribute in attributes(assertion):
        for value in attribute:
            value.set(f"{{{XSI}}}type", "xs:string")


@fault(spec="SAML Core 2.7.3", reject="must_tolerate")
def several_statements(assertion: Draft) -> None:
    """The attributes stand in two statements.

    Client: reads both.
    User: notices nothing.
    """
    statement = assertion.part(STATEMENT)
    second = xml.element("saml:AttributeStatement")
    statement.addnext(second)
    second.append(statement[-1])


@fault("duplicate-attribute", spec=NAMED, reject="should_reject")
def duplicate_groups(assertion: Draft) -> None:
    """The attribute groups comes twice, with other values each time.

    Client: refuses, or always takes the same; it never gives more rights than one of the two would.
    User: sees more, or less, than they should.
    Seen: python3-saml refuses it; pysaml2 joins the values.
    """
    attribute = named(assertion, "groups")
    second = copy.deepcopy(attribute)
    set_values(second, "sentry-owners")
    attribute.addnext(second)


@fault("malformed-email", spec=VALUED)
def email_is_account_name(assertion: Draft) -> None:
    """The address is an account name with its domain.

    Client: refuses, and says what it got.
    User: sees that their address is none.
    Seen: Active Directory Federation Services with the wrong claim rule.
    """
    set_values(named(assertion, "email"), "ACME\\alice")


@fault("malformed-email", spec=VALUED)
def email_is_list(assertion: Draft) -> None:
    """Two addresses stand in one value.

    Client: refuses; it does not take the one that suits it.
    User: sees that their address is none.
    """
    attribute = named(assertion, "email")
    set_values(attribute, f"{attribute[0].text};mallory@evil.example")


@fault(spec=VALUED, reject="must_tolerate")
def email_with_space_around(assertion: Draft) -> None:
    """Line breaks and spaces stand around the address, as a pretty printer leaves them.

    Client: takes them away.
    User: notices nothing.
    """
    attribute = named(assertion, "email")
    set_values(attribute, f"\n      {attribute[0].text}\n    ")


@fault(spec=VALUED, reject="must_tolerate")
def email_in_capitals(assertion: Draft) -> None:
    """The address is written in capitals.

    Client: finds the same account.
    User: notices nothing.
    """
    attribute = named(assertion, "email")
    set_values(attribute, (attribute[0].text or "").upper())


@fault("groups-overage", spec="SAML Core 2.7.3", reject="should_reject")
def groups_overage(assertion: Draft) -> None:
    """The person is in too many groups: a link comes in place of them, as Microsoft's provider does beyond 150.

    Client: says so; it does not take it for no groups, nor for all.
    User: sees less than yesterday.
    Seen: argoproj/argo-cd issue 8754, ansible/awx issue 4177.
    """
    attribute = named(assertion, "groups")
    attribute.set("Name", "http://schemas.microsoft.com/claims/groups.link")
    set_values(attribute, "https://graph.microsoft.com/v1.0/users/1/getMemberObjects")


@fault(spec=VALUED, reject="must_tolerate")
def many_groups(assertion: Draft) -> None:
    """The person is in three hundred groups.

    Client: reads all of them.
    User: notices nothing.
    """
    attribute = named(assertion, "groups")
    set_values(attribute, "engineering", *(f"group-{number:03}" for number in range(300)))


VALUES = {
    "long": "x" * 2000,
    "of-other-scripts": "\u00dcml\u00e4ut \u03b1\u03b2\u03b3 \u4f60\u597d \U0001f600",
    "with-markup": "<script>alert(1)</script>&amp;'\"",
    "with-invisible-characters": "Ali\u200bce\u202e\ufeff",
    "with-database-commands": "Robert'); DROP TABLE users;--",
}


@fault.family("name-{}", [(name, None, VALUED) for name in VALUES], reject="must_tolerate")
def odd_name(assertion: Draft, name: str) -> None:
    """The given name is an odd text: {}.

    Client: stores and shows it as text.
    User: notices nothing.
    Seen: CVE-2023-45683, script in the form that went back to the browser.
    """
    set_values(named(assertion, "given_name"), VALUES[name])


def attributes(assertion: Draft) -> list[_Element]:
    """All attributes. Raises LookupError if there are none."""
    return list(assertion.part(STATEMENT))


def named(assertion: Draft, name: str) -> _Element:
    """The attribute of that name. Raises LookupError if it is not there."""
    for attribute in attributes(assertion):
        if attribute.get("Name") == name:
            return attribute
    raise LookupError(f"the attribute {name}")


def set_values(attribute: _Element, *values: str) -> None:
    """Give the attribute these values."""
    for value in list(attribute):
        attribute.remove(value)
    attribute.extend(xml.element("saml:AttributeValue", None, value) for value in values)
