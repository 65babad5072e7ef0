"""The assertion consumer service: a SAML response comes back, asked for or not, and finds its login."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from ssocli.sentry import admission, pending
from ssocli.sentry.arrival import (
    GONE,
    NO_COOKIE,
    NOT_AWAITED,
    NOT_CONFIGURED,
    USED,
    stray,
    trace_of,
    unsolicited_trace,
)
from ssocli.sentry.auth.client import UnusableProviderError
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider, prepare_service_provider, saml_providers
from ssocli.sentry.context import Context
from ssocli.sentry.pages import redirect
from ssocli.sentry.pending import PendingLogin
from ssocli.sentry.refusal import Attempt, LoginRefused, answer

if TYPE_CHECKING:
    from ssocli.sentry.auth.saml2.response import SamlResponse

_NO_SAML = "There is no organization of this name with SAML single sign-on. Check the ACS URL at the identity provider."
_NO_MESSAGE = (
    "This address takes the SAML response of an identity provider: a form with one SAMLResponse, sent by POST. "
    "Start at the login page."
)


def assertion_consumer_service(context: Context, organization: str) -> Response:
    """Take a SAML response for the organization."""
    if not saml_providers(context.sentry, organization):
        return stray(context, _NO_SAML)
    if context.request.method == "POST":
        return _keep_posted(context, organization)
    handle = context.request.args.get("response", "")
    if not handle:
        return stray(context, _NO_MESSAGE)
    with context.sentry.store.transaction() as db:
        posted = pending.take_posted(db, handle, context.now)
    if posted is None:
        return stray(context, GONE)
    values = dict(reversed(posted[1]))
    if len([name for name, _ in posted[1] if name == "SAMLResponse"]) != 1:
        return stray(context, _NO_MESSAGE)
    from ssocli.sentry.auth.saml2.response import SamlResponse

    return _match(context, organization, SamlResponse(values["SAMLResponse"], values.get("RelayState", "")))


def _keep_posted(context: Context, organization: str) -> Response:
    """Keep the response and let the browser come for it: the form of another site brings no SameSite=Lax cookies."""
    parameters = [(name, value) for name, value in context.request.form.items(multi=True) if value]
    with context.sentry.store.transaction() as db:
        handle = pending.keep_posted(db, "form_post", parameters, context.now)
    context.is_new_browser = False  # its cookie was only not sent: a new one would replace it
    return redirect(f"/saml/acs/{organization}/?response={handle}")


def _match(context: Context, organization: str, response: SamlResponse) -> Response:
    """Find the login that the response answers: by its RelayState, or by the request that it names."""
    sentry, now = context.sentry, context.now
    with sentry.store.transaction() as db:
        login = pending.find_login(db, response.relay_state, context.browser, now) if response.relay_state else None
        login = login or pending.find_request(db, response.in_response_to, context.browser, now)
        if login is not None and (not login.same_browser or login.organization != organization):
            login = None
        taken = login is not None and login.live and pending.use_login(db, login, now)
        waiting = pending.newest_login(db, context.browser, now)
    if login is not None and login.used:
        return stray(context, USED)
    if login is not None:
        return _judge(context, login, response, is_live=taken)
    awaited = waiting is not None and waiting.organization == organization and waiting.request_id is not None
    if response.is_unsolicited:
        sp = _sender(context, organization, response)
        if sp is not None and (sp.takes_unsolicited or not awaited):
            return _steps(context, Attempt(unsolicited_trace(context), organization, sp.key), sp, response, None)
    if waiting is not None and awaited:
        return _judge(context, waiting, response, is_live=True)
    return stray(context, NO_COOKIE if context.is_new_browser else NOT_AWAITED)


def _judge(context: Context, login: PendingLogin, response: SamlResponse, *, is_live: bool) -> Response:
    """The answer to a login that began here; `is_live` False: it came too late."""
    sp = _prepared(context, login.organization).get(login.provider)
    if sp is None:
        return stray(context, NOT_CONFIGURED)
    attempt = Attempt(trace_of(context, login), login.organization, login.provider, login.next_page)
    return _steps(context, attempt, sp, response, login.request_id if is_live else None)


def _steps(
    context: Context, attempt: Attempt, sp: ServiceProvider, response: SamlResponse, request_id: str | None
) -> Response:
    from ssocli.sentry.auth.saml2.validation import steps_4_to_6

    try:
        identity = steps_4_to_6(context, attempt, sp, response, request_id)
    except LoginRefused as refused:
        return answer(context, attempt, refused)
    return admission.admit_identity(context, attempt, identity)


def _sender(context: Context, organization: str, response: SamlResponse) -> ServiceProvider | None:
    """Whose response this is, by its issuer (SAML Profiles 4.1.5); the only provider may have a wrong one."""
    from ssocli.sentry.auth.saml2.identity_provider import look_up

    known = _prepared(context, organization)
    for sp in known.values():
        idp = look_up(context.sentry.documents, sp)
        if idp is not None and idp.entity_id == response.issuer:
            return sp
    return next(iter(known.values())) if len(known) == 1 else None


def _prepared(context: Context, organization: str) -> dict[str, ServiceProvider]:
    """The organization's SAML providers, without those that cannot be used."""
    prepared = {}
    for key, provider in saml_providers(context.sentry, organization).items():
        with contextlib.suppress(UnusableProviderError):
            prepared[key] = prepare_service_provider(context.sentry, key, provider)
    return prepared
