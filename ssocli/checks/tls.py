"""The server's certificate and the protocol of a TLS connection that came about; those that do not are NET's."""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import Undecodable
from ssocli.checks.saml_certificate import Certificate, read_certificate
from ssocli.clock import iso
from ssocli.exchange import TlsSession
from ssocli.steps import Step

_DAY = 86400.0
_SOON = 30 * _DAY
# Certificates of 90 days are renewed when a third of that is left; shorter ones are as well.
_LAST_PART = 1 / 3


@dataclass(frozen=True, slots=True)
class TlsContext:
    """A TLS connection that was accepted. `now` is in seconds since the epoch."""

    session: TlsSession
    now: float

    @property
    def certificate(self) -> Certificate | None:
        """The server's certificate; None if it cannot be read."""
        found = read_certificate(self.session.certificate)
        return None if isinstance(found, Undecodable) else found


@rule(
    "TLS001",
    "server-certificate-soon-expired",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 5280 4.1.2.5",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Renew the server's certificate and load it; if that should happen by itself, find out why it does not.",
)
def server_certificate_soon_expired(context: TlsContext) -> Judgement:
    """The identity provider's TLS certificate ends within 30 days, or within the last third of a shorter life.

    From that moment on nobody can log in: every client refuses the connection.
    """
    certificate = context.certificate
    if certificate is None:
        return skipped("the certificate cannot be read")
    least = min(_SOON, (certificate.not_after - certificate.not_before) * _LAST_PART)
    left = certificate.not_after - context.now
    expected, actual = f"valid beyond {iso(context.now + least)}", f"until {iso(certificate.not_after)}"
    return passed(expected, actual) if left > least else failed(expected, f"{actual}, {_time(left)} from now")


@rule(
    "TLS002",
    "weak-server-key",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9325 4.5",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Issue a certificate with an RSA key of 2048 bits or more, or an elliptic curve of 256.",
)
def weak_server_key(context: TlsContext) -> Judgement:
    """The key of the identity provider's TLS certificate is too short; most clients refuse the connection."""
    certificate = context.certificate
    if certificate is None:
        return skipped("the certificate cannot be read")
    expected = "RSA of 2048 bits or more, or an elliptic curve"
    actual = f"{certificate.key_type} {certificate.key_size}"
    return failed(expected, actual) if certificate.is_weak else passed(expected, actual)


@rule(
    "TLS003",
    "old-tls-version",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 8996 5; RFC 9325 3.1.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the server, or the proxy before it, speak TLS 1.2 and 1.3; current clients refuse anything older.",
)
def old_tls_version(context: TlsContext) -> Judgement:
    """The newest TLS version that the identity provider speaks is one that must not be used any more."""
    expected, actual = "TLS 1.2 or 1.3", context.session.version or "an unknown version"
    return passed(expected, actual) if actual in ("TLSv1.2", "TLSv1.3") else failed(expected, actual)


def _time(seconds: float) -> str:
    """A length of time in the unit that fits it."""
    return f"{seconds / _DAY:.0f} days" if seconds >= 2 * _DAY else f"{seconds / 3600:.0f} hours"
