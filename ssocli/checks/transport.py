"""The way to an answer: the network, the HTTP status, and whether the body is the JSON that was asked for.

A request belongs to the step in which it is made, so the caller puts these results into that step.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

from ssocli.checks.check import Judgement, Owner, Status, failed, passed, rule, skipped
from ssocli.checks.document import Json, Undecodable, decode_json, type_name
from ssocli.exchange import ErrorKind, Exchange, Response
from ssocli.steps import Step
from ssocli.text import printable

_HTML = ("text/html", "application/xhtml+xml")
_FORM = "application/x-www-form-urlencoded"
_STATUS_HINTS = {
    301: "the document has moved; configure its new address",
    302: "a redirect, often to a login page: this address must answer without a session",
    401: "this request needs credentials, or those sent are wrong",
    403: "something refuses this client: a firewall, an IP allow list, or missing rights",
    404: "there is nothing at this address: compare the URL, path and tenant",
    405: "this address does not take this method",
    407: "the proxy wants credentials",
    429: "too many requests: wait, then try again",
    500: "the server failed; its log says why",
    502: "a proxy got no good answer from the server behind it",
    503: "the server is down or overloaded",
    504: "a proxy waited in vain for the server behind it",
}


@dataclass(frozen=True, slots=True)
class TransportContext:
    """One request that a server should answer with JSON.

    `purpose` is what was asked for, as people say it ("discovery document", "token response"). `other_types` are media
    types that are as good as JSON here (a form, a signed JWT); `arrays`: the JSON may be an array.
    `refusals_judged`: an OAuth or bearer error is judged by an area of its own, so it is no failure here.
    """

    exchange: Exchange
    purpose: str
    other_types: tuple[str, ...] = ()
    arrays: bool = False
    refusals_judged: bool = False
    decoded: Json | Undecodable = field(init=False, repr=False)

    def __post_init__(self) -> None:
        response = self.exchange.response
        object.__setattr__(self, "decoded", decode_json(response.body if response else b""))


def _target(context: TransportContext) -> str:
    # Without the query: it may hold a code or a token.
    return printable(context.exchange.url.partition("?")[0].partition("#")[0])


def _no_error(context: TransportContext, kinds: tuple[ErrorKind, ...], expected: str) -> Judgement:
    error = context.exchange.error
    if error is None:
        return passed(expected, "it is so")
    if error.kind not in kinds:
        return skipped(f"the request failed for another reason ({error.kind})")
    return failed(
        f"{expected}: {context.purpose} from {_target(context)}", printable(error.detail, 400), evidence=error.phase
    )


def _refused(context: TransportContext, response: Response) -> bool:
    """Whether the answer is a refusal in OAuth's or the bearer scheme's own words, which another area judges."""
    if not context.refusals_judged:
        return False
    decoded = context.decoded
    if isinstance(decoded, Json) and isinstance(decoded.value, dict) and isinstance(decoded.value.get("error"), str):
        return True
    if response.media_type == _FORM and response.body.startswith(b"error="):
        return True
    return response.status in {400, 401, 403} and response.header("WWW-Authenticate") is not None


def _on_answer(judge: Callable[[Response, TransportContext], Judgement]) -> Callable[[TransportContext], Judgement]:
    """Make a rule of the body: skipped without a whole response, or when its status already says that it is none."""

    @functools.wraps(judge)
    def guarded(context: TransportContext) -> Judgement:
        response = context.exchange.response
        if response is None or context.exchange.error is not None:
            return skipped("there is no whole response")
        if not 200 <= response.status < 300:
            return skipped(f"the response is an HTTP {response.status}")
        if response.media_type in context.other_types:
            return skipped(f"{response.media_type} is as good as JSON here")
        return judge(response, context)

    return guarded


@rule(
    "NET001",
    "host-not-found",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 1034 3.6",
    owner=Owner.NETWORK,
    fix="Check the host name for a slip, and that this machine's DNS knows it (an internal name may need the VPN).",
)
def host_not_found(context: TransportContext) -> Judgement:
    """The host's name has no address: a slip in the URL, or a name that this network's DNS does not know."""
    return _no_error(context, ("dns",), "the host's name has an address")


@rule(
    "NET002",
    "connection-refused",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9293 3.5.2",
    owner=Owner.NETWORK,
    fix="Check host and port, that the server runs and listens there, and that no firewall or proxy is in the way.",
)
def connection_refused(context: TransportContext) -> Judgement:
    """Nothing listens at this host and port, or there is no way to it."""
    return _no_error(context, ("refused", "unreachable", "blocked"), "the server takes the connection")


@rule(
    "NET003",
    "connection-reset",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9112 8",
    owner=Owner.NETWORK,
    fix="Look at the server's log and at proxies between; a server that speaks TLS on this port needs https.",
)
def connection_reset(context: TransportContext) -> Judgement:
    """The connection breaks off before the response is complete, or what comes is no HTTP."""
    return _no_error(context, ("reset", "protocol"), "a complete HTTP response")


@rule(
    "NET004",
    "tls-failure",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 16.17",
    owner=Owner.NETWORK,
    fix="Mend the certificate (name, dates, chain with its intermediates), or give this machine the private authority "
    "that signed it. Never switch verification off.",
)
def tls_failure(context: TransportContext) -> Judgement:
    """No TLS connection that can be trusted: the certificate is wrong, expired or of an unknown authority."""
    return _no_error(context, ("tls",), "a TLS connection with a trusted certificate")


@rule(
    "NET005",
    "request-timed-out",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9110 15.5.9",
    owner=Owner.NETWORK,
    fix="Find out what is slow or swallows packets (firewall, proxy, overloaded server); http_timeout_seconds is how "
    "long is waited.",
)
def request_timed_out(context: TransportContext) -> Judgement:
    """The server does not connect, answer or finish in the time that was given."""
    return _no_error(context, ("timeout",), "an answer in time")


@rule(
    "NET006",
    "response-too-large",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9110 8.6",
    owner=Owner.IDP,
    fix="Look at what the server sends: these documents have a few kilobytes.",
)
def response_too_large(context: TransportContext) -> Judgement:
    """The response is larger than any healthy one and was cut off."""
    response = context.exchange.response
    if context.exchange.error is None and response is not None and response.truncated:
        return failed(f"a {context.purpose} of some kilobytes", f"cut off after {len(response.body)} bytes")
    return _no_error(context, ("too_large",), "a response of some kilobytes")


@rule(
    "NET007",
    "http-error-status",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9110 15",
    owner=Owner.IDP,
    fix="Open the address by hand and compare; the server's log has the reason.",
)
def http_error_status(context: TransportContext) -> Judgement:
    """The server answers, but with a status that says it does not give what was asked for."""
    response = context.exchange.response
    if response is None:
        return skipped("there is no response")
    expected = f"HTTP 2xx for the {context.purpose}"
    actual = f"HTTP {response.status} to {context.exchange.method} {_target(context)}"
    if 200 <= response.status < 300:
        return passed(expected, actual)
    if _refused(context, response):
        return skipped(f"HTTP {response.status} with an error of OAuth's own, which is judged by itself")
    hint = _STATUS_HINTS.get(response.status, "")
    return failed(expected, f"{actual}: {hint}" if hint else actual, owner=_status_owner(response.status))


@rule(
    "NET008",
    "html-instead-of-json",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 8259 11",
    owner=Owner.NETWORK,
    fix="Open the address in a browser and read the page: a login page, a captive portal, a proxy's block page or the "
    "wrong path. Configure the address that answers JSON without a session.",
)
@_on_answer
def html_instead_of_json(response: Response, context: TransportContext) -> Judgement:
    """A web page comes where JSON was asked for: the wrong address, or something in between answers for the server."""
    expected = f"JSON as {context.purpose}"
    start = response.body[:200].lstrip().lower()
    if isinstance(context.decoded, Undecodable) and (
        response.media_type in _HTML or start.startswith((b"<!doctype html", b"<html"))
    ):
        return failed(expected, f"an HTML page ({len(response.body)} bytes) from {_target(context)}")
    return passed(expected, "no HTML page")


@rule(
    "NET009",
    "not-json",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 8259 2",
    owner=Owner.IDP,
    fix="Let the server answer valid UTF-8 JSON here; compare the address with the documentation.",
)
@_on_answer
def not_json(response: Response, context: TransportContext) -> Judgement:
    """The body is no JSON."""
    if html_instead_of_json(context).status is Status.FAILED:
        return skipped("the body is an HTML page")
    expected = f"JSON as {context.purpose}"
    if isinstance(context.decoded, Undecodable):
        kind = printable(response.media_type, 80) or "none"
        return failed(expected, f"the body {context.decoded.reason} (Content-Type {kind})")
    return passed(expected, "JSON")


@rule(
    "NET010",
    "json-not-object",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 8259 4",
    owner=Owner.IDP,
    fix="Let the server answer a JSON object here; compare the address with the documentation.",
)
@_on_answer
def json_not_object(_response: Response, context: TransportContext) -> Judgement:
    """The body is JSON, but of another shape than this document has."""
    if isinstance(context.decoded, Undecodable):
        return skipped("the body is no JSON")
    expected = f"{'an array or an object' if context.arrays else 'an object'} as {context.purpose}"
    value = context.decoded.value
    good = isinstance(value, dict | list) if context.arrays else isinstance(value, dict)
    return passed(expected, type_name(value)) if good else failed(expected, type_name(value))


def _status_owner(status: int) -> Owner:
    if status == 407:
        return Owner.NETWORK
    return Owner.APP if status in {400, 401, 404, 405} else Owner.IDP
