from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Severity, Status, evaluate
from ssocli.checks.saml_certificate import Certificate, read_certificate
from ssocli.checks.saml_metadata import SamlMetadataContext, read_idp
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case
from tests.checks.forge import NOW, ec_key, rsa_key
from tests.checks.saml_forge import IDP, NS, at, cert, key_descriptor, metadata, service, signed

URL = "https://idp.example/metadata"


def observed(xml: str | bytes | None = None, **changes: Any) -> SamlMetadataContext:
    text = metadata() if xml is None else xml
    document = text.encode() if isinstance(text, str) else text
    return SamlMetadataContext(**{"document": document, "url": URL, "now": NOW, "entity_id": IDP, **changes})


def says(*, wants: dict[str, Any] | None = None, **changes: str) -> SamlMetadataContext:
    return observed(metadata(**changes), **(wants or {}))


def signer(key: Any) -> tuple[Certificate, ...]:
    found = read_certificate(cert(key))
    assert isinstance(found, Certificate)
    return (found,)


def aggregate(*entities: str) -> str:
    return f'<md:EntitiesDescriptor xmlns:md="{NS["md"]}">{"".join(entities)}</md:EntitiesDescriptor>'


def other(number: int) -> str:
    return metadata(entity=f'entityID="https://idp{number}.example"')


SP_METADATA = (
    f'<md:EntityDescriptor xmlns:md="{NS["md"]}" entityID="sp"><md:SPSSODescriptor '
    f'protocolSupportEnumeration="{NS["samlp"]}"/></md:EntityDescriptor>'
)
SECOND_ROLE = f'<md:IDPSSODescriptor protocolSupportEnumeration="{NS["samlp"]}"/>'
ANY = {"wants": {"entity_id": None}}

CASES = [
    Case("unreadable-metadata", FAILED, lambda: observed("<html><title>404</title>"), "HTML page (404)"),
    Case("unreadable-metadata", FAILED, lambda: observed(b""), "is empty"),
    Case("unreadable-metadata", FAILED, lambda: observed(metadata()[:500]), "well-formed"),
    Case("unreadable-metadata", FAILED, lambda: observed("<!DOCTYPE a><a/>"), "DTD"),
    Case("unreadable-metadata", PASSED, observed),
    Case("foreign-document", FAILED, lambda: observed("<rss/>"), "rss"),
    Case("foreign-document", PASSED, observed),
    Case("foreign-document", SKIPPED, lambda: observed("{}")),
    Case("no-identity-provider", FAILED, lambda: observed(SP_METADATA), "a service provider"),
    Case("no-identity-provider", FAILED, lambda: observed(aggregate()), "none"),
    Case("no-identity-provider", PASSED, observed),
    Case("ambiguous-aggregate", FAILED, lambda: observed(aggregate(other(1), other(2)), entity_id=None), "idp2"),
    Case("ambiguous-aggregate", FAILED, lambda: observed(aggregate(other(1), other(2))), IDP),
    Case("ambiguous-aggregate", PASSED, lambda: observed(aggregate(other(1), metadata()))),
    Case("ambiguous-aggregate", PASSED, lambda: observed(aggregate(SP_METADATA, metadata()), entity_id=None)),
    Case("ambiguous-aggregate", SKIPPED, lambda: observed(SP_METADATA)),
    Case("wrong-entity-id", FAILED, lambda: says(entity=f'entityID="{IDP}/"'), "slash"),
    Case("wrong-entity-id", FAILED, lambda: says(entity="", **ANY), "none"),
    Case("wrong-entity-id", FAILED, lambda: says(entity=f'entityID="{"a" * 1025}"', **ANY), "1025"),
    Case("wrong-entity-id", PASSED, lambda: observed(entity_id=None)),
    Case("no-saml2-support", FAILED, lambda: says(protocol="urn:oasis:names:tc:SAML:1.1:protocol"), "1.1"),
    Case("no-saml2-support", PASSED, observed),
    Case("several-idp-roles", FAILED, lambda: says(more=SECOND_ROLE), "2", Severity.WARNING),
    Case("several-idp-roles", PASSED, observed),
    Case("expired-metadata", FAILED, lambda: says(attributes=f'validUntil="{at(-1)}"'), "2027"),
    Case("expired-metadata", FAILED, lambda: says(attributes='validUntil="never"'), "never"),
    Case("expired-metadata", FAILED, lambda: says(role=f'validUntil="{at(-1)}"'), "validUntil"),
    Case("expired-metadata", PASSED, observed),
    Case("expired-metadata", SKIPPED, lambda: says(attributes="")),
    Case("malformed-cache-duration", FAILED, lambda: says(attributes='cacheDuration="6h"'), "6h", Severity.WARNING),
    Case("malformed-cache-duration", FAILED, lambda: says(attributes='cacheDuration="PT0S"'), "PT0S"),
    Case("malformed-cache-duration", PASSED, observed),
    Case("malformed-cache-duration", SKIPPED, lambda: says(attributes="")),
    Case("invalid-metadata-signature", FAILED, lambda: observed(signed(metadata()).replace("/sso", "/evil"))),
    Case(
        "invalid-metadata-signature", FAILED, lambda: observed(signed(metadata()), signers=signer(ec_key())), "signer"
    ),
    Case("invalid-metadata-signature", PASSED, lambda: observed(signed(metadata()))),
    Case("invalid-metadata-signature", PASSED, lambda: observed(signed(metadata()), signers=signer(rsa_key()))),
    Case("invalid-metadata-signature", SKIPPED, observed),
    Case("missing-signing-certificate", FAILED, lambda: says(keys=""), "none"),
    Case(
        "missing-signing-certificate",
        FAILED,
        lambda: says(keys=key_descriptor(cert(rsa_key()), use='use="encryption"')),
    ),
    Case("missing-signing-certificate", PASSED, lambda: says(keys=key_descriptor(cert(rsa_key()), use=""))),
    Case("unreadable-signing-certificate", FAILED, lambda: says(keys=key_descriptor(text="MIIB")), "number 1"),
    Case("unreadable-signing-certificate", PASSED, observed),
    Case("unreadable-signing-certificate", SKIPPED, lambda: says(keys="")),
    Case(
        "expired-metadata-certificate",
        FAILED,
        lambda: says(keys=key_descriptor(cert(rsa_key(), -99, -9))),
        "valid from",
        Severity.WARNING,
    ),
    Case("expired-metadata-certificate", PASSED, observed),
    Case("expired-metadata-certificate", SKIPPED, lambda: says(keys="")),
    Case(
        "signing-certificate-soon-expired",
        FAILED,
        lambda: says(keys=key_descriptor(cert(rsa_key(), -99, 29 * 86400))),
        "until",
        Severity.INFO,
    ),
    Case("signing-certificate-soon-expired", PASSED, observed),
    Case("signing-certificate-soon-expired", SKIPPED, lambda: says(keys=key_descriptor(cert(rsa_key(), -99, -9)))),
    Case("weak-signing-key", FAILED, lambda: says(keys=key_descriptor(cert(rsa_key("weak", 1024)))), "RSA 1024"),
    Case("weak-signing-key", PASSED, lambda: says(keys=key_descriptor(cert(ec_key())))),
    Case(
        "several-signing-certificates",
        FAILED,
        lambda: says(keys=key_descriptor(cert(rsa_key())) + key_descriptor(cert(ec_key()))),
        "2",
        Severity.INFO,
    ),
    Case("several-signing-certificates", PASSED, lambda: says(keys=key_descriptor(cert(rsa_key())) * 2)),
    Case("missing-sso-service", FAILED, lambda: says(sso="", slo=""), "none"),
    Case(
        "missing-sso-service", FAILED, lambda: says(sso=service("SingleSignOnService", "Artifact", "https://x")), "only"
    ),
    Case("missing-sso-service", PASSED, observed),
    Case(
        "malformed-service-location", FAILED, lambda: says(sso=service("SingleSignOnService", "POST", "/sso")), "/sso"
    ),
    Case("malformed-service-location", PASSED, observed),
    Case("malformed-service-location", SKIPPED, lambda: says(sso="", slo="")),
    Case(
        "insecure-service-location",
        FAILED,
        lambda: says(sso=service("SingleSignOnService", "POST", "http://idp.example/sso")),
        "http://idp",
        Severity.WARNING,
    ),
    Case(
        "insecure-service-location", PASSED, lambda: says(sso=service("SingleSignOnService", "POST", "http://[::1]/"))
    ),
    Case("unsigned-requests-not-wanted", FAILED, lambda: says(role='WantAuthnRequestsSigned="1"'), "does not sign"),
    Case(
        "unsigned-requests-not-wanted",
        PASSED,
        lambda: says(role='WantAuthnRequestsSigned="true"', wants={"sign_requests": True}),
    ),
    Case("missing-logout-service", FAILED, lambda: says(slo=""), "none", Severity.INFO),
    Case("missing-logout-service", PASSED, says),
    Case("missing-logout-service", SKIPPED, lambda: says(sso="", slo="")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_answers_as_declared(case: Case) -> None:
    check_case("saml_metadata", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("saml_metadata", CASES)


def test_a_signed_copy_inside_does_not_vouch_for_what_is_outside() -> None:
    genuine = metadata(attributes='Id="_m1"')
    whole = signed(genuine)
    mark = whole[whole.index("<ds:Signature") : whole.index("</ds:Signature>")]
    forged = metadata(sso=service("SingleSignOnService", "POST", "https://evil.example/sso"), attributes="")
    head = forged.index(">") + 1
    wrapped = f"{forged[:head]}{mark}<ds:Object>{genuine}</ds:Object></ds:Signature>{forged[head:]}"
    for context in (observed(wrapped, entity_id=None), observed(wrapped, signers=signer(rsa_key()))):
        checks = {each.name: each.status for each in evaluate("saml_metadata", context)}
        assert checks["invalid-metadata-signature"] is FAILED


def test_healthy_metadata_has_no_finding() -> None:
    assert_healthy("saml_metadata", observed())
    assert_healthy("saml_metadata", observed(signed(metadata())))


def test_an_identity_provider_is_read() -> None:
    keys = key_descriptor(cert(rsa_key())) + key_descriptor(text="broken") + key_descriptor(cert(ec_key()), use="")
    found = read_idp(metadata(keys=keys, role='WantAuthnRequestsSigned="true"').encode())
    assert found is not None
    assert found.entity_id == IDP
    assert found.sso == {"Redirect": "https://idp.example/sso", "POST": "https://idp.example/sso"}
    assert found.slo == {"Redirect": "https://idp.example/slo"}
    assert [each.key_type for each in found.certificates] == ["RSA", "EC"]
    assert found.name_id_formats == ("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",)
    assert found.wants_signed_requests


def test_the_role_that_speaks_saml2_is_read_and_each_certificate_once() -> None:
    old = '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol"/>'
    document = metadata(keys=key_descriptor(cert(rsa_key())) * 2).replace("<md:IDPSSO", f"{old}<md:IDPSSO", 1)
    found = read_idp(document.encode())
    assert found is not None
    assert len(found.certificates) == 1
    assert found.sso


def test_one_identity_provider_of_an_aggregate_is_read() -> None:
    document = aggregate(other(1), other(2)).encode()
    found = read_idp(document, "https://idp2.example")
    assert found is not None
    assert found.entity_id == "https://idp2.example"
    assert read_idp(document) is None
    assert read_idp(document, "https://idp3.example") is None


@pytest.mark.parametrize("document", [b"", b"<html/>", b"{}", SP_METADATA.encode(), metadata().encode()[:-9]])
def test_no_identity_provider_is_read_from_something_else(document: bytes) -> None:
    assert read_idp(document) is None


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2000), st.integers(0, 40), st.text(max_size=20))
def test_no_change_to_metadata_raises(start: int, length: int, piece: str) -> None:
    xml = signed(metadata())
    document = (xml[:start] + piece + xml[start + length :]).encode()
    read_idp(document)
    assert not [each for each in evaluate("saml_metadata", observed(document)) if each.status is Status.TOOL_ERROR]
