"""Who is logged in, and ending that from outside: its clients are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.control.problem import unknown
from fake_idp.control.route import Asked, Model
from fake_idp.oidc import frontchannel_logout, relying_parties, sessions

if TYPE_CHECKING:
    from fake_idp.control.call import Call
    from fake_idp.records import Session


class SessionView(Model, frozen=True, kw_only=True):
    """A login that lasts, in one browser at one issuer. `auth_time` in seconds since the epoch."""

    sid: str
    user: str
    issuer: str
    auth_time: int
    amr: tuple[str, ...]
    acr: str
    clients: tuple[str, ...]
    service_providers: tuple[str, ...]


class Notice(Model, frozen=True, kw_only=True):
    """A logout token that was sent. `status` is None without an answer; `elapsed` in seconds."""

    client: str
    uri: str
    delivered: bool
    status: int | None
    error: str | None
    elapsed: float


class Ended(Model, frozen=True, kw_only=True):
    """A session that has ended. `not_told` are clients and service providers that only a browser could tell."""

    sid: str
    user: str
    notices: tuple[Notice, ...]
    not_told: tuple[str, ...]


class SessionFilter(Asked, frozen=True, kw_only=True):
    """Whose sessions."""

    user: str | None = None


def listing(call: Call, query: SessionFilter) -> list[SessionView]:
    """The sessions, oldest first."""
    return [_shown(call, session) for session in _of(call, query.user)]


def get(call: Call, sid: str) -> SessionView:
    """One session."""
    return _shown(call, _named(call, sid))


def end(call: Call, sid: str) -> Ended:
    """End a session: its clients get logout tokens, and it is said what became of each."""
    return _end(call, _named(call, sid))


def end_all(call: Call, query: SessionFilter) -> list[Ended]:
    """End all sessions, or all of one person."""
    return [_end(call, session) for session in _of(call, query.user)]


def _of(call: Call, user: str | None) -> list[Session]:
    return [session for session in call.namespace.store.sessions.values() if user in (None, session.username)]


def _named(call: Call, sid: str) -> Session:
    known = {session.sid: session for session in call.namespace.store.sessions.values()}
    if sid not in known:
        raise unknown("session", sid, known)
    return known[sid]


def _end(call: Call, session: Session) -> Ended:
    context = call.context(call.issuer_at(session.issuer))
    not_told = (*frontchannel_logout.addresses(context, session.sid), *_shown(call, session).service_providers)
    deliveries = sessions.end(context, session.sid)
    return Ended(
        sid=session.sid,
        user=session.username,
        notices=tuple(
            Notice(
                client=delivery.client_id,
                uri=delivery.uri,
                delivered=delivery.delivered,
                status=delivery.status,
                error=delivery.error,
                elapsed=round(delivery.elapsed, 4),
            )
            for delivery in deliveries
        ),
        not_told=not_told,
    )


def _shown(call: Call, session: Session) -> SessionView:
    context = call.context(call.issuer_at(session.issuer))
    participants = call.namespace.store.participants.values()
    return SessionView(
        sid=session.sid,
        user=session.username,
        issuer=session.issuer,
        auth_time=session.auth_time,
        amr=session.amr,
        acr=session.acr,
        clients=tuple(party.client_id for party in relying_parties.of_session(context, session.sid)),
        service_providers=tuple(known.provider.entity_id for known in participants if known.sid == session.sid),
    )
