"""Step 3: the authorization request is built, remembered and sent on its way through the browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from ssocli.sentry import pending
from ssocli.sentry.auth import judging
from ssocli.sentry.auth.authorization_request import AuthorizationRequest, build_request
from ssocli.sentry.auth.client import Client
from ssocli.sentry.auth.discovery import discover
from ssocli.sentry.context import Context
from ssocli.sentry.pages import redirect
from ssocli.sentry.refusal import Attempt, settle
from ssocli.steps import Step

MESSAGE = "Your identity provider could not be used. Please try again later, or contact {support}."


def leave(context: Context, attempt: Attempt, client: Client, login_hint: str) -> Response:
    """Redirect the browser to the provider. Raises LoginRefused."""
    sentry, builder = context.sentry, attempt.builder
    message = MESSAGE.format(support=sentry.config.sentry.support)
    builder.begin(Step.REDIRECT_TO_IDP)
    metadata = discover(sentry.documents, builder, client, message)
    request = build_request(client, metadata.authorization_endpoint, login_hint)
    settle(builder, judging.authorization_request(client, metadata.authorization_endpoint, request.url), message)
    with sentry.store.transaction() as db:
        pending.start_login(
            db,
            state=request.state,
            browser=context.browser,
            trace_id=builder.trace_id,
            organization=attempt.organization,
            provider=client.key,
            nonce=request.nonce,
            code_verifier=request.code_verifier,
            next_page=attempt.next_page,
            now=context.now,
            lifetime=sentry.config.sentry.pending_login_seconds,
        )
    sentry.store.sweep(context.now)
    builder.conclude(f"to {urlsplit(request.url).netloc} with {_protection(request)}; {metadata.how}")
    return redirect(request.url)


def _protection(request: AuthorizationRequest) -> str:
    parts = ["state", *["nonce"] * (request.nonce is not None), *["PKCE S256"] * (request.code_verifier is not None)]
    return ", ".join(parts)
