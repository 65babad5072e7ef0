"""Causes and the place of the fix: data that fits the catalogue, the products and each other."""

from __future__ import annotations

import pytest

from ssocli.checks.catalogue import catalogue
from ssocli.checks.check import Check, Owner, Status
from ssocli.diagnose.advice import advised, causes, products, topic_of
from ssocli.diagnose.product import NAMES, product_of
from ssocli.diagnosis import Finding


def finding(code: str, owner: Owner) -> Finding:
    rule = catalogue()[code]
    return Finding(Check(code, rule.name, Status.FAILED, rule.severity, "this", "that", owner=owner), rule.step, "x")


def test_causes_are_those_of_rules_that_exist() -> None:
    assert [code for code in causes() if code not in catalogue()] == []
    assert all(entries and len(set(entries)) == len(entries) for entries in causes().values())


def test_each_topic_names_findings_and_is_somewhere_to_be_found() -> None:
    fields = products().fields
    assert set(fields) <= {*NAMES, "sentry"}
    assert {"okta", "entra", "google", "onelogin", "adfs", "keycloak", "ping", "auth0", "sentry"} <= set(fields)
    topics = products().topics
    for starts in topics.values():
        assert [start for start in starts if not any(code.startswith(start) for code in catalogue())] == []
    for product, places in fields.items():
        assert [topic for topic in places if topic not in topics] == [], product
        assert all(place.strip() for place in places.values())


def test_the_longest_beginning_counts() -> None:
    assert topic_of("CFG010") == "attributes"
    assert topic_of("SMD021") == "certificate"
    assert topic_of("SMD001") == "metadata"
    assert topic_of("NET001") is None


@pytest.mark.parametrize(
    ("address", "code", "where"),
    [
        ("http://www.okta.com/exk1", "SRS045", "Okta: Applications > (the app) > General > SAML Settings"),
        ("https://sts.windows.net/1111/", "SRS045", "Microsoft Entra ID: Enterprise applications > (the app)"),
        ("https://accounts.google.com/o/saml2?idpid=C1", "SRS009", "Google Workspace: Apps > Web and mobile apps"),
        ("https://app.onelogin.com/saml/metadata/1", "SRS063", "OneLogin: Applications > (the app) > Parameters"),
        ("http://adfs.acme.example/adfs/services/trust", "SRS025", "AD FS: Set-AdfsRelyingPartyTrust"),
        ("https://id.acme.example/realms/acme", "SRS064", "Keycloak: Clients > (the client) > Client scopes"),
        ("https://auth.pingone.eu/1/saml20", "SRS045", "Ping Identity: Applications > (the app) > Configuration"),
        ("urn:acme.eu.auth0.com", "SRS009", "Auth0: Applications > (the app) > Addons > SAML2 Web App"),
    ],
)
def test_the_fix_is_in_the_words_of_the_product(address: str, code: str, where: str) -> None:
    assert advised(finding(code, Owner.IDP), product_of(address)).where.startswith(where)


def test_the_application_mends_its_own_side_whatever_the_product() -> None:
    for product in (None, "okta", "github"):
        assert advised(finding("SRS009", Owner.APP), product).where.startswith("Sentry: config.yml, system.url-prefix")


def test_what_is_entered_is_found_at_the_other_side() -> None:
    where = advised(finding("DISC001", Owner.APP), "okta").where
    assert where.startswith("Sentry: the provider's settings: issuer. The right value is at Okta: Security > API")
    assert advised(finding("DISC001", Owner.APP), None).where == "Sentry: the provider's settings: issuer"
    assert set(products().entered) <= set(products().topics)


def test_what_is_no_setting_or_no_known_product_has_no_place() -> None:
    assert advised(finding("SRS042", Owner.CLOCK), "okta").where == ""
    assert advised(finding("SRS045", Owner.IDP), None).where == ""
    assert advised(finding("NET001", Owner.IDP), "okta").where == ""
    assert advised(finding("SRS045", Owner.IDP), "rippling").where == ""


def test_causes_that_are_known_already_stay() -> None:
    own = Finding(finding("SRS045", Owner.IDP).check, finding("SRS045", Owner.IDP).step, "x", causes=("this one",))
    assert advised(own, "okta").causes == ("this one",)
    assert len(advised(finding("SRS045", Owner.IDP), "okta").causes) > 1
