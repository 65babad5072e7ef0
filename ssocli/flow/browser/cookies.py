"""A browser's cookies (RFC 6265bis): what it stores, what it sends where, and why it did not."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from ssocli.flow.browser.set_cookie import SetCookie, parse_cookie_date, parse_set_cookie
from ssocli.flow.browser.urls import host_of, is_address, is_public_suffix, is_trustworthy, where

SameSite = Literal["Strict", "Lax", "None"]

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
_PAIR_LIMIT = 4096
_PER_DOMAIN = 180
_IN_ALL = 3000
_LONGEST_LIFE = 400 * 86400


@dataclass(frozen=True, slots=True)
class Cookie:
    """A stored cookie. `expires` is in seconds since the epoch, None for a session cookie."""

    name: str
    value: str = field(repr=False)
    domain: str
    path: str
    host_only: bool = True
    secure: bool = False
    http_only: bool = False
    same_site: SameSite = "Lax"
    expires: float | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A cookie that was not stored, or stored but not sent, where a person would have expected it."""

    action: Literal["not stored", "not sent"]
    name: str
    url: str
    reason: str


class CookieJar:
    """The cookies of one browser profile. `now` gives seconds since the epoch."""

    def __init__(self, cookies: Iterable[Cookie] = (), *, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._cookies: dict[tuple[str, str, str], Cookie] = {}
        self.rejected: deque[Rejection] = deque(maxlen=1000)
        for cookie in cookies:
            self._put(cookie)

    @property
    def cookies(self) -> tuple[Cookie, ...]:
        """All cookies that have not expired, oldest first."""
        now = self._now()
        return tuple(cookie for cookie in self._cookies.values() if cookie.expires is None or cookie.expires > now)

    def copy(self) -> CookieJar:
        """A second jar with the same cookies."""
        return CookieJar(self.cookies, now=self._now)

    def to_data(self) -> list[dict[str, Any]]:
        """The cookies as plain data, values included."""
        return [asdict(cookie) for cookie in self.cookies]

    @classmethod
    def from_data(cls, data: Iterable[Mapping[str, Any]], *, now: Callable[[], float] = time.time) -> CookieJar:
        """The jar that `to_data` described. Raises TypeError if the data has other names."""
        return cls((Cookie(**entry) for entry in data), now=now)

    def clear(self) -> None:
        """Forget every cookie."""
        self._cookies.clear()

    def store(self, url: str, header: str) -> None:
        """Take in one Set-Cookie header of a response from `url`, or note why not (RFC 6265bis 5.7)."""
        parsed = parse_set_cookie(header)
        if parsed is None:
            self._note("not stored", "", url, "the Set-Cookie header is empty or has a control character in it")
            return
        outcome = _cookie(url, parsed, self._now())
        if isinstance(outcome, Cookie):
            hidden = next((kept for kept in self.cookies if _would_hide(outcome, kept, url)), None)
            if hidden is None:
                self._put(outcome)
                return
            outcome = "a Secure cookie of this name exists, and a page that is not secure must not replace it"
        self._note("not stored", parsed.name, url, outcome)

    def header(self, url: str, *, method: str = "GET", same_site: bool = True) -> str | None:
        """The Cookie header for a top-level navigation to `url`; None if there is nothing to send.

        `same_site` says whether the page that started it belongs to the same site; True if a person did.
        """
        host, path = host_of(url), urlsplit(url).path or "/"
        chosen = []
        for cookie in self.cookies:
            if not _domain_fits(cookie, host) or not _path_fits(cookie.path, path):
                continue
            reason = _withheld(cookie, url, method, same_site)
            if reason is None:
                chosen.append(cookie)
            else:
                self._note("not sent", cookie.name, url, reason)
        chosen.sort(key=lambda cookie: -len(cookie.path))  # Stable, so equal paths stay oldest first.
        return "; ".join(f"{cookie.name}={cookie.value}" if cookie.name else cookie.value for cookie in chosen) or None

    def _put(self, cookie: Cookie) -> None:
        key = (cookie.name, cookie.domain, cookie.path)
        if cookie.expires is not None and cookie.expires <= self._now():
            self._cookies.pop(key, None)
            return
        self._cookies[key] = cookie
        self._evict([key for key in self._cookies if key[1] == cookie.domain], _PER_DOMAIN)
        self._evict(list(self._cookies), _IN_ALL)

    def _evict(self, keys: list[tuple[str, str, str]], limit: int) -> None:
        for key in keys[: max(0, len(keys) - limit)]:
            del self._cookies[key]

    def _note(self, action: Literal["not stored", "not sent"], name: str, url: str, reason: str) -> None:
        self.rejected.append(Rejection(action, name, where(url), reason))


def _cookie(url: str, parsed: SetCookie, now: float) -> Cookie | str:
    """The cookie that a response from `url` sets, or the sentence that says why it sets none."""
    attributes, host = parsed.attributes, host_of(url)
    if len(parsed.name) + len(parsed.value) > _PAIR_LIMIT:
        return f"name and value are longer than {_PAIR_LIMIT} bytes"
    domain = attributes.get("domain", "").removeprefix(".").lower()
    host_only = not domain
    if domain:
        if not is_address(host) and is_public_suffix(domain):
            if domain != host:
                return f"Domain={domain} is a public suffix: the cookie would reach other people's sites"
            host_only = True
        elif domain != host and (is_address(host) or not host.endswith("." + domain)):
            return f"Domain={domain} does not cover the host {host} that set it"
        elif is_address(host):
            host_only = True
    given = attributes.get("path", "")
    path = given if given.startswith("/") else _default_path(url)
    cookie = Cookie(
        name=parsed.name,
        value=parsed.value,
        domain=host if host_only else domain,
        path=path,
        host_only=host_only,
        secure="secure" in attributes,
        http_only="httponly" in attributes,
        same_site=_same_site(attributes.get("samesite", "")),
        expires=_expires(attributes, now),
    )
    if cookie.secure and not is_trustworthy(url):
        return "Secure is set, but the page came over plain http"
    if cookie.same_site == "None" and not cookie.secure:
        return "SameSite=None needs Secure"
    return _prefix_trouble(cookie, explicit_domain=bool(domain), explicit_path=given) or cookie


def _prefix_trouble(cookie: Cookie, *, explicit_domain: bool, explicit_path: str) -> str | None:
    # A nameless cookie is sent as its bare value, which could pass for a prefixed one (RFC 6265bis 5.7 step 21).
    name = (cookie.name or cookie.value).lower()
    if not name.startswith(("__host-", "__secure-")):
        return None
    if not cookie.name:
        return "a cookie without a name must not start with __Host- or __Secure-"
    if not cookie.secure:
        return "the prefix of its name needs Secure"
    if name.startswith("__host-") and (explicit_domain or explicit_path != "/"):
        return "the prefix __Host- needs Path=/ and no Domain"
    return None


def _same_site(text: str) -> SameSite:
    wanted = text.capitalize()
    return next((value for value in get_args(SameSite) if value == wanted), "Lax")


def _expires(attributes: dict[str, str], now: float) -> float | None:
    """Max-Age comes before Expires; a cookie lives at most 400 days."""
    age = attributes.get("max-age", "")
    if re.fullmatch(r"-?[0-9]+", age):
        # Ten digits are longer than the longest life already, and int() of very long ones raises.
        seconds = _LONGEST_LIFE if len(age) > 10 and age[0] != "-" else int(age[:10])
        return now + min(seconds, _LONGEST_LIFE) if seconds > 0 else 0.0
    moment = parse_cookie_date(attributes["expires"]) if "expires" in attributes else None
    return moment if moment is None else min(moment, now + _LONGEST_LIFE)


def _default_path(url: str) -> str:
    """RFC 6265bis 5.1.4."""
    path = urlsplit(url).path
    return path[: path.rfind("/")] or "/" if path.startswith("/") else "/"


def _domain_fits(cookie: Cookie, host: str) -> bool:
    return host == cookie.domain or (not cookie.host_only and host.endswith("." + cookie.domain))


def _path_fits(cookie_path: str, path: str) -> bool:
    return path == cookie_path or (
        path.startswith(cookie_path) and (cookie_path[-1:] == "/" or path[len(cookie_path)] == "/")
    )


def _withheld(cookie: Cookie, url: str, method: str, same_site: bool) -> str | None:
    if cookie.secure and not is_trustworthy(url):
        return "the Secure cookie was not sent over plain http"
    if same_site or cookie.same_site == "None":
        return None
    if cookie.same_site == "Strict":
        return f"the SameSite=Strict cookie was not sent on the cross-site {method}"
    if method not in _SAFE_METHODS:
        return f"the SameSite=Lax cookie was not sent on the cross-site {method}"
    return None


def _would_hide(new: Cookie, kept: Cookie, url: str) -> bool:
    """RFC 6265bis 5.7 step 16, "leave Secure cookies alone"."""
    return (
        kept.secure
        and not new.secure
        and not is_trustworthy(url)
        and kept.name == new.name
        and (_domain_fits(kept, new.domain) or _domain_fits(new, kept.domain))
        and _path_fits(kept.path, new.path)
    )
