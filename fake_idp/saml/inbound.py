"""Rules for every message that a service provider sends: kind, sender, authenticity, addressee (SAML Core 3.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.refusal import refuse
from fake_idp.saml import bindings, providers, xml
from fake_idp.saml.names import ENTITY

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.config import Person
    from fake_idp.context import Context
    from fake_idp.saml.bindings import Message
    from fake_idp.saml.providers import ServiceProvider


def check_kind(message: Message, *kinds: str) -> None:
    """That the message is one of those that this endpoint takes."""
    kind = xml.local_name(message.root)
    right = "SAMLResponse" if kind.endswith("Response") else "SAMLRequest"
    if kind in kinds and message.parameter == right:
        return
    raise refuse(
        "invalid_request", "This endpoint is not for this kind of message.", parameter=message.parameter,
        expected=" or ".join(kinds), seen=f"{kind} in {message.parameter}", clause="SAML Core 3.2",
    )  # fmt: skip


def sender(context: Context, message: Message) -> ServiceProvider:
    """The service provider that the Issuer names; under strict it must be registered (SAML Profiles 4.1.4.1)."""
    issuer = xml.find(message.root, "saml:Issuer")
    entity_id = xml.text(issuer)
    if issuer is None or entity_id is None or issuer.get("Format") not in (None, ENTITY):
        seen = "none" if entity_id is None or issuer is None else str(issuer.get("Format"))[:160]
        raise refuse(
            "invalid_request", "The message does not say which service provider it is from.", parameter="Issuer",
            expected="the entity ID, without Format or with that of entities", seen=seen,
            clause="SAML Profiles 4.1.4.1",
        )  # fmt: skip
    provider = providers.find(context, entity_id)
    context.entry.client = entity_id
    if context.settings.strict and not provider.registered:
        raise refuse(
            "invalid_request", "This service provider is not registered here.", parameter="Issuer",
            expected=" or ".join(known.entity_id for known in providers.registered(context))
            or "a registered entity ID, and there is none",
            seen=entity_id[:200],
            fix="add its metadata under [[service_providers]] in the configuration file; entity IDs are compared"
            " character by character", status=403,
        )  # fmt: skip
    return provider


def check_authenticity(context: Context, message: Message, provider: ServiceProvider, *, must_be_signed: bool) -> None:
    """A signature that can be judged must hold; one that must be there has to be.

    Without a certificate of the service provider a signature says nothing, and is ignored unless strict.
    """
    if not message.signed:
        if must_be_signed:
            raise refuse(
                "invalid_request", "The message is not signed.", parameter="Signature",
                expected="a signature, as the service provider's registration says", seen="none",
                clause="SAML Metadata 2.4.4", fix="let the service provider sign its messages",
            )  # fmt: skip
        return
    if provider.certificates or context.settings.strict:
        bindings.check_signature(message, provider.certificates, strict=context.settings.strict)


def check_destination(context: Context, root: _Element, endpoint: str) -> None:
    """That the message is meant for this endpoint: always when it says otherwise, under strict it has to say so."""
    destination = root.get("Destination") or None
    allowed = [context.issuer.url + path for path in context.issuer.shape.endpoints[endpoint]]
    if destination in allowed or (destination is None and not context.settings.strict):
        return
    raise refuse(
        "invalid_request", "The message is addressed to somebody else.", parameter="Destination",
        expected=" or ".join(allowed), seen=(destination or "none")[:200], clause="SAML Core 3.2.1",
        fix="send it to the location in this issuer's metadata, under the same host name",
    )  # fmt: skip


def check_version(root: _Element) -> None:
    """That it is SAML 2.0 (SAML Core 4.1.3)."""
    version = root.get("Version") or ""
    if version == "2.0":
        return
    high = version[:1].isdigit() and version > "2.0"
    raise refuse(
        "RequestVersionTooHigh" if high else "RequestVersionTooLow", "This version of SAML is not spoken here.",
        parameter="Version", expected="2.0", seen=version[:20] or "none", clause="SAML Core 4.1.3.2",
    )  # fmt: skip


def identifier(root: _Element) -> str:
    """The ID, which the answer repeats (SAML Core 3.2.1)."""
    found = root.get("ID")
    if not found:
        raise refuse(
            "invalid_request", "The message has no ID, so that nothing can answer it.", parameter="ID",
            expected="a unique identifier", seen="none", clause="SAML Core 3.2.1",
        )  # fmt: skip
    return str(found)


def by_name_id(context: Context, value: str) -> Person | None:
    """The person who has that name identifier in a session now."""
    for participant in context.store.participants.values():
        if participant.name_id.value == value:
            return context.person(participant.username)
    return None
