"""Step 3: the AuthnRequest is built, remembered and sent on its way through the browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from ssocli.sentry import pending, secrets
from ssocli.sentry.auth.departure import MESSAGE
from ssocli.sentry.auth.saml2 import bindings, judging
from ssocli.sentry.auth.saml2.identity_provider import discover, sso_service
from ssocli.sentry.auth.saml2.messages import authn_request
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider
from ssocli.sentry.context import Context
from ssocli.sentry.refusal import Attempt, settle
from ssocli.steps import Step


def leave(context: Context, attempt: Attempt, sp: ServiceProvider, login_hint: str) -> Response:
    """Send the browser to the identity provider. Raises LoginRefused."""
    sentry, builder, now = context.sentry, attempt.builder, context.now
    message = MESSAGE.format(support=sentry.config.sentry.support)
    builder.begin(Step.REDIRECT_TO_IDP)
    known = discover(sentry.documents, builder, sp, now, message)
    service = sso_service(known.idp, sp.binding)
    request = authn_request(sp, service.location, now, login_hint)
    relay_state = secrets.token()
    sending = bindings.encode(request, service.binding, relay_state, sp.signing_key)
    settle(builder, judging.authn_request(sp, known.idp, sending, now), message)
    with sentry.store.transaction() as db:
        pending.start_login(
            db,
            state=relay_state,
            browser=context.browser,
            trace_id=builder.trace_id,
            organization=attempt.organization,
            provider=sp.key,
            request_id=request.id,
            next_page=attempt.next_page,
            now=now,
            lifetime=sentry.config.sentry.pending_login_seconds,
        )
    sentry.store.sweep(now)
    signed = "signed " if sp.signing_key else ""
    builder.conclude(f"{signed}AuthnRequest to {urlsplit(service.location).netloc} by {service.binding}; {known.how}")
    return bindings.send(context, sending)
