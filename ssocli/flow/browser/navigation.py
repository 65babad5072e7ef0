"""One navigation on its way: the request that a browser makes of it, and what a redirect turns it into."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

from ssocli.exchange import Response
from ssocli.flow.browser.referrer import DEFAULT_POLICY, policy_of, referer
from ssocli.flow.browser.urls import is_same_site, is_trustworthy, origin, resolve, scheme_of

_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Navigation:
    """A request that the browser is about to send.

    `initiator` is the URL of the page that started it (None: a person typed the address), `chain` holds the URLs
    that redirected to it since then. `activated`: a person clicked.
    """

    method: str
    url: str
    body: bytes = field(default=b"", repr=False)
    content_type: str | None = None
    initiator: str | None = None
    policy: str = DEFAULT_POLICY
    activated: bool = True
    chain: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_same_site(self) -> bool:
        """Whether cookies treat it as same-site: by who started it, whatever redirected on the way."""
        return self.initiator is None or is_same_site(self.initiator, self.url)

    def headers(self) -> list[tuple[str, str]]:
        """The headers that depend on the navigation: content type, Referer, Origin, Sec-Fetch-*."""
        found = [("Upgrade-Insecure-Requests", "1")]
        if self.content_type is not None:
            found.append(("Content-Type", self.content_type))
        if self.method != "GET":
            found.append(("Origin", self._origin()))
        if (came_from := referer(self.policy, self.initiator, self.url)) is not None:
            found.append(("Referer", came_from))
        if is_trustworthy(self.url):
            found += [("Sec-Fetch-Site", self._fetch_site()), ("Sec-Fetch-Mode", "navigate")]
            found += [("Sec-Fetch-User", "?1")] if self.activated else []
            found.append(("Sec-Fetch-Dest", "document"))
        return found

    def redirected(self, response: Response) -> Navigation | None:
        """The navigation that a redirect makes of this one (Fetch, HTTP-redirect fetch); None if it is no redirect.

        Raises ValueError if Location cannot be a URL.
        """
        location = response.header("Location")
        if response.status not in _REDIRECTS or location is None:
            return None
        # Servers send UTF-8 in headers, which were read as Latin-1.
        target = resolve(self.url, location.encode("latin-1", "replace").decode("utf-8", "replace"))
        if "#" not in target and "#" in self.url:
            target += "#" + self.url.partition("#")[2]
        policy = policy_of(response.header("Referrer-Policy") or "", self.policy)
        following = replace(self, url=target, policy=policy, chain=(*self.chain, self.url))
        drops_body = (response.status in (301, 302) and self.method == "POST") or (
            response.status == 303 and self.method not in ("GET", "HEAD")
        )
        return replace(following, method="GET", body=b"", content_type=None) if drops_body else following

    def _origin(self) -> str:
        """Fetch, "append a request Origin header": null where the origin must stay hidden."""
        if self.initiator is None or self._is_tainted() or self.policy == "no-referrer":
            return "null"
        hides_downgrade = self.policy in ("no-referrer-when-downgrade", "strict-origin", DEFAULT_POLICY)
        if hides_downgrade and scheme_of(self.initiator) == "https" and scheme_of(self.url) != "https":
            return "null"
        if self.policy == "same-origin" and origin(self.initiator) != origin(self.url):
            return "null"
        return origin(self.initiator)

    def _is_tainted(self) -> bool:
        """Whether a redirect led from one foreign origin to another."""
        steps = [*self.chain, self.url]
        return self.initiator is not None and any(
            origin(before) != origin(after) and origin(before) != origin(self.initiator)
            for before, after in pairwise(steps)
        )

    def _fetch_site(self) -> str:
        if self.initiator is None:
            return "none"
        steps = [*self.chain, self.url]
        if all(origin(step) == origin(self.initiator) for step in steps):
            return "same-origin"
        return "same-site" if all(is_same_site(step, self.initiator) for step in steps) else "cross-site"
