"""Which service providers take part in a session, and under which name they know the person."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fake_idp.oidc import sessions

if TYPE_CHECKING:
    from fake_idp.context import Context
    from fake_idp.records import Session
    from fake_idp.saml.name_id import NameId
    from fake_idp.saml.providers import ServiceProvider


@dataclass(frozen=True, slots=True)
class Participant:
    """A service provider in a session. `sid` is the session at the identity provider, `issuer` the one it is at."""

    provider: ServiceProvider
    name_id: NameId
    session_index: str
    sid: str
    issuer: str
    username: str


def session_index(session: Session, entity_id: str) -> str:
    """The name of the session between the two of us, which nobody else can link to theirs (SAML Core 2.7.2)."""
    return "_" + hashlib.sha256(f"{session.sid} {entity_id}".encode()).hexdigest()[:32]


def join(context: Context, participant: Participant) -> None:
    """Remember that the service provider has to be told when the session ends."""
    lifetime = context.settings.lifetimes.session
    context.store.participants.put(participant.session_index, participant, lifetime)


def carry_over(context: Context, before: Session, after: Session) -> None:
    """The person has logged in once more: service providers of the old session belong to the new one."""
    for known in of_session(context, before.sid):
        join(context, replace(known, sid=after.sid))


def of_session(context: Context, sid: str) -> list[Participant]:
    """The service providers in that session."""
    return [known for known in context.store.participants.values() if known.sid == sid]


def named(context: Context, entity_id: str, name_id: NameId, indexes: list[str]) -> list[Participant]:
    """The sessions that a logout request means; without an index, all of the person there (SAML Core 3.7.1)."""
    return [
        known
        for known in context.store.participants.values()
        if known.issuer == context.issuer.url
        and known.provider.entity_id == entity_id
        and known.name_id.matches(name_id)
        and (not indexes or known.session_index in indexes)
    ]


def end_session(context: Context, sid: str) -> None:
    """End the session here, whichever browser has it; OpenID clients of it are told without one."""
    sessions.end(context, sid)
