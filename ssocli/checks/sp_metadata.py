"""Metadata of a service provider, as the identity provider gets it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import Undecodable
from ssocli.checks.metadata import is_insecure
from ssocli.checks.saml_metadata.idp import IdpDescription
from ssocli.checks.saml_tree import BINDINGS, MD, PROTOCOL, Element, attribute, child, children, instant, text_of
from ssocli.checks.saml_xml import read_xml
from ssocli.clock import iso
from ssocli.steps import Step
from ssocli.text import difference, printable


@dataclass(frozen=True, slots=True)
class SpDescription:
    """What an identity provider reads of it: `acs_urls` are the addresses for HTTP-POST, the default first."""

    entity_id: str
    acs_urls: tuple[str, ...]
    name_id_formats: tuple[str, ...]
    signs_requests: bool
    wants_signed_assertions: bool


def read_sp(document: bytes) -> SpDescription | None:
    """The service provider in a metadata document; None if there is none. Never raises."""
    root = read_xml(document)
    entity = None if isinstance(root, Undecodable) else _entity(root)
    if entity is None:
        return None
    role: Element = child(entity, f"{MD}SPSSODescriptor")
    services = [
        each
        for each in children(role, f"{MD}AssertionConsumerService")
        if BINDINGS.get(each.get("Binding") or "") == "POST"
    ]
    services.sort(key=lambda each: each.get("isDefault") not in ("true", "1"))
    return SpDescription(
        entity_id=entity.get("entityID") or "",
        acs_urls=tuple((each.get("Location") or "").strip() for each in services),
        name_id_formats=tuple((text_of(each) or "").strip() for each in children(role, f"{MD}NameIDFormat")),
        signs_requests=role.get("AuthnRequestsSigned") in ("true", "1"),
        wants_signed_assertions=role.get("WantAssertionsSigned") in ("true", "1"),
    )


@dataclass(frozen=True, slots=True)
class SpMetadataContext:
    """A document, with what the application itself says its addresses are (None if unknown), and its partner."""

    document: bytes
    now: float
    entity_id: str | None = None
    acs_url: str | None = None
    idp: IdpDescription | None = None
    root: Element | Undecodable = field(init=False, repr=False)
    sp: SpDescription | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", read_xml(self.document))
        object.__setattr__(self, "sp", read_sp(self.document))


def _on_sp(judge: Callable[[SpDescription, SpMetadataContext], Judgement]) -> Callable[[SpMetadataContext], Judgement]:
    """Make a rule of the service provider: skipped when there is none."""

    @functools.wraps(judge)
    def guarded(context: SpMetadataContext) -> Judgement:
        if context.sp is None:
            return skipped("there is no service provider to judge (SPM001)")
        return judge(context.sp, context)

    return guarded


@rule(
    "SPM001",
    "no-service-provider",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.4",
    owner=Owner.APP,
    fix="Give the identity provider the application's metadata: in Sentry /saml/metadata/<organization>/.",
)
def no_service_provider(context: SpMetadataContext) -> Judgement:
    """The document cannot be read, or describes no SAML 2.0 service provider."""
    expected = "an entity with SPSSODescriptor for SAML 2.0"
    if isinstance(context.root, Undecodable):
        return failed(expected, f"it {context.root.reason}")
    entity = _entity(context.root)
    if entity is None:
        return failed(expected, "none")
    protocols = (attribute(child(entity, f"{MD}SPSSODescriptor"), "protocolSupportEnumeration") or "").split()
    return passed(expected, "one") if PROTOCOL in protocols else failed(expected, printable(" ".join(protocols)))


@rule(
    "SPM002",
    "no-acs-by-post",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Profiles 4.1.2; SAML Metadata 2.4.4",
    owner=Owner.APP,
    fix="Let the application publish an AssertionConsumerService with the binding HTTP-POST.",
)
@_on_sp
def no_acs_by_post(sp: SpDescription, _: SpMetadataContext) -> Judgement:
    """The service provider names no address for responses by HTTP-POST."""
    expected = "an AssertionConsumerService by HTTP-POST"
    return passed(expected, printable(sp.acs_urls[0])) if sp.acs_urls else failed(expected, "none")


@rule(
    "SPM003",
    "insecure-acs-published",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Bindings 3.5.5.2",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Tell the application its public https address (in Sentry: system.url-prefix) and give the identity provider "
    "its metadata anew.",
)
@_on_sp
def insecure_acs_published(sp: SpDescription, _: SpMetadataContext) -> Judgement:
    """The published address for responses is plain http beyond this machine."""
    insecure = [url for url in sp.acs_urls if is_insecure(url)]
    expected = "https addresses"
    return failed(expected, printable(insecure[0])) if insecure else passed(expected, f"{len(sp.acs_urls)}")


@rule(
    "SPM004",
    "published-entity-id-differs",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.3.2 (entityID)",
    owner=Owner.APP,
    fix="Give the identity provider the application's present metadata: this document is another organization's, or "
    "from before a change of address or slug.",
)
@_on_sp
def published_entity_id_differs(sp: SpDescription, context: SpMetadataContext) -> Judgement:
    """The entity ID in the document is not the one that the configured application has."""
    return _same(sp.entity_id, context.entity_id)


@rule(
    "SPM005",
    "published-acs-differs",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.4 (AssertionConsumerService)",
    owner=Owner.APP,
    fix="Give the identity provider the application's present metadata: this document is another organization's, or "
    "from before a change of address or slug.",
)
@_on_sp
def published_acs_differs(sp: SpDescription, context: SpMetadataContext) -> Judgement:
    """The address for responses in the document is not the one that the configured application has."""
    if not sp.acs_urls:
        return skipped("no address is published (SPM002)")
    found = context.acs_url if context.acs_url in sp.acs_urls else sp.acs_urls[0]
    return _same(found, context.acs_url)


@rule(
    "SPM006",
    "no-common-name-id-format",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="SAML Metadata 2.4.2 (NameIDFormat)",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider send a NameID format that the application lists, or leave the list out on one side.",
)
@_on_sp
def no_common_name_id_format(sp: SpDescription, context: SpMetadataContext) -> Judgement:
    """Both metadata list NameID formats, and none is in both lists."""
    if context.idp is None or not sp.name_id_formats or not context.idp.name_id_formats:
        return skipped("one side lists no formats, or is not known")
    expected = " or ".join(printable(each.rpartition(":")[2]) for each in sp.name_id_formats)
    actual = " or ".join(printable(each.rpartition(":")[2]) for each in context.idp.name_id_formats)
    common = set(sp.name_id_formats) & set(context.idp.name_id_formats)
    open_ended = any(each.endswith(":unspecified") for each in (*sp.name_id_formats, *context.idp.name_id_formats))
    return passed(expected, actual) if common or open_ended else failed(expected, actual)


@rule(
    "SPM007",
    "expired-sp-metadata",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.3.1 (validUntil)",
    owner=Owner.APP,
    fix="Fetch the application's metadata anew, and let the identity provider do so by itself.",
)
@_on_sp
def expired_sp_metadata(_: SpDescription, context: SpMetadataContext) -> Judgement:
    """The document is past its validUntil."""
    until = None if isinstance(context.root, Undecodable) else instant(context.root.get("validUntil"))
    if until is None:
        return skipped("it has no validUntil")
    expected, actual = f"good after {iso(context.now)}", f"until {iso(until)}"
    return failed(expected, actual) if until <= context.now else passed(expected, actual)


def _same(found: str, expected: str | None) -> Judgement:
    if expected is None:
        return skipped("what the application itself says is not known")
    if found == expected:
        return passed(printable(expected), printable(found))
    return failed(printable(expected), printable(found), evidence=difference(expected, found))


def _entity(root: Element) -> Element | None:
    entities = root.iter(f"{MD}EntityDescriptor")
    return next((entity for entity in entities if child(entity, f"{MD}SPSSODescriptor") is not None), None)
