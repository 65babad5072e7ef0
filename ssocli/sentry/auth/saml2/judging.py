"""From what the service provider saw to what the rules are asked: one function for each area of SAML checks."""

from __future__ import annotations

from ssocli.checks import saml_attributes as attribute_rules
from ssocli.checks import saml_metadata as metadata_rules
from ssocli.checks import saml_request as request_rules
from ssocli.checks import saml_response as response_rules
from ssocli.checks.check import Check, evaluate
from ssocli.checks.saml_metadata import IdpDescription
from ssocli.checks.saml_response import Assertion
from ssocli.checks.saml_xml import decode_message
from ssocli.config.attribute_presets import NAME_ID
from ssocli.sentry import saml_records
from ssocli.sentry.auth.saml2.bindings import Sending
from ssocli.sentry.auth.saml2.response import SamlResponse
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider
from ssocli.sentry.context import Context
from ssocli.steps import Step

Checks = tuple[Check, ...]


def metadata(sp: ServiceProvider, document: bytes, now: float) -> Checks:
    """Whether the document describes an identity provider that can be used. `now` is seconds since the epoch."""
    provider = sp.provider
    where = provider.metadata_url or provider.metadata_file or "the configuration"
    context = metadata_rules.SamlMetadataContext(
        document, where, now, provider.entity_id, sign_requests=provider.sign_requests
    )
    return evaluate("saml_metadata", context)


def authn_request(sp: ServiceProvider, idp: IdpDescription, sending: Sending, now: float) -> Checks:
    """The lint of our own request, as it leaves."""
    context = request_rules.SamlRequestContext(
        message=decode_message(sending.parameters["SAMLRequest"], sending.binding),
        url=sending.destination,
        idp=idp,
        sp_entity_id=sp.at.entity_id,
        acs_url=sp.at.acs,
        now=now,
        relay_state=sending.parameters.get("RelayState"),
        signature_algorithm=sending.parameters.get("SigAlg"),
    )
    return evaluate("saml_request", context)


def observe(
    context: Context, sp: ServiceProvider, idp: IdpDescription, response: SamlResponse, request_id: str | None
) -> response_rules.SamlResponseContext:
    """The response with everything it is judged by. `request_id` is that of the login that waits for it."""
    provider, store = sp.provider, context.sentry.store

    def was_seen(assertion_id: str) -> bool:
        with store.reading() as db:
            return saml_records.is_used(db, idp.entity_id, assertion_id)

    return response_rules.SamlResponseContext(
        message=response.decoded,
        idp_entity_id=idp.entity_id,
        certificates=idp.certificates,
        acs_url=sp.at.acs,
        sp_entity_id=sp.at.entity_id,
        now=context.now,
        request_id=request_id,
        allow_unsolicited=sp.takes_unsolicited,
        leeway=float(context.sentry.config.sentry.clock_leeway_seconds),
        want_signed_assertion=provider.want_signed_assertion,
        want_signed_response=provider.want_signed_response,
        want_encrypted_assertion=provider.want_encrypted_assertion,
        decryption_key=sp.private_key,
        was_seen=was_seen,
        requested_authn_contexts=tuple(provider.authn_context),
        profile=provider.profile,
    )


def response(observed: response_rules.SamlResponseContext, step: Step) -> Checks:
    """The rules of one step."""
    return evaluate("saml_response", observed, step=step)


def attributes(sp: ServiceProvider, assertion: Assertion) -> Checks:
    """Whether the assertion has the attributes that the provider's table names."""
    names = sp.names
    received = dict(assertion.attributes)
    if NAME_ID in (names.user_email, names.first_name, names.last_name) and assertion.name_id:
        received[NAME_ID] = (assertion.name_id,)
    context = attribute_rules.SamlAttributesContext(
        received=received,
        identifier=names.identifier,
        user_email=names.user_email,
        first_name=names.first_name or None,
        last_name=names.last_name or None,
        name_id_is_identifier=names.identifier == NAME_ID,
        name_id=assertion.name_id,
        name_id_format=assertion.name_id_format,
    )
    return evaluate("saml_attributes", context)
