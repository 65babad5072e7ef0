"""What a browser sees of a login that the application and the identity provider do not: the way there and back.

For captures of a customer's browser. What happens between the servers is hidden from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.steps import Step
from ssocli.text import printable

_MOST_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class LostCookie:
    """A cookie that the application set before the login left, and did not get back with the answer; and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class BrowserViewContext:
    """The way of one login through the browser.

    `began_at` is the application's page from which it left, `return_url` where the request wants the answer sent, ""
    where the capture does not say. `arrived`: the answer reached the application, which then answered `status`
    (None: nothing came, `trouble` says why) and in the end showed the page `page_url` with `title`, on which it `said`
    something. `is_login_page`: that page asks to log in. `rounds` counts the logins in a row without a person.
    `lost` is None if the capture holds no cookies. `is_framed`: the identity
    provider was opened in a frame of another page.
    """

    began_at: str = ""
    return_url: str = ""
    arrived: bool = False
    status: int | None = None
    trouble: str = ""
    page_url: str = ""
    title: str = ""
    said: str = ""
    is_login_page: bool = False
    rounds: int = 1
    lost: tuple[LostCookie, ...] | None = None
    is_framed: bool = False


@rule(
    "WEB001",
    "insecure-return-address",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9700 2.6; SAML Metadata 2.2.2",
    owner=Owner.APP,
    fix="Tell the application its public https address: a proxy ends TLS before it, and it believes to be on http. "
    "Forward X-Forwarded-Proto and let the application trust the proxy, or configure its URL (Sentry: url-prefix).",
)
def insecure_return_address(context: BrowserViewContext) -> Judgement:
    """The application is on https, and wants the answer sent to an http address of its own."""
    began, back = urlsplit(context.began_at), urlsplit(context.return_url)
    if began.scheme != "https" or not back.scheme:
        return skipped("the capture does not show a page of the application on https, and a return address")
    expected = "a return address on https, as the application is"
    if back.scheme == "http" and back.hostname == began.hostname:
        return failed(expected, printable(context.return_url))
    return passed(expected, back.scheme)


@rule(
    "WEB002",
    "return-to-another-host",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6265 4.1.2.3",
    owner=Owner.APP,
    severity=Severity.INFO,
    fix="Start at the host to which the answer goes: the cookies of the one are not sent to the other.",
)
def return_to_another_host(context: BrowserViewContext) -> Judgement:
    """The login begins at one host of the application and is to end at another."""
    began, back = urlsplit(context.began_at).hostname, urlsplit(context.return_url).hostname
    if not began or not back:
        return skipped("the capture does not show both")
    return passed(began, back) if began == back else failed(began, printable(back))


@rule(
    "WEB009",
    "login-in-a-frame",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="RFC 9700 4.16; RFC 6265bis 5.2",
    owner=Owner.APP,
    fix="Open the login in the whole window (target _top) or in one of its own: identity providers forbid frames, and "
    "browsers keep third-party cookies from them.",
)
def login_in_a_frame(context: BrowserViewContext) -> Judgement:
    """The application opens the identity provider in a frame, and no answer comes.

    Users see an empty frame, "refused to connect", or the login page over and over.
    """
    expected = "the login in a window"
    if not context.is_framed:
        return passed(expected, "no frame")
    if context.arrived:
        return passed(expected, "a frame, from which an answer came all the same")
    return failed(expected, "a frame, from which no answer came")


@rule(
    "WEB003",
    "login-cookie-lost",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 6265bis 5.6.7 (SameSite); RFC 9700 4.7",
    owner=Owner.APP,
    fix="Let the cookie survive the way back: SameSite=None; Secure where the answer is a POST from the identity "
    "provider's site, the same host and path, https. Then ask whether the browser blocks cookies.",
)
def login_cookie_lost(context: BrowserViewContext) -> Judgement:
    """A cookie that the application set when the login left does not come back with the answer.

    The application then knows nothing of the login: users see "invalid state", "session expired", or the login page.
    """
    if context.lost is None or not context.arrived:
        return skipped("the capture has no cookies, or no answer came")
    expected = "the cookies that the application set before"
    if not context.lost:
        return passed(expected, "they came back, or there were none")
    said = "; ".join(f"{printable(cookie.name, 60)}: {cookie.reason}" for cookie in context.lost)
    # What was lost matters only where the application did not know the login any more.
    is_failed = context.is_login_page or (context.status or 0) >= 400 or context.rounds > _MOST_ROUNDS
    return failed(expected, f"missing: {said}", severity=Severity.ERROR if is_failed else Severity.INFO)


@rule(
    "WEB004",
    "application-unreachable",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 4.1.2; SAML Bindings 3.5.4",
    owner=Owner.NETWORK,
    fix="Open the return address in this browser: it must be reachable from there, with a certificate it trusts.",
)
def application_unreachable(context: BrowserViewContext) -> Judgement:
    """The browser carries the answer to the application and gets none from it."""
    if not context.arrived:
        return skipped("no answer was sent back")
    if context.rounds > _MOST_ROUNDS:
        return skipped("the browser gave up a loop (WEB007)")
    expected = "a response of the application"
    if context.status is None and context.trouble:
        return failed(expected, printable(context.trouble))
    return passed(expected, f"HTTP {context.status}" if context.status else "the capture does not say")


@rule(
    "WEB008",
    "unknown-return-address",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 3.1.2; SAML Metadata 2.4.4",
    owner=Owner.APP,
    fix="Let the identity provider send the answer to an address that the application has: compare redirect URI (or "
    "the ACS URL) with the documentation of the application, path and method included.",
)
def unknown_return_address(context: BrowserViewContext) -> Judgement:
    """The answer is sent to an address that the application does not have."""
    if not context.arrived or context.status is None:
        return skipped("no answer arrived")
    expected = "an address of the application that takes answers"
    if _is_unknown(context):
        return failed(expected, f"HTTP {context.status} at {printable(_where(context.page_url))}")
    return passed(expected, f"HTTP {context.status}")


@rule(
    "WEB005",
    "application-refuses-the-answer",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 6749 4.1.2; SAML Profiles 4.1.4.3",
    owner=Owner.APP,
    fix="Read the application's log of that moment: what it asked the identity provider for after this, and why it "
    "refused, is between the two servers and not in the capture.",
)
def application_refuses(context: BrowserViewContext) -> Judgement:
    """The answer arrives, and the application shows an error."""
    if not context.arrived or context.status is None:
        return skipped("no answer arrived")
    if _is_unknown(context):
        return skipped("the application does not have the address (WEB008)")
    expected = "the application lets the user in"
    if context.status < 400:
        return passed(expected, f"HTTP {context.status}")
    title = f", page '{printable(context.title, 80)}'" if context.title else ""
    said = f": {printable(context.said)}" if context.said else ""
    return failed(expected, f"HTTP {context.status} at {printable(_where(context.page_url))}{title}{said}")


@rule(
    "WEB006",
    "back-at-the-login-page",
    step=Step.TOKEN_VALIDATION,
    spec="SSO flow, error handling",
    owner=Owner.APP,
    fix="Read the message on the page, and the application's log of that moment: it refused the login after the answer "
    "arrived.",
)
def back_at_the_login_page(context: BrowserViewContext) -> Judgement:
    """The answer arrives, and the user is at the application's login page again."""
    if not context.arrived or (context.status or 0) >= 400:
        return skipped("no answer arrived, or the application shows an error (WEB005)")
    expected = "the application lets the user in"
    if not context.is_login_page:
        return passed(expected, "no login page came after it")
    said = f", which says: {printable(context.said)}" if context.said else ""
    return failed(expected, f"the login page {printable(_where(context.page_url))}{said}")


@rule(
    "WEB007",
    "login-loop",
    step=Step.SESSION_CREATION,
    spec="SSO flow step 8",
    owner=Owner.APP,
    fix="See whether the application's session cookie is set and comes back: its domain, path, Secure on http, "
    "SameSite, and size (4096 bytes). Behind a proxy, whether it knows that it is on https.",
)
def login_loop(context: BrowserViewContext) -> Judgement:
    """The application takes the answer and begins the next login at once: it does not recognise its own session."""
    expected = "a session after the first answer"
    if context.rounds > _MOST_ROUNDS:
        return failed(expected, f"{context.rounds} logins in a row without a page between them")
    return passed(expected, "no loop")


def _is_unknown(context: BrowserViewContext) -> bool:
    return context.status in (404, 405, 410) and _where(context.page_url) == _where(context.return_url)


def _where(url: str) -> str:
    return url.partition("#")[0].partition("?")[0]
