"""Two metadata documents of one identity provider: what changed between them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.saml_metadata.idp import IdpDescription
from ssocli.clock import iso
from ssocli.steps import Step
from ssocli.text import difference, printable


@dataclass(frozen=True, slots=True)
class MetadataChangeContext:
    """The document that is used, and another one of the same identity provider."""

    used: IdpDescription
    other: IdpDescription


def _of_one_provider(
    judge: Callable[[MetadataChangeContext], Judgement],
) -> Callable[[MetadataChangeContext], Judgement]:
    """Make a rule of two documents with the same entity ID: skipped for two identity providers."""

    @functools.wraps(judge)
    def guarded(context: MetadataChangeContext) -> Judgement:
        if context.used.entity_id != context.other.entity_id:
            return skipped("the documents are those of two identity providers")
        return judge(context)

    return guarded


@rule(
    "MDC001",
    "signing-certificate-replaced",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Metadata 2.4.1.1",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Give the application the later document on the day of the change. Better: let the identity provider publish "
    "both certificates for a while, and the application fetch the metadata by itself.",
)
@_of_one_provider
def signing_certificate_replaced(context: MetadataChangeContext) -> Judgement:
    """The two documents have no signing certificate in common: with the wrong one nobody gets in."""
    used, other = context.used.certificates, context.other.certificates
    if not used or not other:
        return skipped("one of them has no signing certificate (SMD020)")
    expected = "a signing certificate that is in both documents"
    if common := {each.fingerprint for each in used} & {each.fingerprint for each in other}:
        return passed(expected, f"{len(common)}")
    seen = (f"{each[0]} from {iso(each[0].not_before)}" for each in (used, other))
    return failed(expected, " and ".join(seen))


@rule(
    "MDC002",
    "sso-address-changed",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.3 (SingleSignOnService)",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Find out which document is the present one (ask the identity provider's administrator, or fetch it), and use "
    "that.",
)
@_of_one_provider
def sso_address_changed(context: MetadataChangeContext) -> Judgement:
    """The two documents send users to different single sign-on addresses."""
    for binding in sorted(context.used.sso.keys() & context.other.sso.keys()):
        one, two = context.used.sso[binding], context.other.sso[binding]
        if one != two:
            return failed(printable(one), printable(two), evidence=difference(one, two))
    return passed("the same addresses", f"{len(context.used.sso)}")
