"""Where a user may be sent after the login: pages of this Sentry, never another site (RFC 9700 4.11)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LONGEST = 2000
# One slash, not followed by another slash or a backslash (which browsers read as one), then printable ASCII.
_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")


def safe_next(wanted: str, url: str) -> tuple[str, str]:
    """The page wanted, as a path; empty if the user must not be sent there, with the reason in half a sentence.

    `url` is Sentry's public URL: an absolute address of the same origin is taken as well.
    """
    if not wanted:
        return "", ""
    if len(wanted) > _LONGEST:
        return "", f"longer than {_LONGEST} characters"
    path = wanted
    if wanted.startswith(f"{url.rstrip('/')}/"):
        path = wanted[len(url.rstrip("/")) :]
    if not _PATH.fullmatch(path):
        return "", _reason(path)
    if path.startswith("/auth/"):
        return "", "a page of the login itself"
    return path, ""


def _reason(path: str) -> str:
    try:
        parts = urlsplit(path)
    except ValueError:
        return "not a URL"
    if parts.scheme or parts.netloc:
        return "another site"
    if "\\" in path:
        return "a backslash, which browsers read as a slash"
    if not path.startswith("/"):
        return "not a path that starts with a slash"
    return "characters that must be percent-encoded"
