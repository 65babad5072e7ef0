"""The authorization response, by whichever way the client wants it (OIDC Core 3.1.2.5, RFC 6749 4.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fake_idp.web import redirect

if TYPE_CHECKING:
    from fake_idp.context import Context
    from fake_idp.faults.artefacts import AuthorizationResponse
    from fake_idp.oidc.authorization_request import ReplyTo
    from fake_idp.refusal import Refusal
    from fake_idp.web import Response


def success(context: Context, reply_to: ReplyTo, code: str) -> dict[str, str]:
    """The parameters that carry the code."""
    return {"code": code, **_common(context, reply_to)}


def error(context: Context, reply_to: ReplyTo, refusal: Refusal) -> dict[str, str]:
    """The parameters that say why there is none (RFC 6749 4.1.2.1)."""
    return {
        "error": refusal.error,
        "error_description": refusal.description,
        **_common(context, reply_to),
    }


def send(context: Context, reply_to: ReplyTo, parameters: dict[str, str]) -> Response:
    """Through the browser to the client: in the query, in the fragment, or as a form that submits itself."""
    if context.namespace.faults.active:
        return _send_faulty(context, reply_to, parameters)
    return _send(context, reply_to.redirect_uri, reply_to.response_mode, list(parameters.items()))


def _send(context: Context, uri: str, mode: str, parameters: list[tuple[str, str]]) -> Response:
    if mode == "form_post":
        from fake_idp import pages

        return pages.page(context, "form_post", action=uri, parameters=parameters)
    if mode == "fragment":
        return redirect(context.request, f"{uri}#{urlencode(parameters)}")
    joint = "&" if "?" in uri else "?"
    return redirect(context.request, f"{uri}{joint}{urlencode(parameters)}")


def _send_faulty(context: Context, reply_to: ReplyTo, parameters: dict[str, str]) -> Response:
    from fake_idp.faults import hooks

    message = _message(context, reply_to, parameters)
    hooks.apply("callback", message)
    return _send(context, message.redirect_uri, message.mode, message.parameters)


def fault(context: Context, reply_to: ReplyTo) -> Response | None:
    """What a fault of `authorize` answers to a request that would succeed; None if there is none."""
    if not context.namespace.faults.active:
        return None
    from fake_idp.faults import hooks

    message = _message(context, reply_to, _common(context, reply_to))
    if not hooks.apply("authorize", message):
        return None
    return message.page or send(context, reply_to, dict(message.parameters))


def _message(context: Context, reply_to: ReplyTo, parameters: dict[str, str]) -> AuthorizationResponse:
    from fake_idp.faults.artefacts import AuthorizationResponse

    pairs = list(parameters.items())
    return AuthorizationResponse(context, reply_to.redirect_uri, reply_to.response_mode, pairs)


def _common(context: Context, reply_to: ReplyTo) -> dict[str, str]:
    parameters = {} if reply_to.state is None else {"state": reply_to.state}
    if context.issuer.shape.metadata.get("authorization_response_iss_parameter_supported"):
        parameters["iss"] = context.issuer.url  # RFC 9207 2
    return parameters
