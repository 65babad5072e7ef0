"""From a request to a route, and from what it gives or raises to a response."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from fake_idp.control import guard
from fake_idp.control.call import Call
from fake_idp.control.problem import MEDIA_TYPE, ProblemError, unknown
from fake_idp.control.route import VERSION
from fake_idp.control.routes import ROUTES
from fake_idp.refusal import RefusedError
from fake_idp.web import Response

if TYPE_CHECKING:
    from fake_idp.app import App
    from fake_idp.context import Namespace
    from fake_idp.control.route import Route
    from fake_idp.web import Request

HEADERS = [("Cache-Control", "no-store"), ("X-Fake-IdP", "testing-only")]


def answer(app: App, namespace: Namespace, request: Request, path: str) -> Response:
    """The answer to one request of the control API. It is not recorded."""
    try:
        guard.check(request, app.settings)
        route, arguments = _find(request.method, path)
        answered = route.run(Call(app, namespace, request), arguments)
    except ProblemError as error:
        return _problem(error)
    except RefusedError as refused:  # the rules of the provider, for what becomes part of it
        refusal = refused.refusal
        return _problem(
            ProblemError(422, refusal.sentence, expected=refusal.expected, seen=refusal.seen, fix=refusal.fix)
        )
    if route.answer is None:
        return Response(route.status, b"", list(HEADERS))
    return Response(route.status, msgspec.json.encode(answered), [*HEADERS, ("Content-Type", guard.JSON)])


def _find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The route for this request. Of two that match, the one that is declared first."""
    tail = path.removeprefix(VERSION)
    here = [(route, match) for route in ROUTES if (match := route.pattern.fullmatch(tail))] if tail != path else []
    if not here:
        known = sorted({f"{VERSION}{route.path}" for route in ROUTES})
        raise unknown("resource", path, known, fix=f"GET {VERSION}/openapi.json describes them all")
    wanted = "GET" if method == "HEAD" else method
    for route, match in here:
        if route.method == wanted:
            return route, match.groupdict()
    allowed = ", ".join(sorted({route.method for route, _ in here}))
    raise ProblemError(
        405, "This method is not for this resource.", expected=allowed, seen=method, headers=[("Allow", allowed)]
    )


def _problem(error: ProblemError) -> Response:
    body = msgspec.json.encode(error.problem)
    return Response(error.problem.status, body, [*HEADERS, ("Content-Type", MEDIA_TYPE), *error.headers])
