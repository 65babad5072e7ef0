from __future__ import annotations

from typing import Any

import pytest

from ssocli.checks.check import Severity
from ssocli.checks.saml_metadata import IdpDescription
from ssocli.checks.saml_request import SamlRequestContext
from ssocli.checks.saml_xml import decode_message
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case
from tests.checks.forge import NOW
from tests.checks.saml_forge import ACS, SP, XMLNS, at, packed, signed

SSO = "https://idp.example/sso"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


def request(**changes: str) -> str:
    part = {
        "id": 'ID="_q1"',
        "version": 'Version="2.0"',
        "issued": f'IssueInstant="{at(0)}"',
        "destination": f'Destination="{SSO}"',
        "acs": f'AssertionConsumerServiceURL="{ACS}" ProtocolBinding="{POST}"',
        "issuer": f"<saml:Issuer>{SP}</saml:Issuer>",
        "policy": f'<samlp:NameIDPolicy Format="{EMAIL}"/>',
        "context": "",
    } | changes
    return (
        f"<samlp:AuthnRequest {XMLNS} {part['id']} {part['version']} {part['issued']} {part['destination']} "
        f"{part['acs']}>{part['issuer']}{part['policy']}{part['context']}</samlp:AuthnRequest>"
    )


def observed(xml: str | None = None, *, text: str | None = None, signs: bool = False, **changes: Any) -> Any:
    idp = IdpDescription("https://idp.example", {"POST": SSO}, {}, (), (EMAIL,), signs)
    healthy: dict[str, Any] = {
        "message": decode_message(packed(request() if xml is None else xml) if text is None else text, "POST"),
        "url": SSO,
        "idp": idp,
        "sp_entity_id": SP,
        "acs_url": ACS,
        "now": NOW,
        "relay_state": "handle",
    }
    return SamlRequestContext(**{**healthy, **changes})


def says(**changes: str) -> Any:
    return observed(request(**changes))


def wanted(comparison: str) -> str:
    return (
        f"<samlp:RequestedAuthnContext {comparison}><saml:AuthnContextClassRef>urn:mfa</saml:AuthnContextClassRef>"
        "</samlp:RequestedAuthnContext>"
    )


REDIRECT = IdpDescription("x", {"Redirect": SSO}, {}, (), (), wants_signed_requests=False)

CASES = [
    Case("unreadable-request", FAILED, lambda: observed(text=""), "is empty"),
    Case("unreadable-request", FAILED, lambda: observed("<a/>"), "a"),
    Case("unreadable-request", PASSED, observed),
    Case(
        "wrong-request-destination", FAILED, lambda: says(destination='Destination="https://idp.example/SSO"'), "case"
    ),
    Case("wrong-request-destination", FAILED, lambda: observed(url="https://x.example/sso"), "host"),
    Case("wrong-request-destination", FAILED, lambda: observed(idp=REDIRECT), "HTTP-Redirect"),
    Case("wrong-request-destination", PASSED, observed),
    Case("wrong-request-destination", SKIPPED, lambda: observed(text="")),
    Case("wrong-request-issuer", FAILED, lambda: says(issuer=f"<saml:Issuer>{SP[:-1]}</saml:Issuer>"), "slash"),
    Case("wrong-request-issuer", FAILED, lambda: says(issuer=""), "none"),
    Case("wrong-request-issuer", PASSED, observed),
    Case("wrong-request-acs", FAILED, lambda: says(acs='AssertionConsumerServiceURL="https://x/"'), "https://x/"),
    Case("wrong-request-acs", FAILED, lambda: says(acs='ProtocolBinding="urn:artifact"'), "artifact"),
    Case(
        "wrong-request-acs",
        FAILED,
        lambda: says(acs=f'AssertionConsumerServiceIndex="1" AssertionConsumerServiceURL="{ACS}"'),
        "both",
    ),
    Case("wrong-request-acs", PASSED, lambda: says(acs="")),
    Case("wrong-request-acs", SKIPPED, lambda: says(acs='AssertionConsumerServiceIndex="1"')),
    Case("insecure-acs", FAILED, lambda: unsafe("http://sentry.example/acs"), "http://", Severity.WARNING),
    Case("insecure-acs", FAILED, lambda: unsafe("/acs"), "no absolute"),
    Case("insecure-acs", PASSED, lambda: unsafe("http://127.0.0.1:9501/acs")),
    Case("malformed-request-header", FAILED, lambda: says(id='ID="1"'), "ID 1"),
    Case("malformed-request-header", FAILED, lambda: says(version=""), "Version None"),
    Case("malformed-request-header", FAILED, lambda: says(issued='IssueInstant="now"'), "now"),
    Case("malformed-request-header", FAILED, lambda: says(issued=f'IssueInstant="{at(-999)}"'), "and it is"),
    Case("malformed-request-header", PASSED, observed),
    Case("unsupported-name-id-format", FAILED, lambda: says(policy=f'<samlp:NameIDPolicy Format="{PERSISTENT}"/>')),
    Case("unsupported-name-id-format", PASSED, observed),
    Case("unsupported-name-id-format", SKIPPED, lambda: says(policy="")),
    Case("unsigned-request", FAILED, lambda: observed(signs=True), "not signed"),
    Case(
        "unsigned-request",
        FAILED,
        lambda: observed(signed(request(), method="http://www.w3.org/2000/09/xmldsig#rsa-sha1")),
        "rsa-sha1",
    ),
    Case("unsigned-request", PASSED, lambda: observed(signed(request()), signs=True)),
    Case("unsigned-request", PASSED, observed),
    Case("requested-authn-context", FAILED, lambda: says(context=wanted("")), "exact urn:mfa", Severity.INFO),
    Case("requested-authn-context", PASSED, lambda: says(context=wanted('Comparison="minimum"'))),
    Case("long-relay-state", FAILED, lambda: observed(relay_state="x" * 81), "81 bytes", Severity.WARNING),
    Case("long-relay-state", FAILED, lambda: observed(relay_state="https://x"), "a URL"),
    Case("long-relay-state", PASSED, observed),
    Case("long-relay-state", SKIPPED, lambda: observed(relay_state=None)),
]


def unsafe(acs: str) -> Any:
    return observed(request(acs=""), acs_url=acs)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_answers_as_declared(case: Case) -> None:
    check_case("saml_request", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("saml_request", CASES)


def test_a_healthy_request_has_no_finding() -> None:
    assert_healthy("saml_request", observed())
    assert_healthy("saml_request", observed(signed(request()), signs=True))
