"""SAML: metadata and messages judged by the rules of the login, with what is known of both parties."""

from __future__ import annotations

from ssocli.checks import saml_metadata as metadata_rules
from ssocli.checks import saml_request as request_rules
from ssocli.checks import saml_response as response_rules
from ssocli.checks import sp_metadata as sp_rules
from ssocli.checks.check import evaluate
from ssocli.checks.document import Undecodable
from ssocli.checks.saml_certificate import Certificate
from ssocli.checks.saml_metadata import IdpDescription
from ssocli.checks.saml_signature import read_signature
from ssocli.checks.saml_tree import SAML, SAMLP, attribute, child, instant
from ssocli.checks.saml_xml import XmlMessage
from ssocli.config.model import Saml2Provider
from ssocli.diagnose.judged import Judged
from ssocli.diagnose.material import Material, Setup, issuer_of
from ssocli.diagnose.oidc import Moment
from ssocli.diagnose.thing import Thing
from ssocli.diagnose.unknown import Fact
from ssocli.diagnosis import Kind
from ssocli.sentry.auth.saml2 import judging
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider

_LEEWAY = 180.0


def judge(material: Material, judged: Judged, moment: Moment) -> None:
    """Judge everything of this family that was given, and the metadata that the configuration names."""
    given = material.of(Kind.IDP_METADATA)
    for thing in given:
        idp_metadata(material, thing.text.encode(), thing.place, judged, moment)
    for setup in material.saml_setups:
        if not given and (metadata := setup.metadata) is not None:
            idp_metadata(material, *metadata, judged, moment, setup=setup)
    for thing in material.of(Kind.SP_METADATA):
        sp_metadata(material, thing, judged, moment)
    for thing in material.of(Kind.SAML_REQUEST):
        request(material, thing, judged, moment)
    for thing in material.of(Kind.SAML_RESPONSE):
        response(material, thing, judged, moment)


def idp_metadata(
    material: Material, document: bytes, place: str, judged: Judged, moment: Moment, *, setup: Setup | None = None
) -> None:
    """Metadata of an identity provider: for the configured application, for the one of the other metadata, or alone."""
    setup = setup or material.saml_setup()
    sp = setup.service_provider if setup is not None else None
    if isinstance(sp, ServiceProvider):
        judged.add(judging.metadata(sp, document, moment(None)), place)
        return
    signs = material.sp.signs_requests if material.sp is not None else True
    context = metadata_rules.SamlMetadataContext(document, place, moment(None), sign_requests=signs)
    judged.add(evaluate("saml_metadata", context), place)


def sp_metadata(material: Material, thing: Thing, judged: Judged, moment: Moment) -> None:
    """Metadata of the application, against what it is configured to be and against its identity provider."""
    setup = material.saml_setup()
    at = setup.service_provider.at if setup and isinstance(setup.service_provider, ServiceProvider) else None
    known = material.idp_for(None)
    context = sp_rules.SpMetadataContext(
        thing.text.encode(),
        moment(None),
        entity_id=(at.entity_id if at else None) or None,
        acs_url=(at.acs if at else None) or None,
        idp=known[0] if known else None,
    )
    judged.add(evaluate("sp_metadata", context), thing.place)


def request(material: Material, thing: Thing, judged: Judged, moment: Moment) -> None:
    """An AuthnRequest on its way to the identity provider."""
    message = thing.message
    root = message.root if isinstance(message, XmlMessage) else None
    if isinstance(message, XmlMessage) and root is not None and root.tag == f"{SAMLP}LogoutRequest":
        return
    destination = attribute(root, "Destination") or ""
    known = material.idp_for(None)
    entity_id, acs = _application(material, None)
    idp = known[0] if known else IdpDescription("", {}, {}, (), (), wants_signed_requests=False)
    unknown = [
        fact
        for fact, is_unknown in ((Fact.IDP, not known), (Fact.SP, entity_id is None), (Fact.ACS, acs is None))
        if is_unknown
    ]
    binding = message.binding if isinstance(message, XmlMessage) else "Redirect"
    context = request_rules.SamlRequestContext(
        message=message if message is not None else Undecodable("is empty"),
        url=thing.url or destination or idp.sso.get(binding, ""),
        idp=idp,
        sp_entity_id=entity_id or "",
        acs_url=acs or attribute(root, "AssertionConsumerServiceURL") or "https://unknown.invalid/",
        now=moment(instant(attribute(root, "IssueInstant"))),
        relay_state=thing.parameter("RelayState"),
        signature_algorithm=thing.parameter("SigAlg"),
    )
    checks = evaluate("saml_request", context)
    if not thing.parameters and isinstance(message, XmlMessage) and message.binding == "Redirect":
        # A signature by redirect stands in the query, which is not here.
        checks = tuple(check for check in checks if check.code != "SAR008")
    judged.add(checks, thing.place, *unknown)


def response(material: Material, thing: Thing, judged: Judged, moment: Moment) -> None:
    """A response, with its attributes."""
    message = thing.message if thing.message is not None else Undecodable("is empty")
    root = None if isinstance(message, Undecodable) else message.root
    if root is not None and root.tag == f"{SAMLP}LogoutResponse":
        return
    issuer = issuer_of(thing)
    setup, known = material.saml_setup(issuer), material.idp_for(issuer)
    sp = setup.service_provider if setup is not None else None
    sp = sp if isinstance(sp, ServiceProvider) else None
    provider = sp.provider if sp is not None else None
    entity_id, acs = _application(material, setup)
    acs = acs or thing.url or None
    request_id = _request_id(material)
    certificates, without = _signers(material, known[0] if known else None, message)
    unknown = [
        *without,
        *(
            fact
            for fact, is_unknown in (
                (Fact.IDP, not known),
                (Fact.SP, entity_id is None),
                (Fact.ACS, acs is None),
                (Fact.PENDING, request_id is None and attribute(root, "InResponseTo") is not None),
                (Fact.UNSOLICITED, provider is None),
            )
            if is_unknown
        ),
    ]
    assertion = child(root, f"{SAML}Assertion")
    issued = instant(attribute(root, "IssueInstant")) or instant(attribute(assertion, "IssueInstant"))
    observed = response_rules.SamlResponseContext(
        message=message,
        idp_entity_id=known[0].entity_id if known else "",
        certificates=certificates,
        acs_url=acs or "",
        sp_entity_id=entity_id or "",
        now=moment(issued),
        request_id=request_id,
        allow_unsolicited=sp.takes_unsolicited if sp is not None else True,
        leeway=setup.leeway if setup is not None else _LEEWAY,
        want_signed_assertion=_wants_signed_assertion(provider, material),
        want_signed_response=provider.want_signed_response if provider else False,
        decryption_key=sp.private_key if sp is not None else None,
        requested_authn_contexts=tuple(provider.authn_context) if provider else (),
        profile=provider.profile if provider else "specification",
    )
    judged.add(evaluate("saml_response", observed), thing.place, *unknown)
    claimed = response_rules.claimed_assertion(observed)
    if sp is not None and claimed is not None:
        judged.add(judging.attributes(sp, claimed), thing.place)


def _application(material: Material, setup: Setup | None) -> tuple[str | None, str | None]:
    """Entity ID and ACS URL of the application; None if nobody said."""
    setup = setup or material.saml_setup()
    if setup is not None and setup.public_url is not None and isinstance(setup.service_provider, ServiceProvider):
        return setup.service_provider.at.entity_id, setup.service_provider.at.acs
    sp = material.sp
    return (None, None) if sp is None else (sp.entity_id, next(iter(sp.acs_urls), None))


def _signers(
    material: Material, idp: IdpDescription | None, message: XmlMessage | Undecodable
) -> tuple[tuple[Certificate, ...], tuple[Fact, ...]]:
    """The certificates to verify with, and what is not known because of that.

    Without any, those in the message itself still show whether it was changed on the way.
    """
    if idp is not None and idp.certificates:
        return idp.certificates, ()
    if material.certificates:
        return material.certificates, ()
    if idp is not None:
        return (), ()
    if isinstance(message, XmlMessage):
        places = [message.root, *message.root.iterchildren(f"{SAML}Assertion")]
        signatures = [found for each in places if (found := read_signature(each)) is not None]
        brought = tuple(dict.fromkeys(each for signature in signatures for each in signature.certificates))
        if brought:
            return brought, (Fact.SIGNER,)
    return (), (Fact.SIGNATURE,)


def _request_id(material: Material) -> str | None:
    """The ID of the AuthnRequest that was given with the response."""
    for thing in material.of(Kind.SAML_REQUEST):
        if isinstance(thing.message, XmlMessage):
            return attribute(thing.message.root, "ID")
    return None


def _wants_signed_assertion(provider: Saml2Provider | None, material: Material) -> bool:
    if provider is not None:
        return provider.want_signed_assertion
    return material.sp is not None and material.sp.wants_signed_assertions
