"""One HTTP hop as a value: the same shape for what the browser sent and for what the emulated Sentry sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

Headers = tuple[tuple[str, str], ...]


class Sender(Enum):
    """Who sent the request: the front channel and the back channel fail for different reasons."""

    BROWSER = "browser"
    SENTRY = "sentry"


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent, as it was sent."""

    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. `body` is free of transfer and content codings; `truncated`: cut at the reader's limit."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    truncated: bool = False

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case; None if it is absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def media_type(self) -> str:
        """The Content-Type without parameters, in lower case; empty if there is none."""
        return (self.header("Content-Type") or "").split(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Phases:
    """How long each phase of the hop took, in seconds; None for a phase that did not happen."""

    dns: float | None = None
    tcp: float | None = None
    tls: float | None = None
    headers: float | None = None
    body: float | None = None


ErrorKind = Literal["dns", "refused", "unreachable", "reset", "tls", "timeout", "protocol", "too_large", "blocked"]
CertificateTrouble = Literal["expired", "not_yet_valid", "wrong_name", "untrusted"]


@dataclass(frozen=True, slots=True)
class TransportError:
    """Why no (whole) response came back. `detail` is one sentence for a person, without secrets.

    `certificate` says what is wrong with the server's certificate, if that is the trouble and has one of these names.
    """

    kind: ErrorKind
    phase: Literal["dns", "tcp", "tls", "send", "headers", "body"]
    detail: str
    certificate: CertificateTrouble | None = None


@dataclass(frozen=True, slots=True)
class TlsSession:
    """What was agreed on in the TLS handshake: the `version` ("TLSv1.3"), and the server's `certificate` in DER."""

    version: str
    certificate: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP hop: a request and either its response or the error that took its place (a cut response has both).

    `tls` is None over plain HTTP, and where nobody could see it (a browser's capture).
    """

    method: str
    url: str
    request: Request
    response: Response | None
    phases: Phases = field(default_factory=Phases)
    error: TransportError | None = None
    sender: Sender = Sender.BROWSER
    tls: TlsSession | None = None
