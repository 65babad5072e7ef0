"""Referrer policies (Referrer Policy 8): what a page tells the next one about where the person came from."""

from __future__ import annotations

from ssocli.flow.browser.urls import is_trustworthy, origin, scheme_of, without_fragment

DEFAULT_POLICY = "strict-origin-when-cross-origin"
_POLICIES = (
    "no-referrer",
    "no-referrer-when-downgrade",
    "same-origin",
    "origin",
    "strict-origin",
    "origin-when-cross-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
)


def policy_of(text: str, inherited: str = DEFAULT_POLICY) -> str:
    """The last policy in a comma-separated list that is one; the inherited one if none is."""
    known = [policy for token in text.lower().split(",") if (policy := token.strip()) in _POLICIES]
    return known[-1] if known else inherited


def referer(policy: str, page: str | None, target: str) -> str | None:
    """The Referer header for a request to `target` that the page started; None if it has none."""
    if page is None or scheme_of(page) not in ("http", "https") or policy == "no-referrer":
        return None
    whole, bare = without_fragment(page), origin(page) + "/"
    same = origin(page) == origin(target)
    downgrade = is_trustworthy(page) and not is_trustworthy(target)
    match policy:
        case "unsafe-url":
            return whole
        case "origin":
            return bare
        case "same-origin":
            return whole if same else None
        case "origin-when-cross-origin":
            return whole if same else bare
        case "no-referrer-when-downgrade":
            return None if downgrade else whole
        case "strict-origin":
            return None if downgrade else bare
    if same:
        return whole
    return None if downgrade else bare
