"""The single sign-on service: from the AuthnRequest, or from nothing, to the Response (SAML Profiles 4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fake_idp import pages
from fake_idp.oidc import interaction, sessions
from fake_idp.refusal import Refusal, RefusedError, refuse
from fake_idp.saml import authn_request, bindings, participants, providers, response, statuses
from fake_idp.saml.participants import Participant
from fake_idp.web import redirect

if TYPE_CHECKING:
    from fake_idp.context import Context
    from fake_idp.records import SamlReplyTo, Session, SsoRequest
    from fake_idp.saml.response import ResponseParameters
    from fake_idp.web import Response

NO_PASSIVE = Refusal(
    "NoPassive",
    "Nobody is logged in who may be used for this request.",
    "IsPassive",
    "a session at this issuer that satisfies ForceAuthn and Subject",
    "none",
    "SAML Core 3.4.1",
    "send the request again without IsPassive",
)


def handle(context: Context) -> Response:
    """Judge an AuthnRequest, then log the person in, silently where that is allowed."""
    ticket = context.request.query.get("tx") if context.request.method == "GET" else None
    if ticket is not None and not bindings.carries_message(context.request):
        return _resume(context, ticket)
    context.entry.flow = context.randomness.token(6)
    message = bindings.receive(context.request)
    reply_to = authn_request.reply_to(context, message)
    try:
        request = authn_request.read(context, message.root, reply_to)
    except RefusedError as refused:
        return answer_refused(context, reply_to, refused.refusal)
    if context.request.method == "POST" and not context.request.cookies(sessions.SESSION_COOKIE):
        return _come_back(context, request)
    return _log_in(context, request)


def handle_init(context: Context) -> Response:
    """Start a login from here: `sp` is the entity ID, `RelayState` goes along (SAML Profiles 4.1.5).

    Without `sp`, show a page to choose from.
    """
    parameters = context.request.parameters
    context.entry.flow = context.randomness.token(6)
    entity_id = parameters.get("sp")
    if entity_id is None:
        return pages.page(context, "saml_start", providers=providers.registered(context))
    context.entry.client = entity_id
    return _log_in(context, authn_request.unsolicited(context, entity_id, parameters.get("RelayState")))


def answer(context: Context, request: SsoRequest, session: Session) -> Response:
    """The response for the person who is logged in."""
    if context.namespace.faults.active:
        from fake_idp.faults import saml_hooks

        taken = saml_hooks.answered(context, request)
        if taken.page is not None:
            return taken.page
        request = taken.request
        if taken.refusal is not None:
            return answer_refused(context, request.reply_to, taken.refusal)
    to = request.reply_to
    try:
        parameters = response.success(context, request, session)
        sent = deliver(context, to, parameters)
    except RefusedError as refused:
        return answer_refused(context, to, refused.refusal)
    if parameters.assertion is not None:
        name_id, index = parameters.assertion.name_id, parameters.assertion.session_index
        participant = Participant(to.provider, name_id, index, session.sid, session.issuer, session.username)
        participants.join(context, participant)
    return sent


def answer_refused(context: Context, to: SamlReplyTo, refusal: Refusal) -> Response:
    """The response that says why there is no assertion."""
    status = statuses.of_refusal(refusal)
    context.note(refusal)
    context.entry.error = status.second or status.code
    return deliver(context, to, response.refusal(context, to, status))


def deliver(context: Context, to: SamlReplyTo, parameters: ResponseParameters) -> Response:
    """Protect the response and let the browser take it to the service provider."""
    document = response.protected(context, parameters, to.provider)
    return bindings.send_post(context, to.acs, "SAMLResponse", document, to.relay_state)


def _log_in(context: Context, request: SsoRequest) -> Response:
    session = sessions.current_session(context)
    if session is not None and _must_log_in(request, session):
        session = None
    if session is None and request.is_passive:
        return answer_refused(context, request.reply_to, NO_PASSIVE)
    return interaction.begin(context, request, session)


def _must_log_in(request: SsoRequest, session: Session) -> bool:
    """Whether the session will not do for this request (SAML Core 3.4.1)."""
    return request.force_authn or (request.hinted is not None and request.hinted.username != session.username)


def _come_back(context: Context, request: SsoRequest) -> Response:
    """Let the browser ask again by GET: with a POST from another site it does not send its cookies."""
    ticket = context.randomness.token()
    context.store.sso_requests.put(ticket, request, context.settings.lifetimes.login)
    return redirect(context.request, f"{context.issuer.endpoint('saml_sso')}?{urlencode({'tx': ticket})}")


def _resume(context: Context, ticket: str) -> Response:
    request = context.store.sso_requests.pop(ticket)
    if request is None:
        raise refuse(
            "invalid_request", "This login is over or has expired.", parameter="tx",
            expected=f"a login begun less than {context.settings.lifetimes.login} seconds ago", seen="none",
            fix="go back to the application and log in again",
        )  # fmt: skip
    context.entry.flow = context.randomness.token(6)
    context.entry.client = request.reply_to.provider.entity_id
    return _log_in(context, request)
