from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_idp.config import Client
from fake_idp.oidc.redirect_uri import is_loopback, problem

CLIENT = Client(
    client_id="c", redirect_uris=("https://app.example/cb?x=1", "com.example.app:/cb", "http://localhost:3000/cb")
)


def judge(uri, *, client=CLIENT, strict=False, hosts=()):
    return problem(uri, client, registered=True, strict=strict, hosts=hosts)


@pytest.mark.parametrize("uri", CLIENT.redirect_uris)
@pytest.mark.parametrize("strict", [True, False])
def test_registered(uri, strict):
    assert judge(uri, strict=strict) is None


@pytest.mark.parametrize(
    "uri", ["http://localhost/x", "http://127.0.0.9:1/", "https://[::1]:8/", "http://a.localhost/"]
)
def test_this_machine(uri):
    assert judge(uri) is None
    assert judge(uri, strict=True) is not None
    assert judge(uri, strict=True, client=Client(client_id="c", any_loopback_redirect=True)) is None


def test_configured_host():
    assert judge("https://staging.example/cb", hosts=["staging.example"]) is None
    assert judge("https://staging.example/cb", hosts=["staging.example"], strict=True) is not None


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "relative",
        "//localhost/x",
        "http://",
        "http:///x",
        "http://localhost:port/",
        "http://localhost/ space",
        "http://localhost\\@evil.example/",
        "http://localhost/\n",
        "http://evil.example/http://localhost/",
        "http://localhost@evil.example/",
        "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/",
        "com.other.app:/cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://localhost/#fragment",
        "http://localhost/#",
    ],
)
def test_refused(uri):
    refusal = judge(uri)
    assert refusal is not None
    assert refusal.error == "invalid_request"
    assert refusal.parameter == "redirect_uri"


@pytest.mark.parametrize(
    ("uri", "difference"),
    [
        ("http://localhost:3000/cb/", "a trailing slash only"),
        ("http://localhost:3000/CB", "upper and lower case only"),
        ("https://localhost:3000/cb", "the scheme only"),
        ("https://app.example/cb?x=2", "the query only"),
    ],
)
def test_near_misses_are_named(uri, difference):
    refusal = judge(uri, strict=True)
    assert refusal is not None
    assert difference in str(refusal.fix)


def test_even_a_registered_script_is_refused():
    client = Client(client_id="c", redirect_uris=("javascript:alert(1)",))
    assert judge("javascript:alert(1)", client=client) is not None


@given(st.text(max_size=40).map("http://".__add__) | st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_what_is_accepted_leads_to_this_machine(uri):
    if judge(uri, client=Client(client_id="c")) is None:
        assert is_loopback(str(urlsplit(uri).hostname))
        assert urlsplit(uri).scheme in ("http", "https")


@given(st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_strict_accepts_what_is_registered_and_nothing_else(uri):
    assert (judge(uri, strict=True) is None) == (uri in CLIENT.redirect_uris)
