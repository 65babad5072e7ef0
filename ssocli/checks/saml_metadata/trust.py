"""That the document is the metadata of the identity provider that is meant, and still good."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import Undecodable
from ssocli.checks.saml_metadata.context import SamlMetadataContext, on_idp
from ssocli.checks.saml_metadata.idp import chosen_entity, entities, idp_roles, protocols
from ssocli.checks.saml_signature import read_signature, verify
from ssocli.checks.saml_tree import MD, PROTOCOL, Element, children, duration, instant, local_name
from ssocli.clock import iso
from ssocli.steps import Step
from ssocli.text import difference, printable

_ROLES = {"SPSSODescriptor": "a service provider", "AttributeAuthorityDescriptor": "an attribute authority"}
_ENTITY_ID_LIMIT = 1024


@rule(
    "SMD001",
    "unreadable-metadata",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.3",
    owner=Owner.APP,
    fix="Give the URL or file of the identity provider's SAML metadata itself. A page of HTML means that a login or an "
    "error stands in its place: open it in a private window.",
)
def unreadable_metadata(context: SamlMetadataContext) -> Judgement:
    """What stands at the metadata's place is no XML: a page of HTML, JSON, nothing, or XML with a DTD."""
    expected = "XML metadata, without DTD"
    if isinstance(context.root, Undecodable):
        return failed(expected, f"it {context.root.reason}", evidence=printable(context.url))
    return passed(expected, f"{len(context.document)} bytes of XML")


@rule(
    "SMD002",
    "foreign-document",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.3",
    owner=Owner.APP,
    fix="Give the identity provider's SAML 2.0 metadata: its root is EntityDescriptor (or EntitiesDescriptor).",
)
def foreign_document(context: SamlMetadataContext) -> Judgement:
    """The document is XML, but no SAML metadata."""
    if isinstance(context.root, Undecodable):
        return skipped("the document cannot be read (SMD001)")
    expected = "EntityDescriptor or EntitiesDescriptor of SAML 2.0 metadata"
    if context.root.tag in (f"{MD}EntityDescriptor", f"{MD}EntitiesDescriptor"):
        return passed(expected, local_name(context.root))
    return failed(expected, printable(context.root.tag))


@rule(
    "SMD003",
    "no-identity-provider",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.3",
    owner=Owner.APP,
    fix="Give the identity provider's metadata. A service provider's is what the identity provider gets, not the "
    "application: the two are easily swapped.",
)
def no_identity_provider(context: SamlMetadataContext) -> Judgement:
    """The metadata describes no identity provider; often it is the service provider's own."""
    if not _is_metadata(context):
        return skipped("there is no metadata (SMD001, SMD002)")
    expected = "an entity with IDPSSODescriptor"
    found = entities(context.root)
    count = sum(1 for entity in found if idp_roles(entity))
    if count:
        return passed(expected, f"{count}")
    roles = {local_name(role) for entity in found for role in entity if isinstance(role.tag, str)}
    said = [meaning for name, meaning in _ROLES.items() if name in roles]
    return failed(expected, f"the metadata of {' and '.join(said)}" if said else "none")


@rule(
    "SMD004",
    "ambiguous-aggregate",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.3.1",
    owner=Owner.APP,
    fix="Configure the entity ID of the identity provider that is meant, exactly as the aggregate has it, or give its "
    "own metadata.",
)
def ambiguous_aggregate(context: SamlMetadataContext) -> Judgement:
    """The document holds several identity providers, and it is not clear which one is meant."""
    if not _is_metadata(context):
        return skipped("there is no metadata (SMD001, SMD002)")
    found = [entity for entity in entities(context.root) if idp_roles(entity)]
    if not found:
        return skipped("there is no identity provider (SMD003)")
    expected = "one identity provider" if context.entity_id is None else printable(context.entity_id)
    if chosen_entity(context.root, context.entity_id) is not None:
        return passed(expected, "one" if len(found) == 1 else f"one of {len(found)}")
    names = ", ".join(printable(str(entity.get("entityID")), 80) for entity in found[:5])
    return failed(expected, f"{len(found)}: {names}{', …' if len(found) > 5 else ''}")


@rule(
    "SMD005",
    "wrong-entity-id",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.3.2 (entityID); SAML Core 8.3.6",
    owner=Owner.APP,
    fix="Configure the entity ID exactly as the metadata has it (letter case and a slash at the end count), or give "
    "the metadata of the identity provider that is meant.",
)
@on_idp
def wrong_entity_id(entity: Element, context: SamlMetadataContext) -> Judgement:
    """The metadata is that of another identity provider than the configured one, or names none."""
    found = entity.get("entityID")
    if not found or len(found) > _ENTITY_ID_LIMIT:
        actual = f"{len(found)} characters" if found else "none"
        return failed(f"an entityID of 1 to {_ENTITY_ID_LIMIT} characters", actual, owner=Owner.IDP)
    expected = printable(context.entity_id or found)
    if context.entity_id in (None, found):
        return passed(expected, printable(found))
    return failed(expected, printable(found), evidence=difference(context.entity_id or "", found))


@rule(
    "SMD006",
    "no-saml2-support",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.1 (protocolSupportEnumeration)",
    owner=Owner.IDP,
    fix="Let the identity provider enable SAML 2.0 for this application and list it in protocolSupportEnumeration.",
)
@on_idp
def no_saml2_support(entity: Element, _: SamlMetadataContext) -> Judgement:
    """The identity provider does not say that it speaks SAML 2.0."""
    found = protocols(idp_roles(entity)[0])
    actual = printable(" ".join(found)) or "none"
    return passed(PROTOCOL, actual) if PROTOCOL in found else failed(PROTOCOL, actual)


@rule(
    "SMD007",
    "several-idp-roles",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.3.2",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the metadata have one IDPSSODescriptor for SAML 2.0: readers take the first or the last of several.",
)
@on_idp
def several_idp_roles(entity: Element, _: SamlMetadataContext) -> Judgement:
    """The entity has several IDPSSODescriptor elements; the first that speaks SAML 2.0 is used."""
    count = len(children(entity, f"{MD}IDPSSODescriptor"))
    return passed("one IDPSSODescriptor", "one") if count == 1 else failed("one IDPSSODescriptor", str(count))


@rule(
    "SMD008",
    "expired-metadata",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.3.1 and 2.3.2 (validUntil)",
    owner=Owner.IDP,
    fix="Fetch the metadata again. If it is still expired, the identity provider must renew it.",
)
@on_idp
def expired_metadata(entity: Element, context: SamlMetadataContext) -> Judgement:
    """The metadata, or the role in it, says that it is no longer valid (validUntil), or cannot be understood."""
    holders = [entity, idp_roles(entity)[0], *entity.iterancestors()]
    found = [value for holder in holders if (value := holder.get("validUntil")) is not None]
    if not found:
        return skipped("there is no validUntil, which is allowed")
    moments = [instant(value) for value in found]
    if None in moments:
        return failed("validUntil, a time in UTC", printable(", ".join(found), 80))
    end = min(moment for moment in moments if moment is not None)
    expected = f"validUntil after {iso(context.now)}"
    if end <= context.now:
        return failed(expected, iso(end))
    return passed(expected, iso(end))


@rule(
    "SMD009",
    "malformed-cache-duration",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.3.1 and 2.3.2 (cacheDuration)",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider write cacheDuration as PT6H, P1D or the like, and not zero.",
)
@on_idp
def malformed_cache_duration(entity: Element, _: SamlMetadataContext) -> Judgement:
    """The metadata says for how long it may be kept, in a form that cannot be read, or not at all long."""
    holders = [entity, idp_roles(entity)[0], *entity.iterancestors()]
    found = [value for holder in holders if (value := holder.get("cacheDuration")) is not None]
    if not found:
        return skipped("there is no cacheDuration, which is allowed")
    expected = "a duration of more than 0 s"
    wrong = [value for value in found if not duration(value)]
    return failed(expected, printable(", ".join(wrong), 80)) if wrong else passed(expected, ", ".join(found))


@rule(
    "SMD010",
    "invalid-metadata-signature",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 3; SAML Core 5.4",
    owner=Owner.IDP,
    fix="Fetch the metadata again, unchanged (no pretty-printer), over https; if its signer was renewed, configure the "
    "new certificate.",
)
def invalid_metadata_signature(context: SamlMetadataContext) -> Judgement:
    """The metadata is signed, and the signature does not verify: it was changed, or another key signed it."""
    if not _is_metadata(context):
        return skipped("there is no metadata (SMD001, SMD002)")
    signature = read_signature(context.root)
    if signature is None:
        return skipped("the metadata is not signed, which is allowed")
    # Without a signer to trust, what is said by the metadata itself shows at least whether it was changed.
    certificates = context.signers or (*context.certificates, *signature.certificates)
    if not certificates:
        return skipped("there is no certificate to verify it with")
    expected = "a signature that verifies " + ("with the configured signer" if context.signers else "with its own key")
    verified = verify(signature, certificates)
    if verified is None:
        return failed(expected, "it does not verify")
    return passed(expected, f"it verifies with {verified.certificate}")


def _is_metadata(context: SamlMetadataContext) -> bool:
    return not isinstance(context.root, Undecodable) and context.root.tag in (
        f"{MD}EntityDescriptor",
        f"{MD}EntitiesDescriptor",
    )
