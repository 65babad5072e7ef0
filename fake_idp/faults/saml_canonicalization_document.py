"""SAML responses that are no good XML documents: with a DTD, in another encoding, broken, or too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.artefacts import forged_person
from fake_idp.faults.fault import At
from fake_idp.faults.xml_forgery import assertions, impersonate, part, sign_again, unsigned
from fake_idp.saml import xml
from fake_idp.saml.names import BASIC_NAME, NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_idp.faults.saml_artefacts import SignedResponse

fault = At("saml_canonicalization", step="token_validation")

UNREADABLE = "unreadable-response"
NO_DTD = "Kantara SAML Deployment Profile G03"
WELL_FORMED = "XML 2.1"
_LAUGHS = 9
_DEEP = 400
_MANY = 400
_LONG = 100 * 1024


@fault.family(
    "doctype-{}",
    [
        ("bare", UNREADABLE, NO_DTD),
        ("external", UNREADABLE, NO_DTD),
        ("internal-entity", UNREADABLE, NO_DTD),
        ("entity-in-id", UNREADABLE, NO_DTD),
        ("fixed-namespace", UNREADABLE, NO_DTD),
        ("of-two-readings", UNREADABLE, NO_DTD),
    ],
)
def doctype(message: SignedResponse, kind: str) -> None:
    """The document begins with a document type declaration, which can change what a parser reads: {}.

    Client: takes no document with a DTD.
    User: sees that the login failed.
    Seen: CVE-2025-25291 and CVE-2025-25292 (ruby-saml, whose two parsers read two documents), CVE-2025-23369 (GitHub
    Enterprise Server).
    """
    mallory = forged_person(message.context).email or ""
    identifier = message.root.get("ID") or ""
    declarations = {
        "bare": "",
        "external": ' SYSTEM "http://127.0.0.1:9/response.dtd"',
        "internal-entity": f' [<!ENTITY name "{mallory}">]',
        "entity-in-id": f' [<!ENTITY name "{identifier}">]',
        "fixed-namespace": f' [<!ATTLIST Signature xmlns CDATA #FIXED "{NAMESPACES["ds"]}">]',
        "of-two-readings": " SYSTEM 'x\"><!--'",
    }
    document = xml.serialize(message.root)
    if kind == "internal-entity":
        name = part(message.root, "saml:NameID").text or ""
        document = document.replace(f">{name}</saml:NameID>".encode(), b">&name;</saml:NameID>")
    if kind == "entity-in-id":
        document = document.replace(f' ID="{identifier}"'.encode(), b' ID="&name;"')
    message.rewrite(f"<!DOCTYPE samlp:Response{declarations[kind]}>".encode() + document)


@fault.family(
    "xxe-{}",
    [
        ("file", UNREADABLE, NO_DTD),
        ("url", UNREADABLE, NO_DTD),
        ("parameter", UNREADABLE, NO_DTD),
    ],
    reject="fail_cleanly",
)
def external_entity(message: SignedResponse, kind: str) -> None:
    """The document has an entity that is to be read from elsewhere, and stands in the NameID: {}.

    Client: takes no document with a DTD, and reads and fetches nothing.
    User: sees that the login failed, and nothing of any file of the server.
    Seen: CVE-2017-9672 (python3-saml), CVE-2021-27736 (FusionAuth), CVE-2022-35741 (Apache CloudStack).
    """
    declarations = {
        "file": '<!ENTITY name SYSTEM "file:///etc/passwd">',
        "url": '<!ENTITY name SYSTEM "http://127.0.0.1:9/latest/meta-data/">',
        "parameter": '<!ENTITY % more SYSTEM "http://127.0.0.1:9/more.dtd"> %more;',
    }
    name = part(message.root, "saml:NameID").text or ""
    document = xml.serialize(message.root).replace(f">{name}</saml:NameID>".encode(), b">&name;</saml:NameID>")
    message.rewrite(f"<!DOCTYPE samlp:Response [{declarations[kind]}]>".encode() + document)


@fault.family(
    "bomb-{}",
    [
        ("billion-laughs", UNREADABLE, NO_DTD),
        ("quadratic", UNREADABLE, NO_DTD),
        ("nested-elements", UNREADABLE, WELL_FORMED),
        ("attributes", UNREADABLE, WELL_FORMED),
    ],
    reject="fail_cleanly",
)
def bomb(message: SignedResponse, kind: str) -> None:
    """The document is small and grows without end, or is deeper or wider than any response needs: {}.

    Client: has limits, and rejects the response without spending time or memory on it.
    User: sees that the login failed; the others notice nothing.
    """
    document = xml.serialize(message.root)
    end = document.index(b">") + 1
    if kind == "nested-elements":
        extensions = b"<samlp:Extensions>" + b"<x>" * _DEEP + b"</x>" * _DEEP + b"</samlp:Extensions>"
        message.rewrite(document.replace(b"<samlp:Status>", extensions + b"<samlp:Status>", 1))
    elif kind == "attributes":
        many = "".join(f' a{number}=""' for number in range(_MANY)).encode()
        message.rewrite(document[: end - 1] + many + document[end - 1 :])
    else:
        laughs = '<!ENTITY e0 "ha">' + "".join(
            f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, _LAUGHS + 1)
        )
        entities = laughs if kind == "billion-laughs" else f'<!ENTITY e{_LAUGHS} "{"ha" * 10_000}">'
        uses = f"&e{_LAUGHS};" * (1 if kind == "billion-laughs" else 1_000)
        bombed = document.replace(b"</saml:NameID>", uses.encode() + b"</saml:NameID>")
        message.rewrite(f"<!DOCTYPE samlp:Response [{entities}]>".encode() + bombed)


@fault.family(
    "{}",
    [
        ("utf-16", UNREADABLE, "XML 4.3.3"),
        ("unknown-encoding", UNREADABLE, "XML 4.3.3"),
        ("byte-of-another-encoding", UNREADABLE, "XML 4.3.3"),
        ("control-character", UNREADABLE, "XML 2.2"),
        ("null-character", UNREADABLE, "XML 4.1"),
        ("unclosed", UNREADABLE, WELL_FORMED),
        ("crossed-tags", UNREADABLE, WELL_FORMED),
        ("two-roots", UNREADABLE, WELL_FORMED),
        ("text-behind", UNREADABLE, WELL_FORMED),
        ("attribute-twice", UNREADABLE, "XML 3.1"),
        ("unbound-prefix", UNREADABLE, "XML Namespaces 5"),
        ("bare-ampersand", UNREADABLE, "XML 2.4"),
    ],
    reject="fail_cleanly",
)
def not_well_formed(message: SignedResponse, kind: str) -> None:
    """The document is no well-formed XML in UTF-8: {}.

    Client: rejects it cleanly, and repairs nothing.
    User: sees that the login failed.
    """
    document = xml.serialize(message.root)
    broken: dict[str, Callable[[], bytes]] = {
        "utf-16": lambda: document.decode("utf-8").encode("utf-16"),
        "unknown-encoding": lambda: b'<?xml version="1.0" encoding="x-fake-idp"?>' + document,
        "byte-of-another-encoding": lambda: document.replace(b"</saml:NameID>", b"\xe9</saml:NameID>"),
        "control-character": lambda: document.replace(b"</saml:NameID>", b"\x01</saml:NameID>"),
        "null-character": lambda: document.replace(b"</saml:NameID>", b"&#0;.evil.example</saml:NameID>"),
        "unclosed": lambda: document.removesuffix(b"</samlp:Response>"),
        "crossed-tags": lambda: document.replace(b"</saml:NameID>", b"</saml:Subject>", 1),
        "two-roots": lambda: document + _evil(message),
        "text-behind": lambda: document + b"and so on",
        "attribute-twice": lambda: document.replace(b' Version="2.0"', b' Version="2.0" Version="2.0"', 1),
        "unbound-prefix": lambda: document.replace(b"<saml:Subject>", b"<fake:Subject>").replace(
            b"</saml:Subject>", b"</fake:Subject>"
        ),
        "bare-ampersand": lambda: document.replace(b"</saml:NameID>", b"&co</saml:NameID>"),
    }
    message.rewrite(broken[kind]())


@fault(spec="Kantara SAML Deployment Profile G02", reject="must_tolerate")
def long_value(message: SignedResponse) -> None:
    """An attribute has a value of 100 kB.

    Client: accepts it.
    User: notices nothing; with clients that keep all attributes in a cookie, nobody like that can log in.
    """
    _add_values(message, ["x" * _LONG])


@fault(spec="SAML Core 2.7.3.1.1", reject="must_tolerate")
def many_values(message: SignedResponse) -> None:
    """An attribute has 400 values, as a person of many groups has.

    Client: accepts it.
    User: notices nothing.
    """
    _add_values(message, [f"group-{number}" for number in range(_MANY)])


@fault(spec="Kantara SAML Deployment Profile G02", reject="must_tolerate")
def every_kind_of_character(message: SignedResponse) -> None:
    """An attribute has letters of many scripts, an emoji, and the characters that XML must escape.

    Client: accepts it, and shows them as they are.
    User: notices nothing.
    """
    _add_values(message, ["Zoë 山田 עברית 👩‍🚀 <b>&amp;\"'</b> ]]>"])


def _evil(message: SignedResponse) -> bytes:
    impersonate(message)
    return xml.serialize(message.root)


def _add_values(message: SignedResponse, values: list[str]) -> None:
    targets = unsigned(message.root)
    written = [xml.element("saml:AttributeValue", None, value) for value in values]
    made = xml.element("saml:Attribute", {"Name": "more", "NameFormat": BASIC_NAME}, *written)
    part(assertions(message.root)[0], "saml:AttributeStatement").append(made)
    sign_again(message, targets=targets)
