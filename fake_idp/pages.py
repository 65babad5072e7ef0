"""Rendering of pages. Jinja2 is imported when the first one is asked for."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fake_idp.web import Response, html_response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

    from fake_idp.context import Context
    from fake_idp.refusal import Refusal


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


def page(
    context: Context, template: str, status: int = 200, *, frame_sources: Sequence[str] = (), **values: Any
) -> Response:
    """The template, under a policy that lets nothing in but its own style and script, and frames from these origins.

    There is no `form-action` on purpose: browsers apply it to the redirect that follows a form, which leads to
    the client.
    """
    nonce = context.randomness.token(16)
    html = _environment().get_template(f"{template}.html").render(
        nonce=nonce, issuer=context.issuer, title=context.issuer.shape.title, strict=context.settings.strict, **values
    )  # fmt: skip
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; base-uri 'none';"
        " frame-ancestors 'none'"
    )
    if frame_sources:
        policy += f"; frame-src {' '.join(frame_sources)}"
    return html_response(html, status, [("Content-Security-Policy", policy)])


def error_page(context: Context, refusal: Refusal) -> Response:
    """The page for what may not or cannot be told to the client (RFC 6749 4.1.2.1)."""
    return page(context, "error", refusal.status, refusal=refusal)
