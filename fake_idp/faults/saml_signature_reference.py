"""Signatures of SAML responses that refer to something else than they should."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.xml_forgery import (
    assertions,
    digested,
    foreign,
    impersonate,
    part,
    remove,
    sign_again,
    sign_only,
)
from fake_idp.saml import signature, xml

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import SignedResponse
    from fake_idp.faults.xml_forgery import EditInfo

fault = At("saml_signature", step="token_validation")

REFERENCE = "SAML Core 5.4.2"
_MANY = 100


@fault.family(
    "reference-to-{}",
    [
        ("the-document", "foreign-reference", REFERENCE),
        ("nothing-named", "foreign-reference", REFERENCE),
        ("the-root-by-xpointer", "foreign-reference", REFERENCE),
        ("itself-by-xpointer", "foreign-reference", REFERENCE),
        ("a-url", "foreign-reference", REFERENCE),
        ("a-file", "foreign-reference", REFERENCE),
        ("nobody", "foreign-reference", REFERENCE),
    ],
)
def reference_to(message: SignedResponse, what: str) -> None:
    """Digest and signature are good, but what is signed is named otherwise than by its ID: {}.

    Client: wants one reference, to the ID of the element that the signature stands in, and fetches nothing.
    User: sees that the login failed. With a reference that is taken for something else, what is verified and what is
    used are not the same.
    Seen: CVE-2019-3465 (xmlseclibs).
    """

    def edit(info: _Element, target: _Element) -> None:
        uris = {
            "the-document": "",
            "the-root-by-xpointer": "#xpointer(/)",
            "itself-by-xpointer": f"#xpointer(id('{target.get('ID')}'))",
            "a-url": "http://127.0.0.1:9/assertion.xml",
            "a-file": "file:///etc/hostname",
            "nobody": "#_nobody",
        }
        _refer(info, uris.get(what))

    sign_again(message, edit=edit)


@fault("foreign-reference", spec=REFERENCE)
def reference_to_another_element(message: SignedResponse) -> None:
    """The response is about mallory; its signature is properly made, over its Status only.

    Client: wants a reference to the element that the signature stands in, and rejects the response.
    User: sees that the login failed. Anybody can be anybody at a client that is content with any good signature.
    """
    sign_only(message, "response")
    remove(message.root, "ds:Signature")
    impersonate(message)
    status = part(message.root, "samlp:Status")
    status.set("ID", "_status")

    def edit(info: _Element, _: _Element) -> None:
        _refer(info, "#_status")
        digested(info, xml.canonical(status), "sha256")

    sign_again(message, targets=[message.root], edit=edit)


@fault("foreign-reference", spec=REFERENCE)
def references_crossed(message: SignedResponse) -> None:
    """The signature of the response is properly made over the assertion, and that of the assertion over the Status.

    Client: wants a reference to the element that the signature stands in, and rejects the response.
    User: sees that the login failed.
    """
    sign_only(message, "assertion")
    status = part(message.root, "samlp:Status")
    status.set("ID", "_status")

    def about(target: _Element) -> EditInfo:
        def edit(info: _Element, _: _Element) -> None:
            _refer(info, f"#{target.get('ID')}")
            digested(info, xml.canonical(target), "sha256")

        return edit

    _assertion_again(message, about(status))
    sign_again(message, targets=[message.root], edit=about(assertions(message.root)[0]))


@fault("foreign-reference", spec=REFERENCE)
def reference_to_an_object(message: SignedResponse) -> None:
    """The response is about mallory; its signature is properly made, over an Object inside itself.

    Client: wants a reference to the element that the signature stands in, and rejects the response.
    User: sees that the login failed.
    """
    _about_an_object(message, foreign("urn:fake-idp:object", "o", "Nothing"), "#_object")


@fault("foreign-reference", spec="XML Signature 5.1")
def reference_to_a_manifest(message: SignedResponse) -> None:
    """The response is about mallory; its signature is over a Manifest, whose own reference nobody has to check.

    Client: wants a reference to the element that the signature stands in, and rejects the response.
    User: sees that the login failed.
    """
    reference = copy.deepcopy(part(signature.signed_info(message.root, "rsa-sha256"), "ds:Reference"))
    manifest = xml.element("ds:Manifest", {"Id": "_manifest"}, reference)
    _about_an_object(message, manifest, "#_manifest")


@fault("foreign-reference", spec=REFERENCE)
def two_references(message: SignedResponse) -> None:
    """The signature has two references, to what it stands in and to the Status, and both are good.

    Client: wants exactly one, and rejects the response.
    User: sees that the login failed.
    Seen: GHSA-479m-364c-43vc (goxmldsig before 1.6.0, which could verify the one and use the other).
    """
    sign_only(message, "assertion")
    status = part(message.root, "samlp:Status")
    status.set("ID", "_status")

    def edit(info: _Element, _: _Element) -> None:
        second = copy.deepcopy(part(info, "ds:Reference"))
        info.append(second)
        second.set("URI", "#_status")
        digested(second, xml.canonical(status), "sha256")

    _assertion_again(message, edit)


@fault("foreign-reference", spec="XML Signature 4.4.3")
def hundred_references(message: SignedResponse) -> None:
    """The signature has the same good reference a hundred times.

    Client: rejects it before it computes a hundred digests.
    User: sees that the login failed, and not that the application hangs.
    """

    def edit(info: _Element, _: _Element) -> None:
        reference = part(info, "ds:Reference")
        info.extend([copy.deepcopy(reference) for _ in range(_MANY - 1)])

    sign_again(message, edit=edit)


def _refer(info: _Element, uri: str | None) -> None:
    reference = part(info, "ds:Reference")
    if uri is None:
        del reference.attrib["URI"]
    else:
        reference.set("URI", uri)


def _about_an_object(message: SignedResponse, content: _Element, uri: str) -> None:
    """Sign an Object inside the signature of the response, and not the response."""
    sign_only(message, "response")
    remove(message.root, "ds:Signature")
    impersonate(message)
    holder = xml.element("ds:Object", {"Id": "_object"}, content)

    def edit(info: _Element, _: _Element) -> None:
        _refer(info, uri)
        digested(info, xml.canonical(content if uri == "#_manifest" else holder), "sha256")
        remove(info, "ds:Transform")  # the enveloped signature

    sign_again(message, targets=[message.root], edit=edit, finish=lambda made: made.append(holder))


def _assertion_again(message: SignedResponse, edit: EditInfo) -> None:
    """Sign the assertion once more."""
    target = assertions(message.root)[0]
    remove(target, "ds:Signature")
    sign_again(message, targets=[target], edit=edit)
