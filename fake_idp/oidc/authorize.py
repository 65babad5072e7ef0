"""The authorization endpoint (RFC 6749 3.1, OIDC Core 3.1.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fake_idp.oidc import authorization_request, authorization_response, interaction
from fake_idp.oidc.sessions import current_session
from fake_idp.refusal import Refusal, RefusedError, refuse

if TYPE_CHECKING:
    from fake_idp.config import Person
    from fake_idp.context import Context
    from fake_idp.oidc.authorization_request import AuthorizationRequest
    from fake_idp.records import Session
    from fake_idp.web import Parameters, Response

LOGIN_REQUIRED = Refusal(
    "login_required",
    "Nobody is logged in who may be used for this request.",
    "prompt",
    "a session at this issuer that satisfies max_age and the hints",
    "none",
    "OIDC Core 3.1.2.6",
    "send the request again without prompt=none",
)


def handle(context: Context) -> Response:
    """Judge the request, then log the person in, silently where that is allowed."""
    parameters = context.request.parameters
    context.entry.flow = context.randomness.token(6)
    reply_to = authorization_request.reply_to(context, parameters)
    try:
        request = authorization_request.read(context, parameters, reply_to)
        request = replace(request, hinted=_hinted(context, parameters))
    except RefusedError as refused:
        return interaction.tell_client(context, reply_to, refused.refusal)
    _check_hint(context, parameters, request)
    if (fault := authorization_response.fault(context, reply_to)) is not None:
        return fault
    session = current_session(context)
    if session is not None and _must_log_in(context, request, session):
        session = None
    if session is None and "none" in request.prompt:
        return interaction.tell_client(context, reply_to, LOGIN_REQUIRED)
    return interaction.begin(context, request, session)


def _hinted(context: Context, parameters: Parameters) -> Person | None:
    """The person that `id_token_hint` or `login_hint` means."""
    token = parameters.get("id_token_hint")
    if token is not None and context.issuer.shape.openid:
        from fake_idp.oidc import id_token_hint

        return context.directory.find(str(id_token_hint.verified(context, token).get("sub")))
    return interaction.find_person(context, parameters.get("login_hint") or parameters.get("login") or "")


def _check_hint(context: Context, parameters: Parameters, request: AuthorizationRequest) -> None:
    """A hint that means nobody is a mistake in a test: say so on a page instead of logging in somebody else."""
    hint = parameters.get("login_hint")
    if hint is not None and request.hinted is None and "none" not in request.prompt:
        raise refuse(
            "invalid_request", "The login_hint means nobody here.", parameter="login_hint",
            expected="a username, e-mail address or subject of " + ", ".join(context.directory.people),
            seen=hint[:100], clause="OIDC Core 3.1.2.1",
            fix="add the person under [[people]] in the configuration file, or send another login_hint",
        )  # fmt: skip


def _must_log_in(context: Context, request: AuthorizationRequest, session: Session) -> bool:
    """Whether the session will not do for this request (OIDC Core 3.1.2.1, 3.1.2.3)."""
    if request.prompt & {"login", "select_account"}:
        return True
    if request.max_age is not None and context.now - session.auth_time > request.max_age:
        return True
    return request.hinted is not None and request.hinted.username != session.username
