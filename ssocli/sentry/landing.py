"""The end of the tenth step: the first page that a new session loads concludes its login."""

from __future__ import annotations

from werkzeug.wrappers import Response

from ssocli.checks.check import Status
from ssocli.sentry.context import Context
from ssocli.steps import Step


def conclude(context: Context, response: Response) -> None:
    """Conclude the login that made this session, if the response is the page that its redirect led to."""
    if context.session is None or context.user is None or not _is_page_view(context, response):
        return
    builder = context.sentry.journal.of_trace(context.session.trace_id)
    if builder is None or builder.current is not Step.REDIRECT_TO_DASHBOARD or builder.concluded:
        return
    path = context.request.path
    builder.session = {**(builder.session or {}), "landed_on": context.request.url}
    if response.status_code < 400:
        builder.conclude(f"{context.user.email} landed on {path}")
    else:
        builder.conclude(f"the page asked for, {path}, answered HTTP {response.status_code}", Status.WARNED)
    response.call_on_close(lambda: context.sentry.journal.ended(builder))


def _is_page_view(context: Context, response: Response) -> bool:
    request = context.request
    loads_document = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    return request.method == "GET" and loads_document and not 300 <= response.status_code < 400
