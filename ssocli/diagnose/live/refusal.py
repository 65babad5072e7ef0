"""The words in which an identity provider refuses to begin a login."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qs, urlsplit

from ssocli.checks.metadata import is_loopback
from ssocli.diagnose.known_errors import find
from ssocli.exchange import Response

_READ = 200_000
_SPECIFICATIONS = {"OAuth 2.0", "SAML 2.0"}
# Entra ID answers 200 with a page that names the error.
_ON_A_GOOD_PAGE = re.compile(r"AADSTS\d{5,8}[^<\"\\]{0,300}")
_MARKUP = re.compile(r"<(script|style)\b.*?</\1|<[^>]*>", re.IGNORECASE | re.DOTALL)


def is_known_there(sentry_url: str, endpoint: str) -> bool:
    """Whether the identity provider can know the application's address: loopback is known on the same machine only.

    A configuration without a public URL stands for a Sentry on this machine, and no customer registers that.
    """
    return not _is_loopback(sentry_url) or _is_loopback(endpoint)


def words(response: Response) -> str:
    """The known error that a response names, with some of the text around it; "" if it names none."""
    text = response.body[:_READ].decode("utf-8", "replace")
    if response.status < 300:
        found = _ON_A_GOOD_PAGE.search(text)
        return found[0] if found else ""
    if response.status < 400:
        return _named(_in_address(response.header("Location") or ""))
    return _named(" ".join(_MARKUP.sub(" ", text).split()))


def _named(text: str) -> str:
    """The text from its first known error of a product on; "" if there is none."""
    errors = [error for error in find(text) if error.product not in _SPECIFICATIONS]
    if not errors:
        return ""
    at = text.lower().find(errors[0].code.lower())
    return text[max(at, 0) :][:300]


def _in_address(location: str) -> str:
    """What an address says of an error: `error` and `error_description`, or what Google packs into `authError`."""
    try:
        found = parse_qs(urlsplit(location).query, max_num_fields=100)
    except ValueError:
        return ""
    said = [found[name][0] for name in ("error", "error_description") if name in found]
    if packed := found.get("authError", [""])[0]:
        try:
            raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        except (binascii.Error, ValueError):
            return ""
        said.append(" ".join(re.findall(r"[ -~]{4,}", raw.decode("latin-1"))))
    return ": ".join(said)


def _is_loopback(url: str) -> bool:
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False
