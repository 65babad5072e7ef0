"""SAML responses in which one thing is signed and another one is put where it is read: signature wrapping.

What is signed is genuine, by the right key, about the person who logged in, and still there; the other is about
mallory. The numbers are those of "On Breaking SAML: Be Whoever You Want to Be" (USENIX Security 2012), which all tools
use since: 1 and 2 are about a signed response, 3 to 8 about a signed assertion.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.xml_forgery import (
    bare,
    evil_assertion,
    forger,
    impersonate,
    part,
    sign_again,
    sign_only,
)
from fake_idp.saml import signature, statuses, xml
from fake_idp.saml.statuses import Status

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import SignedResponse

fault = At("saml_wrapping", step="token_validation")

SEEN = "SAML Core 5.4.2; SAML Profiles 4.1.4.3"
WRAPPED = "signature-wrapping"


@fault(WRAPPED, spec=SEEN)
def xsw1(message: SignedResponse) -> None:
    """The response is mallory's and keeps the signature; the signed response is inside that signature.

    Client: uses nothing but the octets that the signature covers, and rejects the response.
    User: sees that the login failed. Anybody who ever logged in can be anybody at a client that is fooled.
    Seen: 11 of 14 frameworks in the paper of 2012.
    """
    signed, made = _evil_response(message)
    made.append(signed)


@fault(WRAPPED, spec=SEEN)
def xsw2(message: SignedResponse) -> None:
    """The response is mallory's and keeps the signature; the signed response stands in front of that signature.

    Client: uses nothing but the octets that the signature covers, and rejects the response.
    User: sees that the login failed. Anybody who ever logged in can be anybody at a client that is fooled.
    Seen: 11 of 14 frameworks in the paper of 2012.
    """
    signed, made = _evil_response(message)
    made.addprevious(signed)


@fault("several-assertions", spec=SEEN)
def xsw3(message: SignedResponse) -> None:
    """Mallory's assertion stands in front of the signed one.

    Client: uses nothing but the octets that the signature covers, and rejects the response.
    User: sees that the login failed. Anybody who ever logged in can be anybody at a client that reads the first one.
    Seen: CVE-2016-5697 (ruby-saml), CVE-2025-47949 (samlify), CVE-2026-25922 (authentik).
    """
    signed = sign_only(message, "assertion")
    signed.addprevious(evil_assertion(message, signed))


@fault(WRAPPED, spec=SEEN)
def xsw4(message: SignedResponse) -> None:
    """Mallory's assertion has the signed one in it, as its last child.

    Client: uses nothing but the octets that the signature covers, and rejects the response.
    User: sees that the login failed. Anybody who ever logged in can be anybody at a client that is fooled.
    Seen: CVE-2020-5407 (Spring Security).
    """
    signed = sign_only(message, "assertion")
    evil = evil_assertion(message, signed)
    signed.addprevious(evil)
    evil.append(signed)


@fault("several-assertions", spec=SEEN)
def xsw5(message: SignedResponse) -> None:
    """Mallory's assertion keeps the signature; the signed one follows, without it.

    Client: wants a signature to refer to the element that it stands in, and rejects the response.
    User: sees that the login failed. Anybody who ever logged in can be anybody at a client that is fooled.
    """
    signed, evil = evil_in_its_place(message)
    evil.addnext(signed)


@fault(WRAPPED, spec=SEEN)
def xsw6(message: SignedResponse) -> None:
    """Mallory's assertion keeps the signature; the signed one is inside that signature.

    Client: wants a signature to refer to the element that it stands in, and rejects the response.
    User: sees that the login failed. Anybody who ever logged in can be anybody at a client that is fooled.
    Seen: CVE-2025-54419 (node-saml, which read from what was not verified).
    """
    signed, evil = evil_in_its_place(message)
    part(evil, "ds:Signature").append(signed)


@fault(WRAPPED, spec=SEEN)
def xsw7(message: SignedResponse) -> None:
    """Mallory's assertion is in the Extensions of the response, under the ID of the signed one.

    Client: finds what is signed by more than its ID, and rejects the response.
    User: sees that the login failed. Anybody who ever logged in can be anybody at a client that is fooled.
    """
    signed = sign_only(message, "assertion")
    extensions(message).append(evil_assertion(message, signed, signed.get("ID")))


@fault(WRAPPED, spec=SEEN)
def xsw8(message: SignedResponse) -> None:
    """Mallory's assertion keeps the signature; the signed one is in an Object of that signature.

    Client: wants a signature to refer to the element that it stands in, and rejects the response.
    User: sees that the login failed. Anybody who ever logged in can be anybody at a client that is fooled.
    Seen: CVE-2024-9487 (GitHub Enterprise Server).
    """
    signed, evil = evil_in_its_place(message)
    part(evil, "ds:Signature").append(xml.element("ds:Object", None, signed))


@fault("several-assertions", spec=SEEN)
def evil_behind_signed(message: SignedResponse) -> None:
    """Mallory's assertion stands behind the signed one.

    Client: uses nothing but the octets that the signature covers, and rejects the response.
    User: sees that the login failed. Anybody who ever logged in can be anybody at a client that reads the last one.
    Seen: CVE-2021-28091 (lasso), CVE-2022-41912 (crewjam/saml).
    """
    signed = sign_only(message, "assertion")
    signed.addnext(evil_assertion(message, signed))


@fault("several-assertions", spec=SEEN)
def evil_of_the_same_id(message: SignedResponse) -> None:
    """Mallory's assertion stands in front of the signed one, under the same ID.

    Client: takes no document in which an ID names two elements, and rejects the response.
    User: sees that the login failed.
    Seen: CVE-2024-6800 (GitHub Enterprise Server).
    """
    signed = sign_only(message, "assertion")
    signed.addprevious(evil_assertion(message, signed, signed.get("ID")))


@fault("several-assertions", spec=SEEN)
def evil_signed_by_a_stranger(message: SignedResponse) -> None:
    """Mallory's assertion, signed by a stranger's key, stands in front of the genuine one.

    Client: takes one assertion, and wants every signature to hold. It rejects the response.
    User: sees that the login failed.
    """
    signed = sign_only(message, "assertion")
    evil = evil_assertion(message, signed)
    signed.addprevious(evil)
    sign_again(message, targets=[evil], signer=forger())


@fault(WRAPPED, spec=SEEN)
def response_in_extensions(message: SignedResponse) -> None:
    """The response is mallory's and not signed; the genuine one, signed, is in its Extensions.

    Client: verifies the message itself, and rejects it.
    User: sees that the login failed.
    """
    genuine = copy.deepcopy(sign_only(message, "response"))
    message.root.remove(part(message.root, "ds:Signature"))
    _make_evil(message)
    extensions(message).append(genuine)


@fault(WRAPPED, spec=SEEN)
def signed_refusal(message: SignedResponse) -> None:
    """The response is mallory's and keeps the signature of a genuine one that only says that a login failed.

    Client: uses nothing but the octets that the signature covers, and rejects the response.
    User: sees that the login failed. Whoever can fail to log in can be anybody at a client that is fooled.
    Seen: OneUptime/oneuptime issue 2981.
    """
    refusal = copy.deepcopy(message.root)
    refusal.set("ID", f"{refusal.get('ID')}-refusal")
    for name in ("saml:Assertion", "samlp:Status"):
        refusal.remove(part(refusal, name))
    refusal = bare(refusal)
    refusal.append(statuses.element(Status("Responder", "AuthnFailed")))
    _sign_about(message, refusal)


@fault("foreign-reference", spec=SEEN)
def signed_metadata(message: SignedResponse) -> None:
    """The response is mallory's and has a genuine signature, of the metadata of the identity provider.

    Client: wants a signature to refer to the element that it stands in, and rejects the response.
    User: sees that the login failed. Metadata are public: anybody can be anybody at a client that takes any signature.
    Seen: CVE-2024-45409 (ruby-saml), CVE-2025-47949 (samlify).
    """
    from fake_idp.saml.metadata import entity_descriptor

    _sign_about(message, entity_descriptor(message.context))


@fault("foreign-reference", spec=SEEN)
def signed_logout(message: SignedResponse) -> None:
    """The response is mallory's and has a genuine signature, of a LogoutResponse.

    Client: wants a signature to refer to the element that it stands in, and rejects the response.
    User: sees that the login failed. Whoever can log out can be anybody at a client that takes any signature.
    """
    attributes = {"ID": f"{message.root.get('ID')}-logout", "Version": "2.0"}
    _sign_about(message, xml.element("samlp:LogoutResponse", attributes, statuses.element(statuses.SUCCESS)))


@fault("foreign-message", spec=SEEN)
def enveloping(message: SignedResponse) -> None:
    """The document is a Signature, and the response is an Object in it.

    Client: takes a samlp:Response as the document and nothing around it.
    User: sees that the login failed.
    """
    sign_only(message, "response")
    made = part(message.root, "ds:Signature")
    message.root.remove(made)
    made.append(xml.element("ds:Object", None, message.root))
    message.root = made


def _evil_response(message: SignedResponse) -> tuple[_Element, _Element]:
    """Make the signed response mallory's under another ID; what was signed, and the signature that stays."""
    signed = bare(sign_only(message, "response"))
    _make_evil(message)
    return signed, part(message.root, "ds:Signature")


def evil_in_its_place(message: SignedResponse) -> tuple[_Element, _Element]:
    """Make the signed assertion mallory's under another ID, signature and all; what was signed, and mallory's."""
    evil = sign_only(message, "assertion")
    signed = bare(evil)
    evil.set("ID", f"{evil.get('ID')}-evil")
    impersonate(message, evil)
    return signed, evil


def _make_evil(message: SignedResponse) -> None:
    """Make the response mallory's, with IDs of its own."""
    impersonate(message)
    for each in (message.root, part(message.root, "saml:Assertion")):
        each.set("ID", f"{each.get('ID')}-evil")


def _sign_about(message: SignedResponse, other: _Element) -> None:
    """Make the response mallory's, with a genuine signature of `other`, which goes into an Object of it."""
    holder = xml.element("ds:Object", None, other)
    sign_again(message, targets=[other])
    made = part(other, "ds:Signature")
    other.remove(made)
    sign_only(message, "response")
    message.root.remove(part(message.root, "ds:Signature"))
    impersonate(message)
    made.append(holder)
    signature.place(message.root, made)


def extensions(message: SignedResponse) -> _Element:
    """New Extensions of the response, where the schema has them."""
    made = xml.element("samlp:Extensions")
    part(message.root, "samlp:Status").addprevious(made)
    return made
