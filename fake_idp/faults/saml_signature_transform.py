"""Signatures of SAML responses over what unusual transforms make of the message."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.xml_forgery import (
    INCLUSIVE,
    algorithm,
    digested,
    foreign,
    impersonate,
    inclusive,
    part,
    sign_again,
    sign_only,
)
from fake_idp.saml import xml
from fake_idp.saml.names import NAMESPACES
from fake_idp.saml.signature import EXCLUSIVE

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import SignedResponse

fault = At("saml_signature", step="token_validation")

TRANSFORMS = "SAML Core 5.4.4"
CANONICALIZATION = "SAML Core 5.4.3"
_MANY = 100
_XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
_TRANSFORMS = {
    "xpath": _XPATH,
    "xpath-filter": "http://www.w3.org/2002/06/xmldsig-filter2",
    "xslt": "http://www.w3.org/TR/1999/REC-xslt-19991116",
    "base64": NAMESPACES["ds"] + "base64",
    "decrypt": "http://www.w3.org/2002/07/decrypt#XML",
    "unknown": "urn:fake-idp:transform",
}


@fault.family(
    "transform-{}",
    [
        ("xpath", "unaccepted-transform", TRANSFORMS),
        ("xpath-filter", "unaccepted-transform", TRANSFORMS),
        ("xslt", "unaccepted-transform", TRANSFORMS),
        ("base64", "unaccepted-transform", TRANSFORMS),
        ("decrypt", "unaccepted-transform", TRANSFORMS),
        ("unknown", "unaccepted-transform", TRANSFORMS),
    ],
)
def transform(message: SignedResponse, name: str) -> None:
    """What is signed is to go through one more transform before it is digested: {}.

    Client: takes the enveloped signature and exclusive canonicalization and no others: they can leave out what they
    like, and some run programs. It rejects the response before it applies any.
    User: sees that the login failed.
    Seen: CVE-2022-47966 (XSLT in ManageEngine, which ran code before it looked at the signature).
    """

    def edit(info: _Element, _: _Element) -> None:
        made = xml.element("ds:Transform", {"Algorithm": _TRANSFORMS[name]}, _argument(name))
        part(info, "ds:Transforms").insert(1, made)

    sign_again(message, edit=edit)


@fault("unaccepted-transform", spec=TRANSFORMS)
def transform_that_hides(message: SignedResponse) -> None:
    """Everything but the Issuer of the assertion is left out of what is signed, by XPath; then mallory was put in.

    Client: takes no transform that can leave something out, and rejects the response.
    User: sees that the login failed. Anybody can be anybody at a client that applies the transform.
    """

    def edit(info: _Element, target: _Element) -> None:
        xpath = xml.element("ds:XPath", None, "ancestor-or-self::*[local-name()='Issuer']")
        part(info, "ds:Transforms").insert(1, xml.element("ds:Transform", {"Algorithm": _XPATH}, xpath))
        digested(info, xml.canonical(part(target, "saml:Issuer")), "sha256")

    assertion = sign_only(message, "assertion")
    assertion.remove(part(assertion, "ds:Signature"))
    impersonate(message)
    sign_again(message, targets=[assertion], edit=edit)


@fault("unaccepted-transform", spec=TRANSFORMS)
def hundred_transforms(message: SignedResponse) -> None:
    """What is signed is to be canonicalized a hundred times before it is digested.

    Client: wants the two transforms that SAML has, and rejects the response before it begins.
    User: sees that the login failed, and not that the application hangs.
    Seen: CVE-2021-39171 (passport-saml before 3.1.0).
    """

    def edit(info: _Element, _: _Element) -> None:
        transforms = part(info, "ds:Transforms")
        transforms.extend([copy.deepcopy(transforms[-1]) for _ in range(_MANY)])

    sign_again(message, edit=edit)


@fault("invalid-xml-signature", spec=TRANSFORMS)
def enveloped_not_named(message: SignedResponse) -> None:
    """The digest leaves the signature out, but the transform that says so is missing.

    Client: computes the digest over what the transforms say, and rejects the response.
    User: sees that the login failed.
    """
    sign_again(message, edit=lambda info, _: _drop(info, 0))


@fault(spec="XML Signature 4.4.3.2", reject="must_tolerate")
def enveloped_only(message: SignedResponse) -> None:
    """The transforms name no canonicalization, so the inclusive one applies.

    Client: accepts it.
    User: notices nothing.
    """

    def edit(info: _Element, target: _Element) -> None:
        _drop(info, 1)
        digested(info, inclusive(target), "sha256")

    sign_again(message, edit=edit)


@fault("unaccepted-transform", spec=CANONICALIZATION, reject="must_tolerate")
def inclusive_canonicalization(message: SignedResponse) -> None:
    """What is signed is canonicalized with all namespaces around it (Canonical XML 1.0).

    Client: accepts it, and may warn: the signature does not survive being moved into another document.
    User: notices nothing, or sees that the login failed where a proxy or library puts the message together anew.
    """

    def edit(info: _Element, target: _Element) -> None:
        part(info, "ds:Transforms")[1].set("Algorithm", INCLUSIVE)
        algorithm(info, "ds:CanonicalizationMethod", INCLUSIVE)
        digested(info, inclusive(target), "sha256")

    sign_again(message, edit=edit, canonicalize=inclusive)


@fault(spec=CANONICALIZATION, reject="must_tolerate")
def canonicalization_with_comments(message: SignedResponse) -> None:
    """The algorithms of canonicalization are those that keep comments; there are none to keep.

    Client: accepts it.
    User: notices nothing.
    """
    uri = EXCLUSIVE + "WithComments"

    def edit(info: _Element, _: _Element) -> None:
        part(info, "ds:Transforms")[1].set("Algorithm", uri)
        algorithm(info, "ds:CanonicalizationMethod", uri)

    sign_again(message, edit=edit)


@fault.family(
    "inclusive-namespaces-{}",
    [("xs", None, "Exclusive XML Canonicalization 2.1"), ("default", None, "Exclusive XML Canonicalization 2.1")],
    reject="must_tolerate",
)
def inclusive_namespaces(message: SignedResponse, prefix: str) -> None:
    """Exclusive canonicalization is to keep one namespace that it would drop (InclusiveNamespaces): {}.

    Client: accepts it.
    User: notices nothing; with clients that overlook the list, nobody can log in.
    Seen: Okta, Shibboleth and whatever else is made with OpenSAML, for attribute values of an xsi:type.
    """
    prefixes = ["#default" if prefix == "default" else prefix, "saml"]

    def edit(info: _Element, target: _Element) -> None:
        listed = foreign(EXCLUSIVE, "ec", "InclusiveNamespaces", {"PrefixList": " ".join(prefixes)})
        part(info, "ds:Transforms")[1].append(listed)
        digested(info, xml.canonical(target, prefixes), "sha256")

    sign_again(message, edit=edit)


def _drop(info: _Element, number: int) -> None:
    """Take a transform away: 0 is the enveloped signature, 1 the canonicalization."""
    transforms = part(info, "ds:Transforms")
    transforms.remove(transforms[number])


def _argument(name: str) -> _Element | None:
    """What the transform is to do: nothing, as far as that can be said."""
    if name == "xpath":
        return xml.element("ds:XPath", None, "true()")
    if name == "xslt":
        namespace = "http://www.w3.org/1999/XSL/Transform"
        sheet = foreign(namespace, "xsl", "stylesheet", {"version": "1.0"})
        template = foreign(namespace, "xsl", "template", {"match": "/"})
        template.append(foreign(namespace, "xsl", "copy-of", {"select": "."}))
        sheet.append(template)
        return sheet
    if name == "xpath-filter":
        return foreign(_TRANSFORMS[name], "filter", "XPath", {"Filter": "union"}, "/")
    return None
