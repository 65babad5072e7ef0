"""Which clients take part in a session: those that got an ID token in it, and have to hear when it ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_idp.context import Context, Issuer
    from fake_idp.records import Grant, Session


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """A client in a session. `sid` is what it was told, `session` the sid that the session has now."""

    client_id: str
    issuer: Issuer
    sid: str
    session: str
    username: str
    sub: str
    flow: str


def join(context: Context, grant: Grant, session: Session) -> None:
    """Remember that the client has an ID token of this session."""
    sub = context.person(session.username).sub
    party = RelyingParty(
        grant.client.client_id, context.issuer, session.sid, session.sid, session.username, sub, grant.flow
    )
    _keep(context, party)


def carry_over(context: Context, before: Session, after: Session) -> None:
    """The person has logged in once more: clients of the old session belong to the new one."""
    for party in of_session(context, before.sid):
        _keep(context, replace(party, session=after.sid))


def of_session(context: Context, sid: str) -> list[RelyingParty]:
    """The clients of the session that has this sid now."""
    return [party for party in context.store.relying_parties.values() if party.session == sid]


def _keep(context: Context, party: RelyingParty) -> None:
    lifetime = context.settings.lifetimes.session
    context.store.relying_parties.put(f"{party.sid} {party.client_id}", party, lifetime)
