from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ssocli.checks.check import Severity
from ssocli.checks.saml_logout import SamlLogoutContext
from ssocli.checks.saml_metadata import IdpDescription
from ssocli.checks.saml_xml import XmlMessage, read_xml
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, check_case
from tests.checks.forge import NOW
from tests.checks.saml_forge import IDP, SP, XMLNS, at

SLO = "https://idp.example/slo"
SIGNATURE = (
    "<ds:Signature><ds:SignedInfo><ds:SignatureMethod/><ds:Reference/></ds:SignedInfo>"
    "<ds:SignatureValue/></ds:Signature>"
)
NAME = "<saml:NameID>alice</saml:NameID>"
SESSION = "<samlp:SessionIndex>_s1</samlp:SessionIndex>"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
KNOWN = IdpDescription(IDP, {}, {"Redirect": SLO}, (), (), wants_signed_requests=False)


def message(
    name: str = "LogoutRequest",
    *,
    issuer: str = IDP,
    head: str = 'ID="_1" Version="2.0"',
    more: str = "",
    inside: str = "",
) -> SamlLogoutContext:
    text = (
        f'<samlp:{name} {XMLNS} {head} IssueInstant="{at(0)}" {more}><saml:Issuer>{issuer}</saml:Issuer>'
        f"{inside or SIGNATURE + NAME + SESSION}</samlp:{name}>"
    )
    root = read_xml(text.encode())
    return SamlLogoutContext(XmlMessage(text.encode(), "POST", root), NOW, KNOWN, SP)


def answer(code: str = SUCCESS, second: str = "") -> SamlLogoutContext:
    below = f'<samlp:StatusCode Value="{second}"/>' if second else ""
    status = f'<samlp:Status><samlp:StatusCode Value="{code}">{below}</samlp:StatusCode></samlp:Status>'
    return message("LogoutResponse", inside=SIGNATURE + status)


def ours(destination: str, idp: IdpDescription | None = KNOWN) -> SamlLogoutContext:
    return replace(message(issuer=SP, more=f'Destination="{destination}"'), idp=idp)


def changed(context: SamlLogoutContext, **changes: Any) -> SamlLogoutContext:
    return replace(context, **changes)


WITHOUT_SLO = replace(KNOWN, slo={})
CASES = [
    Case("malformed-logout-header", FAILED, lambda: message(head='ID="1" Version="1.1"'), "ID, Version"),
    Case("malformed-logout-header", PASSED, message),
    Case("unsigned-logout-message", FAILED, lambda: message(inside=NAME + SESSION), "none", Severity.WARNING),
    Case("unsigned-logout-message", PASSED, message),
    Case("unsigned-logout-message", PASSED, lambda: changed(message(inside=NAME + SESSION), is_signed_outside=True)),
    Case("logout-request-without-name", FAILED, lambda: message(inside=SIGNATURE + SESSION), "none"),
    Case("logout-request-without-name", FAILED, lambda: message(inside=f"{SIGNATURE}<saml:NameID/>{SESSION}"), "empty"),
    Case("logout-request-without-name", PASSED, message),
    Case("logout-request-without-name", SKIPPED, answer),
    Case("expired-logout-request", FAILED, lambda: message(more=f'NotOnOrAfter="{at(-600)}"'), at(-600)),
    Case("expired-logout-request", PASSED, lambda: message(more=f'NotOnOrAfter="{at(-60)}"')),
    Case("expired-logout-request", SKIPPED, message),
    Case("logout-request-without-session", FAILED, lambda: message(inside=SIGNATURE + NAME), "all", Severity.INFO),
    Case("logout-request-without-session", PASSED, message),
    Case("logout-refused", FAILED, lambda: answer(SUCCESS.replace("Success", "Responder")), "Responder"),
    Case(
        "logout-refused",
        FAILED,
        lambda: answer(SUCCESS, SUCCESS.replace("Success", "PartialLogout")),
        "PartialLogout",
        Severity.WARNING,
    ),
    Case("logout-refused", PASSED, answer),
    Case("logout-refused", SKIPPED, message),
    Case("wrong-logout-issuer", FAILED, lambda: message(issuer="https://stranger.example"), "stranger"),
    Case("wrong-logout-issuer", PASSED, message),
    Case("wrong-logout-issuer", SKIPPED, lambda: changed(message(), idp=None)),
    Case("wrong-logout-issuer", SKIPPED, lambda: changed(message(issuer="https://x.example"), sp_entity_id=None)),
    Case("wrong-logout-destination", FAILED, lambda: ours(f"{SLO}/"), "ends with a slash"),
    Case("wrong-logout-destination", FAILED, lambda: ours(SLO, WITHOUT_SLO), "no such service"),
    Case("wrong-logout-destination", PASSED, lambda: ours(SLO)),
    Case("wrong-logout-destination", SKIPPED, message),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_answers_as_declared(case: Case) -> None:
    check_case("saml_logout", case)


def test_every_rule_has_a_failing_case() -> None:
    assert_complete("saml_logout", CASES)
