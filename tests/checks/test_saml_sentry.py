"""What Sentry would say, compared with what its library really says where that is installed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ssocli.checks.saml_certificate import Certificate, read_certificate
from ssocli.checks.saml_response import SamlResponseContext, SentryVerdict, sentry_verdict
from ssocli.checks.saml_xml import decode_message
from tests.checks.forge import NOW, rsa_key
from tests.checks.saml_forge import (
    ACS,
    IDP,
    REQUEST,
    SP,
    assertion,
    at,
    cert,
    encrypted,
    packed,
    pem,
    response,
    signed,
    sp_key,
)

STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"


def observed(xml: str, **changes: Any) -> SamlResponseContext:
    certificate = read_certificate(cert(rsa_key()))
    assert isinstance(certificate, Certificate)
    healthy: dict[str, Any] = {
        "message": decode_message(packed(xml), "POST"),
        "idp_entity_id": IDP,
        "certificates": (certificate,),
        "acs_url": ACS,
        "sp_entity_id": SP,
        "now": NOW,
        "request_id": REQUEST,
        "decryption_key": pem(sp_key()),
    }
    return SamlResponseContext(**{**healthy, **changes})


def says(**changes: str) -> str:
    return response(signed(assertion(**changes)))


def around(**changes: str) -> str:
    return signed(response(assertion(), **changes))


def refused(*codes: str, message: str = "") -> str:
    inside = f'<samlp:StatusCode Value="{STATUS}{codes[1]}"/>' if len(codes) > 1 else ""
    said = f"<samlp:StatusMessage>{message}</samlp:StatusMessage>" if message else ""
    return response(
        "", status=f'<samlp:StatusCode Value="{STATUS}{codes[0]}">{inside}</samlp:StatusCode>', message=said
    )


# What arrives, the number of the check that refuses it (0: none), and a part of the reason.
CASES: dict[str, tuple[str, int, str]] = {
    "healthy": (response(), 0, ""),
    "signed-response": (around(), 0, ""),
    "encrypted": (response(encrypted(signed(assertion()))), 0, ""),
    "rsa-1-5": (response(encrypted(signed(assertion()), transport="pkcs1")), 0, ""),
    "signature-at-the-end": (
        response(re.sub("(<ds:Signature.*</ds:Signature>)(.*)(</saml:Assertion>)", r"\2\1\3", signed(assertion()))),
        5,
        "Not match the saml-schema-protocol-2.0.xsd",
    ),
    "no-audience": (says(restriction=""), 0, ""),
    "no-destination": (response(destination=""), 0, ""),
    "longer-destination": (response(destination=f'Destination="{ACS}more"'), 0, ""),
    "longer-recipient": (says(recipient=f'Recipient="x{ACS}more"'), 0, ""),
    "other-request": (
        response(signed(assertion(in_response_to='InResponseTo="_x"')), in_response_to='InResponseTo="_x"'),
        0,
        "",
    ),
    "unsolicited": (response(signed(assertion(in_response_to="")), in_response_to=""), 0, ""),
    "expired-within-drift": (says(end=at(-299), not_before=at(-999)), 0, ""),
    "early-within-drift": (says(not_before=at(299)), 0, ""),
    "sha1": (response(signed(assertion(), method=RSA_SHA1, digest=SHA1)), 0, ""),
    "version": (around(version='Version="1.1"'), 1, "Unsupported SAML version"),
    "denied": (refused("Responder", "RequestDenied"), 4, f"was Responder -> {STATUS}RequestDenied"),
    "denied-with-message": (refused("Requester", "AuthnFailed", message="no"), 4, "was Requester -> no"),
    "no-assertion": (response(""), 3, "must contain 1 assertion"),
    "two-assertions": (response(signed(assertion()) + assertion(id="_a2")), 3, "must contain 1 assertion"),
    "foreign-reference": (response(signed(assertion(), uri="#_r1")), 4, "invalid Signed Element"),
    "no-conditions": (says(conditions=""), 8, "must include a Conditions element"),
    "expired": (says(end=at(-301), not_before=at(-999)), 9, "expired. Check system clock."),
    "expired-at-drift": (says(end=at(-300), not_before=at(-999)), 9, "expired. Check system clock."),
    "early": (says(not_before=at(301), end=at(999)), 9, "not yet valid. Check system clock."),
    "no-authn": (says(authn=""), 10, "must include an AuthnStatement element"),
    "no-attributes": (says(attributes=""), 11, "There is no AttributeStatement on the Response"),
    "wrong-destination": (
        around(destination='Destination="https://x/"'),
        13,
        f"received at {ACS} instead of https://x/",
    ),
    "empty-destination": (around(destination='Destination=""'), 13, "empty Destination value"),
    "wrong-audience": (says(audience="x"), 14, f"{SP} is not a valid audience for this Response"),
    "wrong-issuer": (says(idp="x"), 15, f"(expected {IDP}, got x)"),
    "expired-session": (says(session=f'SessionNotOnOrAfter="{at(0)}"'), 16, "based on the SessionNotOnOrAfter"),
    "wrong-recipient": (says(recipient='Recipient="https://x/"'), 17, "valid SubjectConfirmation was not found"),
    "expired-confirmation": (says(until=f'NotOnOrAfter="{at(0)}"'), 17, "valid SubjectConfirmation was not found"),
    "contradicting-requests": (says(in_response_to='InResponseTo="_x"'), 17, "valid SubjectConfirmation"),
    "unsigned": (response(assertion()), 19, "No Signature found"),
    "tampered": (response().replace("alice@", "mallory@"), 20, "Signature validation failed"),
    "other-key": (response(signed(assertion(), rsa_key("new"))), 20, "Signature validation failed"),
    "clock-hides-audience": (says(end=at(-301), not_before=at(-999), audience="x"), 9, "expired"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_first_failing_check_is_named(name: str) -> None:
    xml, check, reason = CASES[name]
    verdict = sentry_verdict(observed(xml))
    assert (verdict.check, verdict.is_accepted) == (check, check == 0)
    assert reason in verdict.reason


def test_only_the_first_certificate_counts() -> None:
    certificates = tuple(read_certificate(cert(key)) for key in (rsa_key("new"), rsa_key()))
    assert sentry_verdict(observed(response(), certificates=certificates)).check == 20


def test_wanted_signatures() -> None:
    assert sentry_verdict(observed(around(), want_signed_assertion=True)).check == 18
    assert sentry_verdict(observed(response(), want_signed_response=True)).check == 18


def test_what_cannot_be_read_is_refused() -> None:
    assert sentry_verdict(observed("<html>")) == SentryVerdict(1, "Invalid SAML Response: it cannot be read")
    assert sentry_verdict(observed(response(encrypted(assertion())), decryption_key=None)).check == 3


@pytest.mark.parametrize("name", CASES)
def test_the_library_says_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onelogin.saml2.response")
    import base64

    from onelogin.saml2.response import OneLogin_Saml2_Response
    from onelogin.saml2.settings import OneLogin_Saml2_Settings
    from onelogin.saml2.utils import OneLogin_Saml2_Utils

    monkeypatch.setattr(OneLogin_Saml2_Utils, "now", staticmethod(lambda: int(NOW)))
    settings = OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {
                "entityId": SP,
                "assertionConsumerService": {"url": ACS},
                "x509cert": base64.b64encode(cert(sp_key())).decode(),
                "privateKey": pem(sp_key()),
            },
            "idp": {
                "entityId": IDP,
                "singleSignOnService": {"url": "https://idp.example/sso"},
                "x509cert": base64.b64encode(cert(rsa_key())).decode(),
            },
            # Sentry leaves this open, so that the library does not ask for a class of its own choice.
            "security": {"requestedAuthnContext": False},
        }
    )
    xml, check, reason = CASES[name]
    request = {"https": "on", "http_host": "sentry.example", "script_name": "/saml/acs/acme/", "get_data": {}}
    answer = OneLogin_Saml2_Response(settings, packed(xml))
    accepted = answer.is_valid(request)
    assert accepted is (check == 0), answer.get_error()
    assert reason in (answer.get_error() or "")


def test_a_key_beside_the_data_is_not_found() -> None:
    """The library raises this instead of saying it."""
    verdict = sentry_verdict(observed(response(encrypted(signed(assertion()), sibling=True))))
    assert verdict == SentryVerdict(3, "No KeyInfo present, invalid Assertion")
