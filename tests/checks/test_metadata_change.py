from __future__ import annotations

import base64
from typing import Any

import pytest

from ssocli.checks.metadata_change import MetadataChangeContext
from ssocli.checks.saml_certificate import read_certificates
from ssocli.checks.saml_metadata import IdpDescription
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case
from tests.checks.forge import rsa_key
from tests.checks.saml_forge import IDP, cert

SSO = "https://idp.example/sso"


def known(*names: str) -> Any:
    read = [read_certificates(base64.b64encode(cert(rsa_key(name))).decode()) for name in names]
    return tuple(each for found in read for each in found)  # type: ignore[union-attr]  # all of them can be read


def idp(*names: str, entity: str = IDP, sso: str = SSO) -> IdpDescription:
    return IdpDescription(entity, {"Redirect": sso}, {}, known(*names), (), wants_signed_requests=False)


def two(used: IdpDescription, other: IdpDescription) -> MetadataChangeContext:
    return MetadataChangeContext(used, other)


CASES = [
    Case("signing-certificate-replaced", FAILED, lambda: two(idp("first"), idp("other")), "CN=idp"),
    Case("signing-certificate-replaced", PASSED, lambda: two(idp("first"), idp("other", "first"))),
    Case("signing-certificate-replaced", SKIPPED, lambda: two(idp("first"), idp())),
    Case("signing-certificate-replaced", SKIPPED, lambda: two(idp("first"), idp("other", entity="https://b.example"))),
    Case("sso-address-changed", FAILED, lambda: two(idp("first"), idp("first", sso=f"{SSO}/")), "ends with a slash"),
    Case("sso-address-changed", PASSED, lambda: two(idp("first"), idp("first"))),
    Case("sso-address-changed", SKIPPED, lambda: two(idp("first"), idp("first", entity="https://b.example"))),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_answers_as_declared(case: Case) -> None:
    check_case("metadata_change", case)


def test_every_rule_has_a_failing_case() -> None:
    assert_complete("metadata_change", CASES)


def test_the_same_document_twice_has_no_finding() -> None:
    assert_healthy("metadata_change", two(idp("first"), idp("first")))
