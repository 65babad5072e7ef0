"""Single logout: the identity provider is told, or tells us (SAML Profiles 4.4)."""

from __future__ import annotations

from werkzeug.wrappers import Response

from ssocli.checks.saml_metadata import IdpDescription
from ssocli.sentry import saml_records
from ssocli.sentry.auth.saml2 import bindings
from ssocli.sentry.auth.saml2.identity_provider import find_sender, slo_service
from ssocli.sentry.auth.saml2.logout_message import LogoutMessage, authentic_root, meant, problem
from ssocli.sentry.auth.saml2.messages import Subject, logout_request, logout_response
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider
from ssocli.sentry.context import Context
from ssocli.sentry.pages import page
from ssocli.sentry.refusal import LOGGER
from ssocli.sentry.saml_records import SamlLogin


def leave(context: Context, organization: str, login: SamlLogin) -> Response | None:
    """Let the identity provider know that the session has ended here; None if it does not want to."""
    found = find_sender(context, organization, login.issuer)
    # The real Sentry's logout is its own only.
    if found is None or found[0].is_as_sentry:
        return None
    sp, idp = found
    service = slo_service(idp, "Redirect")
    if service is None:
        return None
    subject = Subject(login.name_id, login.name_id_format, login.name_qualifier, login.sp_name_qualifier)
    request = logout_request(sp, service.location, context.now, subject, login.session_index)
    return bindings.send(context, bindings.encode(request, service.binding, None, sp.signing_key))


def answer(context: Context, sp: ServiceProvider, idp: IdpDescription, message: LogoutMessage) -> Response:
    """End the sessions that a LogoutRequest means, and tell the identity provider how it went.

    Even what is wrong with the request is told in a LogoutResponse (SAML Bindings 3.4.6); what nobody signed is not
    worth one, for anybody can send the browser here.
    """
    root = authentic_root(message, sp, idp)
    if root is None:
        expected = "a LogoutRequest signed with the key of one of the identity provider's certificates"
        return _refused(context, sp, f"expected {expected}, found none")
    wrong = problem(root, sp, idp, context.now, float(context.sentry.config.sentry.clock_leeway_seconds))
    named = meant(root, sp, idp)
    if wrong or named is None:
        status = ("Requester", wrong or "the request names nobody")
    else:
        login, indexes = named
        with context.sentry.store.transaction() as db:
            if sp.is_as_sentry:
                ended = saml_records.end_sessions_of_user(db, login)
            else:
                ended = saml_records.end_sessions(db, login, indexes)
        LOGGER.info("single logout by %s: %d sessions ended", sp.key, ended, extra={"provider": sp.key})
        status = ("Success", "")
    service = slo_service(idp, message.binding)
    if service is None:
        text = "Your session here has ended." if status[0] == "Success" else f"You are not logged out: {status[1]}."
        return page(context, "message", title="Logout", message=text)
    response = logout_response(sp, service.location, context.now, message.id, status)
    return bindings.send(context, bindings.encode(response, service.binding, message.relay_state, sp.signing_key))


def confirmed(context: Context, sp: ServiceProvider, idp: IdpDescription, message: LogoutMessage) -> Response:
    """The page at the end of a logout that began here. Its session ended before the identity provider was asked.

    So nothing depends on the response: one that answers no request of ours changes nothing.
    """
    root = authentic_root(message, sp, idp)
    if root is None:
        expected = "a LogoutResponse signed with the key of one of the identity provider's certificates"
        return _refused(context, sp, f"expected {expected}, found none")
    wrong = problem(root, sp, idp, context.now, float(context.sentry.config.sentry.clock_leeway_seconds))
    if wrong:
        return _refused(context, sp, wrong)
    if message.status == "Success":
        return page(context, "message", title="Logged out", message="You are logged out, here and where you logged in.")
    text = f"You are logged out here. Your identity provider could not end every session ({message.status[:200]})."
    return page(context, "message", title="Logged out", message=text)


def _refused(context: Context, sp: ServiceProvider, reason: str) -> Response:
    LOGGER.warning("logout message of %s refused: %s", sp.key, reason, extra={"provider": sp.key})
    text = f"This logout message cannot be trusted: {reason}."
    return page(context, "message", 400, title="Logout not possible", message=text)
