"""SAML responses that one reader reads differently than another: comments, canonicalization, characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.artefacts import forged_person
from fake_idp.faults.fault import At
from fake_idp.faults.xml_forgery import (
    assertions,
    digested,
    foreign,
    impersonate,
    part,
    sign_again,
    sign_only,
    unsigned,
)
from fake_idp.saml import xml
from fake_idp.saml.names import NAMESPACES

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import SignedResponse

fault = At("saml_canonicalization", step="token_validation")

FULL_TEXT = "SAML Core 5.4.3; US-CERT VU#475445"
NAMES = "SAML Core 8.3"
_EVIL_SUFFIX = ".evil.example"


@fault("comment-in-value", spec=FULL_TEXT, reject="should_reject")
def comment_in_name_id(message: SignedResponse) -> None:
    """The signed NameID is mallory's address with `.evil.example` behind it; a comment was put between the two.

    Client: uses the whole text, or rejects the response. The signature holds: canonicalization drops comments.
    User: notices nothing, or sees that the login failed. Is mallory at a client that stops reading at the comment.
    Seen: CVE-2017-11427 (python-saml), CVE-2017-11428 (ruby-saml), CVE-2017-11430 (omniauth-saml), CVE-2018-0489
    (Shibboleth), CVE-2018-7340 (Duo).
    """
    mallory = _mallory(message)
    for assertion in assertions(message.root):
        part(assertion, "saml:NameID").text = mallory + _EVIL_SUFFIX
    sign_again(message)
    for assertion in assertions(message.root):
        _split(part(assertion, "saml:NameID"), mallory)


@fault("comment-in-value", spec=FULL_TEXT, reject="should_reject")
def comment_in_attributes(message: SignedResponse) -> None:
    """Like that, but in each attribute with the person's address.

    Client: uses the whole text, or rejects the response.
    User: notices nothing, or sees that the login failed. Is mallory at a client that stops reading at the comment.
    Seen: as for the NameID.
    """
    mallory = _mallory(message)
    values = [
        value for value in message.root.iter(f"{{{NAMESPACES['saml']}}}AttributeValue") if "@" in (value.text or "")
    ]
    if not values:
        raise LookupError("an attribute with an e-mail address")
    for value in values:
        value.text = mallory + _EVIL_SUFFIX
    sign_again(message)
    for value in values:
        _split(value, mallory)


@fault.family(
    "comment-in-{}",
    [("audience", "comment-in-value", FULL_TEXT), ("issuer", "comment-in-value", FULL_TEXT)],
    reject="should_reject",
)
def harmless_comment(message: SignedResponse, name: str) -> None:
    """A comment was put into the {} of the assertion, of which nothing else was changed.

    Client: uses the whole text, or rejects the response.
    User: notices nothing, or sees that the login failed.
    """
    for assertion in assertions(message.root):
        holder = part(assertion, "saml:Audience" if name == "audience" else "saml:Issuer")
        _split(holder, (holder.text or "")[:12])


@fault("comment-in-value", spec=FULL_TEXT, reject="should_reject")
def processing_instruction_in_name_id(message: SignedResponse) -> None:
    """The NameID is mallory's address with `.evil.example` behind it, and a signed processing instruction between.

    Client: uses the whole text, or rejects the response.
    User: notices nothing, or sees that the login failed. Is mallory at a client that stops reading there.
    """
    from lxml import etree

    mallory = _mallory(message)
    for assertion in assertions(message.root):
        holder = part(assertion, "saml:NameID")
        instruction = etree.ProcessingInstruction("fake", "idp")
        holder.text, instruction.tail = mallory, _EVIL_SUFFIX
        holder.append(instruction)
    sign_again(message)


@fault.family(
    "comments-{}",
    [("between-elements", None, "SAML Core 5.4.3"), ("around-the-document", None, "SAML Core 5.4.3")],
    reject="must_tolerate",
)
def comments(message: SignedResponse, place: str) -> None:
    """Comments were put into the signed response, where they cut nothing in two: {}.

    Client: accepts it: canonicalization drops them.
    User: notices nothing.
    """
    from lxml import etree

    if place == "around-the-document":
        message.rewrite(b"<!-- before -->" + xml.serialize(message.root) + b"<!-- behind -->")
        return
    for assertion in assertions(message.root):
        assertion.insert(0, etree.Comment(" between "))


@fault("invalid-xml-signature", spec="XML Canonicalization 1.0 1.3")
def void(message: SignedResponse) -> None:
    """The assertion is mallory's, cannot be canonicalized (a relative namespace URI), and has the digest of nothing.

    Client: takes an error for an error and not for an empty text. It rejects the response.
    User: sees that the login failed. Anybody can be anybody at a client that digests nothing and compares.
    Seen: CVE-2025-66568 (ruby-saml before 1.18.0), CVE-2025-66578 (xmlseclibs before 3.1.4).
    """
    target = sign_only(message, "assertion")
    impersonate(message)
    target.remove(part(target, "ds:Signature"))
    sign_again(message, targets=[target], edit=lambda info, _: digested(info, b"", "sha256"))
    message.rewrite(xml.serialize(message.root).replace(b"<saml:Assertion ", b'<saml:Assertion xmlns:void="1" '))


@fault.family(
    "lookalike-{}",
    [
        ("zero-width-space", None, NAMES),
        ("no-break-space", None, NAMES),
        ("homoglyph", None, NAMES),
        ("full-width", None, NAMES),
        ("capitals", None, NAMES),
    ],
    reject="must_tolerate",
)
def lookalike(message: SignedResponse, way: str) -> None:
    """The NameID is properly signed and looks like mallory's, but is another one: {}.

    Client: compares names as they are, and gives this person an account of their own or none.
    User: notices nothing. Is mallory at a client that trims, folds or normalizes names.
    """
    mallory = _mallory(message)
    looks = {
        "zero-width-space": f"{mallory}\N{ZERO WIDTH SPACE}",
        "no-break-space": f"{mallory}\N{NO-BREAK SPACE}",
        "homoglyph": mallory.replace("a", "\N{CYRILLIC SMALL LETTER A}"),
        "full-width": mallory.replace("@", "\N{FULLWIDTH COMMERCIAL AT}"),
        "capitals": mallory.upper(),
    }
    for assertion in assertions(message.root):
        part(assertion, "saml:NameID").text = looks[way]
    sign_again(message)


@fault(spec="XML Schema Instance 2.6.3", reject="must_tolerate")
def schema_location(message: SignedResponse) -> None:
    """The response says at which URL its schema is.

    Client: accepts it, and fetches nothing that a message names.
    User: notices nothing.
    """
    instance = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
    message.root.set(instance, f"{NAMESPACES['samlp']} http://127.0.0.1:9/protocol.xsd")
    sign_again(message)


@fault(spec="XInclude 3.1", reject="must_tolerate")
def xinclude(message: SignedResponse) -> None:
    """The Extensions of the response ask for a file to be included.

    Client: accepts the response, includes nothing, and shows nothing of the file to anybody.
    User: notices nothing.
    """
    targets = unsigned(message.root)
    asks = foreign("http://www.w3.org/2001/XInclude", "xi", "include", {"href": "file:///etc/passwd", "parse": "text"})
    part(message.root, "samlp:Status").addprevious(xml.element("samlp:Extensions", None, asks))
    sign_again(message, targets=targets)


@fault(spec="XML Style Sheet 1", reject="must_tolerate")
def style_sheet(message: SignedResponse) -> None:
    """The document begins with a processing instruction that names a style sheet.

    Client: accepts it, and fetches nothing that a message names.
    User: notices nothing.
    """
    instruction = b'<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/style.xsl"?>'
    message.rewrite(instruction + xml.serialize(message.root))


def _mallory(message: SignedResponse) -> str:
    person = forged_person(message.context)
    return person.email or person.username


def _split(holder: _Element, beginning: str) -> None:
    """Put a comment behind the beginning of a text."""
    from lxml import etree

    comment = etree.Comment("")
    comment.tail = (holder.text or "").removeprefix(beginning)
    holder.text = beginning
    holder.append(comment)
