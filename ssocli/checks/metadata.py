"""The small questions about provider metadata (OIDC Discovery 3, RFC 8414 2) that several areas ask."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from ssocli.checks.document import strings
from ssocli.text import shown


def offered(document: dict[str, Any], name: str, default: tuple[str, ...]) -> tuple[str, ...] | None:
    """The values listed under `name`; `default` if the member is absent, None if it is no array of strings."""
    return default if name not in document else strings(document[name])


def url_problem(url: str) -> str | None:
    """Why this is no absolute http(s) URL without fragment, as half a sentence; None if it is one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return f"{shown(url)} cannot be read as a URL ({error})"
    if any(character.isspace() for character in url):
        return f"{shown(url)} has white space in it"
    if parts.scheme not in ("http", "https"):
        return f"{shown(url)} is no absolute http or https URL"
    if not parts.hostname or port == 0:
        return f"{shown(url)} names no host and port that can be reached"
    return f"{shown(url)} has a fragment" if "#" in url else None


def is_loopback(host: str) -> bool:
    """Whether this host is this very machine, by name or by address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_insecure(url: str) -> bool:
    """Whether this is a plain http URL beyond this machine."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and not is_loopback(parts.hostname or "")
    except ValueError:
        return False
