"""Who may use the control API: programs on this machine, and no page in a browser."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from fake_idp.control.problem import ProblemError
from fake_idp.oidc.redirect_uri import is_loopback

if TYPE_CHECKING:
    from fake_idp.settings import Settings
    from fake_idp.web import Request

JSON = "application/json"
WRITES = ("POST", "PUT", "PATCH")


def check(request: Request, settings: Settings) -> None:
    """Raises ProblemError for a request that must not be answered.

    A page elsewhere cannot send JSON here without asking first (which is refused), and its requests carry its origin.
    """
    peer = str(request.environ.get("REMOTE_ADDR", ""))
    if not is_loopback(peer):
        raise ProblemError(
            403, "The control API is for programs on the machine of the identity provider.",
            expected="a connection from a loopback address", seen=peer or "an unknown address",
        )  # fmt: skip
    origin = request.header("Origin")
    if origin is not None and origin != request.origin:
        raise ProblemError(
            403, "A page of another origin must not drive the identity provider.",
            expected=f"no Origin header, or {request.origin}", seen=origin,
        )  # fmt: skip
    if settings.control_token is not None:
        _check_token(request, settings.control_token)
    if request.method in WRITES and request.content_type != JSON:
        raise ProblemError(
            415, "The body is not declared as JSON.", expected=f"Content-Type: {JSON}",
            seen=request.content_type or "no Content-Type", fix="with curl, use --json instead of --data",
            headers=[("Accept-Post" if request.method == "POST" else "Accept-Patch", JSON)],
        )  # fmt: skip


def _check_token(request: Request, token: str) -> None:
    scheme, _, given = (request.header("Authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise ProblemError(
            401, "The control token is missing or wrong.", expected="Authorization: Bearer <the control token>",
            seen="another token" if given else "none",
            fix="send the token that the provider was started with (FAKE_IDP_CONTROL_TOKEN)",
            headers=[("WWW-Authenticate", 'Bearer realm="control"')],
        )  # fmt: skip
