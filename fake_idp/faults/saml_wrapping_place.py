"""Signature wrapping by place: where the other assertion is read, or the signed one overlooked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.saml_wrapping import evil_in_its_place, extensions
from fake_idp.faults.xml_forgery import (
    evil_assertion,
    part,
    sign_again,
    sign_only,
)
from fake_idp.saml import xml

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import SignedResponse

fault = At("saml_wrapping", step="token_validation")

SEEN = "SAML Core 5.4.2; SAML Profiles 4.1.4.3"
WRAPPED = "signature-wrapping"


@fault.family(
    "evil-in-{}",
    [
        ("extensions", WRAPPED, SEEN),
        ("status-detail", WRAPPED, SEEN),
        ("object", WRAPPED, SEEN),
        ("key-info", WRAPPED, SEEN),
        ("signature", WRAPPED, SEEN),
    ],
)
def evil_in(message: SignedResponse, place: str) -> None:
    """The signed assertion is where it belongs; mallory's is where the signature does not reach: {}.

    Client: reads an assertion only where one belongs, and rejects the response.
    User: sees that the login failed, or notices nothing. Anybody can be anybody at a client that looks for assertions
    anywhere.
    """
    signed = sign_only(message, "assertion")
    _PLACES[place](message, signed).append(evil_assertion(message, signed))


@fault.family(
    "signed-in-{}",
    [
        ("extensions", WRAPPED, SEEN),
        ("status-detail", WRAPPED, SEEN),
        ("key-info", WRAPPED, SEEN),
        ("subject-confirmation-data", WRAPPED, SEEN),
        ("attribute-value", WRAPPED, SEEN),
        ("advice", "foreign-reference", SEEN),
    ],
)
def signed_in(message: SignedResponse, place: str) -> None:
    """Mallory's assertion keeps the signature; the signed one is where nobody reads it: {}.

    Client: wants a signature to refer to the element that it stands in, and rejects the response.
    User: sees that the login failed. Anybody who ever logged in can be anybody at a client that is fooled.
    Seen: CVE-2024-45409 (ruby-saml), OneUptime/oneuptime issue 2949.
    """
    signed, evil = evil_in_its_place(message)
    _PLACES[place](message, evil).append(signed)


@fault.family(
    "same-id-signed-in-{}",
    [
        ("extensions", WRAPPED, SEEN),
        ("object", WRAPPED, SEEN),
        ("advice", "duplicate-id", SEEN),
    ],
)
def same_id_signed_in(message: SignedResponse, place: str) -> None:
    """Mallory's assertion keeps the signature and has the ID of the signed one, which is hidden: {}.

    Client: takes no document in which an ID names two elements, and rejects the response.
    User: sees that the login failed. Anybody who ever logged in can be anybody at a client whose verifier finds the one
    and whose reader the other.
    Seen: OneUptime/oneuptime issue 2949, CVE-2024-6800 (GitHub Enterprise Server).
    """
    signed, evil = evil_in_its_place(message)
    evil.set("ID", signed.get("ID") or "")
    _PLACES[place](message, evil).append(signed)


@fault.family(
    "id-as-{}",
    [("lower-case", "duplicate-id", SEEN), ("xml-id", "duplicate-id", SEEN), ("saml-id", "duplicate-id", SEEN)],
)
def id_under_another_name(message: SignedResponse, name: str) -> None:
    """The response has the ID of the signed assertion, too, in another attribute that some read as one: {}.

    Client: finds what is signed by the attribute ID and nothing else, and takes no document in which it is not clear.
    User: sees that the login failed.
    Seen: GHSL-2024-329 and GHSL-2024-330 (GitHub Enterprise Server).
    """
    signed = sign_only(message, "assertion")
    names = {
        "lower-case": "Id",
        "xml-id": "{http://www.w3.org/XML/1998/namespace}id",
        "saml-id": "{urn:oasis:names:tc:SAML:2.0:protocol}ID",
    }
    message.root.set(names[name], signed.get("ID") or "")


@fault(spec="SAML Core 2.6.1", reject="must_tolerate")
def advice_about_another_person(message: SignedResponse) -> None:
    """The signed assertion has an Advice with an assertion about mallory, as the specification allows.

    Client: accepts the login of the person whom the assertion itself is about, and does not take mallory for that.
    User: notices nothing. Is somebody else at a client that looks for assertions anywhere.
    """
    signed = sign_only(message, "assertion")
    signed.remove(part(signed, "ds:Signature"))
    _advice(message, signed).append(evil_assertion(message, signed))
    sign_again(message, targets=[signed])


def _status_detail(message: SignedResponse, _: _Element) -> _Element:
    made = xml.element("samlp:StatusDetail")
    part(message.root, "samlp:Status").append(made)
    return made


def _object(_: SignedResponse, assertion: _Element) -> _Element:
    made = xml.element("ds:Object")
    part(assertion, "ds:Signature").append(made)
    return made


def _attribute_value(_: SignedResponse, assertion: _Element) -> _Element:
    value = xml.element("saml:AttributeValue")
    part(assertion, "saml:AttributeStatement").append(xml.element("saml:Attribute", {"Name": "token"}, value))
    return value


def _advice(_: SignedResponse, assertion: _Element) -> _Element:
    made = xml.element("saml:Advice")
    part(assertion, "saml:Conditions").addnext(made)
    return made


_PLACES: dict[str, Callable[[SignedResponse, _Element], _Element]] = {
    "extensions": lambda message, _: extensions(message),
    "status-detail": _status_detail,
    "object": _object,
    "key-info": lambda _, assertion: part(assertion, "ds:KeyInfo"),
    "signature": lambda _, assertion: part(assertion, "ds:Signature"),
    "subject-confirmation-data": lambda _, assertion: part(assertion, "saml:SubjectConfirmationData"),
    "attribute-value": _attribute_value,
    "advice": _advice,
}
