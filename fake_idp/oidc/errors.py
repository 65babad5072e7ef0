"""The ways to say no over HTTP: a page for people, JSON for clients, a challenge for bearers of tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fake_idp.web import FORM, NO_STORE, Response, json_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_idp.context import Context
    from fake_idp.refusal import Refusal


def document(refusal: Refusal) -> dict[str, str]:
    """The members of an error response (RFC 6749 5.2)."""
    return {"error": refusal.error, "error_description": refusal.description}


def as_page(context: Context, refusal: Refusal) -> Response:
    """For browsers, when the client may not be told (RFC 6749 4.1.2.1)."""
    from fake_idp import pages

    return pages.error_page(context, refusal)


def as_json(context: Context, refusal: Refusal) -> Response:  # noqa: ARG001  # one signature for all renderers
    """For clients, with the status of the refusal."""
    return json_response(document(refusal), refusal.status, NO_STORE)


def as_token_error(context: Context, refusal: Refusal) -> Response:
    """From the token endpoint, in the shape's status, names and format (RFC 6749 5.2)."""
    shape = context.issuer.shape.token_response
    body = document(refusal)
    body["error"] = shape.errors.get(refusal.error, refusal.error)
    status = shape.error_status if refusal.status in (400, 401) and shape.error_status != 400 else refusal.status
    headers = list(NO_STORE)
    if status == 401:
        headers.append(("WWW-Authenticate", f'Basic realm="{context.issuer.url}", charset="UTF-8"'))
    return token_format(context, body, status, headers)


def as_bearer_error(context: Context, refusal: Refusal) -> Response:
    """From a protected resource (RFC 6750 3). Without any token, the challenge carries no error code."""
    challenge = f'Bearer realm="{context.issuer.url}"'
    if refusal.status != 401 or refusal.seen is not None:
        challenge += f', error="{refusal.error}", error_description="{refusal.description}"'
    return json_response(document(refusal), refusal.status, [("WWW-Authenticate", challenge), *NO_STORE])


def as_github_api_error(context: Context, refusal: Refusal) -> Response:  # noqa: ARG001  # one signature for all
    """From GitHub's REST API: a `message`, nothing of OAuth."""
    message = "Bad credentials" if refusal.status == 401 else refusal.sentence
    return json_response(
        {"message": message, "detail": refusal.description, "status": str(refusal.status)}, refusal.status
    )


def token_format(context: Context, body: Any, status: int, headers: list[tuple[str, str]]) -> Response:
    """A token endpoint's answer: JSON, or a form where the shape has it so and the client did not ask for JSON."""
    wants_json = "json" in (context.request.header("Accept") or "")
    if context.issuer.shape.token_response.format == "json" or wants_json:
        return json_response(body, status, headers)
    return Response(status, urlencode(body).encode("ascii"), [("Content-Type", f"{FORM}; charset=utf-8"), *headers])


RENDERERS: dict[str, Callable[[Context, Refusal], Response]] = {
    "page": as_page,
    "json": as_json,
    "token": as_token_error,
    "bearer": as_bearer_error,
    "github_api": as_github_api_error,
}
