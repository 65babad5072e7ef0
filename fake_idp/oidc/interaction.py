"""From the authorization request to its answer: which page comes next, and when it is done."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fake_idp.oidc import authorization_response, relying_parties, sessions
from fake_idp.records import DeviceRequest, Grant, Pending, SsoRequest
from fake_idp.refusal import Refusal, refuse
from fake_idp.web import redirect

if TYPE_CHECKING:
    from fake_idp.config import Client, Person
    from fake_idp.context import Context
    from fake_idp.oidc.authorization_request import AuthorizationRequest, ReplyTo
    from fake_idp.records import Session
    from fake_idp.web import Response

MAX_WRONG_PASSWORDS = 5
DENIED = Refusal(
    "access_denied",
    "The person did not consent, or cancelled the login.",
    clause="RFC 6749 4.1.2.1",
    fix="log in again and press the other button",
)
CONSENT_REQUIRED = Refusal(
    "consent_required",
    "The person has not consented yet.",
    "prompt",
    "consent given before",
    "none",
    "OIDC Core 3.1.2.6",
    "send the request again without prompt=none",
)


def begin(
    context: Context, request: AuthorizationRequest | DeviceRequest | SsoRequest, session: Session | None
) -> Response:
    """Answer at once when `session` is all it takes, else show the first page."""
    browser, cookies = sessions.browser_of(context)
    pending = Pending(
        id=context.randomness.token(),
        csrf=context.randomness.token(),
        browser=browser,
        issuer=context.issuer.url,
        flow=context.entry.flow or "",
        request=request,
        session=session,
        consented=context.settings.login == "auto",
    )
    if session is None and context.settings.login == "auto":
        response = _log_in_automatically(context, pending)
    else:
        response = proceed(context, pending)
    response.headers.extend(cookies)
    return response


def proceed(context: Context, pending: Pending) -> Response:
    """Show the page that the login needs next; without one, answer the client."""
    request, session = pending.request, pending.session
    if session is None:
        return _show(context, pending, "totp" if pending.username else "login")
    if isinstance(request, DeviceRequest):
        context.store.pending.pop(pending.id)
        page = context.issuer.endpoint("device")
        return redirect(context.request, f"{page}?{urlencode({'user_code': request.user_code})}")
    if isinstance(request, SsoRequest):
        from fake_idp.saml import sso

        context.store.pending.pop(pending.id)
        return sso.answer(context, request, session)
    asks = not pending.consented and _needs_consent(context, request, session)
    if context.namespace.faults.active:
        asks, request = _faulty_consent(context, pending, request, asks=asks)
    if asks:
        if "none" in request.prompt:
            return tell_client(context, request.reply_to, CONSENT_REQUIRED)
        return _show(context, pending, "consent")
    context.store.pending.pop(pending.id)
    return _send_code(context, pending, request)


def log_in(context: Context, pending: Pending, person: Person) -> Response:
    """Make `person` the one who is logged in, in this browser too, and go on."""
    before = sessions.current_session(context)
    context.entry.user = person.username
    if context.namespace.faults.active and (instead := _faulty_login(context, pending, person)) is not None:
        return instead
    session = pending.session = sessions.new_session(context, person)
    if before is not None and before.username == person.username:
        relying_parties.carry_over(context, before, session)
        if len(context.store.participants):
            from fake_idp.saml import participants

            participants.carry_over(context, before, session)
    response = proceed(context, pending)
    sessions.remember(context, session, response)
    return response


def fail(context: Context, pending: Pending, refusal: Refusal) -> Response:
    """End the login without success, and tell whoever waits for it."""
    context.store.pending.pop(pending.id)
    if isinstance(pending.request, DeviceRequest):
        from fake_idp.oidc import device

        return device.refuse_device(context, pending.request, refusal)
    if isinstance(pending.request, SsoRequest):
        from fake_idp.saml import sso

        return sso.answer_refused(context, pending.request.reply_to, refusal)
    return tell_client(context, pending.request.reply_to, refusal)


def tell_client(context: Context, reply_to: ReplyTo, refusal: Refusal) -> Response:
    """An error response to the client (RFC 6749 4.1.2.1)."""
    context.note(refusal)
    return authorization_response.send(context, reply_to, authorization_response.error(context, reply_to, refusal))


def find_pending(context: Context) -> Pending:
    """The login that this page belongs to, begun in this browser. A POST must carry its CSRF token."""
    pending = context.store.pending.get(context.request.parameters.get("tx"))
    if pending is None or pending.issuer != context.issuer.url:
        raise refuse(
            "invalid_request", "This login is over or has expired.", parameter="tx",
            expected=f"a login begun less than {context.settings.lifetimes.login} seconds ago", seen="none",
            fix="go back to the application and log in again",
        )  # fmt: skip
    context.entry.flow = pending.flow
    context.entry.client, _ = asking(pending)
    if pending.browser not in context.request.cookies(sessions.BROWSER_COOKIE):
        raise refuse(
            "invalid_request", "This login was begun in another browser, or cookies are blocked.",
            expected=f"the cookie {sessions.BROWSER_COOKIE} set when the login began", seen="none or another one",
            fix="log in in one browser, with cookies allowed", status=403,
        )  # fmt: skip
    token = context.request.form.get("csrf") or ""
    if context.request.method == "POST" and not hmac.compare_digest(token.encode(), pending.csrf.encode()):
        raise refuse(
            "invalid_request", "The form does not come from the page of this login.", parameter="csrf",
            expected="the token in the form", seen="another one" if token else "none",
            fix="submit the form with all its hidden fields", status=403,
        )  # fmt: skip
    return pending


def find_person(context: Context, name: str) -> Person | None:
    """The person with that name, e-mail address or subject. A suffix orders faults for this login.

    As in `alice+id_token.expired`. Raises UnknownFaultError.
    """
    if "+" not in name:
        return context.directory.find(name)
    from fake_idp.faults import selection

    person, faults = selection.person(context.directory, name)
    selection.for_flow(context, faults)
    return person


def locked(context: Context, person: Person) -> Refusal | None:
    """Why `person` may not log in now: locked in the configuration, or by too many wrong passwords."""
    if person.locked:
        return Refusal(
            "access_denied", "This account is locked.", seen=person.username, status=403,
            fix="set locked = false for this person, or log in as somebody else",
        )  # fmt: skip
    if (context.store.wrong_passwords.get(person.username) or 0) >= MAX_WRONG_PASSWORDS:
        return Refusal(
            "access_denied",
            f"This account is locked after {MAX_WRONG_PASSWORDS} wrong passwords.",
            seen=person.username,
            status=429,
            fix=f"wait {context.settings.lifetimes.login} seconds, or use another namespace",
        )
    return None


def asking(pending: Pending) -> tuple[str, str]:
    """The identifier and the name of the application that the person wants to log in to."""
    if isinstance(pending.request, SsoRequest):
        provider = pending.request.reply_to.provider
        return provider.entity_id, provider.name
    client = pending.request.client
    return client.client_id, client.client_name or client.client_id


def hinted(pending: Pending) -> Person | None:
    """The person that the client named; devices name none."""
    return None if isinstance(pending.request, DeviceRequest) else pending.request.hinted


def consent_key(context: Context, client: Client, session: Session) -> str:
    """Who has consented to whom, for the store."""
    return f"{context.issuer.url} {client.client_id} {session.username}"


def _log_in_automatically(context: Context, pending: Pending) -> Response:
    person = hinted(pending) or context.directory.default_person
    refusal = locked(context, person)
    if refusal is not None:
        return fail(context, pending, refusal)
    return log_in(context, pending, person)


def _show(context: Context, pending: Pending, endpoint: str) -> Response:
    context.store.pending.put(pending.id, pending, context.settings.lifetimes.login)
    return redirect(context.request, f"{context.issuer.endpoint(endpoint)}?{urlencode({'tx': pending.id})}")


def _faulty_login(context: Context, pending: Pending, person: Person) -> Response | None:
    """What a fault puts in the place of a login that would succeed."""
    from fake_idp.faults import artefacts, hooks
    from fake_idp.oidc import login

    attempt = artefacts.LoginAttempt(context, person)
    hooks.apply("login", attempt)
    if attempt.refusal is None:
        return attempt.page
    if context.settings.login == "auto":
        return fail(context, pending, attempt.refusal)
    return login.page(context, pending, attempt.refusal)


def _faulty_consent(
    context: Context, pending: Pending, request: AuthorizationRequest, *, asks: bool
) -> tuple[bool, AuthorizationRequest]:
    """Whether the person is asked, and the request with the scope that is granted."""
    from fake_idp.faults import artefacts, hooks

    consent = artefacts.Consent(context, pending.consented, asks, request.scope)
    hooks.apply("consent", consent)
    return consent.asks, replace(request, scope=consent.scope)


def _needs_consent(context: Context, request: AuthorizationRequest, session: Session) -> bool:
    if "consent" in request.prompt:
        return True
    given = context.store.consents.get(consent_key(context, request.client, session)) or frozenset()
    return request.client.require_consent and not given.issuperset(request.scope)


def _send_code(context: Context, pending: Pending, request: AuthorizationRequest) -> Response:
    # Again, because only now it is known who logged in.
    if (fault := authorization_response.fault(context, request.reply_to)) is not None:
        return fault
    grant = Grant(
        client=request.client,
        issuer=pending.issuer,
        flow=pending.flow,
        scope=request.scope,
        session=pending.session,
        redirect_uri=request.reply_to.sent_uri,
        nonce=request.nonce,
        code_challenge=request.code_challenge,
        code_challenge_method=request.code_challenge_method,
        claims=request.claims,
        code_expires=context.now + context.settings.lifetimes.authorization_code,
    )
    code = context.randomness.token(32)
    # Kept for longer than it is good for, so that a second use is recognized and not merely unknown.
    context.store.codes.put(code, grant, context.settings.lifetimes.access_token)
    return authorization_response.send(
        context, request.reply_to, authorization_response.success(context, request.reply_to, code)
    )
