"""The assertion consumer service: a SAML response comes back, asked for or not, and finds its login."""

from __future__ import annotations

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
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider, has_saml, service_providers
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
    if not has_saml(context.sentry, organization):
        return stray(context, _NO_SAML)
    if context.request.method == "POST":
        return _keep_posted(context, organization)
    from ssocli.sentry.auth.saml2.response import SamlResponse

    query = context.request.args
    if "SAMLResponse" in query:
        return _match(
            context, organization, SamlResponse(query["SAMLResponse"], query.get("RelayState", ""), "Redirect")
        )
    handle = query.get("response", "")
    if not handle:
        return stray(context, _NO_MESSAGE)
    with context.sentry.store.transaction() as db:
        posted = pending.take_posted(db, handle, context.now)
    if posted is None:
        return stray(context, GONE)
    values = dict(reversed(posted[1]))
    count = sum(name == "SAMLResponse" for name, _ in posted[1])
    problem = "" if count == 1 else "is missing" if count == 0 else f"stands {count} times in the form"
    response = SamlResponse(values.get("SAMLResponse", ""), values.get("RelayState", ""), problem=problem)
    return _match(context, organization, response)


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
    sps = service_providers(sentry, organization)
    sp = sps.get(login.provider) if login is not None else _sender(context, organization, sps, response)
    if login is not None and sp is None:
        return stray(context, NOT_CONFIGURED)
    if sp is not None and login is not None and not (login.used and sp.is_as_sentry):
        return _judge(context, sp, login, response, login.request_id if taken else None)
    awaited = waiting if waiting is not None and waiting.provider in sps else None
    if sp is not None and _is_unsolicited(sp, response, awaited):
        return _steps(context, Attempt(unsolicited_trace(context), organization, sp.key), sp, response, None)
    if awaited is not None:
        return _judge(context, sps[awaited.provider], awaited, response, awaited.request_id)
    if response.problem:
        return stray(context, _NO_MESSAGE)
    return stray(context, NO_COOKIE if context.is_new_browser else NOT_AWAITED)


def _is_unsolicited(sp: ServiceProvider, response: SamlResponse, awaited: PendingLogin | None) -> bool:
    """Whether to judge this as a login that began at the identity provider.

    The real Sentry does so with whatever answers no login of this browser, as it looks at no InResponseTo.
    """
    if sp.is_as_sentry:
        return True
    return response.is_unsolicited and (sp.takes_unsolicited or awaited is None)


def _judge(
    context: Context, sp: ServiceProvider, login: PendingLogin, response: SamlResponse, request_id: str | None
) -> Response:
    """The answer to a login that began here; without `request_id` it came too late."""
    if login.used:
        return stray(context, USED)
    attempt = Attempt(trace_of(context, login), login.organization, login.provider, login.next_page)
    return _steps(context, attempt, sp, response, request_id)


def _steps(
    context: Context, attempt: Attempt, sp: ServiceProvider, response: SamlResponse, request_id: str | None
) -> Response:
    from ssocli.sentry.auth.saml2.validation import steps_4_to_6

    try:
        identity = steps_4_to_6(context, attempt, sp, response, request_id)
    except LoginRefused as refused:
        return answer(context, attempt, refused)
    return admission.admit_identity(context, attempt, identity)


def _sender(
    context: Context, organization: str, sps: dict[str, ServiceProvider], response: SamlResponse
) -> ServiceProvider | None:
    """Whose response this is, by its issuer; if there is one identity provider only, the issuer may be wrong."""
    from ssocli.sentry.auth.saml2.identity_provider import find_sender

    if len(sps) == 1:
        return next(iter(sps.values()))
    found = find_sender(context, organization, response.issuer)
    return None if found is None else found[0]
