"""Values that a provider may send to do harm, or by accident: none stops Sentry, none becomes its fault."""

from __future__ import annotations

import pytest

from ssocli.steps import Step
from ssocli.trace import Outcome
from tests.sentry.web.crooked_provider import as_json
from tests.sentry.web.sentry_site import failed_checks, shown
from tests.sentry.web.test_web_crooked_provider import DASHBOARD, log_in


@pytest.mark.parametrize(
    "endpoint", ["javascript:alert(1)", "ftp://127.0.0.1/", "/relative", "", "http://", 7, None, "http://127.0.0.1:x/"]
)
@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_endpoints_that_are_none(crooked, crooked_site, name, endpoint):
    crooked.alter_discovery = lambda document: as_json({**document, name: endpoint})
    page = log_in(crooked_site)
    assert page.status < 500
    assert page.alerts
    trace = crooked_site.trace()
    assert trace.outcome is Outcome.REFUSED
    assert trace.failure.step is Step.REDIRECT_TO_IDP


def test_a_discovery_document_that_was_mended_is_believed_at_once(crooked, crooked_site):
    working = crooked.alter_discovery
    crooked.alter_discovery = lambda document: as_json({**document, "issuer": document["issuer"] + "/"})
    log_in(crooked_site)
    crooked_site.builder.finish()
    crooked.alter_discovery = working
    assert DASHBOARD in log_in(crooked_site).source


@pytest.mark.parametrize(
    "person",
    [
        {"name": "\ud800 half a character"},
        {"name": "n" * 50_000},
        {"name": "\x00\x1b[31m\u202e"},
        {"name": ["a", "list"]},
        {"name": 7, "picture": {}},
        {"picture": "javascript:alert(1)"},
        {"groups": "sentry-owners"},
        {"groups": [None, 7, {}, "web"]},
        {"groups": {"a": "b"}},
        {"email_verified": "maybe"},
        {"updated_at": "yesterday", "locale": []},
    ],
    ids=lambda person: ascii(person)[:40],
)
def test_odd_claims_do_not_stop_a_login(crooked, crooked_site, person):
    crooked.person.update(person)
    page = log_in(crooked_site)
    assert DASHBOARD in page.source, page.text
    assert len(page.source) < 50_000
    assert "javascript:" not in page.source
    trace = crooked_site.trace()
    assert trace.outcome is Outcome.AUTHENTICATED
    assert [check.name for check in failed_checks(trace) if check.is_blocking] == []


@pytest.mark.parametrize(
    "email", ["\ud800@acme.example", 7, ["person@acme.example"], "", " ", "no-address", "@", "a@b@c"]
)
def test_odd_addresses_are_refused_in_step_7(crooked, crooked_site, email):
    crooked.person["email"] = email
    page = log_in(crooked_site)
    assert page.status == 403, page.text
    assert crooked_site.trace().failure.step is Step.USER_PROVISIONING
    assert len(crooked_site.store.users()) == 1


def test_a_long_name_is_cut(crooked, crooked_site):
    crooked.person["name"] = "n" * 3000
    page = log_in(crooked_site)
    assert shown(page, "user-name") == "n" * 2000


@pytest.mark.parametrize(
    "parameters",
    [
        {"code": "x" * 5000},
        {"code": "\x00"},
        {"code": "ä€"},
        {"code": ["one", "two"]},
        {"code": ""},
        {"error": "\x00\x1b[31m", "error_description": "x" * 3000},
        {"error": ""},
        {"id_token": "a.b.c", "access_token": "x"},
    ],
    ids=lambda parameters: "-".join(parameters),
)
def test_odd_authorization_responses_end_in_a_page(crooked, crooked_site, parameters):
    crooked.alter_response = lambda response: {**response, **parameters}
    crooked.alter_token = lambda document: as_json(document)
    page = log_in(crooked_site)
    assert page.status < 500, page.text
    assert crooked_site.trace().outcome is not Outcome.ERROR
