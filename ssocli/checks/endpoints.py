"""The identity provider's endpoints when somebody just asks, without a code, a token or a person who logs in.

What an answer means depends on the endpoint: an error can be the healthy one. That no answer comes at all is NET's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import json_object
from ssocli.checks.transport.answer import page_title, status_advice
from ssocli.checks.transport.context import without_query
from ssocli.exchange import Response
from ssocli.steps import Step
from ssocli.text import printable

Role = Literal["authorization endpoint", "single sign-on service", "token endpoint", "userinfo endpoint", "user API"]

_LOGIN: tuple[Role, ...] = ("authorization endpoint", "single sign-on service")
_PROTECTED: tuple[Role, ...] = ("userinfo endpoint", "user API")
# A request without what belongs to it makes some servers fail, and that says nothing of a whole one.
_CLUMSY = (500, 501)


@dataclass(frozen=True, slots=True)
class EndpointContext:
    """The `response` of an endpoint.

    `is_login`: it answers the very request that a login would send there. `said` are the identity provider's own words
    for refusing that, "" if none are known. `is_configured`: the address is from the application's settings and not
    from the identity provider's own document.
    """

    role: Role
    response: Response
    is_login: bool = False
    said: str = ""
    is_configured: bool = False


@rule(
    "EP001",
    "missing-endpoint",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9110 15.5.5 and 15.5.6",
    owner=Owner.IDP,
    fix="Compare the address with the identity provider's documentation: realm, tenant and path have to be right. Some "
    "answer so to a client that they do not know.",
)
def missing_endpoint(context: EndpointContext) -> Judgement:
    """There is nothing at the endpoint's address, or nothing that takes the protocol's method."""
    expected, actual = f"a {context.role}", f"HTTP {context.response.status}"
    if context.response.status not in (404, 405, 410):
        return passed(expected, actual)
    owner = Owner.APP if context.is_configured else None
    return failed(expected, actual, evidence=page_title(context.response), owner=owner)


@rule(
    "EP002",
    "failing-endpoint",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9110 15.6; RFC 6585 4",
    owner=Owner.IDP,
    fix="Look in the identity provider's log at the time of this request.",
)
def failing_endpoint(context: EndpointContext) -> Judgement:
    """The endpoint fails on its own side, is overloaded, or the proxy before it does not reach it."""
    status = context.response.status
    expected, actual = f"a {context.role} that works", f"HTTP {status}"
    if status < 500 and status != 429:
        return passed(expected, actual)
    if status in _CLUMSY and context.role in _LOGIN and not context.is_login:
        return skipped(f"HTTP {status} to a request that was not complete")
    owner, fix = status_advice(context.response)
    return failed(expected, actual, evidence=page_title(context.response), owner=owner, fix=fix)


@rule(
    "EP003",
    "foreign-token-endpoint",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.2",
    owner=Owner.IDP,
    fix="Check the address, and what a proxy or firewall before it does with POST requests of programs: no login page, "
    "no redirect and no page of its own may come in between.",
)
def foreign_token_endpoint(context: EndpointContext) -> Judgement:
    """What answers at the token endpoint's address is none: no OAuth error comes for a request without credentials."""
    if context.role != "token endpoint":
        return skipped("this is another endpoint")
    if _is_elsewhere_judged(context.response):
        return skipped(f"HTTP {context.response.status} (EP001, EP002)")
    error = _oauth_error(context.response)
    expected = "an OAuth error for a request without credentials"
    if error:
        return passed(expected, printable(error, 60))
    return failed(
        expected,
        _described(context.response),
        evidence=page_title(context.response),
        owner=Owner.APP if context.is_configured else None,
    )


@rule(
    "EP004",
    "refused-login-request",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="RFC 6749 4.1.2.1; SAML Profiles 4.1.4.2",
    owner=Owner.APP,
    fix="Register this application at the identity provider exactly as it is configured: client id and redirect URI, "
    "or entity ID and ACS URL; and for this user or group.",
)
def refused_login_request(context: EndpointContext) -> Judgement:
    """The identity provider refuses the very request that a login begins with, before anybody could log in.

    It does not know the application, or not by this redirect URI or ACS URL, or does not let it ask for this.
    """
    if context.role not in _LOGIN or not context.is_login:
        return skipped("no request of a login was sent here")
    if _is_elsewhere_judged(context.response):
        return skipped(f"HTTP {context.response.status} (EP001, EP002)")
    expected = "a login page, or a redirect to one"
    refusal = _refusal(context)
    if not refusal:
        return passed(expected, _described(context.response))
    return failed(expected, refusal, evidence=printable(context.said) or page_title(context.response))


@rule(
    "EP005",
    "open-user-data",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 6750 3; OIDC Core 5.3.3",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Check the address; a login page or a gateway may stand before it, which programs cannot use.",
)
def open_user_data(context: EndpointContext) -> Judgement:
    """The endpoint that tells who a person is does not ask for a token."""
    if context.role not in _PROTECTED:
        return skipped("this is another endpoint")
    if _is_elsewhere_judged(context.response):
        return skipped(f"HTTP {context.response.status} (EP001, EP002)")
    expected, actual = "HTTP 401 for a request without a token", _described(context.response)
    return passed(expected, actual) if context.response.status >= 400 else failed(expected, actual)


def _is_elsewhere_judged(response: Response) -> bool:
    return response.status in (404, 405, 410, 429) or response.status >= 500


def _refusal(context: EndpointContext) -> str:
    """How the request is refused: by an error status, by a redirect with an error, or in words; "" if it is not."""
    response = context.response
    if response.status >= 400:
        return _described(response)
    location = response.header("Location")
    if 300 <= response.status < 400 and location is not None and (error := _error_in(location)):
        return f"HTTP {response.status} with the error {printable(error, 60)}"
    return f"HTTP {response.status} with an error" if context.said else ""


def _error_in(location: str) -> str:
    try:
        parts = urlsplit(location)
        found = parse_qs(f"{parts.query}&{parts.fragment}", max_num_fields=200)
    except ValueError:
        return ""
    return next((found[name][0] for name in ("error", "authError") if name in found), "")


def _oauth_error(response: Response) -> str:
    """The error code of a token endpoint's answer, as JSON or, in GitHub's manner, as a form."""
    if document := json_object(response.body):
        error = document.get("error")
        return error if isinstance(error, str) else ""
    if response.media_type != "application/x-www-form-urlencoded":
        return ""
    try:
        return parse_qs(response.body.decode("utf-8", "replace"), max_num_fields=100).get("error", [""])[0]
    except ValueError:
        return ""


def _described(response: Response) -> str:
    """Status and kind of an answer, and where it leads."""
    location = response.header("Location")
    if 300 <= response.status < 400 and location:
        return f"HTTP {response.status} to {printable(without_query(location))}"
    kind = f" with {printable(response.media_type, 60)}" if response.media_type else ""
    return f"HTTP {response.status}{kind}"
