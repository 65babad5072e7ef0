"""Comparing the times of a response with now."""

from __future__ import annotations

from ssocli.checks.saml_response.context import SamlResponseContext
from ssocli.clock import iso


def is_over(end: float, context: SamlResponseContext) -> bool:
    """Whether an end (NotOnOrAfter) has passed by more than the leeway."""
    return context.now >= end + context.leeway


def is_ahead(start: float, context: SamlResponseContext) -> bool:
    """Whether a beginning (NotBefore) is later than now by more than the leeway."""
    return start > context.now + context.leeway


def moment(value: float, context: SamlResponseContext) -> str:
    """A time and its distance from now: `2026-01-31T09:30:00Z (3600 s ago)`."""
    offset = value - context.now
    return f"{iso(value)} ({abs(offset):.0f} s {'ahead' if offset >= 0 else 'ago'})"
