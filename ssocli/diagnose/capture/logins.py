"""The logins in a capture: which request belongs to which answer, whoever the two parties are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from ssocli.diagnose.capture.hop import Capture, Hop
from ssocli.diagnose.capture.messages import Message, address, form_of, host_of, messages_of
from ssocli.steps import Step

Protocol = Literal["OpenID Connect", "OAuth 2.0", "SAML 2.0"]

MOST = 200  # logins that are told apart in one capture
_LEAD = 4  # pages before the request that may belong to the login


@dataclass(slots=True)
class ObservedLogin:
    """One login as the browser saw it. `request` or `response` is None if the capture does not have it.

    `before` are the application's pages and redirects up to the request, `hops` all navigations from the request on.
    `attempts` counts the logins of the same application in a row that began by themselves after an answer: a loop has
    many.
    """

    protocol: Protocol
    request: Message | None
    response: Message | None = None
    before: tuple[Hop, ...] = ()
    hops: list[Hop] = field(default_factory=list)
    attempts: int = 1
    _hosts: set[str] = field(default_factory=set, repr=False)

    def take(self, hop: Hop) -> None:
        """Count a navigation to this login."""
        self.hops.append(hop)
        self._hosts.add(host_of(hop.exchange.url))

    def is_at(self, host: str) -> bool:
        """Whether this login has to do with a host."""
        return host in self._hosts or host in (self.idp, host_of(self.app))

    @property
    def idp(self) -> str:
        """Where the identity provider is: the host that got the request, or the issuer of an unasked response."""
        if self.request is not None:
            return host_of(self.request.url)
        return self.response.sender if self.response is not None else ""

    @property
    def app(self) -> str:
        """Where the application takes answers, as a URL; "" if the capture does not say."""
        if self.response is not None:
            return self.response.url
        if self.request is None:
            return ""
        if self.request.saml is None:
            return self.request.get("redirect_uri")
        root = getattr(self.request.saml, "root", None)
        return (root.get("AssertionConsumerServiceURL") or "") if root is not None else ""

    @property
    def client_id(self) -> str:
        """The OAuth client, or the entity ID of the SAML service provider."""
        return self.request.sender if self.request is not None else ""

    @property
    def is_silent(self) -> bool:
        """Whether the application asked for no page (OIDC Core 3.1.2.1, prompt): it is content with an error."""
        return self.request is not None and self.request.get("prompt") == "none"

    @property
    def started(self) -> float | None:
        """When it began, in seconds since the epoch."""
        return next((hop.started for hop in (*self.before, *self.hops) if hop.started is not None), None)

    @property
    def ended(self) -> float | None:
        """When the last request of it was sent."""
        return next((hop.started for hop in reversed(self.hops) if hop.started is not None), self.started)

    def place(self, step: Step) -> str:
        """Where the capture shows what the step is about: `entry 7`, "" if it does not."""
        if step.number <= Step.REDIRECT_TO_IDP.number:
            hop = self.request.hop if self.request is not None else None
        elif self.response is not None:
            hop = self.response.hop
        else:
            hop = self.hops[-1] if self.hops else None
        if step is Step.REDIRECT_TO_DASHBOARD and self.hops:
            hop = self.hops[-1]
        return hop.place if hop is not None else ""

    @property
    def after(self) -> tuple[Hop, ...]:
        """What followed the answer, the request that carried it included."""
        if self.response is None:
            return ()
        carrier = self.response.hop
        place = next((i for i, hop in enumerate(self.hops) if hop is carrier), len(self.hops))
        return tuple(self.hops[place:])


def find_logins(capture: Capture) -> list[ObservedLogin]:
    """The logins in the capture (the first `MOST`), in the order in which they began. Never raises.

    Attempts to renew a login without a page are left out where there is another login.
    """
    logins: list[ObservedLogin] = []
    recent: list[Hop] = []
    for hop in capture.hops:
        begun = len(logins)
        for message in messages_of(hop):
            if message.what in ("authorization_request", "saml_request"):
                if len(logins) < MOST and not any(_continues(login, message) for login in logins):
                    logins.append(_begun(message, recent, logins))
            elif (login := _awaiting(logins, message)) is not None:
                login.response = message
            elif len(logins) < MOST and not _was_answered(logins, message) and message.is_certain:
                logins.append(ObservedLogin(_protocol(message), None, message))
        if not hop.is_navigation and len(logins) == begun and not _carries(logins, hop):
            if (fetching := _fetching_tokens(logins, hop)) is not None:
                fetching.take(hop)
            continue
        recent = [*recent[-_LEAD + 1 :], hop]
        owner = _owner(logins, hop)
        if owner is not None:
            owner.take(hop)
    followed = pairwise([*logins, None])
    found = [login for login, following in followed if login is not None and not _is_round(login, following)]
    return [login for login in found if not login.is_silent] or found


def _is_round(login: ObservedLogin, following: ObservedLogin | None) -> bool:
    """Whether this is one round of a loop, of which the last round tells all."""
    return following is not None and following.attempts == login.attempts + 1 and _is_same_side(login, following)


def _begun(message: Message, recent: list[Hop], logins: list[ObservedLogin]) -> ObservedLogin:
    lead = _lead(message, recent)
    login = ObservedLogin(_protocol(message), message, before=tuple(lead))
    last = logins[-1] if logins else None
    if last is None:
        return login
    if last.response is not None and _is_same_side(last, login) and _follows(last, message):
        login.attempts = last.attempts + 1
    # What a person did at the application after the last login belongs to this one.
    landing = {id(hop) for hop in _landing(last)}
    moved = {id(hop) for hop in lead} - landing
    last.hops = [hop for hop in last.hops if id(hop) not in moved]
    return login


def _lead(message: Message, recent: list[Hop]) -> list[Hop]:
    """The application's pages from which the request came: back along redirects and links, to where somebody typed."""
    found: list[Hop] = []
    target = message.hop
    for hop in reversed(recent):
        if not _leads(hop, target) or host_of(hop.exchange.url) == host_of(message.url):
            break
        found.insert(0, hop)
        target = hop
    return found


def _leads(hop: Hop, following: Hop) -> bool:
    """Whether the one request came from the page, or the redirect, that the other brought."""
    response, url = hop.exchange.response, following.exchange.url
    if response is not None and 300 <= response.status < 400:
        location = response.header("Location") or ""
        return address(location) in ("", address(url)) or not location.startswith("http")
    headers = {name.lower(): value for name, value in following.exchange.request.headers}
    if headers.get("sec-fetch-site") == "none":
        return False
    referer = headers.get("referer")
    return referer is None or address(hop.exchange.url).startswith(address(referer))


def _landing(login: ObservedLogin) -> Iterator[Hop]:
    """The answer of a login and where it led by itself: redirects, and the page at their end."""
    if login.response is None:
        yield from login.hops
        return
    # With a fragment, the page begins with the request after the answer.
    first = 1 if login.response.mode == "fragment" else 0
    yield from login.after[:first]
    for hop in login.after[first:]:
        yield hop
        response = hop.exchange.response
        if response is None or not 300 <= response.status < 400:
            return


def _follows(last: ObservedLogin, message: Message) -> bool:
    """Whether the browser was sent on without a person: redirects only, since the last answer."""
    since = last.after[1:] if len(last.after) > 1 else ()
    carrier = last.response.hop if last.response is not None else None
    hops = [hop for hop in (carrier, *since) if hop is not None and hop is not message.hop]
    return all(hop.exchange.response is not None and 300 <= hop.exchange.response.status < 400 for hop in hops)


def _is_same_side(one: ObservedLogin, other: ObservedLogin) -> bool:
    return (one.idp, one.client_id) == (other.idp, other.client_id)


def _continues(login: ObservedLogin, message: Message) -> bool:
    """Whether the identity provider only hands the request of this login on, from page to page."""
    request = login.request
    if request is None or request.what != message.what:
        return False
    if message.key or request.key:
        return (message.key, message.sender) == (request.key, request.sender)
    same = (message.sender, message.get("redirect_uri")) == (request.sender, request.get("redirect_uri"))
    return same and login.response is None and host_of(message.url) == host_of(request.url)


def _awaiting(logins: list[ObservedLogin], message: Message) -> ObservedLogin | None:
    """The login that this answers: the one that it names, else the last one that waits at this address."""
    saml = message.what == "saml_response"
    waiting = [
        login
        for login in reversed(logins)
        if login.request is not None and login.response is None and (login.request.saml is not None) == saml
    ]
    for login in waiting:
        if message.key and login.request is not None and login.request.key == message.key:
            return login
    for login in waiting:
        if login.app and _address(login.app) == _address(message.url):
            return login
    if saml and not message.key:
        return None  # nobody asked for it
    if saml:
        return next((login for login in waiting if not login.app or host_of(login.app) == host_of(message.url)), None)
    return None


def _was_answered(logins: list[ObservedLogin], message: Message) -> bool:
    """Whether this is an answer that came already, sent on by the application or loaded again."""
    for login in logins:
        known = login.response
        if known is None or known.what != message.what:
            continue
        names = ("SAMLResponse",) if known.saml is not None else ("state", "code", "error")
        if any(message.get(name) for name in names) and all(known.get(name) == message.get(name) for name in names):
            return True
    return False


def _carries(logins: list[ObservedLogin], hop: Hop) -> bool:
    return any(login.response is not None and login.response.hop is hop for login in logins)


def _fetching_tokens(logins: list[ObservedLogin], hop: Hop) -> ObservedLogin | None:
    """The login whose code an application in the browser redeems with this request."""
    body = hop.exchange.request.body
    if hop.exchange.method != "POST" or b"grant_type" not in body:
        return None
    form = dict(form_of(hop))
    return next(
        (each for each in logins if each.response and form.get("code") == each.response.get("code") != ""), None
    )


def _owner(logins: list[ObservedLogin], hop: Hop) -> ObservedLogin | None:
    """Whose navigation this is: of the login whose message it carries, else of the last one at one of its hosts."""
    for login in reversed(logins):
        if any(message is not None and message.hop is hop for message in (login.response, login.request)):
            return login
    host = host_of(hop.exchange.url)
    for login in reversed(logins):
        if host and login.is_at(host):
            return login
    return logins[-1] if logins and logins[-1].response is None else None


def _protocol(message: Message) -> Protocol:
    if message.saml is not None:
        return "SAML 2.0"
    asked = message.get("scope").split()
    tells = "openid" in asked or message.get("id_token") or message.get("nonce")
    return "OpenID Connect" if tells else "OAuth 2.0"


def _address(url: str) -> str:
    """An address for finding what belongs together: how exactly it has to be the same is for the rules to say."""
    return address(url).rstrip("/").lower().partition("://")[2]
