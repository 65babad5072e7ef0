"""Identity providers that do wrong: each is found out in its step, and the page says what to do."""

from __future__ import annotations

import json
import time

import pytest

from ssocli.checks.check import Status
from ssocli.steps import Step
from ssocli.trace import Action, Outcome
from tests.sentry.web.crooked_provider import Key, as_json, b64, html
from tests.sentry.web.sentry_site import assert_authenticated, assert_refused, failed_checks, shown

DASHBOARD = 'data-testid="dashboard"'


def log_in(crooked_site):
    """The whole way; the crooked provider has no pages."""
    visitor = crooked_site.visitor()
    page = visitor.leave("crooked")
    return visitor.arrive(page.pending) if page.pending is not None else page


def test_the_provider_that_does_no_wrong(crooked, crooked_site):
    page = log_in(crooked_site)
    assert DASHBOARD in page.source, page.text
    assert_authenticated(crooked_site.trace())
    assert crooked.hits["/jwks"] == 1
    assert crooked.hits["/token"] == 1


# Step 3: the discovery document.


@pytest.mark.parametrize(
    "answer",
    [
        html(),
        html(status=502),
        (200, "application/json", b"{not json"),
        as_json(["a list"]),
        as_json({"error": "no"}, 404),
    ],
    ids=["html", "bad-gateway", "not-json", "not-an-object", "not-found"],
)
def test_discovery_that_is_no_discovery_document(crooked, crooked_site, answer):
    crooked.alter_discovery = lambda _document: answer
    page = log_in(crooked_site)
    assert page.url.startswith(f"{crooked_site.url}/auth/login/")
    assert page.alerts
    trace = crooked_site.trace()
    assert trace.failure.step is Step.REDIRECT_TO_IDP
    assert trace.failure.action is Action.RETURN_TO_LOGIN
    assert trace.failure.user_message in page.alerts[0]
    assert trace.step(Step.REDIRECT_TO_IDP).exchanges, "the hop that failed is in the trace"
    assert crooked.hits["/authorize"] == 0


def test_discovery_of_another_issuer(crooked, crooked_site):
    crooked.alter_discovery = lambda document: as_json({**document, "issuer": document["issuer"] + "/"})
    page = log_in(crooked_site)
    assert page.alerts
    trace = crooked_site.trace()
    assert trace.failure.step is Step.REDIRECT_TO_IDP
    assert crooked.hits["/authorize"] == 0


def test_a_broken_discovery_document_is_not_kept(crooked, crooked_site):
    working = crooked.alter_discovery
    crooked.alter_discovery = lambda _document: html(status=503)
    log_in(crooked_site)
    crooked_site.builder.finish()
    crooked.alter_discovery = working
    assert DASHBOARD in log_in(crooked_site).source


# Step 4: an error comes back.


@pytest.mark.parametrize("error", ["access_denied", "server_error", "temporarily_unavailable", "surprise"])
def test_an_error_returns_to_the_login_page_with_a_message_shown_once(crooked, crooked_site, error):
    crooked.alter_response = lambda parameters: {
        "error": error,
        "error_description": "<b>because</b>",
        "state": parameters["state"],
        "iss": parameters["iss"],
    }
    visitor = crooked_site.visitor()
    page = visitor.arrive(visitor.leave("crooked").pending)
    assert page.url.startswith(f"{crooked_site.url}/auth/login/")
    assert page.alerts
    assert "<b>because</b>" not in page.source
    trace = crooked_site.trace()
    assert trace.failure.step is Step.EXTERNAL_AUTHENTICATION
    assert trace.failure.action is Action.RETURN_TO_LOGIN
    assert trace.failure.user_message in page.alerts[0]
    assert crooked.hits["/token"] == 0
    again = visitor.get("/auth/login/acme/")
    assert not again.alerts


# Step 5: the token endpoint.


@pytest.mark.parametrize(
    "answer",
    [
        html(),
        html(status=500),
        (200, "application/json", b""),
        as_json({"error": "invalid_client", "error_description": "client authentication failed"}, 401),
        as_json({"error": "invalid_grant"}, 400),
        as_json({"token_type": "Bearer"}),
        as_json({"access_token": "x" * 20, "token_type": "Bearer"}),
    ],
    ids=["html", "500", "empty", "invalid-client", "invalid-grant", "no-access-token", "no-id-token"],
)
def test_token_response_that_is_none(crooked, crooked_site, answer):
    crooked.alter_token = lambda _document: answer
    page = log_in(crooked_site)
    assert page.url.startswith(f"{crooked_site.url}/auth/login/")
    assert page.alerts
    trace = crooked_site.trace()
    assert trace.failure.step is Step.TOKEN_GENERATION
    assert trace.failure.action is Action.RETURN_TO_LOGIN
    assert trace.outcome is Outcome.REFUSED
    assert len(crooked_site.store.users()) == 1, "only the configured user"
    assert crooked_site.store.sessions(crooked_site.clock.now()) == []


# Step 6: state and issuer, before the code is sent anywhere.


@pytest.mark.parametrize(
    "alter",
    [
        lambda parameters: {**parameters, "state": "of-somebody-else"},
        lambda parameters: {name: value for name, value in parameters.items() if name != "state"},
        lambda parameters: {**parameters, "iss": "https://evil.example"},
        lambda parameters: {name: value for name, value in parameters.items() if name != "iss"},
    ],
    ids=["wrong-state", "no-state", "wrong-iss", "no-iss"],
)
def test_a_response_of_another_login_or_issuer_is_found_before_the_code_is_redeemed(crooked, crooked_site, alter):
    crooked.alter_response = alter
    page = log_in(crooked_site)
    assert page.status >= 400
    assert page.alerts
    assert "support@acme.example" in page.text
    trace = crooked_site.trace()
    assert trace.failure.step is Step.TOKEN_VALIDATION
    assert trace.failure.action is Action.RETRY_OR_CONTACT_SUPPORT
    assert trace.step(Step.TOKEN_GENERATION).status in {Status.PASSED, Status.WARNED}
    assert crooked.hits["/token"] == 0


# Step 6: the ID token.


def wrong_signature(token: str) -> str:
    head, _, signature = token.rpartition(".")
    return f"{head}.{signature[::-1]}"


def unsigned(token: str) -> str:
    return f"{b64(json.dumps({'alg': 'none'}).encode())}.{token.split('.')[1]}."


@pytest.mark.parametrize(
    "alter",
    [wrong_signature, unsigned, lambda _token: "no.token", lambda _token: Key("other").sign({"alg": "ES256"}, {})],
    ids=["wrong-signature", "unsigned", "no-jws", "other-key"],
)
def test_id_token_that_is_not_the_providers(crooked, crooked_site, alter):
    crooked.alter_id_token = alter
    assert_refused_token(crooked_site, log_in(crooked_site))


WRONG_CLAIMS = {
    "issuer": lambda _now: {"iss": "https://evil.example"},
    "audience": lambda _now: {"aud": "another-client"},
    "authorized-party": lambda _now: {"aud": ["sentry", "another-client"], "azp": "another-client"},
    "expired": lambda now: {"exp": now - 3600},
    "no-expiry": lambda _now: {"exp": None},
    "from-the-future": lambda now: {"iat": now + 3600},
    "nonce": lambda _now: {"nonce": "of-another-login"},
    "no-nonce": lambda _now: {"nonce": None},
    "no-subject": lambda _now: {"sub": None},
    "subject-is-a-number": lambda _now: {"sub": 7},
    "access-token-hash": lambda _now: {"at_hash": "wrong"},
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
def test_claims_that_are_wrong(crooked, crooked_site, wrong):
    changes = WRONG_CLAIMS[wrong](int(time.time()))
    crooked.alter_claims = lambda claims: {k: v for k, v in {**claims, **changes}.items() if v is not None}
    assert_refused_token(crooked_site, log_in(crooked_site))


def assert_refused_token(crooked_site, page):
    assert page.status >= 400
    assert page.alerts
    assert "try" in page.text.lower()
    assert "support@acme.example" in page.text
    assert page.link("try sso again").url.startswith(f"{crooked_site.url}/auth/login/")
    trace = crooked_site.trace()
    assert trace.failure.step is Step.TOKEN_VALIDATION
    assert trace.failure.action is Action.RETRY_OR_CONTACT_SUPPORT
    assert trace.failure.user_message in page.alerts[0]
    assert len(crooked_site.store.users()) == 1, "only the configured user"
    assert crooked_site.store.sessions(crooked_site.clock.now()) == []


def test_all_that_is_wrong_with_a_token_is_reported(crooked, crooked_site):
    crooked.alter_claims = lambda claims: {**claims, "aud": "another-client", "exp": 1, "nonce": "wrong"}
    log_in(crooked_site)
    failures = [check for check in failed_checks(crooked_site.trace()) if check.is_blocking]
    assert len(failures) == 3, [check.name for check in failures]


# Step 6: keys.


def test_rotated_key_is_found_by_one_refetch(crooked, crooked_site):
    log_in(crooked_site)
    crooked_site.builder.finish()
    crooked.key = Key("second")
    crooked.published = [crooked.key]
    assert DASHBOARD in log_in(crooked_site).source
    assert_authenticated(crooked_site.trace())
    assert crooked.hits["/jwks"] == 2


def test_a_key_replaced_under_the_same_name_is_found_by_one_refetch(crooked, crooked_site):
    log_in(crooked_site)
    crooked_site.builder.finish()
    crooked.key = Key(crooked.key.kid)
    crooked.published = [crooked.key]
    assert DASHBOARD in log_in(crooked_site).source
    assert_authenticated(crooked_site.trace())
    assert crooked.hits["/jwks"] == 2


def test_key_published_only_at_the_second_look(crooked, crooked_site):
    crooked.key = Key("second")
    answers = iter([{"keys": [Key("first").public_jwk()]}, {"keys": [crooked.key.public_jwk()]}])
    crooked.alter_jwks = lambda _document: as_json(next(answers))
    assert DASHBOARD in log_in(crooked_site).source
    assert crooked.hits["/jwks"] == 2
    fetched = [e.url for e in crooked_site.trace().step(Step.TOKEN_VALIDATION).exchanges if e.url.endswith("/jwks")]
    assert len(fetched) == 2


def test_unknown_key_is_looked_for_once_more_and_no_more(crooked, crooked_site):
    crooked.published = [Key("another")]
    assert_refused_token(crooked_site, log_in(crooked_site))
    assert crooked.hits["/jwks"] == 2


@pytest.mark.parametrize(
    "answer", [html(), html(status=500), as_json([]), as_json({})], ids=["html", "500", "list", "empty"]
)
def test_jwks_that_is_none(crooked, crooked_site, answer):
    crooked.alter_jwks = lambda _document: answer
    assert_refused_token(crooked_site, log_in(crooked_site))


# Step 6: userinfo.


def test_userinfo_of_another_person(crooked, crooked_site):
    crooked.alter_claims = lambda claims: {k: v for k, v in claims.items() if k not in ("email", "name")}
    crooked.alter_userinfo = lambda document: as_json({**document, "sub": "person-2"})
    assert_refused_token(crooked_site, log_in(crooked_site))


@pytest.mark.parametrize("answer", [html(status=500), html()], ids=["500", "html"])
def test_userinfo_that_is_needed_and_broken(crooked, crooked_site, answer):
    crooked.alter_claims = lambda claims: {k: v for k, v in claims.items() if k not in ("email", "name")}
    crooked.alter_userinfo = lambda _document: answer
    assert_refused_token(crooked_site, log_in(crooked_site))


def test_claims_come_from_userinfo_if_the_token_has_none(crooked, crooked_site):
    crooked.alter_claims = lambda claims: {k: v for k, v in claims.items() if k not in ("email", "name")}
    page = log_in(crooked_site)
    assert shown(page, "user-email") == "person@acme.example"


# Step 7: what the provider tells about people.


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ({"email": None}, "missing-email"),
        ({"email": "pat@acme.example"}, "duplicate-email"),
        ({"email": "PAT@ACME.example"}, "duplicate-email"),
        ({"email": "person@elsewhere.example"}, "email-domain-not-allowed"),
        ({"email": "person@notacme.example"}, "email-domain-not-allowed"),
    ],
)
def test_people_who_cannot_be_provisioned(crooked, crooked_site, caplog, person, name):
    crooked.person.update(person)
    crooked.person = {member: value for member, value in crooked.person.items() if value is not None}
    before = crooked_site.store.users()
    page = log_in(crooked_site)
    assert page.status == 403
    assert "support@acme.example" in page.text
    trace = crooked_site.trace()
    assert trace.trace_id in page.text
    assert_refused(trace, Step.USER_PROVISIONING, name, Action.CONTACT_SUPPORT)
    assert crooked_site.store.users() == before
    assert crooked_site.store.sessions(crooked_site.clock.now()) == []
    [record] = [record for record in caplog.records if record.name == "ssocli.sentry"]
    assert record.levelname == "ERROR"
    assert record.trace_id == trace.trace_id
    assert (record.provider, record.organization, record.code) == ("crooked", "acme", trace.failure.code)


def test_what_changed_at_the_provider_is_updated(crooked, crooked_site):
    log_in(crooked_site)
    crooked_site.builder.finish()
    crooked.person.update(name="Pia Newname", email="pia@acme.example")
    page = log_in(crooked_site)
    assert shown(page, "user-email") == "pia@acme.example"
    trace = crooked_site.trace()
    assert trace.user["updated"]
    assert set(trace.user["changed"]) == {"name", "email", "last_login"}
    assert [user.name for user in crooked_site.store.users()] == ["Pat", "Pia Newname"]


def test_markup_in_a_name_stays_text(crooked, crooked_site):
    crooked.person["name"] = "<script>alert(1)</script>"
    page = log_in(crooked_site)
    assert DASHBOARD in page.source
    assert "<script>alert" not in page.source
