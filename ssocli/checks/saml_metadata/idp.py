"""An identity provider as its metadata describes it (SAML Metadata 2.4.3)."""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.checks.document import Undecodable
from ssocli.checks.saml_certificate import Certificate, read_certificates
from ssocli.checks.saml_tree import BINDINGS, DS, MD, PROTOCOL, Element, children, text_of
from ssocli.checks.saml_xml import read_xml


@dataclass(frozen=True, slots=True)
class IdpDescription:
    """What a service provider needs of an identity provider.

    `sso` and `slo` give the address by binding (`Redirect`, `POST`). `certificates` are those that may sign, in the
    order of the document; those that cannot be read are left out (SMD021 reports them).
    """

    entity_id: str
    sso: dict[str, str]
    slo: dict[str, str]
    certificates: tuple[Certificate, ...]
    name_id_formats: tuple[str, ...]
    wants_signed_requests: bool


def read_idp(document: bytes, entity_id: str | None = None) -> IdpDescription | None:
    """The identity provider in a metadata document; None if there is none to use.

    From an aggregate the one with `entity_id` is taken, or the only one if none is asked for. Never raises.
    """
    root = read_xml(document)
    if isinstance(root, Undecodable):
        return None
    entity = chosen_entity(root, entity_id)
    if entity is None:
        return None
    role = idp_roles(entity)[0]
    certificates = [read_certificates(text) for text in signing_certificates(role)]
    return IdpDescription(
        entity_id=entity.get("entityID") or "",
        sso=services(role, "SingleSignOnService"),
        slo=services(role, "SingleLogoutService"),
        certificates=tuple(
            dict.fromkeys(each for found in certificates if not isinstance(found, Undecodable) for each in found)
        ),
        name_id_formats=tuple((text_of(each) or "").strip() for each in children(role, f"{MD}NameIDFormat")),
        wants_signed_requests=is_true(role.get("WantAuthnRequestsSigned")),
    )


def entities(root: Element) -> list[Element]:
    """The entities of the document: one, or those of an aggregate."""
    return list(root.iter(f"{MD}EntityDescriptor"))


def chosen_entity(root: Element, entity_id: str | None) -> Element | None:
    """The entity with an identity provider's role that is meant: the wanted one, or the only one."""
    found = [entity for entity in entities(root) if idp_roles(entity)]
    if len(found) > 1 and entity_id is not None:
        found = [entity for entity in found if entity.get("entityID") == entity_id]
    return found[0] if len(found) == 1 else None


def idp_roles(entity: Element) -> list[Element]:
    """The roles as an identity provider, those that speak SAML 2.0 first."""
    roles = children(entity, f"{MD}IDPSSODescriptor")
    return sorted(roles, key=lambda role: PROTOCOL not in protocols(role))


def protocols(role: Element) -> tuple[str, ...]:
    """The protocols that the role says it speaks."""
    return tuple((role.get("protocolSupportEnumeration") or "").split())


def services(role: Element, name: str) -> dict[str, str]:
    """The addresses of a service by binding; of several, the first."""
    found: dict[str, str] = {}
    for element in children(role, MD + name):
        binding = BINDINGS.get(element.get("Binding") or "")
        if binding is not None:
            found.setdefault(binding, (element.get("Location") or "").strip())
    return found


def signing_certificates(role: Element) -> list[str]:
    """The texts of the certificates that may sign: a key without `use` serves both purposes."""
    return [
        text_of(element) or ""
        for key in children(role, f"{MD}KeyDescriptor")
        if key.get("use") in (None, "signing")
        for element in key.findall(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    ]


def is_true(value: str | None) -> bool:
    """Whether an xs:boolean is true."""
    return (value or "").strip() in ("true", "1")
