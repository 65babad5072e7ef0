"""Which redirect URIs a client may use (RFC 6749 3.1.2, RFC 9700 2.1, RFC 8252 7)."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fake_idp.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_idp.config import Client

CLAUSE = "RFC 6749 3.1.2"
WEB_ADDRESS = "an absolute http or https URI without a fragment"


def problem(uri: str, client: Client, *, registered: bool, strict: bool, hosts: Sequence[str]) -> Refusal | None:
    """Why `client` may not use `uri`, None if it may.

    Strict compares with the registered ones character by character. Otherwise everything on this machine and on
    the configured `hosts` will do as well.
    """
    split = _split(uri)
    if split is None:
        return _refusal("The redirect URI is not an absolute URI.", "scheme://host/path", uri)
    scheme, host, fragment = split
    if fragment:
        return _refusal("The redirect URI has a fragment.", "no '#' in it", uri)
    if uri in client.redirect_uris and scheme not in ("javascript", "data", "vbscript"):
        return None
    web = scheme in ("http", "https")
    if web and is_loopback(host) and (client.any_loopback_redirect or not strict):
        return None
    if web and host in hosts and not strict:
        return None
    if strict or not web:
        expected = " or ".join(client.redirect_uris) or "a registered URI, and this client has none"
        fix = f"add it to the redirect_uris of client {client.client_id}, or send a registered one"
        if near := nearly(uri, client.redirect_uris):
            fix += f"; {near}"
        return _refusal("The redirect URI is not registered for this client.", expected, uri, fix)
    what = "registered URI, " if registered else ""
    return _refusal(
        "The redirect URI leads to another machine.",
        f"a {what}loopback host or a configured host",
        uri,
        f'add "{host}" to redirect_hosts in the configuration file',
    )


def leads_here(uri: str, hosts: Sequence[str]) -> bool:
    """Whether a web address is on this machine or on one of the configured `hosts`."""
    split = _split(uri)
    return split is not None and split[0] in ("http", "https") and (is_loopback(split[1]) or split[1] in hosts)


def is_web_address(uri: str) -> bool:
    """Whether `uri` is an absolute http(s) URI without a fragment (Back-Channel Logout 2.2, Front-Channel Logout 2)."""
    split = _split(uri)
    return split is not None and split[0] in ("http", "https") and not split[2]


def is_loopback(host: str) -> bool:
    """Whether the name or address means this machine (RFC 8252 7.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(uri: str) -> tuple[str, str, bool] | None:
    """Scheme, host, and whether there is a fragment; None if `uri` is not an absolute URI."""
    if any(char <= " " or char == "\\" or char > "~" for char in uri):
        return None
    try:
        parts = urlsplit(uri)
        host = (parts.hostname or "").lower()
        _ = parts.port  # raises ValueError when it is no port
    except ValueError:
        return None
    if not parts.scheme or (parts.scheme in ("http", "https") and not host):
        return None
    return parts.scheme.lower(), host, "#" in uri


def nearly(uri: str, registered: Sequence[str]) -> str | None:
    """How `uri` differs from a registered one, when it is only a little."""
    for other in registered:
        if uri.rstrip("/") == other.rstrip("/"):
            return f"it differs from {other} by a trailing slash only"
        if uri.lower() == other.lower():
            return f"it differs from {other} by upper and lower case only"
        if uri.partition(":")[2] == other.partition(":")[2]:
            return f"it differs from {other} by the scheme only"
        if uri.partition("?")[0] == other.partition("?")[0]:
            return f"it differs from {other} by the query only"
    return None


def _refusal(sentence: str, expected: str, seen: str, fix: str | None = None) -> Refusal:
    return Refusal("invalid_request", sentence, "redirect_uri", expected, seen[:200], CLAUSE, fix)
