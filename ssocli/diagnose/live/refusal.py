"""The words in which an identity provider refuses to begin a login."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qs, urlsplit

from ssocli.checks.metadata import is_loopback
from ssocli.exchange import Response

# Entra ID answers 200 with a page whose script has the error.
_IN_A_SCRIPT = re.compile(rb"AADSTS\d{5,8}[^<\"\\]{0,300}")
_READABLE = re.compile(r"[ -~]{4,}")


def is_known_there(sentry_url: str, endpoint: str) -> bool:
    """Whether the identity provider can know the application's address: loopback is known on the same machine only.

    A configuration without a public URL stands for a Sentry on this machine, and no customer registers that.
    """
    return not _is_loopback(sentry_url) or _is_loopback(endpoint)


def words(url: str, response: Response) -> str:
    """What the response to a login request at `url` says of an error; "" if it says nothing of one."""
    if response.status < 300:
        found = _IN_A_SCRIPT.search(response.body)
        return found[0].decode("utf-8", "replace") if found else ""
    if response.status < 400:
        return _in_address(response.header("Location") or "")
    if "html" not in response.media_type:
        return ""
    # Imported here: pages are read only where a request was refused.
    from ssocli.diagnose.capture.view import said_on
    from ssocli.flow.browser.page import read_page

    return said_on(read_page(url, response))


def _in_address(location: str) -> str:
    """What an address says: `error` and `error_description`, or what Google packs into `authError`."""
    try:
        parts = urlsplit(location)
        found = parse_qs(f"{parts.query}&{parts.fragment}", max_num_fields=100)
    except ValueError:
        return ""
    said = [found[name][0] for name in ("error", "error_description") if name in found]
    if packed := found.get("authError", [""])[0]:
        said += _READABLE.findall(_unpacked(packed))
    return ": ".join(said)


def _unpacked(packed: str) -> str:
    try:
        return base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""


def _is_loopback(url: str) -> bool:
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False
