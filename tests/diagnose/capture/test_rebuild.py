"""Logins of our own, seen through a capture: the same findings, as far as the browser could see."""

from __future__ import annotations

import pytest
import requests

from fake_idp import FakeIdP
from ssocli.checks.check import Severity, Status
from ssocli.checks.saml_metadata import read_idp
from ssocli.config.model import AttributeNames
from ssocli.diagnose.capture import Known, ObservedLogin, find_logins, read, rebuild
from ssocli.exchange import Exchange, Request, Response
from ssocli.steps import Step
from ssocli.trace import Outcome, Trace

from .conftest import Entries, Record
from .recording import entry, har


def only(entries: Entries) -> ObservedLogin:
    [login] = find_logins(read(har(entries), "login.har"))
    return login


def failure_of(trace: Trace) -> tuple[str, str]:
    assert trace.failure is not None
    step = trace.step(trace.failure.step)
    return trace.failure.step.value, next(c.name for c in step.checks if c.code == trace.failure.code)


@pytest.mark.parametrize(
    ("provider", "protocol"),
    [
        ("acme-oidc", "OpenID Connect"),
        ("google", "OpenID Connect"),
        ("github", "OAuth 2.0"),
        ("acme-saml", "SAML 2.0"),
    ],
)
def test_a_healthy_login(record: Record, provider: str, protocol: str) -> None:
    login = only(record(provider=provider))
    assert login.protocol == protocol
    assert login.request is not None
    assert login.response is not None
    assert login.request.key == login.response.key != ""
    trace = rebuild(login)
    assert trace.outcome is Outcome.AUTHENTICATED
    found = [c for step in trace.steps for c in step.checks if c.status is Status.FAILED]
    assert [c.name for c in found if c.severity is not Severity.INFO] == []
    assert [c for step in trace.steps for c in step.checks if c.status is Status.TOOL_ERROR] == []
    skipped = {step.step: step.summary for step in trace.steps if step.status is Status.SKIPPED}
    assert set(skipped) >= {Step.USER_PROVISIONING, Step.SESSION_CREATION, Step.AUTHORIZATION}
    assert (Step.TOKEN_VALIDATION in skipped) is (protocol != "SAML 2.0")
    assert trace.step(Step.REDIRECT_TO_DASHBOARD).summary.endswith("/organizations/acme/issues/, HTTP 200")
    assert rebuild(login) == trace


def test_a_capture_without_single_sign_on() -> None:
    page = entry(Exchange("GET", "https://shop.example/?code=SALE&client=1", Request(), Response(200)))
    assert find_logins(read(har([]), "x")) == []
    assert find_logins(read(har([page]), "x")) == []


@pytest.mark.parametrize(
    ("provider", "fault", "step", "name"),
    [
        ("acme-oidc", "authorize.access_denied", "external_authentication", "authorization-error"),
        ("acme-oidc", "authorize.error-page", "external_authentication", "identity-provider-error-page"),
        ("acme-oidc", "callback.missing-code", "token_generation", "missing-code"),
        ("acme-oidc", "callback.missing-state", "token_validation", "missing-state"),
        ("acme-oidc", "callback.wrong-state", "token_validation", "wrong-state"),
        ("acme-oidc", "id_token.expired", "token_validation", "application-refuses-the-answer"),
        ("acme-oidc", "login.account-locked", "external_authentication", "credentials-refused"),
        ("acme-saml", "saml_assertion.expired", "token_validation", "expired-assertion"),
        ("acme-saml", "saml_assertion.wrong-audience", "token_validation", "wrong-assertion-audience"),
        ("acme-saml", "saml_assertion.wrong-recipient", "token_validation", "wrong-recipient"),
        ("acme-saml", "saml_response.wrong-destination", "token_validation", "wrong-destination"),
        ("acme-saml", "saml_response.status-authn-failed", "external_authentication", "error-status"),
        ("acme-saml", "saml_signature.changed-attribute", "token_validation", "invalid-xml-signature"),
        ("acme-saml", "saml_wrapping.xsw3", "token_validation", "several-assertions"),
    ],
)
def test_a_failed_login(record: Record, provider: str, fault: str, step: str, name: str) -> None:
    trace = rebuild(only(record(provider=provider, fault=fault)))
    assert failure_of(trace) == (step, name)
    assert trace.outcome is Outcome.REFUSED


def test_logins_one_after_the_other_are_told_apart(record: Record) -> None:
    entries = [*record(), *record(fault="authorize.access_denied"), *record("bob", provider="google"), *record()]
    found = [rebuild(login) for login in find_logins(read(har(entries), "x"))]
    assert [trace.failure.code if trace.failure else "" for trace in found] == ["", "CB001", "", ""]
    places = [login.place(Step.REDIRECT_TO_IDP) for login in find_logins(read(har(entries), "x"))]
    assert len(set(places)) == 4


def test_a_capture_that_begins_later(record: Record) -> None:
    entries = record()
    at = next(number for number, each in enumerate(entries) if "code=" in each["request"]["url"])
    login = only(entries[at:])
    assert (login.request, login.protocol) == (None, "OAuth 2.0")
    trace = rebuild(login)
    assert trace.outcome is Outcome.AUTHENTICATED
    assert trace.step(Step.REDIRECT_TO_IDP).status is Status.SKIPPED


@pytest.mark.parametrize("faults", ["", "+saml_response.missing-in-response-to+saml_assertion.missing-in-response-to"])
def test_a_response_to_no_request_of_the_capture(record: Record, faults: str) -> None:
    """Asked for before the capture began, or not at all: neither is a finding."""
    entries = record(f"alice{faults}", provider="acme-saml")
    at = next(
        number
        for number, each in enumerate(entries)
        if "SAMLResponse=" in each["request"].get("postData", {}).get("text", "")
    )
    login = only(entries[at:])
    assert login.request is None
    checks = {check.name: check.status for check in rebuild(login).step(Step.TOKEN_VALIDATION).checks}
    assert {checks["unsolicited-response"], checks["wrong-in-response-to"]} <= {Status.PASSED, Status.SKIPPED}


def test_a_capture_that_ends_sooner(record: Record) -> None:
    entries = record()
    at = next(number for number, each in enumerate(entries) if "code=" in each["request"]["url"])
    trace = rebuild(only(entries[:at]))
    assert failure_of(trace) == ("external_authentication", "callback-timed-out")


def test_without_cookies_nothing_is_said_about_them(record: Record) -> None:
    """Browsers leave cookies out of an export unless they are asked for them."""
    entries = record(fault="callback.wrong-state")
    for each in entries:
        for message in (each["request"], each["response"]):
            headers = message["headers"]
            message["headers"] = [pair for pair in headers if "cookie" not in pair["name"].lower()]
    found = [check for step in rebuild(only(entries)).steps for check in step.checks]
    assert [check.status for check in found if check.name == "login-cookie-lost"] in ([], [Status.SKIPPED])


ENTRA = (
    "<title>Sign in to your account</title><div>Sorry, but we're having trouble signing you in.</div>"
    "<div>AADSTS50011: The redirect URI 'https://app.example/cb' does not match the redirect URIs.</div>"
)


def test_a_vendors_error_page_with_status_200(record: Record) -> None:
    entries = record(fault="authorize.error-page")
    last = entries[-1]["response"]
    last["status"], last["content"]["text"] = 200, ENTRA
    trace = rebuild(only(entries))
    assert failure_of(trace) == ("external_authentication", "identity-provider-error-page")
    assert trace.failure is not None
    assert trace.failure.user_message.startswith("AADSTS50011: The redirect URI 'https://app.example/cb'")


def test_against_what_is_known(record: Record, server: FakeIdP) -> None:
    login = only(record(provider="acme-saml"))
    metadata = requests.get(login.response.sender if login.response else "", timeout=5).content
    idp = read_idp(metadata)
    trace = rebuild(login, Known(idp=idp))
    assert trace.outcome is Outcome.AUTHENTICATED
    step = trace.step(Step.TOKEN_VALIDATION)
    assert next(c.status for c in step.checks if c.name == "unknown-signing-certificate") is Status.PASSED
    trace = rebuild(login, Known(idp=idp, sp_entity_id="https://other.example/sp"))
    assert failure_of(trace)[1] in {"wrong-request-issuer", "wrong-assertion-audience"}
    names = AttributeNames(identifier="uid", user_email="mail")
    assert failure_of(rebuild(login, Known(idp=idp, attributes=names)))[0] == "token_validation"
