"""The signing certificates of an identity provider."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import Undecodable
from ssocli.checks.saml_metadata.context import SamlMetadataContext, on_idp
from ssocli.checks.saml_tree import Element
from ssocli.clock import iso
from ssocli.steps import Step

_SOON = 30 * 86400


@rule(
    "SMD020",
    "missing-signing-certificate",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.1.1",
    owner=Owner.IDP,
    fix="Let the identity provider publish its signing certificate (KeyDescriptor with X509Certificate); without one "
    "no response can be verified.",
)
@on_idp
def missing_signing_certificate(_: Element, context: SamlMetadataContext) -> Judgement:
    """The identity provider publishes no signing certificate."""
    count = len(context.signing)
    return passed("a signing certificate", str(count)) if count else failed("a signing certificate", "none")


@rule(
    "SMD021",
    "unreadable-signing-certificate",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.1.1; XML Signature 4.5.4",
    owner=Owner.IDP,
    fix="Let the identity provider publish the whole certificate, base64 of DER, in X509Certificate.",
)
@on_idp
def unreadable_signing_certificate(_: Element, context: SamlMetadataContext) -> Judgement:
    """A signing certificate cannot be read: a part is missing, or it is something else."""
    if not context.signing:
        return skipped("there is no signing certificate (SMD020)")
    wrong = [
        f"number {at} {found.reason}" for at, found in enumerate(context.signing, 1) if isinstance(found, Undecodable)
    ]
    expected = "certificates that can be read"
    return failed(expected, "; ".join(wrong)) if wrong else passed(expected, f"{len(context.signing)}")


@rule(
    "SMD022",
    "expired-metadata-certificate",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.1.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Renew the signing certificate at the identity provider and publish the new one before it signs. In SAML the "
    "key counts and not the date, but some applications refuse it.",
)
@on_idp
def expired_signing_certificate(_: Element, context: SamlMetadataContext) -> Judgement:
    """All signing certificates are past their end, or before their beginning."""
    if not context.certificates:
        return skipped("there is no readable signing certificate (SMD020, SMD021)")
    expected = f"a certificate that is valid at {iso(context.now)}"
    good = [each for each in context.certificates if each.not_before <= context.now <= each.not_after]
    if good:
        return passed(expected, f"valid until {iso(max(each.not_after for each in good))}")
    return failed(
        expected,
        "; ".join(
            f"{each}, valid from {iso(each.not_before)} to {iso(each.not_after)}" for each in context.certificates
        ),
    )


@rule(
    "SMD023",
    "signing-certificate-soon-expired",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.1.1",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="Plan the renewal: publish the new certificate beside the old one, let all applications fetch it, switch.",
)
@on_idp
def signing_certificate_soon_expired(_: Element, context: SamlMetadataContext) -> Judgement:
    """The last of the signing certificates ends within 30 days."""
    ends = [each.not_after for each in context.certificates]
    if not ends or max(ends) < context.now:
        return skipped("there is no certificate that is still valid (SMD020, SMD022)")
    expected, actual = f"valid beyond {iso(context.now + _SOON)}", f"until {iso(max(ends))}"
    return passed(expected, actual) if max(ends) > context.now + _SOON else failed(expected, actual)


@rule(
    "SMD024",
    "weak-signing-key",
    step=Step.REDIRECT_TO_IDP,
    spec="Kantara SAML Deployment Profile MD06",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider sign with RSA of 2048 bits or more, or an elliptic curve of 256.",
)
@on_idp
def weak_signing_key(_: Element, context: SamlMetadataContext) -> Judgement:
    """A signing key is too short to rely on."""
    if not context.certificates:
        return skipped("there is no readable signing certificate (SMD020, SMD021)")
    expected = "RSA of 2048 bits or more, or an elliptic curve"
    weak = [f"{each}: {each.key_type} {each.key_size}" for each in context.certificates if each.is_weak]
    kinds = ", ".join(f"{each.key_type} {each.key_size}" for each in context.certificates)
    return failed(expected, "; ".join(weak)) if weak else passed(expected, kinds)


@rule(
    "SMD025",
    "several-signing-certificates",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.1.1; Kantara SAML Deployment Profile SP37",
    owner=Owner.APP,
    severity=Severity.INFO,
    fix="Configure all of them: a rollover is under way or prepared. Sentry itself keeps only the first, so there the "
    "switch has to be made by hand.",
)
@on_idp
def several_signing_certificates(_: Element, context: SamlMetadataContext) -> Judgement:
    """The identity provider publishes several signing certificates; any of them may sign."""
    if not context.certificates:
        return skipped("there is no readable signing certificate (SMD020, SMD021)")
    count = len(context.certificates)
    return passed("one certificate", "one") if count == 1 else failed("one certificate", str(count))
