"""That the answer is the document that was asked for."""

from __future__ import annotations

import re

from ssocli.checks.check import Judgement, Owner, failed, passed, rule, skipped
from ssocli.checks.document import Undecodable, decode_json, type_name
from ssocli.checks.transport.context import TransportContext, request_line, without_query
from ssocli.exchange import Response
from ssocli.steps import Step
from ssocli.text import printable

_TITLE = re.compile(rb"<title[^>]*>(.{1,400}?)</title", re.IGNORECASE | re.DOTALL)


@rule(
    "NET010",
    "unexpected-redirect",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9110 15.4; RFC 9700 4.11",
    owner=Owner.APP,
    fix="Configure the final URL. A client must not carry codes, secrets and tokens to wherever a redirect points.",
)
def unexpected_redirect(context: TransportContext) -> Judgement:
    """The identity provider answers with a redirect where it has to answer itself."""
    response = _whole_response(context)
    if response is None:
        return skipped("no response came")
    expected = f"the {context.purpose} itself"
    if not 300 <= response.status < 400:
        return passed(expected, f"HTTP {response.status}")
    location = response.header("Location")
    where = f"to {printable(without_query(location))}" if location else "without a Location"
    return failed(expected, f"HTTP {response.status} {where}")


@rule(
    "NET011",
    "http-error-status",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9110 15.5 and 15.6",
    owner=Owner.IDP,
    fix="Read the answer's body (-vv) and the identity provider's log.",
)
def http_error_status(context: TransportContext) -> Judgement:
    """The identity provider answers with an HTTP error that its protocol does not explain."""
    response = _whole_response(context)
    if response is None:
        return skipped("no response came")
    if context.is_explained_error:
        return skipped(f"HTTP {response.status} with an explanation, judged with the {context.purpose}")
    expected, actual = f"HTTP 2xx with the {context.purpose}", f"HTTP {response.status}"
    if 200 <= response.status < 400:
        return passed(expected, actual)
    owner, fix = status_advice(response)
    return failed(
        expected, f"{actual} for {request_line(context)}", evidence=page_title(response), owner=owner, fix=fix
    )


@rule(
    "NET012",
    "html-instead-of-json",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 5.1; OIDC Discovery 4.2",
    owner=Owner.IDP,
    fix="Open the URL in a browser: it is a login page, a captive portal, a proxy's or an error page. "
    "Configure the URL of the document itself and let it through without a login.",
)
def html_instead_of_json(context: TransportContext) -> Judgement:
    """A web page comes where a JSON document has to be."""
    response = _successful_response(context)
    if response is None or not context.is_json:
        return skipped("no successful response came, or another kind of document")
    expected = f"the {context.purpose} as JSON"
    if _is_html(response):
        return failed(expected, f"HTTP {response.status} with an HTML page", evidence=page_title(response))
    return passed(expected, printable(response.media_type, 80) or "no Content-Type")


@rule(
    "NET013",
    "not-json",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 8259 2",
    owner=Owner.IDP,
    fix="Check that the URL is the right one, and what the identity provider or a proxy writes there.",
)
def not_json(context: TransportContext) -> Judgement:
    """The answer is no JSON text: empty, cut off, wrongly encoded, or something else altogether."""
    response = _json_response(context)
    if response is None:
        return skipped("no successful response came, or another kind of document")
    decoded = decode_json(response.body)
    expected = f"the {context.purpose} as JSON"
    if isinstance(decoded, Undecodable):
        return failed(expected, f"the body {decoded.reason}")
    return passed(expected, f"JSON, {len(response.body)} bytes")


@rule(
    "NET014",
    "json-not-object",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 5.1; OIDC Discovery 4.2",
    owner=Owner.IDP,
    fix="Check that the URL is the right one: such documents are always JSON objects.",
)
def json_not_object(context: TransportContext) -> Judgement:
    """The answer is JSON, but an array, a string, a number or null instead of an object."""
    response = _json_response(context)
    decoded = decode_json(response.body) if response is not None else None
    if decoded is None or isinstance(decoded, Undecodable):
        return skipped("there is no JSON to judge")
    if isinstance(decoded.value, dict):
        return passed("a JSON object", "a JSON object")
    return failed("a JSON object", type_name(decoded.value))


@rule(
    "NET015",
    "duplicate-json-member",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 8259 4",
    owner=Owner.IDP,
    fix="The identity provider must write each member once: receivers differ in which of the two they read.",
)
def duplicate_json_member(context: TransportContext) -> Judgement:
    """A member of the JSON document stands twice in the same object."""
    response = _json_response(context)
    decoded = decode_json(response.body) if response is not None else None
    if decoded is None or isinstance(decoded, Undecodable):
        return skipped("there is no JSON to judge")
    if decoded.duplicates:
        return failed("every member once", f"more than once: {printable(', '.join(decoded.duplicates))}")
    return passed("every member once", "no duplicates")


def _whole_response(context: TransportContext) -> Response | None:
    response = context.exchange.response
    return None if response is None or response.truncated or context.exchange.error is not None else response


def _successful_response(context: TransportContext) -> Response | None:
    response = _whole_response(context)
    return response if response is not None and 200 <= response.status < 300 else None


def _json_response(context: TransportContext) -> Response | None:
    """The successful response, unless it is a web page (NET012) or of another type that the caller reads."""
    response = _successful_response(context)
    if response is None or not context.is_json or response.media_type in context.other_types or _is_html(response):
        return None
    return response


def _is_html(response: Response) -> bool:
    start = response.body[:1000].lstrip().lower()
    if start[:1] in (b"{", b"["):
        return False
    return "html" in response.media_type or start.startswith((b"<!doctype html", b"<html"))


def status_advice(response: Response) -> tuple[Owner, str | None]:
    """Who can mend an HTTP error, and how; None: as the rule declares."""
    status = response.status
    if status in (404, 405, 410):
        return Owner.APP, "Check the URL: this identity provider has nothing there. Is the issuer or the tenant right?"
    if status == 407:
        return (
            Owner.NETWORK,
            "The proxy wants a login: put its credentials in the proxy URL, or go past it (NO_PROXY).",
        )
    if status in (429, 503):
        wait = response.header("Retry-After")
        after = f" after {printable(wait, 40)}" + " s" * wait.isdigit() if wait else " later"
        return Owner.IDP, f"The identity provider is busy or limits requests: try again{after}."
    if status in (502, 504):
        return Owner.NETWORK, "A proxy before the identity provider got no proper answer from it: is it running?"
    return Owner.IDP, None


def page_title(response: Response) -> str:
    """What a page is called, or what an error body begins with, in one line."""
    if title := _TITLE.search(response.body):
        return f"page title: {printable(' '.join(title[1].decode('utf-8', 'replace').split()))}"
    return ""
