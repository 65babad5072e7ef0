"""What went wrong on the wire, in one sentence: what was expected, what was seen, and what is worth checking."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from typing import Literal

from ssocli.exchange import CertificateTrouble, ErrorKind, TransportError
from ssocli.wire.coding import CodingError
from ssocli.wire.stream import OverBudgetError

Phase = Literal["dns", "tcp", "tls", "send", "headers", "body"]

_UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EACCES)

# OpenSSL's verify codes, x509_vfy.h.
_CERTIFICATE_TROUBLE = {
    9: "it is not valid yet (compare the clocks of both machines)",
    10: "it has expired",
    18: "it is self-signed and not in the list of trusted authorities",
    19: "its chain ends in an authority that is not trusted here (name the authority's file if it is a private one)",
    20: "its issuer is not trusted here (an unknown authority, or an intermediate certificate is not sent)",
    21: "its issuer is not trusted here (an intermediate certificate may not be sent)",
    23: "it was revoked",
    24: "it was signed with a certificate that is no authority's",
    26: "it is not for servers (its extended key usage names other purposes)",
    62: "it was issued for other host names",
    64: "it was issued for other addresses",
    66: "its key is too short",
    67: "the key of its issuer is too short",
    68: "its signature algorithm is too weak",
    79: "it was signed with a certificate that is no authority's",
}
_TROUBLE_BY_CODE: dict[int, CertificateTrouble] = {
    9: "not_yet_valid",
    10: "expired",
    18: "untrusted",
    19: "untrusted",
    20: "untrusted",
    21: "untrusted",
    24: "untrusted",
    62: "wrong_name",
    64: "wrong_name",
    79: "untrusted",
}

# OpenSSL's reasons for a handshake that failed, as far as they tell what to look for.
_NO_COMMON_VERSION = "it offers no TLS version that is still allowed (1.2 or newer)"
_HANDSHAKE_TROUBLE = {
    "UNSUPPORTED_PROTOCOL": _NO_COMMON_VERSION,
    "TLSV1_ALERT_PROTOCOL_VERSION": _NO_COMMON_VERSION,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "it refused the handshake: no cipher in common, or it wants a client certificate",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "it wants a client certificate",
    "TLSV1_UNRECOGNIZED_NAME": "it does not serve this host name (SNI)",
    "DH_KEY_TOO_SMALL": "its Diffie-Hellman parameters are too short",
}

_WAITED_FOR = {
    "tcp": "to accept the connection: a firewall may drop the packets, or the host is down",
    "tls": "to finish the TLS handshake: the port may not speak TLS",
    "send": "to take the request",
    "headers": "to start its response: the server is too slow or hangs",
    "body": "to finish its response: the body arrives too slowly or stops half-way",
}


class Stopped(Exception):  # noqa: N818 - not an error of this program, and never seen outside the package
    """Carries the error of a hop to where the exchange is made."""

    def __init__(
        self, kind: ErrorKind, phase: Phase, detail: str, certificate: CertificateTrouble | None = None
    ) -> None:
        self.error = TransportError(kind, phase, detail, certificate)
        super().__init__(detail)


def explain(error: Exception, phase: Phase, peer: str) -> TransportError:
    """The transport error for an exception of the socket, TLS or HTTP layer; `peer` is who was spoken to.

    Raises the exception again if it belongs to none of those layers: then it is a mistake of this program.
    """
    match error:
        case Stopped():
            return error.error
        case CodingError():
            return TransportError("protocol", "body", f"{peer}: {error}")
        case OverBudgetError():
            return TransportError("too_large", phase, f"{peer} sent more {phase} than this tool reads and was cut off")
        case TimeoutError():
            return TransportError("timeout", phase, f"{peer} took too long {_WAITED_FOR[phase]}")
        case ssl.SSLError():
            return TransportError("tls", phase, _explain_tls(error, peer))
        case http.client.RemoteDisconnected():
            reason = "it crashed on the request, or the port speaks another protocol"
            return TransportError("reset", phase, f"{peer} closed the connection without a response: {reason}")
        case ConnectionRefusedError():
            return TransportError(
                "refused", phase, f"nothing listens on {peer}: is the server started, and on this port?"
            )
        case ConnectionResetError() | BrokenPipeError() | ConnectionAbortedError():
            return TransportError(
                "reset", phase, f"{peer} broke the connection {_during(phase)}: the server or a proxy dropped it"
            )
        case http.client.HTTPException() | ValueError():
            return TransportError("protocol", phase, _explain_protocol(error, peer))
        case OSError():
            kind: ErrorKind = "unreachable" if phase == "tcp" or error.errno in _UNREACHABLE else "reset"
            reason = error.strerror or type(error).__name__
            return TransportError(kind, phase, f"{peer} cannot be reached {_during(phase)}: {reason}")
    raise error


def not_accepted(error: ssl.SSLCertVerificationError, peer: str, shown: str) -> Stopped:
    """A certificate that does not verify; `shown` is what it says of itself, if that could be seen."""
    why = _CERTIFICATE_TROUBLE.get(error.verify_code, error.verify_message)
    detail = f"the TLS certificate of {peer} is not accepted: {why}"
    trouble = _TROUBLE_BY_CODE.get(error.verify_code)
    return Stopped("tls", "tls", f"{detail}; {shown}" if shown else detail, trouble)


def no_address(host: str, error: OSError) -> Stopped:
    """A host name that does not resolve."""
    reason = error.strerror or type(error).__name__
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        reason = "the DNS server did not answer"
    return Stopped(
        "dns", "dns", f'no address is known for "{host}" ({reason}): check its spelling, the DNS server and the VPN'
    )


def _during(phase: Phase) -> str:
    return {
        "dns": "while its name was looked up",
        "tcp": "while connecting",
        "tls": "during the TLS handshake",
        "send": "while the request was sent",
        "headers": "before the response was complete",
        "body": "in the middle of the response body",
    }[phase]


def _explain_tls(error: ssl.SSLError, peer: str) -> str:
    reason = error.reason or str(error)
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        return f"{peer} does not speak TLS on this port: try http:// or another port"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return (
            f"{peer} closed the connection during TLS: the port may not speak TLS, or the server refused the handshake"
        )
    return f"no TLS connection with {peer}: {_HANDSHAKE_TROUBLE.get(reason) or reason.replace('_', ' ').lower()}"


def _explain_protocol(error: Exception, peer: str) -> str:
    match error:
        case http.client.BadStatusLine():
            line = str(error).strip("'\"")
            if line.startswith(("\x15\x03", "\\x15\\x03")):
                return f"{peer} speaks TLS on this port: use https://"
            return f'{peer} did not answer in HTTP: expected "HTTP/1.1 <status>", seen {line[:60]!r}'
        case http.client.UnknownProtocol():
            return f"{peer} answered in an HTTP version that does not exist: expected HTTP/1.0 or HTTP/1.1"
        case http.client.LineTooLong():
            return f"{peer} sent a header line of more than 65,536 bytes"
        case http.client.IncompleteRead():
            return f"{peer} sent broken chunks or closed the connection in the middle of a chunk: it may have crashed"
        case _:
            return f"{peer} broke the rules of HTTP: {str(error)[:120] or type(error).__name__}"
