"""Steps 4 to 6 for SAML: the response arrived, is judged, and says whose login it is (SAML Profiles 4.1.4)."""

from __future__ import annotations

from ssocli.checks.saml_response import Assertion, sentry_verdict, verified_assertion
from ssocli.sentry import saml_records
from ssocli.sentry.arrival import NO_TOKEN, NOT_CONFIRMED, not_sent_back
from ssocli.sentry.auth.saml2 import judging
from ssocli.sentry.auth.saml2.identity import identity_from_assertion
from ssocli.sentry.auth.saml2.identity_provider import discover
from ssocli.sentry.auth.saml2.response import SamlResponse
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider
from ssocli.sentry.context import Context
from ssocli.sentry.provisioning import Identity
from ssocli.sentry.refusal import Attempt, settle
from ssocli.steps import Step

# How long the ID of an assertion is kept that does not say when it expires.
_KEEP_SECONDS = 24 * 3600.0


def steps_4_to_6(
    context: Context, attempt: Attempt, sp: ServiceProvider, response: SamlResponse, request_id: str | None
) -> Identity:
    """Judge the response; whose login it is. `request_id` is that of the login that waits. Raises LoginRefused."""
    sentry, builder = context.sentry, attempt.builder
    support = sentry.config.sentry.support
    no_token, not_confirmed = NO_TOKEN.format(support=support), NOT_CONFIRMED.format(support=support)
    if builder.current is not Step.EXTERNAL_AUTHENTICATION:
        builder.begin(Step.EXTERNAL_AUTHENTICATION)
    known = discover(sentry.documents, builder, sp, context.now, no_token, judged_before=True)
    observed = judging.observe(context, sp, known.idp, response, request_id)
    # A failure that answers somebody else's request is not believed (SAML Core 3.2.2).
    if response.in_response_to == request_id:
        external = judging.response(observed, Step.EXTERNAL_AUTHENTICATION)
        settle(builder, external, not_sent_back(response.status_message))
    builder.conclude("the identity provider sent the user back")

    builder.begin(Step.TOKEN_GENERATION)
    settle(builder, judging.response(observed, Step.TOKEN_GENERATION), no_token)
    builder.conclude(response.description)

    builder.begin(Step.TOKEN_VALIDATION)
    # Sentry shows its user the reason of its library.
    refused = f"SAML SSO failed, {sentry_verdict(observed).reason}" if sp.is_as_sentry else not_confirmed
    settle(builder, judging.response(observed, Step.TOKEN_VALIDATION), refused)
    assertion = verified_assertion(observed)
    if assertion is None:
        raise RuntimeError("a rule must have refused a response without a verified assertion")
    if not _take(context, sp, assertion):
        # Another request brought the same assertion in this very moment: now the rule sees that.
        settle(builder, judging.response(observed, Step.TOKEN_VALIDATION), not_confirmed)
    settle(builder, judging.attributes(sp, assertion), not_confirmed)
    identity = identity_from_assertion(sp, sentry.stored_issuer(assertion.issuer), assertion)
    _remember(context, attempt, sp, assertion)
    builder.conclude(f"assertion about {identity.subject}, {len(assertion.attributes)} attributes")
    return identity


def _take(context: Context, sp: ServiceProvider, assertion: Assertion) -> bool:
    """Take the assertion for its one use. The real Sentry keeps no account of them."""
    if sp.is_as_sentry:
        return True
    leeway = context.sentry.config.sentry.clock_leeway_seconds
    until = (assertion.not_on_or_after or context.now + _KEEP_SECONDS) + leeway
    with context.sentry.store.transaction() as db:
        return saml_records.use_assertion(db, assertion.issuer, assertion.id, until)


def _remember(context: Context, attempt: Attempt, sp: ServiceProvider, assertion: Assertion) -> None:
    """Keep what a logout will need, as long as a session can last that begins within the second factor's time."""
    if assertion.name_id is None:
        return
    login = saml_records.SamlLogin(
        provider=sp.key,
        issuer=assertion.issuer,
        name_id=assertion.name_id,
        name_id_format=assertion.name_id_format,
        name_qualifier=assertion.name_qualifier,
        sp_name_qualifier=assertion.sp_name_qualifier,
        session_index=assertion.session_index,
    )
    settings = context.sentry.config.sentry
    until = context.now + settings.session_seconds + settings.pending_login_seconds
    with context.sentry.store.transaction() as db:
        saml_records.put_login(db, attempt.builder.trace_id, login, until)
