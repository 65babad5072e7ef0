"""A logout on its way: the browser visits one service provider of the session after the other (SAML Profiles 4.4.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fake_idp import pages
from fake_idp.oidc import sessions
from fake_idp.saml import logout_messages, participants, statuses
from fake_idp.saml.statuses import Status
from fake_idp.web import redirect

if TYPE_CHECKING:
    from collections.abc import Collection

    from fake_idp.context import Context
    from fake_idp.saml.logout_messages import LogoutReplyTo
    from fake_idp.saml.participants import Participant
    from fake_idp.web import Response


@dataclass(slots=True)
class LogoutRound:
    """Who is still to be told, who is being told, who did not confirm, and who gets the result.

    The result goes to the service provider that asked, or to an address, or onto a page.
    """

    flow: str
    waiting: list[Participant]
    reply_to: LogoutReplyTo | None = None
    target: str | None = None
    telling: Participant | None = None
    unconfirmed: list[str] = field(default_factory=list)


def begin(
    context: Context,
    sids: Collection[str],
    *,
    reply_to: LogoutReplyTo | None = None,
    asked_by: str | None = None,
    target: str | None = None,
) -> Response:
    """End the sessions here and now, then let the browser go round; `asked_by` knows already."""
    flow = context.entry.flow = context.entry.flow or context.randomness.token(6)
    told = [known for sid in sids for known in participants.of_session(context, sid)]
    round_ = LogoutRound(flow, [known for known in told if known.provider.entity_id != asked_by], reply_to, target)
    here = sessions.current_session(context)
    cookie = sessions.forget(context) if here is not None and here.sid in sids else None
    for sid in sids:
        participants.end_session(context, sid)
    response = go_on(context, round_)
    if cookie is not None:
        response.headers.append(cookie)
    return response


def go_on(context: Context, round_: LogoutRound) -> Response:
    """Send the browser to the next service provider; after the last one, to whoever gets the result."""
    while round_.waiting:
        participant = round_.waiting.pop(0)
        service = participant.provider.slo
        if service is None:
            round_.unconfirmed.append(participant.provider.entity_id)
            continue
        round_.telling = participant
        request_id, response = logout_messages.send_request(context, participant, service)
        context.store.logout_rounds.put(request_id, round_, context.settings.lifetimes.login)
        return response
    if round_.reply_to is not None:
        return logout_messages.send_response(context, round_.reply_to, _result(round_))
    if round_.target is not None:
        return redirect(context.request, round_.target)
    return pages.page(context, "logged_out", unconfirmed=round_.unconfirmed)


def _result(round_: LogoutRound) -> Status:
    """Our own session has ended, so it is a success, if only a partial one (SAML Core 3.7.3.2)."""
    if not round_.unconfirmed:
        return statuses.SUCCESS
    return Status("Success", "PartialLogout", "Not confirmed by " + ", ".join(round_.unconfirmed))
