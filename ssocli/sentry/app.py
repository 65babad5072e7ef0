"""The emulated Sentry as a WSGI application: which address belongs to which handler, and what all answers share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.routing import Map, RequestRedirect, Rule
from werkzeug.wrappers import Request, Response

from ssocli import wire
from ssocli.clock import Clock
from ssocli.config.model import Config
from ssocli.sentry import (
    callback,
    dashboard,
    landing,
    login,
    logout,
    saml_acs,
    saml_metadata,
    saml_sls,
    second_factor,
)
from ssocli.sentry.auth.documents import Documents
from ssocli.sentry.context import Context, Send, Sentry
from ssocli.sentry.journal import Journal
from ssocli.sentry.pages import harden, page
from ssocli.sentry.refusal import LOGGER
from ssocli.sentry.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BODY = 1024 * 1024

_HANDLERS: dict[str, Callable[..., Response]] = {
    "home": dashboard.home,
    "login": login.login_page,
    "organization_login": login.organization_page,
    "callback": callback.callback,
    "saml_metadata": saml_metadata.metadata,
    "saml_acs": saml_acs.assertion_consumer_service,
    "saml_sls": saml_sls.single_logout_service,
    "second_factor": second_factor.second_factor_page,
    "logout": logout.log_out,
    "dashboard": dashboard.issues,
    "disabled_member": dashboard.disabled_member,
    "projects": dashboard.projects,
}
_URLS = Map(
    [
        Rule("/", endpoint="home", methods=["GET"]),
        Rule("/auth/login/", endpoint="login", methods=["GET", "POST"]),
        Rule("/auth/login/<organization>/", endpoint="organization_login", methods=["GET", "POST"]),
        Rule("/auth/sso/", endpoint="callback", methods=["GET", "POST"]),
        Rule("/saml/metadata/<organization>/", endpoint="saml_metadata", methods=["GET"]),
        Rule("/saml/acs/<organization>/", endpoint="saml_acs", methods=["GET", "POST"]),
        Rule("/saml/sls/<organization>/", endpoint="saml_sls", methods=["GET", "POST"]),
        Rule("/auth/2fa/", endpoint="second_factor", methods=["GET", "POST"]),
        Rule("/auth/logout/", endpoint="logout", methods=["POST"]),
        Rule("/organizations/<organization>/issues/", endpoint="dashboard", methods=["GET"]),
        Rule("/organizations/<organization>/disabled-member/", endpoint="disabled_member", methods=["GET"]),
        Rule("/api/0/organizations/<organization>/projects/", endpoint="projects", methods=["GET"]),
    ]
)


def create_app(
    config: Config,
    store: Store,
    *,
    journal: Journal,
    url: str,
    clock: Clock | None = None,
    send: Send = wire.send,
    config_dir: Path | None = None,
    issuer_aliases: Mapping[str, str] | None = None,
) -> WSGIApplication:
    """The application. `url` is its public URL; its scheme decides whether cookies are Secure.

    `send` makes the requests to identity providers (one call, one `Exchange`). Relative key files are looked up in
    `config_dir`. `issuer_aliases` maps a prefix of issuers to what is stored in its place: an address that changes
    with every run must not make a new person of everybody.
    """
    clock = clock or Clock()
    sentry = Sentry(
        config=config,
        store=store,
        journal=journal,
        url=url.rstrip("/"),
        clock=clock,
        send=send,
        config_dir=config_dir,
        documents=Documents(send, clock, float(config.sentry.http_timeout_seconds)),
        issuer_aliases=issuer_aliases or {},
        key=os.urandom(32),
    )

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = request.max_form_memory_size = MAX_BODY
        context = Context.of(sentry, request)
        response = _respond(context)
        context.send_cookies(response)
        harden(response)
        return response(environ, start_response)

    return application


def _respond(context: Context) -> Response:
    try:
        endpoint, arguments = _URLS.bind_to_environ(context.request.environ).match()
        response = _HANDLERS[endpoint](context, **arguments)
    except RequestRedirect as moved:
        response = _moved(moved)
    except HTTPException as error:
        response = _error_page(context, error)
    except Exception as error:  # noqa: BLE001 - the last resort: the page says nothing, the log and the trace do
        return _defect(context, error)
    landing.conclude(context, response)
    return response


def _moved(moved: RequestRedirect) -> Response:
    response = Response(status=308)
    response.headers["Location"] = moved.new_url
    return response


def _error_page(context: Context, error: HTTPException) -> Response:
    """What no handler takes. Nothing of the address is repeated on the page."""
    if isinstance(error, NotFound):
        return page(context, "message", 404, title="Page not found", message="There is no page at this address.")
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        message = f"This address takes {allowed} only."
        response = page(context, "message", 405, title="Method not allowed", message=message)
        response.headers["Allow"] = allowed
        return response
    if isinstance(error, RequestEntityTooLarge):
        return page(context, "message", 413, title="Too large", message="The form is larger than Sentry takes.")
    message = "Sentry could not read this request."
    return page(context, "message", error.code or 400, title="Request not understood", message=message)


def _defect(context: Context, error: Exception) -> Response:
    """A handler broke: that is this program's trouble, never a finding about the identity provider."""
    builder = context.builder
    LOGGER.error("the emulated Sentry failed", exc_info=error, extra={"trace_id": builder.trace_id if builder else ""})
    if builder is not None:
        builder.tool_error(f"the emulated Sentry failed: {type(error).__name__}")
    message = "Something went wrong in Sentry itself. The details are in its log."
    return page(context, "message", 500, title="Internal error", message=message)
