"""Things that tell something only together: both parties' metadata, two people, an old and a new certificate."""

from __future__ import annotations

import pytest

from ssocli.checks.check import Severity
from ssocli.config.load import default_file
from ssocli.diagnose.diagnose import Given, Options, diagnose
from ssocli.diagnosis import Diagnosis, Verdict
from tests.checks import saml_forge as forge
from tests.customers import configs
from tests.customers.case import NOW
from tests.customers.cases_certificates import pem
from tests.customers.cases_metadata import sp_metadata
from tests.customers.cases_oidc import claims, token
from tests.customers.messages import FILE, authn_request, packed
from tests.customers.vendors import ACS, CURRENT, KEYCLOAK, OKTA, OKTA_LOGIN, OTHER, SP, attributes


def judged(*texts: str | bytes) -> Diagnosis:
    given = [Given(text.encode() if isinstance(text, str) else text, f"thing {at}") for at, text in enumerate(texts, 1)]
    return diagnose(given, Options(now=NOW))


def root(found: Diagnosis) -> str:
    assert found.root is not None
    return found.root.check.code


def test_metadata_of_the_application_against_its_configuration() -> None:
    config = configs.saml(
        f'entity_id = "{OKTA.entity_id}"',
        f'sso_url = "{OKTA.sso}"',
        f'certificates = ["""{pem(OKTA.certificate())}"""]',
        'preset = "okta"',
    )
    assert judged(config, sp_metadata()).verdict is Verdict.HEALTHY
    assert root(judged(config, sp_metadata(entity=SP.replace("/acme/", "/old-name/")))) == "SPM004"
    assert root(judged(config, sp_metadata(acs=ACS.replace("/acme/", "/old-name/")))) == "SPM005"


def test_metadata_of_the_application_against_its_provider() -> None:
    found = judged(KEYCLOAK.metadata(), sp_metadata())
    # This Keycloak wants signed requests, and the application says that it does not sign.
    assert root(found) == "SMD033"
    assert found.root is not None
    assert found.root.where.startswith("Sentry: Sentry does not sign its requests")


def test_metadata_of_the_application_alone() -> None:
    assert judged(sp_metadata()).verdict is Verdict.HEALTHY
    assert root(judged(sp_metadata(acs=ACS.replace("https", "http")))) == "SPM003"
    found = judged(sp_metadata()[:-30])
    assert found.verdict is not Verdict.HEALTHY


def person(name_id: str, email: str) -> str:
    login = OKTA_LOGIN.but(name_id=name_id, attributes=attributes(identifier=name_id, email=email))
    return packed(login.response())


def test_two_people_with_one_identifier() -> None:
    found = judged(OKTA.metadata(), person("acme", "alice@acme.example"), person("acme", "bob@acme.example"))
    assert root(found) == "IDN001"
    assert found.root is not None
    assert "alice@acme.example" in found.root.check.actual


def test_two_people_as_they_should_be() -> None:
    found = judged(OKTA.metadata(), person("1", "alice@acme.example"), person("2", "bob@acme.example"))
    assert found.verdict is Verdict.HEALTHY


def test_two_logins_of_one_person_under_two_identifiers() -> None:
    first, second = (token(claims(sub=subject)) for subject in ("00u1", "00u2"))
    assert root(judged(first, second)) == "IDN002"
    assert judged(first, first).verdict is Verdict.HEALTHY


def test_an_old_and_a_new_certificate() -> None:
    old = pem(forge.cert(CURRENT, -800 * 86400, 86400 * 90, "Acme SSO"))
    new = pem(forge.cert(OTHER, -86400, 86400 * 700, "Acme SSO"))
    found = judged(old, new)
    assert found.verdict is Verdict.HEALTHY
    assert [finding.check.code for finding in found.findings] == ["CERT008"]
    assert found.findings[0].place == "thing 1"


def test_a_certificate_against_metadata() -> None:
    assert judged(OKTA.metadata(), pem(OKTA.certificate())).verdict is Verdict.HEALTHY
    assert root(judged(OKTA.metadata(), pem(OKTA.certificate(OTHER)))) == "CERT007"


def test_a_configuration_names_every_mistake_that_was_typed() -> None:
    config = configs.oidc(
        "https://login.acme.example", 'scopes = ["openid"]', 'algorithms = ["none"]', client_id="sentry\u200b"
    )
    found = judged(config.replace("[organizations.acme]", '[organizations.acme]\nallowed_domains = ["@acme.example"]'))
    codes = {finding.check.code for finding in found.findings}
    assert {"CFG011", "CFG012", "CFG013", "CFG015"} <= codes
    assert found.trouble == ()


def test_a_file_that_the_configuration_names_is_missing() -> None:
    found = judged(configs.saml(FILE, 'preset = "okta"'))
    assert root(found) == "CFG001"
    assert found.root is not None
    assert "idp-metadata.xml" in found.root.check.actual


def test_a_request_alone_is_not_blamed_for_what_nobody_sent() -> None:
    assert judged(authn_request(OKTA.sso)).verdict is Verdict.HEALTHY
    nameless = authn_request(OKTA.sso).replace("AssertionConsumerServiceURL", "x")
    assert [finding for finding in judged(nameless).findings if finding.check.code == "SAR005"] == []
    assert root(judged(authn_request(OKTA.sso).replace(ACS, ACS.replace("https", "http")))) == "SAR005"


def test_what_was_cut_off_is_said_to_be() -> None:
    found = judged(OKTA.metadata()[:1500])
    assert root(found) == "SMD001"
    assert found.root is not None
    assert found.root.check.actual.endswith("was it cut off?")
    found = judged(token(claims()).rpartition(".")[0])
    assert root(found) == "IDT001"
    assert found.root is not None
    assert "2 dot-separated parts instead of 3" in found.root.check.actual


def test_an_old_and_a_new_document_of_one_provider() -> None:
    found = judged(OKTA.metadata(CURRENT), OKTA.metadata(OTHER))
    assert root(found) == "MDC001"
    assert found.root is not None
    assert found.root.place == "thing 1 and thing 2"
    assert judged(OKTA.metadata(CURRENT), OKTA.metadata(CURRENT, OTHER)).verdict is Verdict.HEALTHY


def test_an_assertion_without_its_response() -> None:
    assertion = OKTA_LOGIN.assertion()
    found = judged(OKTA.metadata(), sp_metadata(), assertion)
    assert found.verdict is Verdict.HEALTHY
    assert "the whole response (SAMLResponse), not the assertion alone" in found.missing
    assert root(judged(OKTA.metadata(), sp_metadata(), OKTA_LOGIN.but(sp=SP.rstrip("/")).assertion())) == "SRS045"
    assert root(judged(OKTA.metadata(), assertion.replace("alice@", "mallory@"))) == "SRS030"
    assert root(judged(assertion.replace("alice@", "mallory@"))) == "SRS030"


LOGOUT = (
    '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
    'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="2027-01-15T08:00:00Z">'
    "<saml:Issuer>{issuer}</saml:Issuer><saml:NameID>alice</saml:NameID></samlp:LogoutRequest>"
)


def test_logout_messages_have_rules_of_their_own() -> None:
    found = judged(LOGOUT.format(issuer=SP))
    assert root(found) == "SLO002"
    found = judged(KEYCLOAK.metadata(), sp_metadata(), LOGOUT.format(issuer="https://stranger.example"))
    assert "SLO007" in {finding.check.code for finding in found.findings}
    assert {finding.check.code[:3] for finding in found.findings} <= {"SLO", "SMD"}


def test_each_provider_of_a_configuration_alone_is_judged() -> None:
    good = configs.oidc("https://login.acme.example")
    second = good[good.index("[providers.acme]") :].replace("[providers.acme]", "[providers.second]")
    both = f"{good}{second.replace('https://login', 'https://{tenant}.login')}"
    found = judged(both)
    assert root(found) == "CFG002"
    assert found.root is not None
    assert found.root.place == "thing 1, providers.second"
    # With a message the one is meant that fits.
    assert judged(both, token(claims("https://login.acme.example"))).verdict is Verdict.HEALTHY


def test_the_embedded_configuration_is_healthy() -> None:
    found = judged(default_file().read_bytes())
    assert found.verdict is Verdict.HEALTHY
    assert [finding for finding in found.findings if finding.check.severity is not Severity.INFO] == []


@pytest.mark.parametrize("text", ["x = " + "[" * 50_000, "x = " + "{a=" * 20_000, "a.attributes = " + "[1," * 3_000])
def test_a_configuration_that_is_nested_too_deeply_is_a_finding(text: str) -> None:
    found = judged(f"[providers]\n{text}")
    assert root(found) == "CFG001"
    assert found.trouble == ()
