"""The session that a login creates: the cookie as it was really set, and what stands between it and the user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ssocli.checks.check import Judgement, Owner, failed, passed, rule, skipped
from ssocli.steps import Step
from ssocli.text import printable

SecondFactor = Literal["right", "wrong", "expired"]
_SHORTEST = 22  # characters: 128 bits in base64url


@dataclass(frozen=True, slots=True)
class SessionContext:
    """A Set-Cookie header for a session, and how it came about.

    `stored` is what the store keeps of the token, `previous` the token that the browser had before the login.
    `second_factor` is the verdict on a one-time code; None if Sentry asked for none.
    """

    set_cookie: str = ""
    stored: str = ""
    previous: str | None = None
    https: bool = False
    second_factor: SecondFactor | None = None

    @property
    def token(self) -> str:
        """The value of the cookie."""
        return self.set_cookie.partition(";")[0].partition("=")[2]

    @property
    def attributes(self) -> dict[str, str]:
        """The cookie's attributes, names in lower case."""
        pairs = (part.strip().partition("=") for part in self.set_cookie.split(";")[1:])
        return {name.lower(): value for name, _, value in pairs}


def _attribute(context: SessionContext, name: str, expected: str, *, wanted: str | None = None) -> Judgement:
    if not context.set_cookie:
        return skipped("no session was created")
    value = context.attributes.get(name.lower())
    if value is None:
        return failed(expected, f"no {name}")
    if wanted is not None and value.lower() != wanted.lower():
        return failed(expected, f"{name}={printable(value, 40)}")
    return passed(expected, f"{name}={value}" if value else name)


@rule(
    "SESS001",
    "second-factor-refused",
    step=Step.SESSION_CREATION,
    spec="RFC 6238 5.2",
    owner=Owner.USER,
    fix="Look at the authenticator again; its clock must be right. A code is good for 30 seconds and for one login.",
)
def second_factor_refused(context: SessionContext) -> Judgement:
    """Sentry asks this user for a second factor of its own, and the one-time code is wrong, used or came too late."""
    if context.second_factor is None:
        return skipped("Sentry asks this user for no second factor")
    if context.second_factor == "right":
        return passed("the one-time code shown now", "accepted")
    return failed("the one-time code shown now", f"a code that is {context.second_factor}")


@rule(
    "SESS002",
    "session-cookie-readable-by-scripts",
    step=Step.SESSION_CREATION,
    spec="RFC 6265 4.1.2.6",
    owner=Owner.APP,
    fix="Set HttpOnly.",
)
def readable_by_scripts(context: SessionContext) -> Judgement:
    """The session cookie lacks HttpOnly: one injected script can take the session away."""
    return _attribute(context, "HttpOnly", "HttpOnly")


@rule(
    "SESS003",
    "session-cookie-sent-across-sites",
    step=Step.SESSION_CREATION,
    spec="OWASP ASVS 4.0 3.4.3",
    owner=Owner.APP,
    fix="Set SameSite=Lax.",
)
def sent_across_sites(context: SessionContext) -> Judgement:
    """The session cookie is not SameSite=Lax: other sites' forms would be sent with it, or links would lose it."""
    return _attribute(context, "SameSite", "SameSite=Lax", wanted="Lax")


@rule(
    "SESS004",
    "session-cookie-sent-in-clear",
    step=Step.SESSION_CREATION,
    spec="RFC 6265 4.1.2.5",
    owner=Owner.APP,
    fix="Set Secure when Sentry's public URL is https.",
)
def sent_in_clear(context: SessionContext) -> Judgement:
    """The session cookie lacks Secure although Sentry is served over https."""
    if not context.https:
        return skipped("Sentry is served over plain http")
    return _attribute(context, "Secure", "Secure")


@rule(
    "SESS005",
    "session-cookie-scope",
    step=Step.SESSION_CREATION,
    spec="RFC 6265 4.1.2.3",
    owner=Owner.APP,
    fix="Set Path=/ and no Domain.",
)
def cookie_scope(context: SessionContext) -> Judgement:
    """The session cookie is sent to other hosts (Domain) or not to all of Sentry's pages (Path)."""
    if context.set_cookie and "domain" in context.attributes:
        return failed("Path=/ and no Domain", f"Domain={printable(context.attributes['domain'], 80)}")
    return _attribute(context, "Path", "Path=/ and no Domain", wanted="/")


@rule(
    "SESS006",
    "guessable-session-token",
    step=Step.SESSION_CREATION,
    spec="OWASP ASVS 4.0 3.2.2",
    owner=Owner.APP,
    fix="Make the token from at least 128 random bits.",
)
def guessable_token(context: SessionContext) -> Judgement:
    """The session token is too short to be unguessable."""
    if not context.set_cookie:
        return skipped("no session was created")
    expected, actual = f"at least {_SHORTEST} characters", f"{len(context.token)} characters"
    return passed(expected, actual) if len(context.token) >= _SHORTEST else failed(expected, actual)


@rule(
    "SESS007",
    "session-fixation",
    step=Step.SESSION_CREATION,
    spec="OWASP ASVS 4.0 3.2.1",
    owner=Owner.APP,
    fix="Make a new token at every login and end the session that the browser had before.",
)
def session_fixation(context: SessionContext) -> Judgement:
    """The browser keeps the token it had before the login: whoever planted that token is logged in as well."""
    if not context.set_cookie:
        return skipped("no session was created")
    if context.previous is not None and context.previous == context.token:
        return failed("a new token", "the token from before the login")
    return passed("a new token", "another one than before" if context.previous else "there was none before")


@rule(
    "SESS008",
    "session-token-stored-in-clear",
    step=Step.SESSION_CREATION,
    spec="CWE-312",
    owner=Owner.APP,
    fix="Store only the SHA-256 of the token.",
)
def stored_in_clear(context: SessionContext) -> Judgement:
    """The store holds the session token itself: whoever reads a backup is logged in."""
    if not context.set_cookie:
        return skipped("no session was created")
    if not context.stored or context.token in context.stored:
        return failed("a hash in the store", "the token itself" if context.stored else "nothing in the store")
    return passed("a hash in the store", f"{len(context.stored)} hexadecimal digits")
