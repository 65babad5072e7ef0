"""The single logout service: started by a service provider or here, answered by both (SAML Profiles 4.4)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from fake_idp import pages
from fake_idp.oidc import sessions
from fake_idp.refusal import RefusedError, refuse
from fake_idp.saml import bindings, inbound, logout_messages, logout_round, participants, statuses
from fake_idp.saml.logout_messages import LogoutReplyTo

if TYPE_CHECKING:
    from fake_idp.context import Context
    from fake_idp.saml.bindings import Message
    from fake_idp.saml.participants import Participant
    from fake_idp.web import Response


def handle(context: Context) -> Response:
    """Take a LogoutRequest or a LogoutResponse; without either, ask the person and start the round."""
    if not bindings.carries_message(context.request):
        return _start_here(context)
    message = bindings.receive(context.request)
    inbound.check_kind(message, "LogoutRequest", "LogoutResponse")
    if message.parameter == "SAMLResponse":
        return _confirmed(context, message)
    return _requested(context, message)


def _start_here(context: Context) -> Response:
    session = sessions.current_session(context)
    if session is None:
        return pages.page(context, "logged_out", unconfirmed=[])
    given = context.request.form.get("csrf") or ""
    if context.request.method == "POST" and hmac.compare_digest(given.encode(), session.csrf.encode()):
        return logout_round.begin(context, [session.sid])
    return pages.page(
        context,
        "logout",
        person=context.person(session.username),
        action=context.issuer.endpoint("saml_slo"),
        csrf=session.csrf,
        parameters={},
    )


def _requested(context: Context, message: Message) -> Response:
    """End the sessions that a service provider means, and tell the others. What is not authentic gets a page."""
    provider = inbound.sender(context, message)
    inbound.check_authenticity(context, message, provider, must_be_signed=context.settings.strict)
    inbound.check_destination(context, message.root, "saml_slo")
    request_id = inbound.identifier(message.root)
    reply_to = LogoutReplyTo(provider, provider.slo, request_id, message.relay_state) if provider.slo else None
    try:
        inbound.check_version(message.root)
        ended = _meant(context, message)
    except RefusedError as refused:
        if reply_to is None:
            raise
        context.note(refused.refusal)
        return logout_messages.send_response(context, reply_to, statuses.of_refusal(refused.refusal))
    if reply_to is None:
        context.entry.reason = (
            "The session has ended, but nobody could be told: no single logout service of this service provider is"
            " known. Fix: register its metadata, or single_logout_service."
        )
    context.entry.user = ended[0].username
    sids = {participant.sid for participant in ended}
    return logout_round.begin(context, sids, reply_to=reply_to, asked_by=provider.entity_id)


def _meant(context: Context, message: Message) -> list[Participant]:
    name_id, indexes = logout_messages.read_request(context, message.root)
    entity_id = str(context.entry.client)
    found = participants.named(context, entity_id, name_id, indexes)
    if found:
        return found
    own = [known for known in context.store.participants.values() if known.provider.entity_id == entity_id]
    same_person = any(known.name_id.value == name_id.value for known in own)
    raise refuse(
        "UnknownPrincipal", "No session here is the one that the logout request means.", parameter="NameID",
        expected="the NameID with its format and qualifiers, and the SessionIndex, as they were in the assertion",
        seen="the right value with another format, qualifier or SessionIndex" if same_person else
        "a name that nobody has in a session with this service provider now",
        clause="SAML Core 3.7.3.2", fix="keep all parts of the NameID and the SessionIndex from the login",
    )  # fmt: skip


def _confirmed(context: Context, message: Message) -> Response:
    """A service provider says that it has ended its session: on to the next one."""
    provider = inbound.sender(context, message)
    must = context.settings.strict and bool(provider.certificates)
    inbound.check_authenticity(context, message, provider, must_be_signed=must)
    inbound.check_destination(context, message.root, "saml_slo")
    in_response_to = message.root.get("InResponseTo")
    round_ = context.store.logout_rounds.get(in_response_to)
    asked = None if round_ is None or round_.telling is None else round_.telling.provider.entity_id
    if round_ is None or asked != provider.entity_id:
        raise refuse(
            "invalid_request", "Nobody waits for this logout response.", parameter="InResponseTo",
            expected="the ID of a logout request that was sent to this service provider",
            seen=(in_response_to or "none")[:100] + (f", which was sent to {asked}" if asked else ""),
            clause="SAML Core 3.2.2",
        )  # fmt: skip
    context.store.logout_rounds.pop(in_response_to)
    context.entry.flow = round_.flow
    status = statuses.read(message.root)
    if status.code != "Success" or status.second is not None:
        round_.unconfirmed.append(provider.entity_id)
        context.entry.reason = f"The service provider answers {status.code} {status.second or ''}".rstrip() + "."
    return logout_round.go_on(context, round_)
