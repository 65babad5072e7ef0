"""A certificate that somebody sent: that it is one, and good at the moment in question."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import Undecodable
from ssocli.checks.saml_certificate import Certificate, read_certificates
from ssocli.clock import iso
from ssocli.steps import Step

_SOON_SECONDS = 30 * 86400


@dataclass(frozen=True, slots=True)
class CertificateContext:
    """What was pasted as a certificate; `is_private_key`: it is a private key, whose text is not kept.

    `configured` are the certificates that the metadata or the configuration have for the same purpose, empty if nothing
    is known of them; `others` are the certificates that were sent with it, as pasted. `now` is in seconds since the
    epoch.
    """

    text: str
    now: float
    is_private_key: bool = False
    configured: tuple[Certificate, ...] = ()
    others: tuple[str, ...] = ()
    certificates: tuple[Certificate, ...] | Undecodable = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "certificates", read_certificates(self.text))


def _on_first(
    judge: Callable[[Certificate, CertificateContext], Judgement],
) -> Callable[[CertificateContext], Judgement]:
    """Make a rule of the first certificate, the one that signs: skipped when there is none."""

    @functools.wraps(judge)
    def guarded(context: CertificateContext) -> Judgement:
        if context.is_private_key or isinstance(context.certificates, Undecodable):
            return skipped("there is no certificate to judge (CERT001, CERT002)")
        return judge(context.certificates[0], context)

    return guarded


@rule(
    "CERT001",
    "private-key-disclosed",
    step=Step.IDP_SELECTION,
    spec="RFC 7468 10",
    owner=Owner.APP,
    fix="Treat the key as disclosed: make a new pair, replace the certificate wherever it is registered, and delete "
    "the key from every ticket and mailbox. Send the certificate (BEGIN CERTIFICATE) only.",
)
def private_key_disclosed(context: CertificateContext) -> Judgement:
    """A private key was sent where a certificate was meant. Whoever has it can sign in its owner's name."""
    expected = "a certificate"
    return failed(expected, "a private key") if context.is_private_key else passed(expected, "no private key")


@rule(
    "CERT002",
    "unreadable-certificate",
    step=Step.IDP_SELECTION,
    spec="RFC 7468 5.1",
    owner=Owner.APP,
    fix="Copy the certificate again, whole, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, or take it "
    "from the identity provider's metadata.",
)
def unreadable_certificate(context: CertificateContext) -> Judgement:
    """What was pasted is no certificate: cut off, a fingerprint, a public key or a request for one."""
    if context.is_private_key:
        return skipped("it is a private key (CERT001)")
    expected = "a certificate, in PEM or base64"
    if isinstance(context.certificates, Undecodable):
        return failed(expected, f"it {context.certificates.reason}")
    return passed(expected, " and ".join(str(each) for each in context.certificates))


@rule(
    "CERT003",
    "expired-pasted-certificate",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 5280 4.1.2.5",
    owner=Owner.IDP,
    fix="Make a new signing certificate at the identity provider, and enter it at the application before the switch.",
)
@_on_first
def expired_certificate(certificate: Certificate, context: CertificateContext) -> Judgement:
    """The certificate is past its end. Not every application refuses it, but those that do refuse everybody at once."""
    expected = f"an end after {iso(context.now)}"
    end = f"valid to {iso(certificate.not_after)}"
    return failed(expected, end) if context.now >= certificate.not_after else passed(expected, end)


@rule(
    "CERT004",
    "pasted-certificate-not-yet-valid",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 5280 4.1.2.5",
    owner=Owner.IDP,
    fix="Use the certificate that signs today, and keep this one for the day of the change; or set the clock of the "
    "machine that made it.",
)
@_on_first
def certificate_not_yet_valid(certificate: Certificate, context: CertificateContext) -> Judgement:
    """The certificate begins in the future: it is the next one, or was made by a fast clock."""
    expected = f"a beginning before {iso(context.now)}"
    start = f"valid from {iso(certificate.not_before)}"
    return failed(expected, start) if context.now < certificate.not_before else passed(expected, start)


@rule(
    "CERT005",
    "pasted-certificate-soon-expired",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 5280 4.1.2.5",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="Plan the change now: make the new certificate, enter both at the application, then switch.",
)
@_on_first
def certificate_soon_expired(certificate: Certificate, context: CertificateContext) -> Judgement:
    """The certificate ends within 30 days."""
    left = certificate.not_after - context.now
    if left <= 0:
        return skipped("it has expired already (CERT003)")
    expected, days = "more than 30 days left", f"{int(left // 86400)} days left"
    return failed(expected, days) if left < _SOON_SECONDS else passed(expected, days)


@rule(
    "CERT006",
    "weak-certificate-key",
    step=Step.TOKEN_VALIDATION,
    spec="NIST SP 800-131A 3",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Make a certificate with an RSA key of 2048 bits or more, or an elliptic curve of 256.",
)
@_on_first
def weak_certificate_key(certificate: Certificate, _: CertificateContext) -> Judgement:
    """The certificate's key is too short to rely on."""
    actual = f"{certificate.key_type} of {certificate.key_size} bits"
    expected = "RSA of 2048 bits or more, or an elliptic curve"
    return failed(expected, actual) if certificate.is_weak else passed(expected, actual)


@rule(
    "CERT007",
    "unregistered-certificate",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Metadata 2.4.1.1",
    owner=Owner.APP,
    fix="Enter the certificate that signs today: compare the fingerprints, and import the identity provider's metadata "
    "again.",
)
@_on_first
def unregistered_certificate(certificate: Certificate, context: CertificateContext) -> Judgement:
    """The certificate is none of those that the metadata or the configuration have for the identity provider."""
    if not context.configured:
        return skipped("no other certificates are known to compare with")
    expected = f"one of {', '.join(str(each) for each in context.configured)}"
    is_known = any(each.fingerprint == certificate.fingerprint for each in context.configured)
    return passed(expected, "one of them") if is_known else failed(expected, str(certificate))


@rule(
    "CERT008",
    "certificate-replaced",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Metadata 2.4.1.1",
    owner=Owner.APP,
    severity=Severity.INFO,
    fix="Enter the one that signs now at the application, or both while the change lasts.",
)
@_on_first
def certificate_replaced(certificate: Certificate, context: CertificateContext) -> Judgement:
    """Two certificates of the same name with different keys were sent: the old one and the new one."""
    read = [found for text in context.others if not isinstance(found := read_certificates(text), Undecodable)]
    same = [each for found in read for each in found if each.subject == certificate.subject]
    different = [each for each in same if each.fingerprint != certificate.fingerprint]
    if not same:
        return skipped("no other certificate of this name was sent")
    later = next((each for each in different if each.not_before > certificate.not_before), None)
    if later is None:
        return passed("the newest of its name", f"valid from {iso(certificate.not_before)}")
    return failed("the newest of its name", f"{certificate}; {later} begins at {iso(later.not_before)}")
