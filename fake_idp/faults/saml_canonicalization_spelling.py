"""SAML responses in another spelling: what canonicalization evens out, and what it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize

from fake_idp.faults.fault import At
from fake_idp.faults.xml_forgery import (
    assertions,
    impersonate,
    part,
    sign_again,
    unsigned,
)
from fake_idp.saml import xml
from fake_idp.saml.names import BASIC_NAME, NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import SignedResponse

fault = At("saml_canonicalization", step="token_validation")

EXCLUSIVE = "Exclusive XML Canonicalization 1.0"


@fault("invalid-xml-signature", spec=EXCLUSIVE)
def prefix_renamed(message: SignedResponse) -> None:
    """The prefix of the assertion's namespace was changed after signing, as some proxies and libraries do.

    Client: rejects it: prefixes mean nothing, but they are signed.
    User: sees that the login failed.
    """
    document = xml.serialize(message.root)
    message.rewrite(document.replace(b"saml:", b"saml2:").replace(b"xmlns:saml=", b"xmlns:saml2="))


@fault("unsigned-response", spec="XML Namespaces 2.3")
def signature_of_another_namespace(message: SignedResponse) -> None:
    """The response is mallory's; its signatures are in a namespace that looks nearly like the one of XML signatures.

    Client: compares namespaces letter by letter, sees no signature, and rejects the response.
    User: sees that the login failed.
    Seen: CVE-2025-25292 (ruby-saml, whose two parsers saw two namespaces).
    """
    impersonate(message)
    genuine = NAMESPACES["ds"].encode("ascii")
    message.rewrite(xml.serialize(message.root).replace(b'"' + genuine + b'"', b'"' + genuine + b'/"'))


@fault.family(
    "prefixes-{}",
    [
        ("saml2", None, "XML Namespaces 4"),
        ("none", None, "XML Namespaces 6.2"),
        ("swapped", None, "XML Namespaces 4"),
    ],
    reject="must_tolerate",
)
def prefixes(message: SignedResponse, way: str) -> None:
    """The response is written and signed with other prefixes than usual: {}.

    Client: accepts it: prefixes mean nothing.
    User: notices nothing; with clients that look for prefixes, nobody can log in.
    """
    signed = {each.tag for each in unsigned(message.root)}
    saml, samlp = NAMESPACES["saml"], NAMESPACES["samlp"]
    by_way: dict[str, dict[str | None, str]] = {
        "saml2": {"saml2": saml, "saml2p": samlp},
        "none": {None: samlp},
        "swapped": {"samlp": saml, "saml": samlp},
    }
    message.root = _with_prefixes(message.root, by_way[way], saml if way == "none" else None)
    sign_again(message, targets=[each for each in (*assertions(message.root), message.root) if each.tag in signed])


@fault.family(
    "rewritten-{}",
    [
        ("quotes", None, EXCLUSIVE),
        ("attribute-order", None, EXCLUSIVE),
        ("empty-elements", None, EXCLUSIVE),
        ("character-references", None, EXCLUSIVE),
        ("cdata", None, EXCLUSIVE),
        ("white-space-in-tags", None, EXCLUSIVE),
        ("unused-namespace", None, EXCLUSIVE),
        ("declaration", None, EXCLUSIVE),
        ("byte-order-mark", None, EXCLUSIVE),
        ("line-end-behind", None, EXCLUSIVE),
        ("latin-1", None, EXCLUSIVE),
    ],
    reject="must_tolerate",
)
def rewritten(message: SignedResponse, way: str) -> None:
    """The signed response was written anew in a way that canonicalization evens out: {}.

    Client: accepts it.
    User: notices nothing.
    """
    document = xml.serialize(message.root)
    id_attribute = f' ID="{message.root.get("ID")}"'.encode()
    spelled: dict[str, Callable[[], bytes]] = {
        "quotes": lambda: document.replace(b'"', b"'"),
        "attribute-order": lambda: document.replace(id_attribute, b"", 1).replace(
            b' Version="2.0"', b' Version="2.0"' + id_attribute, 1
        ),
        "empty-elements": lambda: document.replace(b':Success"/>', b':Success"></samlp:StatusCode>', 1),
        "character-references": lambda: _respelled(message, lambda name: "".join(f"&#{ord(each)};" for each in name)),
        "cdata": lambda: _respelled(message, lambda name: f"{name[:3]}<![CDATA[{name[3:7]}]]>{name[7:]}"),
        "white-space-in-tags": lambda: document.replace(b' Version="2.0"', b'\n  Version = "2.0"\t').replace(
            b"</saml:NameID>", b"</saml:NameID\n>"
        ),
        "unused-namespace": lambda: document.replace(
            b"<saml:Assertion ", b'<saml:Assertion xmlns:unused="urn:unused" '
        ),
        "declaration": lambda: b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n' + document,
        "byte-order-mark": lambda: b"\xef\xbb\xbf" + document,
        "line-end-behind": lambda: document + b"\n",
        "latin-1": lambda: b'<?xml version="1.0" encoding="ISO-8859-1"?>\n' + document,
    }
    message.rewrite(spelled[way]())


@fault(spec="XML 2.11", reject="must_tolerate")
def carriage_returns(message: SignedResponse) -> None:
    """The response was signed spread over lines; then every line end was replaced by that of Windows.

    Client: accepts it: to XML all line ends are the same.
    User: notices nothing.
    """
    from lxml import etree

    targets = unsigned(message.root)
    etree.indent(message.root)
    sign_again(message, targets=targets)
    message.rewrite(xml.serialize(message.root).replace(b"\n", b"\r\n"))


@fault("invalid-xml-signature", spec="XML 2.11")
def carriage_returns_kept(message: SignedResponse) -> None:
    """The response was signed spread over lines; then a carriage return was written into every line end (`&#13;`).

    Client: rejects it: a carriage return that is written out is a character that was not signed.
    User: sees that the login failed.
    """
    from lxml import etree

    targets = unsigned(message.root)
    etree.indent(message.root)
    sign_again(message, targets=targets)
    message.rewrite(xml.serialize(message.root).replace(b"\n", b"&#13;\n"))


@fault(spec="XML Canonicalization 1.0 4.4", reject="must_tolerate")
def decomposed(message: SignedResponse) -> None:
    """An attribute has letters with accents in two characters each (Unicode NFD), and is signed so.

    Client: accepts it, without changing a letter before it verifies.
    User: notices nothing.
    """
    _add_name(message, normalize("NFD", "Zoë Ångström"))
    sign_again(message)


@fault("invalid-xml-signature", spec="XML Canonicalization 1.0 4.4")
def composed_after_signing(message: SignedResponse) -> None:
    """An attribute was signed with letters and accents apart (NFD), and then put together (NFC) on the way.

    Client: rejects it: both look the same and are different texts.
    User: sees that the login failed, as does everybody else with an accent in the name.
    """
    _add_name(message, normalize("NFD", "Zoë Ångström"))
    sign_again(message)
    message.rewrite(normalize("NFC", xml.serialize(message.root).decode("utf-8")).encode("utf-8"))


def _respelled(message: SignedResponse, spell: Callable[[str], str]) -> bytes:
    """The response with the NameID in another spelling of the same text."""
    name = part(message.root, "saml:NameID").text or ""
    return xml.serialize(message.root).replace(f">{name}<".encode(), f">{spell(name)}<".encode())


def _add_name(message: SignedResponse, name: str) -> None:
    for assertion in assertions(message.root):
        value = xml.element("saml:AttributeValue", None, name)
        made = xml.element("saml:Attribute", {"Name": "displayName", "NameFormat": BASIC_NAME}, value)
        part(assertion, "saml:AttributeStatement").append(made)


def _with_prefixes(root: _Element, prefixes: dict[str | None, str], default: str | None) -> _Element:
    """The tree once more under these prefixes; the assertion may have a default namespace of its own."""
    from lxml import etree

    def copied(element: _Element) -> _Element:
        own = {**prefixes, None: default} if default == etree.QName(element).namespace else prefixes
        made = etree.Element(element.tag, dict(element.attrib), nsmap=own)
        made.text, made.tail = element.text, element.tail
        made.extend([copied(child) for child in element])
        return made

    return copied(root)
