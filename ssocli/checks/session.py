"""The session after a login: the cookie as it was really set, and the token in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.clock import iso
from ssocli.steps import Step
from ssocli.text import fingerprint, printable

# 256 bits in base64url without padding.
TOKEN_CHARACTERS = 43


@dataclass(frozen=True, slots=True)
class SessionContext:
    """The `Set-Cookie` header of the login's answer, and what is known around it.

    `secure_site` is whether Sentry is reached over https; `previous_token` is the session the browser had before, or
    None; `expires_at` and `now` are seconds since the epoch.
    """

    set_cookie: str
    secure_site: bool
    previous_token: str | None
    expires_at: float
    now: float

    @property
    def token(self) -> str:
        """The cookie's value; empty if there is no cookie."""
        return self.set_cookie.partition(";")[0].partition("=")[2].strip()

    @property
    def attributes(self) -> Mapping[str, str]:
        """The cookie's attributes by their names in lower case; of repeated ones the last counts (RFC 6265 5.3)."""
        parts = (part.partition("=") for part in self.set_cookie.split(";")[1:])
        return {name.strip().casefold(): value.strip() for name, _, value in parts if name.strip()}


@rule(
    "SESS001",
    "missing-session-cookie",
    step=Step.SESSION_CREATION,
    spec="RFC 6265 4.1.1",
    owner=Owner.APP,
    fix="Set the session's cookie in the answer that completes the login.",
)
def missing_session_cookie(context: SessionContext) -> Judgement:
    """The answer that completes the login sets no session cookie: the next request is anonymous again."""
    expected = "a Set-Cookie header with the session's token"
    return passed(expected, "set") if context.token else failed(expected, "none")


@rule(
    "SESS002",
    "session-cookie-open-to-scripts",
    step=Step.SESSION_CREATION,
    spec="RFC 6265 4.1.2.6",
    owner=Owner.APP,
    fix="Add HttpOnly to the session's cookie.",
)
def session_cookie_open_to_scripts(context: SessionContext) -> Judgement:
    """Scripts can read the session's cookie, so one injected script steals the session."""
    if not context.token:
        return _NO_COOKIE
    expected = "HttpOnly"
    return passed(expected, expected) if "httponly" in context.attributes else failed(expected, "no HttpOnly")


@rule(
    "SESS003",
    "session-cookie-sent-cross-site",
    step=Step.SESSION_CREATION,
    spec="draft-ietf-httpbis-rfc6265bis 4.1.2.7",
    owner=Owner.APP,
    fix="Add SameSite=Lax to the session's cookie.",
)
def session_cookie_sent_cross_site(context: SessionContext) -> Judgement:
    """Other sites can send requests that carry the session's cookie.

    Without the attribute some browsers treat the cookie as Lax, others do not.
    """
    if not context.token:
        return _NO_COOKIE
    expected = "SameSite=Lax or SameSite=Strict"
    value = context.attributes.get("samesite")
    if value is not None and value.casefold() in {"lax", "strict"}:
        return passed(expected, f"SameSite={value}")
    return failed(expected, "no SameSite" if value is None else f"SameSite={printable(value)}")


@rule(
    "SESS004",
    "session-cookie-without-secure",
    step=Step.SESSION_CREATION,
    spec="RFC 6265 4.1.2.5",
    owner=Owner.APP,
    fix="Add Secure to the session's cookie. (Behind a proxy that ends TLS, set the public https URL.)",
)
def session_cookie_without_secure(context: SessionContext) -> Judgement:
    """Sentry is reached over https, but the browser would send the session's cookie over http as well."""
    if not context.token:
        return _NO_COOKIE
    if not context.secure_site:
        return skipped("Sentry is reached over http, where a Secure cookie would not be kept")
    expected = "Secure"
    return passed(expected, expected) if "secure" in context.attributes else failed(expected, "no Secure")


@rule(
    "SESS005",
    "session-cookie-wrong-path",
    step=Step.SESSION_CREATION,
    spec="RFC 6265 4.1.2.4",
    owner=Owner.APP,
    fix="Set Path=/ on the session's cookie.",
)
def session_cookie_wrong_path(context: SessionContext) -> Judgement:
    """The session's cookie is not sent to every page, so the user is logged in on some of them only."""
    if not context.token:
        return _NO_COOKIE
    expected = "Path=/"
    path = context.attributes.get("path")
    if path == "/":
        return passed(expected, expected)
    return failed(expected, f"Path={printable(path)}" if path else "no Path")


@rule(
    "SESS006",
    "session-cookie-for-subdomains",
    step=Step.SESSION_CREATION,
    spec="RFC 6265 4.1.2.3",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Leave Domain out, unless the hosts below it belong to the same application.",
)
def session_cookie_for_subdomains(context: SessionContext) -> Judgement:
    """The session's cookie is sent to every host below a domain, each of which can use it."""
    if not context.token:
        return _NO_COOKIE
    expected = "no Domain: the cookie returns to this host only"
    domain = context.attributes.get("domain")
    return failed(expected, f"Domain={printable(domain)}") if domain else passed(expected, "no Domain")


@rule(
    "SESS007",
    "short-session-token",
    step=Step.SESSION_CREATION,
    spec="RFC 6265 8.4",
    owner=Owner.APP,
    fix="Make the token of 32 random bytes.",
)
def short_session_token(context: SessionContext) -> Judgement:
    """The session's token is too short to hold 256 random bits, so it might be guessed."""
    if not context.token:
        return _NO_COOKIE
    expected = f"at least {TOKEN_CHARACTERS} characters (256 bits)"
    actual = f"{len(context.token)} characters"
    return passed(expected, actual) if len(context.token) >= TOKEN_CHARACTERS else failed(expected, actual)


@rule(
    "SESS008",
    "fixed-session",
    step=Step.SESSION_CREATION,
    spec="RFC 6265 8.4",
    owner=Owner.APP,
    fix="Make a new token at every login and end the session that the browser had.",
)
def fixed_session(context: SessionContext) -> Judgement:
    """The browser keeps the session token it had before the login.

    Whoever planted that token in the browser is now logged in as the user: session fixation.
    """
    if not context.token:
        return _NO_COOKIE
    expected = "a new token"
    if context.previous_token is None:
        return passed(expected, "new; the browser had no session before")
    if context.previous_token != context.token:
        return passed(expected, "new; the browser's earlier session had another")
    return failed(expected, f"the token of the earlier session, {fingerprint(context.token)}")


@rule(
    "SESS009",
    "session-already-expired",
    step=Step.SESSION_CREATION,
    spec="RFC 6265 4.1.2.2",
    owner=Owner.CLOCK,
    fix="Check session_seconds, and the clock of the machine that runs Sentry.",
)
def session_already_expired(context: SessionContext) -> Judgement:
    """The session, or its cookie, has expired when it is made.

    A Max-Age of zero or less makes the browser drop the cookie at once.
    """
    if not context.token:
        return _NO_COOKIE
    expected = f"an expiry after {iso(context.now)}"
    max_age = context.attributes.get("max-age", "")
    if max_age == "0" or max_age.startswith("-"):
        return failed(expected, f"Max-Age={printable(max_age)}")
    actual = f"expires at {iso(context.expires_at)}"
    return passed(expected, actual) if context.expires_at > context.now else failed(expected, actual)


_NO_COOKIE = skipped("there is no session cookie")
