"""Authentication at the identity provider, as far as a browser can see it: what its pages said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ssocli.checks.check import Judgement, Owner, failed, passed, rule, skipped
from ssocli.steps import Step
from ssocli.text import printable

Ending = Literal[
    "returned",  # the identity provider sent the browser back
    "error_page",  # it answered with an error page of its own
    "credentials_refused",
    "second_factor_wanted",
    "second_factor_refused",
    "not_understood",  # a page that offers nothing the headless browser knows
    "unreachable",
    "timed_out",
]


@dataclass(frozen=True, slots=True)
class AuthenticationContext:
    """How the visit to the identity provider ended: `said` is its own message, `url` and `status` its last page."""

    ending: Ending
    said: str = ""
    url: str = ""
    status: int = 200
    title: str = ""
    username: str = ""


def _page(context: AuthenticationContext) -> str:
    said = f": {printable(context.said, 300)}" if context.said else ""
    return f"its page '{printable(context.title or context.url, 120)}' (HTTP {context.status}){said}"


@rule(
    "AUTH001",
    "identity-provider-error-page",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="RFC 6749 4.1.2.1",
    owner=Owner.APP,
    fix="Read the identity provider's message. Mostly the client id or the redirect URI is not registered there "
    "exactly as it is sent (scheme, host, port, path, trailing slash), or the login hint names nobody.",
)
def identity_provider_error_page(context: AuthenticationContext) -> Judgement:
    """The identity provider answers the authorization request with an error page instead of a login page.

    It does so when it must not redirect: the client or its redirect URI is unknown to it. The user is stuck there.
    """
    if context.ending != "error_page":
        return passed("a login page, or the way back", "no error page")
    return failed("a login page, or the way back to the application", _page(context))


@rule(
    "AUTH002",
    "credentials-refused",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="OIDC Core 3.1.2.3",
    owner=Owner.USER,
    fix="Check user name and password (--user, --password, or [people] in the configuration), and at the identity "
    "provider whether the account is locked, expired or not assigned to this application.",
)
def credentials_refused(context: AuthenticationContext) -> Judgement:
    """The identity provider does not accept the user name and password: wrong, locked, expired or not assigned."""
    if context.ending != "credentials_refused":
        return passed("the identity provider accepts the user's credentials", "not refused")
    who = f"{printable(context.username)} was refused by " if context.username else ""
    return failed("the identity provider accepts the user's credentials", who + _page(context))


@rule(
    "AUTH003",
    "one-time-code-missing",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="OIDC Core 3.1.2.3",
    owner=Owner.USER,
    fix="Give the one-time code's secret: --totp-secret, or totp_secret under [people] in the configuration; "
    "or use --browser for any other second factor.",
)
def second_factor_missing(context: AuthenticationContext) -> Judgement:
    """The identity provider asks for a second factor for which the headless browser has nothing to give."""
    if context.ending != "second_factor_wanted":
        return passed("every factor asked for can be given", "nothing missing")
    return failed("a second factor that can be given", f"a one-time code is asked for on {_page(context)}")


@rule(
    "AUTH004",
    "one-time-code-refused",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="RFC 6238 5.2",
    owner=Owner.USER,
    fix="Check the secret, and that this machine's clock is right: a one-time code is good for 30 seconds.",
)
def second_factor_refused(context: AuthenticationContext) -> Judgement:
    """The identity provider does not accept the one-time code: wrong secret, or clocks that differ."""
    if context.ending != "second_factor_refused":
        return passed("the identity provider accepts the one-time code", "not refused")
    return failed("the identity provider accepts the one-time code", _page(context))


@rule(
    "AUTH005",
    "page-not-understood",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="OIDC Core 3.1.2.3",
    owner=Owner.APP,
    fix="Run it again with --browser: the page probably needs JavaScript, a passkey or a captcha. -vv shows it.",
)
def page_not_understood(context: AuthenticationContext) -> Judgement:
    """The headless browser finds nothing it can fill in or press on the identity provider's page.

    It runs no scripts. This is a limit of this tool and says nothing about the identity provider.
    """
    if context.ending != "not_understood":
        return passed("pages that can be used without JavaScript", "nothing else")
    return failed("a login form, a consent form, or the way back to the application", _page(context))


@rule(
    "AUTH006",
    "identity-provider-unreachable",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="OIDC Core 3.1.2.1",
    owner=Owner.NETWORK,
    fix="Open the address in a browser on this machine; check DNS, proxy and firewall.",
)
def identity_provider_unreachable(context: AuthenticationContext) -> Judgement:
    """The browser cannot reach the identity provider's login page, although Sentry could fetch its metadata."""
    if context.ending == "unreachable":
        return failed(f"an answer from {printable(context.url)}", printable(context.said, 300))
    if context.ending == "returned":
        return passed("the browser reaches the identity provider", "it did")
    return skipped("judged by what its page said")


@rule(
    "AUTH007",
    "callback-timed-out",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="RFC 6749 4.1.2",
    owner=Owner.USER,
    fix="Finish the login at the identity provider sooner, or give it longer with --timeout. If its page says that you "
    "are signed in but nothing comes back, compare the redirect URI registered there with the one that was sent.",
)
def callback_timed_out(context: AuthenticationContext) -> Judgement:
    """Nothing comes back to the callback in the time that was given: the user never finished, or is stuck there."""
    if context.ending == "timed_out":
        return failed("the browser comes back to the callback in time", printable(context.said, 300))
    if context.ending == "returned":
        return passed("the browser comes back to the callback in time", "it did")
    return skipped("judged by what its page said")
