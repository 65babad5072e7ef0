"""Rendering of pages, and the headers that every page carries."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ssocli.sentry import secrets

if TYPE_CHECKING:
    from jinja2 import Environment

    from ssocli.sentry.context import Context

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def page(context: Context, template: str, status: int = 200, **values: Any) -> Response:
    """The template, under a policy that lets nothing in but its own style and script.

    There is no `form-action` on purpose: browsers apply it to the redirect that follows a form, which leads to
    the identity provider.
    """
    nonce = secrets.token()
    html = (
        _environment()
        .get_template(f"{template}.html")
        .render(
            nonce=nonce,
            csrf_token=context.csrf_token,
            support=context.sentry.config.sentry.support,
            user=context.user,
            **values,
        )
    )
    response = Response(html, status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; base-uri 'none';"
        " frame-ancestors 'none'"
    )
    return response


def redirect(location: str) -> Response:
    """303: the next request is a GET, and no credentials travel on (RFC 9700 4.12)."""
    response = Response(status=303)
    response.headers["Location"] = location
    # A relative Location is fine (RFC 9110 10.2.2), and is the same behind any proxy.
    response.autocorrect_location_header = False
    return response


def harden(response: Response) -> None:
    """Add the headers that every response carries: nothing is cached, framed or sniffed."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
