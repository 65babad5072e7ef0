"""The callback: an authorization response comes back, and steps 4 to 6 are judged (7 to 9 follow in `admission`)."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from ssocli.checks.check import first_blocking
from ssocli.config.model import OidcProvider, Saml2Provider
from ssocli.sentry import admission, pending
from ssocli.sentry.arrival import (
    GONE,
    NO_COOKIE,
    NO_TOKEN,
    NOT_AWAITED,
    NOT_CONFIGURED,
    NOT_CONFIRMED,
    USED,
    not_sent_back,
    stray,
    trace_of,
)
from ssocli.sentry.auth import judging, oauth2, oidc
from ssocli.sentry.auth.client import Client, UnusableProviderError, prepare_client
from ssocli.sentry.auth.discovery import Metadata, recall
from ssocli.sentry.auth.response import AuthorizationResponse
from ssocli.sentry.auth.token_request import redeem
from ssocli.sentry.context import Context
from ssocli.sentry.pages import page, redirect
from ssocli.sentry.pending import Mode, PendingLogin
from ssocli.sentry.provisioning import Identity
from ssocli.sentry.refusal import Attempt, LoginRefused, answer, settle
from ssocli.steps import Step

# Anybody may post here, and what they post is kept for a minute.
_LONGEST_RESPONSE = 64 * 1024  # characters
# What the fragment page's form can carry to the server.
_FRAGMENT_FIELDS = ("code", "state", "iss", "error", "error_description", "error_uri", "session_state")


def callback(context: Context) -> Response:
    """Take the authorization response, in whatever response mode it comes."""
    if context.request.method == "POST":
        return _keep_posted(context)
    response = _arrived(context)
    if response is None:
        return stray(context, GONE)
    if context.is_new_browser:
        return stray(context, NO_COOKIE)
    return _match(context, response)


def _keep_posted(context: Context) -> Response:
    """Keep a posted response and let the browser come for it.

    A form that another site posts arrives without SameSite=Lax cookies; the GET that follows has them.
    """
    form = context.request.form
    mode: Mode = "fragment" if context.has_valid_csrf_token else "form_post"
    parameters = [(name, value) for name, value in form.items(multi=True) if name != "csrf_token" and value]
    if sum(len(name) + len(value) for name, value in parameters) > _LONGEST_RESPONSE:
        return stray(context, "This is no answer of an identity provider: it is too long for one.")
    with context.sentry.store.transaction() as db:
        handle = pending.keep_posted(db, mode, parameters, context.now)
    context.is_new_browser = False  # its cookie was only not sent: a new one would replace it
    return redirect(f"/auth/sso/?response={handle}")


def _arrived(context: Context) -> AuthorizationResponse | None:
    """The response of this request; None if it was a posted one that is gone."""
    arguments = context.request.args
    if list(arguments) != ["response"]:
        return AuthorizationResponse("query", tuple(arguments.items(multi=True)))
    with context.sentry.store.transaction() as db:
        posted = pending.take_posted(db, arguments["response"], context.now)
    return None if posted is None else AuthorizationResponse(posted[0], tuple(posted[1]))


def _match(context: Context, response: AuthorizationResponse) -> Response:
    """Find the login that the response answers; nothing else is touched by a response that answers none."""
    state, store, now = response.get("state"), context.sentry.store, context.now
    with store.transaction() as db:
        login = pending.find_login(db, state, context.browser, now) if state else None
        if login is not None and not login.same_browser:
            login = None
        waiting = pending.newest_login(db, context.browser, now)
        taken = login is not None and login.live and pending.use_login(db, login, now)
    if login is not None and taken:
        return _judge(context, login, response, state_matches=True)
    if login is not None and login.used:
        return stray(context, USED)
    if login is not None:
        return _judge(context, login, response, state_matches=False, expired_after=now - login.started_at)
    if waiting is None:
        return stray(context, NOT_AWAITED)
    if response.is_telling:
        return _judge(context, waiting, response, state_matches=False)
    if not response.parameters and response.mode == "query":
        return page(context, "fragment", fields=_FRAGMENT_FIELDS)
    return stray(context, "This is no answer of an identity provider: it carries neither a code nor an error.")


def _judge(
    context: Context,
    login: PendingLogin,
    response: AuthorizationResponse,
    *,
    state_matches: bool,
    expired_after: float | None = None,
) -> Response:
    builder = trace_of(context, login)
    attempt = Attempt(builder, login.organization, login.provider, login.next_page)
    sentry = context.sentry
    provider = sentry.config.providers.get(login.provider)
    if provider is None or isinstance(provider, Saml2Provider):
        return stray(context, NOT_CONFIGURED)
    try:
        client = prepare_client(login.provider, provider, sentry.redirect_uri, sentry.config_dir)
    except UnusableProviderError:
        return stray(context, NOT_CONFIGURED)
    try:
        identity = _steps_4_to_6(
            context, attempt, client, login, response, state_matches=state_matches, expired_after=expired_after
        )
    except LoginRefused as refused:
        return answer(context, attempt, refused)
    return admission.admit_identity(context, attempt, identity)


def _steps_4_to_6(
    context: Context,
    attempt: Attempt,
    client: Client,
    login: PendingLogin,
    response: AuthorizationResponse,
    *,
    state_matches: bool,
    expired_after: float | None,
) -> Identity:
    builder, support = attempt.builder, context.sentry.config.sentry.support
    no_token, not_confirmed = NO_TOKEN.format(support=support), NOT_CONFIRMED.format(support=support)
    metadata = recall(context.sentry.documents, builder, client, no_token)
    checks = judging.authorization_response(
        client,
        response,
        state_matches=state_matches,
        sends_issuer=metadata.sends_issuer,
        expired_after=expired_after,
    )

    if builder.current is not Step.EXTERNAL_AUTHENTICATION:
        builder.begin(Step.EXTERNAL_AUTHENTICATION)
    # An error of somebody else's login is not believed (RFC 6749 10.12).
    if state_matches:
        settle(builder, checks.external_authentication, _not_sent_back(response))
    builder.conclude("the identity provider sent the user back")

    builder.begin(Step.TOKEN_GENERATION)
    if state_matches:
        settle(builder, checks.token_generation, no_token)
    # Whether the response belongs to this login is judged before its code goes anywhere (RFC 9207 2.4).
    if first_blocking(checks.token_validation) is not None:
        builder.conclude(f"the answer ({response.kind}) arrived and was not used")
        builder.begin(Step.TOKEN_VALIDATION)
        settle(builder, checks.token_validation, not_confirmed)
    tokens = _redeem(context, attempt, client, metadata, login, response.get("code"))

    builder.begin(Step.TOKEN_VALIDATION)
    settle(builder, checks.token_validation, not_confirmed)
    if isinstance(client.provider, OidcProvider):
        return oidc.validate(context, attempt, client, metadata, tokens, login.nonce)
    return oauth2.identify(context, attempt, client, client.provider, tokens)


def _redeem(
    context: Context, attempt: Attempt, client: Client, metadata: Metadata, login: PendingLogin, code: str
) -> dict[str, Any]:
    """Step 5: code to tokens. Raises LoginRefused."""
    settings = context.sentry.config.sentry
    exchange = redeem(
        context.sentry.send,
        client,
        metadata.token_endpoint,
        code,
        login.code_verifier,
        now=context.now,
        timeout=float(settings.http_timeout_seconds),
    )
    attempt.builder.add_exchange(exchange)
    checks, tokens = judging.token_response(client, exchange)
    settle(attempt.builder, checks, NO_TOKEN.format(support=settings.support))
    attempt.builder.conclude(f"code redeemed with {client.provider.client_auth} for {_kinds(tokens)}")
    return tokens


def _not_sent_back(response: AuthorizationResponse) -> str:
    return not_sent_back(response.get("error_description") or response.get("error").replace("_", " "))


def _kinds(tokens: dict[str, Any]) -> str:
    names = {"access_token": "access token", "id_token": "ID token", "refresh_token": "refresh token"}
    return ", ".join(kind for name, kind in names.items() if tokens.get(name)) or "nothing"
