"""From a person who is known to a person who is in: steps 7 to 9, and the redirect that begins step 10."""

from __future__ import annotations

import sqlite3

from werkzeug.wrappers import Response

from ssocli.checks import session as session_rules
from ssocli.checks.check import evaluate
from ssocli.clock import iso
from ssocli.sentry import accounts, pending, provisioning, sessions
from ssocli.sentry.access import Access, effective_access
from ssocli.sentry.context import SESSION_COOKIE, Context
from ssocli.sentry.pages import redirect
from ssocli.sentry.provisioning import Decision, Facts, Identity
from ssocli.sentry.records import Method, UserRecord
from ssocli.sentry.refusal import Attempt, LoginRefused, answer, settle
from ssocli.steps import Step

_SECOND_FACTOR_PATH = "/auth/2fa/"
_PROVISIONING_FAILED = "Your account could not be set up. Please contact {support} and give them this number: {trace}."
_DENIED = {
    "sso-required": "{organization} requires single sign-on. Please log in with SSO.",
    "sso-expired": "Your single sign-on has expired. Please log in with SSO again.",
    "not-a-member": "You are not a member of {organization}. Please contact {support}.",
    "disabled-member": "Your membership in {organization} is disabled: it has no free seat. Please contact {support}.",
    "disabled-account-session": "Your account is disabled. Please contact {support}.",
}


def admit_identity(context: Context, attempt: Attempt, identity: Identity) -> Response:
    """Provision the user of a validated identity and let them in. Refusals become pages."""
    builder, sentry = attempt.builder, context.sentry
    organization = sentry.config.organizations[attempt.organization]
    provider = sentry.config.providers[attempt.provider]
    builder.begin(Step.USER_PROVISIONING)
    try:
        # One transaction from the facts to the session: two logins of one new person make one user, and whatever
        # stops this program in between leaves nothing behind.
        with sentry.store.transaction() as db:
            facts = provisioning.gather(db, identity, attempt.organization)
            decision = provisioning.decide(identity, attempt.organization, organization, provider, facts)
            settle(builder, decision.checks, _support(context, attempt, _PROVISIONING_FAILED))
            user_id = provisioning.apply(db, decision, identity, attempt.organization, facts, context.now)
            token = _open_session(db, context, attempt, user_id, "sso")
            user = accounts.find_user(db, user_id)
    except LoginRefused as refused:
        return answer(context, attempt, refused)
    if user is None:
        raise RuntimeError("the user was written in this very transaction")
    builder.user = _user_data(user, decision, facts)
    builder.conclude(_provisioned(user, decision, facts))
    return _owe_second_factor(attempt) if token is None else enter(context, attempt, user, token, "sso")


def admit_user(context: Context, attempt: Attempt, user: UserRecord) -> Response:
    """Let in a user who gave the right password: nothing is provisioned."""
    attempt.builder.begin(Step.USER_PROVISIONING)
    with context.sentry.store.transaction() as db:
        accounts.touch_user(db, user.id, context.now)
        token = _open_session(db, context, attempt, user.id, "password")
    attempt.builder.user = _user_data(user, None, None)
    attempt.builder.conclude(
        f"updated user {user.id} ({user.email}), last login: a password login changes nothing else"
    )
    if token is None:
        return _owe_second_factor(attempt)
    return enter(context, attempt, user, token, "password")


def admit_second_factor(context: Context, attempt: Attempt, user: UserRecord, method: Method) -> Response:
    """Let in a user who gave both factors; step 8 is in progress."""
    with context.sentry.store.transaction() as db:
        pending.settle_second_factor(db, context.browser)
        token = _create_session(db, context, attempt, user.id, method)
    return enter(context, attempt, user, token, method, second_factor="right")


def enter(
    context: Context,
    attempt: Attempt,
    user: UserRecord,
    token: str,
    method: Method,
    *,
    second_factor: session_rules.SecondFactor | None = None,
) -> Response:
    """Steps 8 and 9 for a session that was just made, and the redirect."""
    builder, settings = attempt.builder, context.sentry.config.sentry
    try:
        builder.begin(Step.SESSION_CREATION)
        cookie = context.cookie(SESSION_COOKIE, token, settings.session_seconds)
        context.cookies.append(cookie)
        with context.sentry.store.reading() as db:
            stored = sessions.stored_hash(db, builder.trace_id)
        observed = session_rules.SessionContext(
            set_cookie=cookie,
            stored=stored,
            previous=context.request.cookies.get(SESSION_COOKIE),
            https=context.sentry.secure,
            second_factor=second_factor,
        )
        settle(builder, evaluate("session", observed), _support(context, attempt, _PROVISIONING_FAILED))
        builder.session = {
            "fingerprint": stored[:12],
            "method": method,
            "expires": iso(context.now + settings.session_seconds),
            "sso_at": iso(context.now) if method == "sso" else None,
        }
        builder.conclude(f"session {stored[:12]}, until {builder.session['expires']}")
        builder.begin(Step.AUTHORIZATION)
        access = access_of(context, user, attempt.organization, context.now if method == "sso" else None)
        builder.access = access.as_data()
        settle(builder, access.checks, denial_message(context, access))
        builder.conclude(_granted(access))
    except LoginRefused as refused:
        response = answer(context, attempt, refused)
        if refused.check.name != "disabled-member":
            return response
        moved = redirect(f"/organizations/{attempt.organization}/disabled-member/")
        moved.call_on_close(lambda: context.sentry.journal.ended(builder))
        return moved
    builder.begin(Step.REDIRECT_TO_DASHBOARD)
    return redirect(attempt.next_page or f"/organizations/{attempt.organization}/issues/")


def access_of(context: Context, user: UserRecord, organization: str, sso_at: float | None) -> Access:
    """The user's effective access to a configured organization."""
    config = context.sentry.config
    return effective_access(
        organization,
        config.organizations[organization],
        user,
        has_provider=bool(config.providers_of(organization)),
        sso_at=sso_at,
        sso_expiry=config.sentry.sso_expiry_seconds,
        now=context.now,
    )


def session_access(context: Context, organization: str) -> Access | None:
    """The access of this request's session; None if nobody is logged in or there is no such organization."""
    if context.session is None or context.user is None or organization not in context.sentry.config.organizations:
        return None
    return access_of(context, context.user, organization, context.session.sso.get(organization))


def home_of(context: Context) -> str:
    """The dashboard that this session opens; empty if it opens none."""
    if context.user is None:
        return ""
    for membership in context.user.memberships:
        access = session_access(context, membership.organization)
        if access is not None and access.denied is None:
            return f"/organizations/{membership.organization}/issues/"
    return ""


def organization_for(context: Context, user: UserRecord, next_page: str, wanted: str) -> str:
    """Where a password login leads: to what was asked for, else to an organization that lets the user in so.

    A user without any organization is sent to the first one configured, which refuses them.
    """
    config = context.sentry.config
    parts = next_page.split("/")
    asked = parts[2] if next_page.startswith("/organizations/") and len(parts) > 3 else wanted
    if asked in config.organizations:
        return asked
    own = [entry.organization for entry in user.memberships if entry.organization in config.organizations]
    open_to_user = [slug for slug in own if access_of(context, user, slug, None).denied is None]
    return next(iter([*open_to_user, *own, *config.organizations]), "")


def denial_message(context: Context, access: Access) -> str:
    """What the user reads when access is denied; empty if it is not."""
    if access.denied is None:
        return ""
    name = context.sentry.config.organizations[access.organization].name or access.organization
    return _DENIED[access.denied.name].format(organization=name, support=context.sentry.config.sentry.support)


def _open_session(
    db: sqlite3.Connection, context: Context, attempt: Attempt, user_id: int, method: Method
) -> str | None:
    """A session, or None (and a note of it) if the user owes Sentry's own second factor first."""
    secret, _ = accounts.second_factor(db, user_id)
    if secret is None:
        return _create_session(db, context, attempt, user_id, method)
    owed = pending.SecondFactor(
        user_id, method, attempt.builder.trace_id, attempt.organization, attempt.provider, attempt.next_page, 0
    )
    pending.owe_second_factor(db, context.browser, owed, context.now)
    return None


def _create_session(db: sqlite3.Connection, context: Context, attempt: Attempt, user_id: int, method: Method) -> str:
    """A new session under a new token; the one that this browser had ends (no fixation)."""
    if previous := context.request.cookies.get(SESSION_COOKIE):
        sessions.end_session(db, previous)
    lifetime = context.sentry.config.sentry.session_seconds
    token = sessions.create_session(db, user_id, method, attempt.builder.trace_id, context.now, lifetime)
    if method == "sso":
        sessions.complete_sso(db, token, attempt.organization, attempt.provider, context.now)
    return token


def _owe_second_factor(attempt: Attempt) -> Response:
    attempt.builder.begin(Step.SESSION_CREATION)
    return redirect(_SECOND_FACTOR_PATH)


def _support(context: Context, attempt: Attempt, text: str) -> str:
    return text.format(support=context.sentry.config.sentry.support, trace=attempt.builder.trace_id)


def _user_data(user: UserRecord, decision: Decision | None, facts: Facts | None) -> dict[str, object]:
    """The user as the trace tells."""
    created = facts is not None and facts.user is None
    changed = [*(decision.changed if decision else ()), *([] if created else ["last_login"])]
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "created": created,
        "updated": not created,
        "changed": changed,
    }


def _provisioned(user: UserRecord, decision: Decision, facts: Facts) -> str:
    """The summary of step 7: what was done and why."""
    if facts.user is None:
        return f"created user {user.id} ({user.email}): {decision.reason}"
    return f"updated user {user.id} ({user.email}), {', '.join((*decision.changed, 'last login'))}: {decision.reason}"


def _granted(access: Access) -> str:
    teams = f"teams {', '.join(access.teams)}" if access.teams else "no team"
    count = len(access.projects)
    return f"{access.role} of {access.organization}, {teams}, {count} project{'s' * (count != 1)}"
