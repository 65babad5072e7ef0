"""Several tabs, several browsers, second deliveries and strays at the callback."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from ssocli.flow.browser import Navigation
from ssocli.steps import Step
from tests.sentry.web.sentry_site import Site

DASHBOARD = 'data-testid="dashboard"'


@pytest.fixture
def site(config, make_site) -> Site:
    """Here every login has a trace of its own."""
    return make_site(config, many=True)


def test_somebody_elses_attempt_does_not_use_up_the_login(site):
    visitor = site.visitor()
    response = visitor.answer("acme-oidc")
    site.visitor().arrive(response)
    assert DASHBOARD in visitor.arrive(response).source


@pytest.mark.parametrize("body", [b"", b"code=x&state=y", b"\xff\xfe\x00", b"a" * 5000])
def test_a_stray_post_touches_nothing(site, visitor, body):
    response = visitor.answer("acme-oidc")
    page = site.visitor().arrive(
        Navigation("POST", f"{site.url}/auth/sso/", body, "application/x-www-form-urlencoded", "http://evil.example/")
    )
    assert page.status < 500
    assert DASHBOARD not in page.source
    assert site.finished == []
    assert DASHBOARD in visitor.arrive(response).source


def test_each_browser_has_its_own_trace(site):
    alice, bob = site.visitor(), site.visitor()
    to_alice = alice.answer("acme-oidc", "alice")
    to_bob = bob.answer("acme-oidc", "bob")
    bob.arrive(to_bob)
    alice.arrive(to_alice)
    assert sorted(trace.user["email"] for trace in site.traces(2)) == ["alice@acme.example", "bob@acme.example"]
    assert all(trace.failure is None for trace in site.finished)


def test_a_new_try_after_a_failure_is_a_new_trace(site, visitor):
    visitor.arrive(visitor.answer("acme-oidc", deny=True))
    site.traces(1)
    visitor.log_in()
    assert [trace.failure and trace.failure.step for trace in site.traces(2)] == [Step.EXTERNAL_AUTHENTICATION, None]


def test_parallel_logins_of_one_new_person_make_one_user(site):
    visitors = [site.visitor() for _ in range(4)]
    responses = [visitor.answer("acme-oidc", "grace") for visitor in visitors]
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda pair: pair[0].arrive(pair[1]), zip(visitors, responses, strict=True)))
    assert all(DASHBOARD in page.source for page in pages)
    assert [user.email for user in site.store.users()].count("grace@acme.example") == 1
    assert len(site.store.sessions(site.clock.now())) == 4


def test_one_response_delivered_four_times_at_once_makes_one_session(site, idp):
    visitor = site.visitor()
    response = visitor.answer("acme-oidc")
    twins = [site.visitor() for _ in range(4)]
    for twin in twins:
        twin.browser.jar = visitor.browser.jar
    before = len(idp.requests("token"))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda twin: twin.arrive(response), twins))
    assert len(idp.requests("token")) == before + 1
    assert len(site.store.sessions(site.clock.now())) == 1


def test_a_pending_login_survives_a_restart_of_sentry(config, store, make_site):
    first = make_site(config, many=True)
    visitor = first.visitor()
    response = visitor.answer("acme-oidc")
    second = make_site(config, many=True)
    query = response.url.partition("?")[2]
    first.server.app = second.server.app
    page = visitor.get(f"/auth/sso/?{query}")
    # The new application has another public URL here, and so another redirect URI: the provider refuses the code.
    assert page.status < 500
    [trace] = second.traces(1)
    assert trace.failure.step is Step.TOKEN_GENERATION
