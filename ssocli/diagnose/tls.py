"""Until when a server's TLS certificate is good: a look of its own, for a connection that is in use does not tell."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

_SECONDS = 5.0


def certificate_until(url: str, trust: ssl.SSLContext | None) -> float | None:
    """The end of the certificate of the server at this https URL, in seconds since the epoch.

    None for http, and if no connection can be made directly (a proxy); that is judged elsewhere.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return None
    context = trust or ssl.create_default_context()
    try:
        with (
            socket.create_connection((parts.hostname, parts.port or 443), _SECONDS) as raw,
            context.wrap_socket(raw, server_hostname=parts.hostname) as stream,
        ):
            until = (stream.getpeercert() or {}).get("notAfter")
            return ssl.cert_time_to_seconds(until) if isinstance(until, str) else None
    except (OSError, ValueError):
        return None
