"""Metadata of a service provider, alone and beside its configuration and its identity provider."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Status, evaluate
from ssocli.checks.saml_metadata import IdpDescription
from ssocli.checks.sp_metadata import SpMetadataContext, read_sp

from .forge import NOW
from .saml_forge import ACS, SP, at

POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
ARTIFACT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"


def document(
    *,
    entity: str = SP,
    acs: str = ACS,
    binding: str = POST,
    formats: tuple[str, ...] = (),
    until: str = "",
    more: str = "",
) -> bytes:
    listed = "".join(f"<md:NameIDFormat>{each}</md:NameIDFormat>" for each in formats)
    valid = f' validUntil="{until}"' if until else ""
    return (
        f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}"{valid}>'
        '<md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="1" '
        f'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{listed}{more}'
        f'<md:AssertionConsumerService index="0" Binding="{binding}" Location="{acs}"/>'
        "</md:SPSSODescriptor></md:EntityDescriptor>"
    ).encode()


def idp(*formats: str) -> IdpDescription:
    return IdpDescription("https://idp.example", {}, {}, (), formats, wants_signed_requests=False)


def failed(context: SpMetadataContext) -> dict[str, str]:
    return {check.code: check.actual for check in evaluate("sp_metadata", context) if check.status is Status.FAILED}


def test_what_an_identity_provider_reads() -> None:
    default = (
        f'<md:AssertionConsumerService index="1" isDefault="true" Binding="{POST}" Location="https://b.example/"/>'
    )
    sp = read_sp(document(formats=(EMAIL,), more=default))
    assert sp is not None
    assert (sp.entity_id, sp.acs_urls, sp.name_id_formats) == (SP, ("https://b.example/", ACS), (EMAIL,))
    assert (sp.signs_requests, sp.wants_signed_assertions) == (True, True)


def test_good_metadata_have_no_findings() -> None:
    assert failed(SpMetadataContext(document(formats=(EMAIL,)), NOW, SP, ACS, idp(EMAIL, PERSISTENT))) == {}
    assert failed(SpMetadataContext(document(), NOW)) == {}


@pytest.mark.parametrize(
    ("code", "context"),
    [
        ("SPM001", SpMetadataContext(b"<html/>", NOW)),
        ("SPM001", SpMetadataContext(b"no XML", NOW)),
        ("SPM002", SpMetadataContext(document(binding=ARTIFACT), NOW)),
        ("SPM003", SpMetadataContext(document(acs="http://sentry.example/saml/acs/acme/"), NOW)),
        ("SPM004", SpMetadataContext(document(entity=SP.rstrip("/")), NOW, SP, ACS)),
        ("SPM005", SpMetadataContext(document(acs=ACS.replace("acme", "other")), NOW, SP, ACS)),
        ("SPM006", SpMetadataContext(document(formats=(EMAIL,)), NOW, idp=idp(PERSISTENT))),
        ("SPM007", SpMetadataContext(document(until=at(-60)), NOW)),
    ],
)
def test_each_rule_finds_its_own(code: str, context: SpMetadataContext) -> None:
    assert set(failed(context)) == {code}


def test_an_open_format_fits_every_other() -> None:
    assert failed(SpMetadataContext(document(formats=(UNSPECIFIED,)), NOW, idp=idp(PERSISTENT))) == {}
    assert failed(SpMetadataContext(document(until=at(60)), NOW)) == {}


@given(st.binary(max_size=300))
@settings(max_examples=50, deadline=None)
def test_nothing_breaks_a_rule(data: bytes) -> None:
    checks = evaluate("sp_metadata", SpMetadataContext(data, NOW, SP, ACS, idp(EMAIL)))
    assert Status.TOOL_ERROR not in {check.status for check in checks}
