"""The provider's signing keys: kept for a while, looked for again when none fits."""

from __future__ import annotations

import pytest

from ssocli.steps import Step
from ssocli.trace import Outcome

from .provider import Answer, Key, Provider, as_json
from .site import Site


def refused_in(site: Site) -> Step:
    failure = site.trace().failure
    assert failure is not None
    return failure.step


@pytest.mark.parametrize("kid", ["key-2", "key-1"], ids=["new name", "same name"])
def test_a_key_replaced_since_the_last_login_is_fetched_once_more(site: Site, provider: Provider, kid: str) -> None:
    site.browser.log_in()
    site.browser.client.delete_cookie("sentrysid")
    provider.keys = [Key(kid)]
    site.browser.log_in()
    assert site.trace().outcome is Outcome.AUTHENTICATED
    assert provider.requests.count("/jwks") == 2


def test_a_key_published_only_at_the_second_look_is_found(site: Site, provider: Provider) -> None:
    old, new = Key("key-1"), Key("key-2")
    provider.keys = [new]
    answers = iter([as_json({"keys": [old.jwk]}), as_json({"keys": [new.jwk]})])
    provider.answers["/jwks"] = lambda: next(answers)
    site.browser.log_in()
    assert site.trace().outcome is Outcome.AUTHENTICATED
    fetched = [hop.url for hop in site.trace().step(Step.TOKEN_VALIDATION).exchanges if hop.url.endswith("/jwks")]
    assert len(fetched) == 2


def test_an_unknown_key_is_looked_for_once_more_and_then_refused(site: Site, provider: Provider) -> None:
    provider.published = [Key("key-1")]
    provider.keys = [Key("key-2")]
    site.browser.log_in()
    assert refused_in(site) is Step.TOKEN_VALIDATION
    assert provider.requests.count("/jwks") == 2


def test_a_forged_signature_is_refused_without_a_second_look(site: Site, provider: Provider) -> None:
    provider.published = [Key("key-1")]
    site.browser.log_in()
    assert refused_in(site) is Step.TOKEN_VALIDATION
    assert provider.requests.count("/jwks") == 1


@pytest.mark.parametrize(
    "answer", [(200, "text/html", b"<html>"), as_json([]), as_json({})], ids=["html", "list", "empty"]
)
def test_a_key_set_that_is_none_is_refused(site: Site, provider: Provider, answer: Answer) -> None:
    provider.answers["/jwks"] = answer
    site.browser.log_in()
    assert refused_in(site) is Step.TOKEN_VALIDATION
