"""Cookies by the rules of RFC 6265bis."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.flow.browser.cookies import CookieJar
from ssocli.flow.browser.set_cookie import parse_cookie_date, parse_set_cookie

NOW = 1_700_000_000.0
HTTPS = "https://app.example.com/a/b"


def stored(*headers: str, url: str = HTTPS) -> CookieJar:
    jar = CookieJar(now=lambda: NOW)
    for header in headers:
        jar.store(url, header)
    return jar


def sent(jar: CookieJar, url: str = HTTPS, **how: object) -> str | None:
    return jar.header(url, **how)  # type: ignore[arg-type]  # a test's shorthand


class TestParsing:
    @pytest.mark.parametrize(
        ("header", "name", "value"),
        [
            ("a=b", "a", "b"),
            ("  a =  b ; Path=/", "a", "b"),
            ("a=b=c", "a", "b=c"),
            ('a="b c"', "a", '"b c"'),
            ("a=", "a", ""),
            ("=b", "", "b"),
            ("b", "", "b"),
        ],
    )
    def test_names_and_values(self, header, name, value):
        parsed = parse_set_cookie(header)
        assert parsed is not None
        assert (parsed.name, parsed.value) == (name, value)

    @pytest.mark.parametrize("header", ["", "=", " ; Path=/", "a=b\x00", "a=b; Path=/\x07"])
    def test_what_is_no_cookie(self, header):
        assert parse_set_cookie(header) is None
        assert stored(header).rejected[0].action == "not stored"

    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("Wed, 09 Jun 2021 10:18:14 GMT", 1623233894.0),
            ("Wednesday, 09-Jun-21 10:18:14 GMT", 1623233894.0),
            ("Wed Jun  9 10:18:14 2021", 1623233894.0),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
            ("29 Feb 2024 00:00:00", 1709164800.0),
            ("29 Feb 2023 00:00:00", None),
            ("01 Jan 1600 00:00:00", None),
            ("01 Jan 2020 25:00:00", None),
            ("tomorrow", None),
            ("", None),
        ],
    )
    def test_dates(self, text, moment):
        assert parse_cookie_date(text) == moment

    @settings(max_examples=150, deadline=None)
    @given(st.text(alphabet=st.characters(max_codepoint=255), max_size=80), st.sampled_from([HTTPS, "http://1.2.3.4/"]))
    def test_no_header_raises_and_what_is_stored_can_be_sent(self, header, url):
        jar = stored(header, url=url)
        assert len(jar.cookies) + len(jar.rejected) <= 1
        line = sent(jar, url)
        assert line is None or not set(line) & set("\r\n\0")

    @settings(max_examples=150, deadline=None)
    @given(
        st.lists(
            st.sampled_from(
                [
                    "a=b",
                    "Domain=",
                    "Domain=example.com",
                    "Domain=.",
                    "Path=",
                    "Path=/x",
                    "Secure",
                    "SameSite=none",
                    "Max-Age=-1",
                    "Max-Age=99999999999999999999999",
                    "Max-Age=x",
                    "Expires=Wed, 31 Feb 20",
                    "__Host-x=1",
                ]
            ),
            max_size=6,
        )
    )
    def test_no_mix_of_attributes_raises(self, parts):
        jar = stored("; ".join(parts))
        assert len(jar.cookies) + len(jar.rejected) <= 1


class TestDomains:
    def test_without_domain_only_the_host_itself(self):
        jar = stored("a=1")
        assert sent(jar) == "a=1"
        assert sent(jar, "https://sub.app.example.com/a/b") is None

    @pytest.mark.parametrize("domain", ["example.com", ".example.com", "EXAMPLE.com"])
    def test_with_domain_all_below_it(self, domain):
        jar = stored(f"a=1; Domain={domain}; Path=/")
        assert sent(jar, "https://other.example.com/") == "a=1"
        assert sent(jar, "https://notexample.com/") is None

    @pytest.mark.parametrize(
        ("url", "domain", "reason"),
        [
            (HTTPS, "com", "public suffix"),
            ("https://app.co.uk/", "co.uk", "public suffix"),
            ("https://me.github.io/", "github.io", "public suffix"),
            (HTTPS, "other.com", "does not cover"),
            (HTTPS, "sub.app.example.com", "does not cover"),
            ("http://127.0.0.1/", "0.0.1", "does not cover"),
        ],
    )
    def test_refused(self, url, domain, reason):
        jar = stored(f"a=1; Domain={domain}", url=url)
        assert jar.cookies == ()
        assert reason in jar.rejected[0].reason

    @pytest.mark.parametrize("url", ["http://localhost/", "http://127.0.0.1/"])
    def test_a_host_may_name_itself(self, url):
        host = url.split("/")[2]
        jar = stored(f"a=1; Domain={host}", url=url)
        assert jar.cookies[0].host_only
        assert sent(jar, url) == "a=1"


class TestPaths:
    @pytest.mark.parametrize(
        ("path", "url_path", "fits"),
        [
            ("/a", "/a", True),
            ("/a", "/a/b", True),
            ("/a", "/ab", False),
            ("/a/", "/a", False),
            ("/a/", "/a/b", True),
            ("/", "/x", True),
            ("relative", "/a/c", True),
            ("", "/a", True),
            ("", "/b", False),
        ],
    )
    def test_matching(self, path, url_path, fits):
        jar = stored(f"a=1; Path={path}")
        assert (sent(jar, "https://app.example.com" + url_path) is not None) == fits

    def test_longer_paths_first_then_older_ones(self):
        jar = stored("a=1; Path=/", "b=2; Path=/", "c=3; Path=/a", "a=4; Path=/")
        assert sent(jar) == "c=3; a=4; b=2"


class TestSecurity:
    def test_secure_goes_over_https_and_to_this_machine_only(self):
        jar = stored("a=1; Secure; Path=/")
        assert sent(jar, "http://app.example.com/") is None
        assert "not sent over plain http" in jar.rejected[0].reason
        assert sent(jar, "https://app.example.com/") == "a=1"
        local = stored("a=1; Secure", url="http://127.0.0.1:9501/")
        assert sent(local, "http://127.0.0.1:9501/") == "a=1"
        assert sent(stored("a=1; Secure", url="http://app.localhost/"), "http://app.localhost/") == "a=1"

    def test_plain_http_cannot_set_or_replace_secure_cookies(self):
        jar = stored("a=1; Secure; Path=/")
        jar.store("http://app.example.com/", "a=2; Path=/")
        jar.store("http://app.example.com/", "b=2; Secure")
        assert sent(jar) == "a=1"
        assert [note.name for note in jar.rejected] == ["a", "b"]

    @pytest.mark.parametrize(
        ("header", "reason"),
        [
            ("__Host-a=1; Secure", "Path=/"),
            ("__Host-a=1; Path=/", "needs Secure"),
            ("__host-a=1; Secure; Path=/; Domain=app.example.com", "no Domain"),
            ("__Secure-a=1", "needs Secure"),
            ("=__Host-a=1; Secure; Path=/", "without a name"),
            ("a=1; SameSite=None", "SameSite=None needs Secure"),
            ("a=" + "x" * 4096, "longer than 4096"),
        ],
    )
    def test_refused(self, header, reason):
        jar = stored(header)
        assert jar.cookies == ()
        assert reason in jar.rejected[0].reason
        assert "xxxx" not in jar.rejected[0].reason

    def test_prefixes_kept(self):
        assert sent(stored("__Host-a=1; Secure; Path=/", "__Secure-b=2; Secure; Path=/")) == "__Host-a=1; __Secure-b=2"

    @pytest.mark.parametrize(
        ("attribute", "get", "post"),
        [
            ("", "a=1", None),
            ("; SameSite=Lax", "a=1", None),
            ("; SameSite=nonsense", "a=1", None),
            ("; SameSite=Strict", None, None),
            ("; SameSite=None; Secure", "a=1", "a=1"),
        ],
    )
    def test_same_site(self, attribute, get, post):
        jar = stored("a=1" + attribute)
        assert sent(jar) == "a=1"
        assert sent(jar, same_site=False) == get
        assert sent(jar, method="POST", same_site=False) == post


class TestLifetime:
    @pytest.mark.parametrize(
        ("attributes", "alive"),
        [
            ("Max-Age=10", True),
            ("Max-Age=0", False),
            ("Max-Age=-5", False),
            ("Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT", True),
            ("Expires=Thu, 01 Jan 1970 00:00:00 GMT", False),
            ("Expires=nonsense", True),
        ],
    )
    def test_expiry(self, attributes, alive):
        jar = stored("a=0", f"a=1; {attributes}")
        assert sent(jar) == ("a=1" if alive else None)

    def test_it_passes_with_time_and_is_at_most_400_days(self):
        now = [NOW]
        jar = CookieJar(now=lambda: now[0])
        jar.store(HTTPS, "a=1; Max-Age=10")
        jar.store(HTTPS, "b=1; Max-Age=" + "9" * 500)
        jar.store(HTTPS, "c=1; Max-Age=999999999999")
        now[0] += 11
        assert sent(jar) == "b=1; c=1"
        now[0] += 400 * 86400
        assert jar.cookies == ()

    def test_the_oldest_of_too_many_go(self):
        jar = stored(*(f"c{n}=1" for n in range(185)))
        assert len(jar.cookies) == 180
        assert jar.cookies[0].name == "c5"


def test_a_jar_as_plain_data_and_as_a_copy():
    jar = stored("a=1; Secure; HttpOnly", "b=2; Domain=example.com; Max-Age=60")
    again = CookieJar.from_data(jar.to_data(), now=lambda: NOW)
    assert again.cookies == jar.cookies
    copy = jar.copy()
    copy.clear()
    assert len(jar.cookies) == 2
    assert "value" not in repr(jar.cookies[0])
