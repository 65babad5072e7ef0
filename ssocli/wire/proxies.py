"""Which proxy leads to a URL: the environment's variables as curl reads them, and never a proxy for loopback."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping


def is_loopback(host: str) -> bool:
    """Whether a host name or address literal means this machine (RFC 6761 6.3 for the names)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def environment_proxy(scheme: str, host: str, port: int, environ: Mapping[str, str] = os.environ) -> str | None:
    """The proxy URL that the environment names for this origin; None to connect directly."""
    if is_loopback(host) or _is_exempt(host, port, environ.get("no_proxy") or environ.get("NO_PROXY") or ""):
        return None
    for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY", "all_proxy", "ALL_PROXY"):
        if value := environ.get(name, "").strip():
            return value if "://" in value else f"http://{value}"
    return None


def _is_exempt(host: str, port: int, no_proxy: str) -> bool:
    entries = no_proxy.lower().replace(",", " ").split()
    return any(entry == "*" or _matches(host, port, entry) for entry in entries)


def _matches(host: str, port: int, entry: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        pass  # One of the two is a name.
    name, colon, wanted = entry.rpartition(":")
    if colon and wanted.isdigit():
        if int(wanted) != port:
            return False
        entry = name.strip("[]")
    entry = entry.removeprefix("*").removeprefix(".")
    return host == entry or host.endswith("." + entry)
