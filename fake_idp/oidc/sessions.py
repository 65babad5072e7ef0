"""Logins that last, and the cookies that carry them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.records import Session

if TYPE_CHECKING:
    from fake_idp.config import Person
    from fake_idp.context import Context
    from fake_idp.oidc.backchannel_logout import Delivery
    from fake_idp.web import Response

SESSION_COOKIE = "fake_idp_session"
BROWSER_COOKIE = "fake_idp_browser"
PASSWORD = "urn:fake-idp:password"  # the name of an authentication context
MULTI_FACTOR = "urn:fake-idp:mfa"


def current_session(context: Context) -> Session | None:
    """The session that this browser has at this issuer."""
    for value in context.request.cookies(SESSION_COOKIE):
        session = context.store.sessions.get(value)
        if session is not None and session.issuer == context.issuer.url:
            context.entry.user = session.username
            return session
    return None


def new_session(context: Context, person: Person) -> Session:
    """A fresh session for `person`, who has just proved who they are."""
    factors = ("pwd", "otp", "mfa") if person.totp_secret else ("pwd",)  # RFC 8176 2
    return Session(
        sid=context.randomness.token(12),
        username=person.username,
        issuer=context.issuer.url,
        auth_time=context.now,
        amr=factors,
        acr=MULTI_FACTOR if person.totp_secret else PASSWORD,
        csrf=context.randomness.token(),
    )


def remember(context: Context, session: Session, response: Response) -> None:
    """Let the browser keep the session, under a new identifier at each login; its old one ends."""
    forget(context)
    key = context.randomness.token()
    context.store.sessions.put(key, session, context.settings.lifetimes.session)
    response.headers.append(_cookie(context, SESSION_COOKIE, key))


def forget(context: Context) -> tuple[str, str]:
    """End the session of this browser at this issuer; the header that deletes its cookie."""
    for value in context.request.cookies(SESSION_COOKIE):
        session = context.store.sessions.get(value)
        if session is not None and session.issuer == context.issuer.url:
            context.store.sessions.pop(value)
    name, value = _cookie(context, SESSION_COOKIE, "")
    return name, f"{value}; Max-Age=0"


def end(context: Context, sid: str) -> list[Delivery]:
    """End the session of that sid, whichever browser has it, and tell its clients; what became of each notice."""
    context.store.sessions.drop(lambda session: session.sid == sid)
    context.store.participants.drop(lambda participant: participant.sid == sid)
    if not len(context.store.relying_parties):
        return []
    from fake_idp.oidc import backchannel_logout

    deliveries = backchannel_logout.notify(context, sid)
    context.store.relying_parties.drop(lambda party: party.session == sid)
    return deliveries


def browser_of(context: Context) -> tuple[str, list[tuple[str, str]]]:
    """The mark of this browser, which binds its pending logins to it, and the header that sets a new one."""
    known = context.request.cookies(BROWSER_COOKIE)
    if known:
        return known[0], []
    mark = context.randomness.token()
    return mark, [_cookie(context, BROWSER_COOKIE, mark)]


def _cookie(context: Context, name: str, value: str) -> tuple[str, str]:
    secure = "; Secure" if context.request.secure else ""
    return "Set-Cookie", f"{name}={value}; Path={context.issuer.path or '/'}; HttpOnly; SameSite=Lax{secure}"
