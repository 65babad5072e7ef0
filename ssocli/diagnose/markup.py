"""XML and HTML as people save them: metadata, SAML messages, and pages with a form in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ssocli.checks.document import Undecodable
from ssocli.checks.saml_metadata.idp import entities, idp_roles
from ssocli.checks.saml_tree import MD, SAML, SAMLP, Element, child, children
from ssocli.checks.saml_xml import XmlMessage, read_xml
from ssocli.diagnose.saml_parameter import saml_message
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Kind
from ssocli.text import printable

_HEAD = 4096
_METADATA = re.compile(r"<(?:[\w.-]+:)?Entit(?:y|ies)Descriptor\b")
_RESPONSE = re.compile(r"<(?:[\w.-]+:)?(?:Response|LogoutResponse|Assertion)\b")
_REQUEST = re.compile(r"<(?:[\w.-]+:)?(?:AuthnRequest|LogoutRequest)\b")
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,200})", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|form|meta|title)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a page's form, and where it goes."""

    action: str
    fields: tuple[tuple[str, str], ...]


def xml_thing(text: str, place: str) -> Thing | None:
    """Metadata or a SAML message, also if it is cut off; None if the text is something else."""
    head = text[:_HEAD]
    if _METADATA.search(head):
        return _metadata(text, place)
    response, request = _RESPONSE.search(head), _REQUEST.search(head)
    if response is None and request is None:
        return None
    octets = text.encode("utf-8", "replace")
    root = read_xml(octets)
    if isinstance(root, Undecodable):
        return saml_message(root, place, Kind.SAML_REQUEST if request else Kind.SAML_RESPONSE)
    is_request = root.tag.endswith("Request") if isinstance(root.tag, str) else False
    kind = Kind.SAML_REQUEST if is_request else Kind.SAML_RESPONSE
    return saml_message(XmlMessage(octets, "POST", root), place, kind)


def _metadata(text: str, place: str) -> Thing:
    root = read_xml(text.encode("utf-8", "replace"))
    if isinstance(root, Undecodable):
        return Thing(Kind.IDP_METADATA, place, f"it {root.reason}", text)
    found = entities(root)
    providers = [entity for entity in found if idp_roles(entity)]
    kind = Kind.IDP_METADATA if providers or not _service_providers(found) else Kind.SP_METADATA
    named = [printable(entity.get("entityID") or "(no entityID)", 100) for entity in (providers or found)[:1]]
    count = f"{len(found)} entities" if len(found) != 1 else "".join(named)
    return Thing(kind, place, count, text)


def _service_providers(found: list[Element]) -> list[Element]:
    return [entity for entity in found if children(entity, f"{MD}SPSSODescriptor")]


def is_bare_assertion(root: Element) -> bool:
    """Whether this is an assertion without the response around it."""
    return root.tag == f"{SAML}Assertion" and child(root, f"{SAMLP}Status") is None


def form_fields(text: str) -> Fields | None:
    """The fields of the first form of a page that has any; None if the text is no page."""
    if not _PAGE.search(text[:_HEAD]) and "<input" not in text[:_HEAD].lower():
        return None
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    for form in [*tree.css("form"), *([tree.root] if tree.root is not None else [])]:
        inputs = [(node.attributes.get("name"), node.attributes.get("value")) for node in form.css("input, textarea")]
        fields = tuple((name, value or "") for name, value in inputs if name)
        if fields:
            return Fields(form.attributes.get("action") or "", fields)
    return Fields("", ())


def page_title(text: str) -> str:
    """The title of an HTML page; "" if the text is none or has none."""
    if not _PAGE.search(text[:_HEAD]):
        return ""
    found = _TITLE.search(text[:65536])
    return " ".join(found[1].split()) if found else "without a title"
