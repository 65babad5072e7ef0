"""TLS with a throw-away authority, made in memory at the start and trusted by nobody who was not told to.

The certificates live by the machine's time and not by the provider's clock, because whoever connects judges them so.
"""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable

    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

    from fake_idp.faults.engine import Faults

POINT = "tls"
DAY = timedelta(days=1)
# What the certificate is for whatever the server is bound to. Names under .localhost are loopback (RFC 6761 6.3), and
# a wildcard needs two labels after it.
LOOPBACK_NAMES = ("localhost", "sso.idp.localhost", "127.0.0.1", "::1")

_SERVER, _CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH


class Holder(NamedTuple):
    """A certificate with its key: an authority's, or a server's."""

    certificate: x509.Certificate
    key: CertificateIssuerPrivateKeyTypes


@dataclass(frozen=True, slots=True)
class Wish:
    """What a certificate is to say. Times are from now; `key` None makes a P-256 key."""

    subject: str
    names: tuple[str, ...] = ()
    valid_from: timedelta = -DAY
    valid_until: timedelta = DAY
    is_authority: bool = False
    purpose: x509.ObjectIdentifier = _SERVER
    key: CertificateIssuerPrivateKeyTypes | None = None

    def issued_by(self, issuer: Holder | None) -> Holder:
        """The certificate, signed by `issuer` or by itself (RFC 5280 4.2)."""
        key = self.key or ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.subject)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer.certificate.subject if issuer else name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + self.valid_from)
            .not_valid_after(now + self.valid_until)
            .add_extension(x509.BasicConstraints(ca=self.is_authority, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=self.is_authority), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if issuer is not None:
            identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.certificate.public_key())  # type: ignore[arg-type]  # of a key that signs
            builder = builder.add_extension(identifier, critical=False)
        if self.names:
            builder = builder.add_extension(x509.SubjectAlternativeName(map(_general_name, self.names)), critical=False)
        if not self.is_authority:
            builder = builder.add_extension(x509.ExtendedKeyUsage([self.purpose]), critical=False)
        return Holder(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


@dataclass(slots=True)
class Handshake:
    """One TLS handshake before it happens: what a fault of the point `tls` changes.

    `issuer` signs the server's certificate (None: it signs itself), and `chain` is sent after it. `delay` is in
    seconds. `take_over` talks to the client in place of TLS.
    """

    authority: Authority
    wish: Wish
    issuer: Holder | None
    chain: list[x509.Certificate]
    delay: float = 0.0
    take_over: Callable[[socket.socket], None] | None = None

    def change(self, **wishes: Any) -> None:
        """Ask for another certificate: the members of `Wish`."""
        self.wish = replace(self.wish, **wishes)

    def shown(self) -> dict[str, Any]:
        """For the ledger."""
        shown: dict[str, Any] = {
            "names": list(self.wish.names),
            "valid": [str(self.wish.valid_from), str(self.wish.valid_until)],
            "issuer": self.issuer.certificate.subject.rfc4514_string() if self.issuer else "itself",
            "chain": [certificate.subject.rfc4514_string() for certificate in self.chain],
            "delay": self.delay,
        }
        return shown if self.take_over is None else {**shown, "instead": self.take_over.__name__}

    def perform(self, wire: socket.socket) -> ssl.SSLSocket:
        """Do it. Raises OSError when it comes to nothing."""
        if self.take_over is not None:
            self.take_over(wire)
            raise ConnectionAbortedError("ordered: no TLS handshake")
        time.sleep(self.delay)
        return context(self.wish.issued_by(self.issuer), self.chain).wrap_socket(wire, server_side=True)


class Authority:
    """A root and an intermediate, and the server's certificate for `names` under them.

    Stands in for the server's `ssl.SSLContext`: each handshake is struck by what is armed at the point `tls`.
    """

    def __init__(self, names: Iterable[str], faults: Faults) -> None:
        self.names = tuple(dict.fromkeys((*LOOPBACK_NAMES, *(name for name in names if name != "*"))))
        self._faults = faults
        self.root = Wish("Throw-away root authority", is_authority=True).issued_by(None)
        self.intermediate = Wish("Throw-away intermediate authority", is_authority=True).issued_by(self.root)

    @property
    def pem(self) -> bytes:
        """The root certificate, for the clients' list of trusted authorities."""
        return self.root.certificate.public_bytes(serialization.Encoding.PEM)

    def trust(self) -> ssl.SSLContext:
        """The settings of a client that trusts this authority and no other."""
        return ssl.create_default_context(cadata=self.pem.decode("ascii"))

    def handshake(self) -> Handshake:
        """The one that goes well."""
        wish = Wish("fake identity provider", self.names)
        return Handshake(self, wish, self.intermediate, [self.intermediate.certificate])

    def wrap_socket(self, wire: socket.socket, *, server_side: bool = True) -> ssl.SSLSocket:
        """Do the server's side of a handshake, with the armed fault if there is one."""
        if not self._faults.active:
            return self._healthy.wrap_socket(wire, server_side=server_side)
        from fake_idp.faults.armed import Situation

        # Before HTTP nothing is known of who asks for what.
        situation = Situation(client=None, user=None, issuer="", issuer_url="", flow=None)
        fault = self._faults.pick(POINT, situation)
        if fault is None:
            return self._healthy.wrap_socket(wire, server_side=server_side)
        handshake = self.handshake()
        before = handshake.shown()
        fault.change(handshake)
        self._faults.note(fault, POINT, situation, before, handshake.shown())
        return handshake.perform(wire)

    @cached_property
    def _healthy(self) -> ssl.SSLContext:
        good = self.handshake()
        return context(good.wish.issued_by(good.issuer), good.chain)


def context(server: Holder, chain: Iterable[x509.Certificate]) -> ssl.SSLContext:
    """The settings of a server that shows this certificate and sends `chain` after it."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers("DEFAULT:@SECLEVEL=0")  # the client is to refuse what is weak
    key = server.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificates = [one.public_bytes(serialization.Encoding.PEM) for one in (server.certificate, *chain)]
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:  # ssl reads keys from files only
        file.write(b"".join([key, *certificates]))
        file.flush()
        made.load_cert_chain(file.name)
    return made


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
