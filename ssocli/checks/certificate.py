"""A certificate that somebody sent: that it is one, is good today, and is the one that signs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import Undecodable
from ssocli.checks.saml_certificate import Certificate, read_certificates
from ssocli.clock import iso
from ssocli.steps import Step

_SOON = 30 * 86400.0


@dataclass(frozen=True, slots=True)
class CertificateContext:
    """A pasted text, None if it was a private key (whose text goes nowhere). `now` is in seconds since the epoch.

    `signing` are the certificates that sign according to the metadata or the configuration, None if nobody said.
    """

    text: str | None
    now: float
    signing: tuple[Certificate, ...] | None = None
    found: tuple[Certificate, ...] | Undecodable = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found = Undecodable("is a private key") if self.text is None else read_certificates(self.text)
        object.__setattr__(self, "found", found)


def _on_certificate(
    judge: Callable[[Certificate, CertificateContext], Judgement],
) -> Callable[[CertificateContext], Judgement]:
    """Make a rule of the first certificate: skipped when there is none."""

    @functools.wraps(judge)
    def guarded(context: CertificateContext) -> Judgement:
        if isinstance(context.found, Undecodable):
            return skipped("there is no certificate to judge (CERT002, CERT003)")
        return judge(context.found[0], context)

    return guarded


@rule(
    "CERT001",
    "expired-pasted-certificate",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 5280 4.1.2.5",
    owner=Owner.IDP,
    fix="Let the identity provider make a new signing certificate, and give that one to the application.",
)
@_on_certificate
def expired_certificate(certificate: Certificate, context: CertificateContext) -> Judgement:
    """The certificate is past its end."""
    expected, actual = f"good after {iso(context.now)}", f"{certificate}, until {iso(certificate.not_after)}"
    return failed(expected, actual) if certificate.not_after <= context.now else passed(expected, actual)


@rule(
    "CERT002",
    "unreadable-certificate",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 7468 5",
    owner=Owner.APP,
    fix="Copy the whole certificate, with the lines BEGIN CERTIFICATE and END CERTIFICATE, or give the identity "
    "provider's metadata instead.",
)
def unreadable_certificate(context: CertificateContext) -> Judgement:
    """What was pasted is no certificate: a part of one, a fingerprint, a request, a public key."""
    if context.text is None:
        return skipped("it is a private key (CERT003)")
    if isinstance(context.found, Undecodable):
        return failed("an X.509 certificate", f"it {context.found.reason}")
    return passed("an X.509 certificate", str(context.found[0]))


@rule(
    "CERT003",
    "private-key-disclosed",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 5280 4.2.1.3; NIST SP 800-57 Part 1",
    owner=Owner.APP,
    fix="Treat the key as stolen: make a new pair, replace the certificate at the other side, delete the message. What "
    "the other side needs is the certificate.",
)
def private_key_disclosed(context: CertificateContext) -> Judgement:
    """A private key was sent: whoever read it can sign (or decrypt) in its owner's name. It is not shown here."""
    return failed("a certificate", "a private key") if context.text is None else passed("a certificate", "no key")


@rule(
    "CERT004",
    "certificate-from-the-future",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 5280 4.1.2.5",
    owner=Owner.CLOCK,
    fix="Compare the clocks. If they agree, the certificate is a coming one: use the present one until that day.",
)
@_on_certificate
def certificate_from_the_future(certificate: Certificate, context: CertificateContext) -> Judgement:
    """The certificate is not good yet."""
    expected, actual = f"good before {iso(context.now)}", f"from {iso(certificate.not_before)} on"
    return failed(expected, actual) if certificate.not_before > context.now else passed(expected, actual)


@rule(
    "CERT005",
    "certificate-soon-expired",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 5280 4.1.2.5",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="Plan the change: publish the new certificate beside the old one before signing with it.",
)
@_on_certificate
def certificate_soon_expired(certificate: Certificate, context: CertificateContext) -> Judgement:
    """The certificate ends within 30 days."""
    left = certificate.not_after - context.now
    if left <= 0:
        return skipped("it is expired (CERT001)")
    actual = f"{left / 86400:.0f} days"
    return failed("more than 30 days", actual) if left < _SOON else passed("more than 30 days", actual)


@rule(
    "CERT006",
    "weak-certificate-key",
    step=Step.REDIRECT_TO_IDP,
    spec="NIST SP 800-131A 3",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider sign with RSA of 2048 bits or more, or with P-256.",
)
@_on_certificate
def weak_certificate_key(certificate: Certificate, _: CertificateContext) -> Judgement:
    """The key in the certificate is too short to rely on."""
    actual = f"{certificate.key_type} {certificate.key_size}"
    expected = "RSA 2048 or more, or P-256"
    return failed(expected, actual) if certificate.is_weak else passed(expected, actual)


@rule(
    "CERT007",
    "certificate-not-the-signing-one",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Metadata 2.4.1.1 (use)",
    owner=Owner.APP,
    fix="Take the signing certificate from the identity provider's metadata (use=signing). Often it is the one of the "
    "web server (TLS), of encryption, of another application, or the one before the last change.",
)
@_on_certificate
def certificate_not_the_signing_one(certificate: Certificate, context: CertificateContext) -> Judgement:
    """The certificate is none of those that the identity provider signs with."""
    if context.signing is None:
        return skipped("nobody said which certificates sign")
    expected = " or ".join(map(str, context.signing)) or "a signing certificate"
    known = certificate.fingerprint in {each.fingerprint for each in context.signing}
    return passed(expected, str(certificate)) if known else failed(expected, str(certificate))


@rule(
    "CERT008",
    "certificate-chain-pasted",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.1.1",
    owner=Owner.APP,
    severity=Severity.INFO,
    fix="Paste the signing certificate alone: many applications take the first, or refuse several.",
)
@_on_certificate
def certificate_chain_pasted(_: Certificate, context: CertificateContext) -> Judgement:
    """Several certificates were pasted: a chain, or an old and a new one."""
    count = 0 if isinstance(context.found, Undecodable) else len(context.found)
    return failed("one certificate", f"{count}") if count > 1 else passed("one certificate", "one")
