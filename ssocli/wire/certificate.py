"""What a certificate that was not accepted says of itself: read from a connection on which nothing is sent."""

from __future__ import annotations

import socket
import ssl


def look_at(sock: socket.socket, host: str) -> str:
    """The names, dates and issuer of the certificate that the server shows, in one clause; closes `sock`.

    Empty if the server shows none this time. The certificate is not believed, only told.
    """
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    settings.check_hostname = False
    settings.verify_mode = ssl.CERT_NONE
    try:
        with settings.wrap_socket(sock, server_hostname=host) as unverified:
            shown = unverified.getpeercert(binary_form=True)
        return _described(shown) if shown else ""
    except (OSError, ValueError):  # what the server does now need not be what it did before, and DER may be broken
        return ""
    finally:
        sock.close()


def _described(der: bytes) -> str:
    from cryptography import x509

    certificate = x509.load_der_x509_certificate(der)
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = [str(name.value) for name in extension.value]
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        names = []
    since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return (
        f"it names {', '.join(names[:10]) or 'no host'}, is valid from {since:%Y-%m-%dT%H:%M:%SZ} to"
        f" {until:%Y-%m-%dT%H:%M:%SZ}, and was issued by {certificate.issuer.rfc4514_string() or 'nobody named'}"
    )
