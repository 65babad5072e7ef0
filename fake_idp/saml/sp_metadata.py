"""A service provider's metadata (SAML Metadata 2.4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.refusal import refuse
from fake_idp.saml import certificates, garbage, xml
from fake_idp.saml.names import FORMATS, POST, REDIRECT, qualified
from fake_idp.saml.providers import AssertionConsumerService, ServiceProvider, SingleLogoutService

if TYPE_CHECKING:
    from lxml.etree import _Element

_WHAT = "metadata of the service provider"


def read(document: bytes) -> ServiceProvider:
    """The service provider that a metadata document describes. Raises RefusedError that says what is wrong with it."""
    root = xml.parse(garbage.markup(document, _WHAT), _WHAT)
    if root.tag != qualified("md:EntityDescriptor"):
        raise _refused("an EntityDescriptor", _seen(root))
    roles = xml.find_all(root, "md:SPSSODescriptor")
    if len(roles) != 1:
        raise _refused("one SPSSODescriptor", f"{len(roles)}" + (", in " + _seen(root) if not roles else ""))
    entity_id = root.get("entityID")
    if not entity_id:
        raise _refused("an entityID", "none")
    role = roles[0]
    return ServiceProvider(
        entity_id=entity_id,
        name=_name(role) or entity_id,
        acs=tuple(_acs(service) for service in xml.find_all(role, "md:AssertionConsumerService")),
        slo=_slo(role),
        certificates=_certificates(role, "signing"),
        encryption_certificate=next(iter(_certificates(role, "encryption")), None),
        authn_requests_signed=xml.flag(role, "AuthnRequestsSigned"),
        name_id_format=_name_id_format(role),
    )


def _seen(root: _Element) -> str:
    if xml.find(root, "md:IDPSSODescriptor") is not None:
        return "the metadata of an identity provider"
    if root.tag == qualified("md:EntitiesDescriptor"):
        return f"an aggregate of {len(xml.find_all(root, './/md:EntityDescriptor'))} entities: take one out"
    return f"{xml.local_name(root)}"


def _name(role: _Element) -> str | None:
    return xml.child_text(role, "md:AttributeConsumingService/md:ServiceName")


def _acs(service: _Element) -> AssertionConsumerService:
    location, binding = service.get("Location"), service.get("Binding")
    if not location or not binding:
        raise _refused("Location and Binding of the AssertionConsumerService", "one without")
    index = (service.get("index") or "0").strip()
    if not index.isdigit():
        raise _refused("a number as index of the AssertionConsumerService", index[:40])
    return AssertionConsumerService(location, binding, int(index), xml.flag(service, "isDefault"))


def _slo(role: _Element) -> SingleLogoutService | None:
    """The first one that the browser can carry messages to."""
    for service in xml.find_all(role, "md:SingleLogoutService"):
        location, binding = service.get("Location"), service.get("Binding")
        if location and binding in (REDIRECT, POST):
            return SingleLogoutService(location, binding, service.get("ResponseLocation"))
    return None


def _certificates(role: _Element, use: str) -> tuple[bytes, ...]:
    """Those for `use`; a key without a use is for both (SAML Metadata 2.4.1.1)."""
    found = []
    for descriptor in xml.find_all(role, "md:KeyDescriptor"):
        if descriptor.get("use") in (None, use):
            for written in xml.find_all(descriptor, "ds:KeyInfo/ds:X509Data/ds:X509Certificate"):
                try:
                    found.append(certificates.read(xml.text(written) or ""))
                except ValueError as error:
                    raise _refused("X.509 certificates in base64", str(error)) from None
    return tuple(found)


def _name_id_format(role: _Element) -> str | None:
    formats = [xml.text(found) for found in xml.find_all(role, "md:NameIDFormat")]
    return next((name for name in formats if name in FORMATS), None)


def _refused(expected: str, seen: str) -> Exception:
    return refuse(
        "invalid_request", f"The {_WHAT} cannot be used.", parameter="metadata", expected=expected, seen=seen,
        clause="SAML Metadata 2.4.4",
    )  # fmt: skip
