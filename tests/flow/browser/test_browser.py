"""The browser against a real server: navigation, redirects, headers, stopping and handing over."""

from __future__ import annotations

from functools import partial

import pytest

from ssocli.flow.browser import Browser, BrowserStopped, CookieJar
from ssocli.wire import Connections, send

FORM = (
    "<form method=post action='/in'><input name=user><input type=hidden name=csrf value=z>"
    "<button name=go value=1>Go</button></form>"
)


def auto(action: str, *fields: tuple[str, str]) -> str:
    inputs = "".join(f"<input type=hidden name='{name}' value='{value}'>" for name, value in fields)
    return f"<body onload='document.forms[0].submit()'><form method=post action='{action}'>{inputs}</form></body>"


class TestRedirects:
    def test_each_hop_is_observed_and_the_fragment_is_inherited(self, site, browser, hops, redirect):
        site.pages = {"/": redirect("next"), "/next": redirect(f"//127.0.0.1:{site.port}/end?x=1"), "/end": "<p>end"}
        page = browser.open(site.url("/#part"))
        assert page.url == site.url("/end?x=1#part")
        assert page.text == "end"
        assert [hop.url for hop in hops] == [site.url("/"), site.url("/next"), site.url("/end?x=1")]
        assert browser.page is page

    def test_a_fragment_of_its_own_wins(self, site, browser, redirect):
        site.pages = {"/": redirect("/end#new"), "/end": "end"}
        assert browser.open(site.url("/#old")).url.endswith("/end#new")

    @pytest.mark.parametrize(
        ("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
    )
    def test_what_becomes_of_a_post(self, site, browser, redirect, status, method):
        site.pages = {"/": FORM, "/in": redirect("/end", status), "/end": "end"}
        browser.submit(browser.open(site.url()).forms[0], {"user": "alice"})
        last = site.seen[-1]
        assert last.method == method
        assert last.body == ("user=alice&csrf=z&go=1" if method == "POST" else "")
        assert ("Content-Type" in last.headers) == (method == "POST")
        assert ("Origin" in last.headers) == (method == "POST")

    def test_a_redirect_status_without_location_is_a_page(self, site, browser):
        site.pages = {"/": (302, {"Content-Type": "text/html"}, "<p>nowhere")}
        assert browser.open(site.url()).text == "nowhere"

    def test_a_loop_is_told_with_its_stations(self, site, browser, redirect):
        site.pages = {"/": redirect("/a?code=secret"), "/a": redirect("/b"), "/b": redirect("/a")}
        with pytest.raises(BrowserStopped, match=r"loop .* after 20: GET .*/b -> GET .*/a -> GET .*/b") as stopped:
            browser.open(site.url())
        assert "secret" not in str(stopped.value)
        assert len(site.seen) == 21

    def test_a_long_way_without_a_loop_is_stopped_as_well(self, site, redirect):
        site.pages = {f"/{n}": redirect(f"/{n + 1}") for n in range(10)}
        with pytest.raises(BrowserStopped, match="more than 3 redirects in a row"):
            Browser(lambda _: None, max_redirects=3).open(site.url("/0"))

    @pytest.mark.parametrize(
        ("location", "words"),
        [
            ("com.example.app:/cb?code=secret", "com.example.app: URL"),
            ("javascript:alert(1)", "javascript: URL"),
            ("data:text/html,x", "data: URL"),
            ("file:///etc/passwd", "file: URL"),
            ("mailto:a@b", "mailto: URL"),
            ("http://", "not a complete"),
            ("http://[::1", "no URL"),
            ("http://h:99999/", "no URL"),
        ],
    )
    def test_what_is_never_opened(self, site, browser, redirect, location, words):
        site.pages = {"/": redirect(location)}
        with pytest.raises(BrowserStopped, match=words) as stopped:
            browser.open(site.url())
        assert "secret" not in str(stopped.value)
        assert stopped.value.exchange is not None

    @pytest.mark.parametrize("address", ["file:///etc/passwd", "", "nonsense", "http://[", "about:blank"])
    def test_addresses_that_are_none(self, browser, address, hops):
        with pytest.raises(BrowserStopped):
            browser.open(address)
        assert hops == []


class TestRefresh:
    @pytest.mark.parametrize(
        "page",
        [
            "<meta http-equiv=refresh content='0; url=/end'>",
            '<meta http-equiv="Refresh" content="5;URL=\'/end\'">',
            (200, {"Refresh": "1; url=/end"}, ""),
        ],
    )
    def test_it_is_followed_at_once(self, site, browser, page):
        site.pages = {"/": page, "/end": "end"}
        assert browser.open(site.url()).text == "end"
        assert "Sec-Fetch-User" not in site.seen[-1].headers

    @pytest.mark.parametrize(
        "page",
        [
            "<p>wait<meta http-equiv=refresh content='30; url=/end'>",
            "<p>wait<meta http-equiv=refresh content='1'>",
            "<p>wait<noscript><meta http-equiv=refresh content='0; url=/end'></noscript>",
        ],
    )
    def test_it_is_not_followed_when_late_when_it_is_a_reload_and_in_noscript(self, site, browser, page):
        site.pages = {"/": page, "/end": "end"}
        assert "wait" in browser.open(site.url()).text
        assert site.trail == ["GET /"]

    def test_to_what_is_not_http_it_is_refused(self, site, browser):
        site.pages = {"/": "<meta http-equiv=refresh content='0; url=javascript:x()'>"}
        with pytest.raises(BrowserStopped, match="javascript: URL"):
            browser.open(site.url())


class TestForms:
    def test_pressing_a_button_sends_what_a_browser_sends(self, site, browser):
        site.pages = {"/": FORM, "/in": "<p>welcome"}
        page = browser.submit(browser.open(site.url("/?q=1")).forms[0], {"user": "å ü&="})
        assert page.text == "welcome"
        request = site.seen[-1]
        assert request.body == "user=%C3%A5+%C3%BC%26%3D&csrf=z&go=1"
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert request.headers["Origin"] == site.url("")
        assert request.headers["Referer"] == site.url("/?q=1")
        assert request.headers["Sec-Fetch-Site"] == "same-origin"
        assert request.headers["Sec-Fetch-User"] == "?1"

    def test_a_form_that_submits_itself_is_followed(self, site, browser):
        site.pages = {"/": auto("/cb", ("code", "c1"), ("state", "s1")), "/cb": "<p>done"}
        assert browser.open(site.url()).text == "done"
        assert site.seen[-1].body == "code=c1&state=s1"
        assert "Sec-Fetch-User" not in site.seen[-1].headers

    def test_an_unknown_field_or_button_is_the_callers_mistake(self, site, browser):
        site.pages = {"/": FORM}
        form = browser.open(site.url()).forms[0]
        with pytest.raises(ValueError, match="did you mean 'user'"):
            browser.submit(form, {"usr": "x"})
        with pytest.raises(ValueError, match="no button 'Stop'"):
            browser.submit(form, button="Stop")

    def test_a_link_is_followed_and_a_place_on_the_page_is_not_requested(self, site, browser):
        site.pages = {"/": "<a href='/a'>Go on</a><a href='#x'>below</a>", "/a": "<p>there"}
        page = browser.open(site.url())
        assert browser.follow(page.link("below")).url == site.url("/#x")
        assert browser.follow(page.link("go ON")).text == "there"
        assert site.trail == ["GET /", "GET /a"]

    @pytest.mark.parametrize("target", ["javascript:go()", "mailto:a@b", "data:,x", "file:///x"])
    def test_targets_that_are_not_pages_are_refused(self, site, browser, target):
        site.pages = {"/": f"<a href='{target}'>a</a><form method=post action='{target}'><button>b</button></form>"}
        page = browser.open(site.url())
        with pytest.raises(BrowserStopped, match="only http: and https: are opened"):
            browser.follow(page.link("a"))
        with pytest.raises(BrowserStopped, match="only http: and https: are opened"):
            browser.submit(page.forms[0])
        assert site.trail == ["GET /"]

    def test_connections_may_be_kept(self, site):
        site.pages = {"/": "<a href=/a>a</a>", "/a": "<p>there"}
        with Connections() as connections:
            hops = []
            browser = Browser(hops.append, send=partial(send, connections=connections))
            assert browser.follow(browser.open(site.url()).link("a")).text == "there"
        assert hops[1].phases.tcp is None


class TestOtherBodies:
    def test_json_is_text(self, site, browser):
        site.pages = {"/": (400, {"Content-Type": "application/json"}, '{"error":"x"}')}
        page = browser.open(site.url())
        assert (page.status, page.text, page.forms) == (400, '{"error":"x"}', ())

    @pytest.mark.parametrize(
        "reply",
        [(204, {}, ""), (200, {"Content-Disposition": "attachment; filename=x", "Content-Type": "text/html"}, "<p>x")],
    )
    def test_no_content_and_downloads_leave_the_current_page(self, site, browser, reply):
        site.pages = {"/": "<p>first", "/file": reply}
        first = browser.open(site.url())
        assert browser.open(site.url("/file")).text in ("", "<p>x")
        assert browser.page is first

    def test_transport_trouble_is_one_sentence_without_the_query(self, site, browser, hops, redirect):
        site.pages = {"/": redirect("http://127.0.0.1:1/cb?code=secret")}
        with pytest.raises(BrowserStopped, match=r"GET http://127.0.0.1:1/cb failed: nothing listens") as stopped:
            browser.open(site.url())
        assert "secret" not in str(stopped.value)
        assert stopped.value.exchange is hops[-1]


class TestStopping:
    def test_before_a_redirect_and_resumed_by_another_browser_with_another_jar(self, site, browser, redirect):
        site.pages = {"/": redirect("/cb?code=1", Set_Cookie="sid=mine; Path=/"), "/cb": "<p>done"}
        browser.stop_before = lambda _, url: "/cb" in url
        page = browser.open(site.url())
        assert page.status == 302
        assert page.pending is not None
        assert page.pending.url == site.url("/cb?code=1")
        assert site.trail == ["GET /"]

        other = Browser(lambda _: None, jar=CookieJar())
        assert other.resume(page.pending).text == "done"
        assert "Cookie" not in site.seen[-1].headers
        assert browser.resume(page.pending).text == "done"
        assert site.seen[-1].headers["Cookie"] == "sid=mine"

    def test_before_a_form_that_submits_itself(self, site, browser):
        site.pages = {"/": auto("/cb", ("code", "c1")), "/cb": "<p>done"}
        browser.stop_before = lambda method, _: method == "POST"
        page = browser.open(site.url())
        assert page.pending is not None
        assert (page.pending.method, page.pending.body) == ("POST", b"code=c1")
        assert page.auto_form is not None
        assert browser.resume(page.pending).text == "done"

    def test_before_what_a_person_submits(self, site, browser):
        site.pages = {"/": FORM, "/in": "<p>in"}
        browser.stop_before = lambda _, url: url.endswith("/in")
        page = browser.open(site.url())
        stopped = browser.submit(page.forms[0])
        assert stopped.pending is not None
        assert stopped.url == page.url
        assert site.trail == ["GET /"]


class TestCookiesOnTheWay:
    """127.0.0.1 and localhost are two sites on one machine."""

    def sets(self, *cookies: str) -> tuple[int, dict[str, str | list[str]], str]:
        return 200, {"Set-Cookie": list(cookies), "Content-Type": "text/html"}, "<p>set"

    def test_a_post_from_another_site_carries_only_same_site_none(self, site, browser):
        site.pages = {
            "/set": self.sets("lax=1", "strict=1; SameSite=Strict", "none=1; SameSite=None; Secure"),
            "/idp": auto(site.url("/cb"), ("code", "1")),
            "/cb": "<p>cb",
        }
        browser.open(site.url("/set"))
        browser.open(site.url("/idp", "localhost"))
        assert site.seen[-1].headers["Cookie"] == "none=1"
        assert site.seen[-1].headers["Origin"] == site.url("", "localhost")
        assert site.seen[-1].headers["Sec-Fetch-Site"] == "cross-site"
        reasons = {note.name: note.reason for note in browser.jar.rejected}
        assert reasons["lax"] == "the SameSite=Lax cookie was not sent on the cross-site POST"
        assert reasons["strict"] == "the SameSite=Strict cookie was not sent on the cross-site POST"

    def test_a_get_from_another_site_carries_lax_too(self, site, browser):
        site.pages = {
            "/set": self.sets("lax=1", "strict=1; SameSite=Strict"),
            "/idp": f"<a href='{site.url('/cb')}'>back</a>",
            "/cb": "<p>cb",
        }
        browser.open(site.url("/set"))
        browser.follow(browser.open(site.url("/idp", "localhost")).link("back"))
        assert site.seen[-1].headers["Cookie"] == "lax=1"

    def test_redirects_do_not_change_who_started_it(self, site, browser, redirect):
        site.pages = {
            "/": (
                200,
                {"Set-Cookie": "strict=1; SameSite=Strict", "Content-Type": "text/html"},
                "<a href='/go'>sso</a>",
            ),
            "/go": redirect(site.url("/idp", "localhost")),
            "/idp": redirect(site.url("/cb")),
            "/cb": "<p>cb",
        }
        browser.follow(browser.open(site.url()).link("sso"))
        assert site.seen[-1].headers["Cookie"] == "strict=1"
        assert site.seen[-1].headers["Sec-Fetch-Site"] == "cross-site"

    def test_cookies_of_a_redirect_count_at_the_next_hop(self, site, browser, redirect):
        site.pages = {"/": redirect("/b", Set_Cookie=["a=1", "b=2"]), "/b": "b"}
        browser.open(site.url())
        assert site.seen[-1].headers["Cookie"] == "a=1; b=2"


class TestReferrer:
    @pytest.mark.parametrize(
        ("policy", "same", "cross", "post_origin"),
        [
            ("", "full", "origin", "origin"),
            ("no-referrer", None, None, "null"),
            ("same-origin", "full", None, "null"),
            ("origin", "origin", "origin", "origin"),
            ("strict-origin", "origin", "origin", "origin"),
            ("unsafe-url", "full", "full", "origin"),
            ("origin-when-cross-origin", "full", "origin", "origin"),
            ("no-referrer-when-downgrade", "full", "full", "origin"),
            ("nonsense, same-origin, nonsense", "full", None, "null"),
        ],
    )
    def test_policies(self, site, browser, policy, same, cross, post_origin):
        foreign = site.url("/there", "localhost")
        body = (
            f"<a href=/there>same</a><a href='{foreign}'>cross</a><form method=post action='{foreign}'><button>b</form>"
        )
        site.pages = {"/": (200, {"Referrer-Policy": policy, "Content-Type": "text/html"}, body), "/there": "x"}
        expected = {"full": site.url("/?q=1"), "origin": site.url("/"), None: None}
        page = browser.open(site.url("/?q=1"))
        browser.follow(page.link("same"))
        assert site.seen[-1].headers.get("Referer") == expected[same]
        browser.follow(page.link("cross"))
        assert site.seen[-1].headers.get("Referer") == expected[cross]
        browser.submit(page.forms[0])
        assert site.seen[-1].headers["Origin"] == (site.url("") if post_origin == "origin" else "null")

    def test_the_meta_element_and_noreferrer(self, site, browser):
        body = "<meta name=referrer content=origin><a href=/x>a</a><a href=/x rel='noopener noreferrer'>b</a>"
        site.pages = {"/q": body, "/x": "x"}
        page = browser.open(site.url("/q"))
        browser.follow(page.link("a"))
        assert site.seen[-1].headers["Referer"] == site.url("/")
        browser.follow(page.link("b"))
        assert "Referer" not in site.seen[-1].headers

    def test_a_post_redirected_between_foreign_sites_hides_its_origin(self, site, browser, redirect):
        site.pages = {
            "/": f"<form method=post action='{site.url('/b', 'localhost')}'><button>b</form>",
            "/b": redirect(site.url("/c", "c.localhost"), 307),
            "/c": "c",
        }
        browser.submit(browser.open(site.url()).forms[0])
        assert site.seen[-1].method == "POST"
        assert site.seen[-1].headers["Origin"] == "null"
