"""The way of a login through the browser, as the rules of `ssocli.checks.browser_view` ask for it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ssocli.checks.browser_view import BrowserViewContext, LostCookie
from ssocli.diagnose.capture.hop import Hop
from ssocli.diagnose.capture.logins import ObservedLogin
from ssocli.diagnose.capture.messages import host_of
from ssocli.diagnose.known_errors import SPECIFICATIONS, find
from ssocli.exchange import Exchange
from ssocli.flow.browser import Page
from ssocli.flow.browser.page import read_page
from ssocli.flow.browser.page_kinds import login_form
from ssocli.flow.browser.set_cookie import SetCookie, parse_set_cookie
from ssocli.flow.browser.urls import is_same_site

_LONGEST_PAGE = 20_000  # characters; an error stands near the beginning
_LOGIN_PATH = re.compile(r"/(?:auth/login|log-?in|sign-?in|session/new|sso/login)(?:/|$|\?)", re.IGNORECASE)
# Names of cookies that hold no login: they come and go as they like.
_NOISE = re.compile(
    r"^(?:_ga|_gid|_gcl|_fbp|_hj|amplitude|ajs_|intercom|optimizely|__cf|cf_|AWSALB|lang|locale|theme)", re.I
)


def view(login: ObservedLogin) -> BrowserViewContext:
    """What the capture shows of the way there and back."""
    last = last_hop(login)
    shown = page_of(last) if last is not None else None
    carrier = _carrier(login)
    response = last.exchange.response if last is not None else None
    return BrowserViewContext(
        began_at=login.before[-1].exchange.url if login.before else "",
        return_url=login.app,
        arrived=login.response is not None,
        status=response.status if response is not None else None,
        trouble=last.exchange.error.detail if last is not None and last.exchange.error is not None else "",
        page_url=last.exchange.url if last is not None else "",
        title=shown.title if shown is not None else "",
        said=said_on(shown) if shown is not None else "",
        is_login_page=last is not None and last is not carrier and _is_login_page(last, shown),
        rounds=login.attempts,
        lost=_lost_cookies(login, carrier) if carrier is not None else None,
        is_framed=login.request is not None and _is_framed(login.request.hop.exchange),
    )


def last_hop(login: ObservedLogin) -> Hop | None:
    """Where the browser was in the end: the application's last page after the answer, if one arrived."""
    if login.response is None:
        return login.hops[-1] if login.hops else None
    host = host_of(login.response.url)
    after = [hop for hop in login.after if hop.is_navigation and host_of(hop.exchange.url) == host]
    final = next((hop for hop in reversed(after) if not _redirects(hop.exchange)), None)
    return final or (after[-1] if after else None)


def page_of(hop: Hop) -> Page | None:
    """The page that came; None if the capture does not have it."""
    response = hop.exchange.response
    if response is None or not response.body or "html" not in response.media_type:
        return None
    return read_page(hop.exchange.url, response)


def said_on(page: Page) -> str:
    """What a page says that matters: its alerts, a vendor's error, or else how it begins if it is an error page."""
    if page.alerts:
        return " ".join(page.alerts[:2])
    return vendor_error(page) or (page.text[:300] if page.status >= 400 else "")


def vendor_error(page: Page) -> str:
    """What a page says from the number or sentence of a known product on; "" if there is none of these.

    Vendors show their errors with status 200 and no mark that a machine could know.
    """
    text = page.text[:_LONGEST_PAGE]
    for error in find(text):
        if error.product in SPECIFICATIONS:
            continue
        places = [text.lower().find(mark.lower()) for mark in (error.code, *error.says)]
        start = min((place for place in places if place >= 0), default=0)
        return text[start : start + 300]
    return ""


def _is_framed(exchange: Exchange) -> bool:
    headers = {name.lower(): value for name, value in exchange.request.headers}
    return headers.get("sec-fetch-dest") in ("iframe", "frame")


def _redirects(exchange: Exchange) -> bool:
    return exchange.response is not None and 300 <= exchange.response.status < 400


def _carrier(login: ObservedLogin) -> Hop | None:
    """The request that brings the answer to the application; with a fragment, the one that the answer follows."""
    if login.response is None:
        return None
    if login.response.mode != "fragment":
        return login.response.hop
    return next(iter(login.after[1:]), None)


def _is_login_page(hop: Hop, shown: Page | None) -> bool:
    if _redirects(hop.exchange):
        return False
    if shown is not None and login_form(shown) is not None:
        return True
    return _LOGIN_PATH.search(urlsplit(hop.exchange.url).path) is not None


def _lost_cookies(login: ObservedLogin, carrier: Hop) -> tuple[LostCookie, ...] | None:
    """What the application set before and did not get back; None if the capture was stripped of cookies."""
    back = carrier.exchange.url
    host = urlsplit(back).hostname or ""
    set_before: dict[str, SetCookie] = {}
    for hop in login.before:
        if (urlsplit(hop.exchange.url).hostname or "") != host or hop.exchange.response is None:
            continue
        for name, value in hop.exchange.response.headers:
            # Firefox writes several into one header, a line each.
            for line in value.split("\n") if name.lower() == "set-cookie" else ():
                cookie = parse_set_cookie(line.strip())
                if cookie is not None and not _NOISE.match(cookie.name):
                    set_before[cookie.name] = cookie
    if not set_before:
        return None
    # An application may take the answer first, and look at its cookies when the browser comes for the next page.
    sent = {
        pair.partition("=")[0].strip()
        for hop in (carrier, *login.after)
        if (urlsplit(hop.exchange.url).hostname or "") == host
        for name, value in hop.exchange.request.headers
        if name.lower() == "cookie"
        for pair in value.split(";")
    }
    if not sent and not _has_cookies(login):
        return None
    lost = [cookie for name, cookie in set_before.items() if name not in sent and cookie.value and not _ended(cookie)]
    return tuple(LostCookie(cookie.name, _reason(cookie, login, carrier)) for cookie in lost)


def _has_cookies(login: ObservedLogin) -> bool:
    """Whether the capture shows any cookie that was sent: some exports leave them all out."""
    hops = (*login.before, *login.hops)
    return any(name.lower() == "cookie" for hop in hops for name, _ in hop.exchange.request.headers)


def _ended(cookie: SetCookie) -> bool:
    return cookie.attributes.get("max-age", "").startswith(("0", "-"))


def _reason(cookie: SetCookie, login: ObservedLogin, carrier: Hop) -> str:
    attributes = cookie.attributes
    url = urlsplit(carrier.exchange.url)
    came_from = login.request.url if login.request is not None else ""
    same_site = attributes.get("samesite", "").lower()
    if "secure" in attributes and url.scheme == "http":
        return "it is Secure, and the answer came over http"
    if not url.path.startswith(attributes.get("path") or "/"):
        return f"its path is {attributes['path'][:80]}"
    if came_from and not is_same_site(came_from, carrier.exchange.url):
        if same_site == "strict":
            return "it is SameSite=Strict, and the answer comes from another site"
        if carrier.exchange.method == "POST" and same_site in ("", "lax"):
            stated = "SameSite=Lax" if same_site else "without SameSite, which browsers take for Lax"
            return f"it is {stated}, and the answer is a POST from another site"
    if same_site == "none" and "secure" not in attributes:
        return "it is SameSite=None without Secure, which browsers refuse"
    return "the browser did not send it; does it block cookies, or was the login begun in another window?"
