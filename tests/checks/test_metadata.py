from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssocli.checks.metadata import is_insecure, is_loopback, offered, url_problem


@pytest.mark.parametrize("host", ["localhost", "app.localhost", "127.0.0.1", "127.8.9.1", "::1"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)
    assert not is_insecure(f"http://{f'[{host}]' if ':' in host else host}:9500/x")


@pytest.mark.parametrize("host", ["idp", "localhost.example", "mylocalhost", "10.0.0.1", "0.0.0.0", ""])
def test_other_machines(host: str) -> None:
    assert not is_loopback(host)


def test_only_plain_http_to_other_machines_is_insecure() -> None:
    assert is_insecure("http://idp.example/x")
    assert not is_insecure("https://idp.example/x")
    assert not is_insecure("http://[x")


@pytest.mark.parametrize("url", ["https://idp.example", "http://127.0.0.1:9500/a?b=c", "https://[::1]:8443/"])
def test_good_urls(url: str) -> None:
    assert url_problem(url) is None


@given(st.text())
def test_any_text_has_a_problem_or_is_a_url(text: str) -> None:
    problem = url_problem(text)
    assert problem is None or problem.startswith('"')
    assert isinstance(is_insecure(text), bool)


def test_what_is_not_listed_is_the_default() -> None:
    assert offered({}, "modes", ("query",)) == ("query",)
    assert offered({"modes": ["fragment"]}, "modes", ("query",)) == ("fragment",)
    assert offered({"modes": "fragment"}, "modes", ("query",)) is None
