"""URLs as a browser sees them: resolving, origins, sites, and which ones count as secure."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from ssocli.wire.proxies import is_loopback

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE = "/?:@!$&'()*+,;=-._~%[]|^`{}\\"
_SCHEME = re.compile(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*):")


def resolve(base: str, reference: str) -> str:
    """The absolute URL that a reference on the page `base` means, spelled as a browser would request it.

    Raises ValueError if it cannot be a URL (a bad port or a bad IPv6 address).
    """
    reference = re.sub(r"[\t\r\n]", "", reference.strip("".join(map(chr, range(33)))))
    scheme = _SCHEME.match(reference)
    if scheme is not None and scheme[1].lower() not in _DEFAULT_PORTS:
        return reference
    address, mark, fragment = reference.partition("#")
    # For http and https, a backslash in the path is a slash (URL Standard, "special" schemes).
    path, query_mark, query = address.partition("?")
    reference = path.replace("\\", "/") + query_mark + query + mark + fragment
    # urljoin would take `http://` for a reference to the base.
    is_absolute = scheme is not None and reference[scheme.end() :].startswith("//")
    return canonical(reference if is_absolute else urljoin(base, reference))


def canonical(url: str) -> str:
    """An http or https URL with its host in lower case and ASCII, no default port, no user, and a path.

    Raises ValueError if it cannot be a URL; one of another scheme comes back as it is.
    """
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS:
        return url
    host, port = parts.hostname or "", parts.port
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    return urlunsplit(
        (
            parts.scheme,
            host,
            quote(parts.path or "/", safe=_SAFE),
            quote(parts.query, safe=_SAFE),
            quote(parts.fragment, safe=_SAFE),
        )
    )


def without_fragment(url: str) -> str:
    """The URL as it is requested."""
    return url.partition("#")[0]


def where(url: str) -> str:
    """The URL without query and fragment, which may hold codes and tokens: this is what messages show."""
    return re.split(r"[?#]", url, maxsplit=1)[0][:200]


def scheme_of(url: str) -> str:
    """The scheme in lower case; empty if there is none."""
    found = _SCHEME.match(url)
    return found[1].lower() if found else ""


def can_open(url: str) -> bool:
    """Whether the browser opens such a URL at all: http or https, with a host."""
    return scheme_of(url) in _DEFAULT_PORTS and bool(host_of(url))


def host_of(url: str) -> str:
    """The host name or address in lower case, IPv6 without brackets."""
    return urlsplit(url).hostname or ""


def origin(url: str) -> str:
    """Scheme, host and port, as in an Origin header (RFC 6454 6.2)."""
    parts = urlsplit(canonical(url))
    return f"{parts.scheme}://{parts.netloc}"


def is_trustworthy(url: str) -> bool:
    """Whether the origin is potentially trustworthy (Secure Contexts 3.1): https, or this machine."""
    return scheme_of(url) == "https" or is_loopback(host_of(url))


def is_same_site(one: str, other: str) -> bool:
    """Whether two URLs are schemefully same-site (RFC 6265bis 5.2): equal scheme and registrable domain."""
    if scheme_of(one) != scheme_of(other):
        return False
    first, second = host_of(one), host_of(other)
    if first == second:
        return True
    if is_address(first) or is_address(second) or first.split(".")[-2:] != second.split(".")[-2:]:
        return False
    registrable = _suffixes().privatesuffix(first)
    return registrable is not None and registrable == _suffixes().privatesuffix(second)


def is_address(host: str) -> bool:
    """Whether a host is an IP address and not a name."""
    return ":" in host or re.fullmatch(r"[0-9.]+", host) is not None


def is_public_suffix(domain: str) -> bool:
    """Whether names are registered directly below this domain, so that no cookie may span it."""
    return bool(_suffixes().publicsuffix(domain) == domain)


@functools.cache
def _suffixes() -> PublicSuffixList:
    # Imported here: reading the list takes longer than a whole login, and most logins need no answer from it.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
