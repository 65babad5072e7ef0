"""SAML responses that were changed after they were signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.artefacts import forged_person
from fake_idp.faults.fault import At
from fake_idp.faults.xml_forgery import assertions, impersonate, part
from fake_idp.saml import xml
from fake_idp.saml.names import BASIC_NAME, REFEDS_MFA

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import SignedResponse

fault = At("saml_signature", step="token_validation")

CORE = "XML Signature 3.2.1"
_DAY = 24 * 3600


@fault("invalid-xml-signature", spec=CORE)
def changed_identity(message: SignedResponse) -> None:
    """Name and attributes of the signed response were replaced by mallory's on the way.

    Client: rejects it.
    User: sees that the login failed. Anybody can be anybody at a client that does not verify what it reads.
    """
    impersonate(message)


@fault.family(
    "changed-{}",
    [
        ("name-id", "invalid-xml-signature", CORE),
        ("attribute", "invalid-xml-signature", CORE),
        ("added-attribute", "invalid-xml-signature", CORE),
        ("added-group", "invalid-xml-signature", CORE),
        ("end", "invalid-xml-signature", CORE),
        ("session-end", "invalid-xml-signature", CORE),
        ("authn-context", "invalid-xml-signature", CORE),
        ("added-audience", "invalid-xml-signature", CORE),
        ("case", "invalid-xml-signature", CORE),
        ("white-space", "invalid-xml-signature", CORE),
        ("line-breaks", "invalid-xml-signature", CORE),
    ],
)
def changed(message: SignedResponse, what: str) -> None:
    """One thing in the assertion was changed after it was signed: {}.

    Client: rejects the response.
    User: sees that the login failed. A proxy or pretty-printer that changes it does the same.
    """
    for assertion in assertions(message.root):
        _CHANGES[what](message, assertion)


def _name_id(message: SignedResponse, assertion: _Element) -> None:
    part(assertion, "saml:NameID").text = forged_person(message.context).email


def _attribute(message: SignedResponse, assertion: _Element) -> None:
    part(assertion, "saml:AttributeValue").text = forged_person(message.context).email


def _added_attribute(_: SignedResponse, assertion: _Element) -> None:
    value = xml.element("saml:AttributeValue", None, "true")
    made = xml.element("saml:Attribute", {"Name": "is_admin", "NameFormat": BASIC_NAME}, value)
    part(assertion, "saml:AttributeStatement").append(made)


def _added_group(message: SignedResponse, assertion: _Element) -> None:
    attributes = part(assertion, "saml:AttributeStatement")
    for group in forged_person(message.context).groups:
        attributes[-1].append(xml.element("saml:AttributeValue", None, group))


def _end(message: SignedResponse, assertion: _Element) -> None:
    part(assertion, "saml:Conditions").set("NotOnOrAfter", xml.instant(message.context.now + _DAY))


def _session_end(message: SignedResponse, assertion: _Element) -> None:
    part(assertion, "saml:AuthnStatement").set("SessionNotOnOrAfter", xml.instant(message.context.now + 365 * _DAY))


def _authn_context(_: SignedResponse, assertion: _Element) -> None:
    part(assertion, "saml:AuthnContextClassRef").text = REFEDS_MFA


def _added_audience(_: SignedResponse, assertion: _Element) -> None:
    stranger = xml.element("saml:Audience", None, "https://stranger.example/metadata")
    part(assertion, "saml:AudienceRestriction").append(stranger)


def _case(_: SignedResponse, assertion: _Element) -> None:
    name = part(assertion, "saml:NameID")
    name.text = (name.text or "").title()


def _white_space(_: SignedResponse, assertion: _Element) -> None:
    name = part(assertion, "saml:NameID")
    name.text = f"{name.text} "


def _line_breaks(_: SignedResponse, assertion: _Element) -> None:
    from lxml import etree

    etree.indent(assertion)


_CHANGES = {
    "name-id": _name_id,
    "attribute": _attribute,
    "added-attribute": _added_attribute,
    "added-group": _added_group,
    "end": _end,
    "session-end": _session_end,
    "authn-context": _authn_context,
    "added-audience": _added_audience,
    "case": _case,
    "white-space": _white_space,
    "line-breaks": _line_breaks,
}
