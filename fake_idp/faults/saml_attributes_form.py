"""Attributes in an unusual form, and values that are none (SAML Core 2.7.3.1)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from fake_idp.faults.artefacts import forged_person
from fake_idp.faults.fault import At
from fake_idp.saml import xml

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import Draft

fault = At("saml_attributes", step="token_validation")

STATEMENT = "saml:AttributeStatement"
VALUES = "SAML Core 2.7.3.1.1"


def _attribute(assertion: Draft, name: str) -> _Element:
    for found in assertion.part(STATEMENT):
        if found.get("Name") == name:
            return found
    raise LookupError(f"the attribute {name}")


def _give(found: _Element, *values: str) -> None:
    found[:] = [xml.element("saml:AttributeValue", None, value) for value in values]


NEEDED = {"username": "missing-identifier-attribute", "email": "missing-email-attribute"}


@fault.family("blank-{}", [(name, finding, VALUES) for name, finding in NEEDED.items()])
def blank(assertion: Draft, name: str) -> None:
    """The value of the attribute {} is white space.

    Client: rejects it.
    User: sees that the login failed, until the field is filled in.
    """
    _give(_attribute(assertion, name), " \n ")


ADDRESSES = {
    "with-a-space-inside": "alice smith@acme.example",
    "without-domain": "alice@",
    "without-name": "@acme.example",
    "with-two-at-signs": "alice@evil.example@acme.example",
}


@fault.family("email-{}", [(name, "malformed-email", "RFC 5322 3.4.1") for name in ADDRESSES])
def email(assertion: Draft, name: str) -> None:
    """What comes as the e-mail address is none: {}.

    Client: rejects it: whoever writes to it, or compares its domain, gets it wrong.
    User: sees that the login failed, until another field is mapped.
    """
    _give(_attribute(assertion, "email"), ADDRESSES[name])


@fault.family(
    "duplicate-{}",
    [(name, "duplicate-attribute", "SAML Core 2.7.3.1") for name in ("username", "email")],
    reject="should_reject",
)
def duplicate(assertion: Draft, name: str) -> None:
    """The attribute {} comes twice; the second time it is another person's.

    Client: rejects it, or takes the first one always; it never mixes the two.
    User: logs in as themselves, or sees that the login failed.
    Seen: python3-saml refuses it; minisaml and pysaml2 join the values.
    """
    found = _attribute(assertion, name)
    second = copy.deepcopy(found)
    _give(second, str(getattr(forged_person(assertion.context), name)))
    found.addnext(second)


@fault(spec=VALUES, reject="must_tolerate")
def groups_as_one_text(assertion: Draft) -> None:
    """The groups come as one value with commas in it.

    Client: takes it for one group, or splits it where it was told to.
    User: logs in, and may miss roles.
    """
    _give(_attribute(assertion, "groups"), "engineering, sentry-managers")


@fault(spec=VALUES, reject="must_tolerate")
def groups_as_elements(assertion: Draft) -> None:
    """Each group is an element of its own inside one value.

    Client: reads the text, or leaves out what it does not understand; it does not crash.
    User: logs in, and may miss roles.
    """
    value = xml.element("saml:AttributeValue")
    for name in ("engineering", "sentry-managers"):
        group = value.makeelement("{urn:example:groups}Group")
        group.text = name
        value.append(group)
    _attribute(assertion, "groups")[:] = [value]


@fault(spec="SAML Core 2.7.3", reject="must_tolerate")
def a_hundred_more(assertion: Draft) -> None:
    """There are a hundred attributes more.

    Client: ignores what it does not know.
    User: notices nothing.
    """
    for number in range(100):
        value = xml.element("saml:AttributeValue", None, f"value {number}")
        assertion.part(STATEMENT).append(xml.element("saml:Attribute", {"Name": f"other-{number}"}, value))


@fault("encrypted-attribute", spec="SAML Core 2.7.3.2", reject="should_reject")
def encrypted_attribute(assertion: Draft) -> None:
    """One attribute more is there, encrypted by itself.

    Client: reads it, or says that it cannot.
    User: logs in without what it holds.
    """
    value = xml.element("xenc:CipherValue", None, "AAAA")
    data = xml.element("xenc:EncryptedData", None, xml.element("xenc:CipherData", None, value))
    assertion.part(STATEMENT).append(xml.element("saml:EncryptedAttribute", None, data))
