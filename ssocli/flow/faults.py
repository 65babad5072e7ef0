"""Choosing faults of the bundled provider by id or pattern."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from fake_idp.faults import UnknownFaultError
from fake_idp.faults.fault import catalogue, named
from ssocli.config.problem import nearest

if TYPE_CHECKING:
    from fake_idp.faults.fault import Fault


def matching(patterns: Iterable[str], tags: Iterable[str] = ()) -> list[Fault]:
    """The faults that match any of the patterns and have every tag, in alphabetical order.

    Raises UnknownFaultError, which suggests the nearest, for a pattern that matches none and an unknown tag.
    """
    wanted = {_known_tag(tag) for tag in tags}
    known = catalogue()
    chosen: dict[str, Fault] = {}
    for pattern in patterns:
        found = [fault for fault in known.values() if fnmatchcase(fault.id, pattern)]
        for fault in found or [named(pattern)]:
            chosen[fault.id] = fault
    return [chosen[fault_id] for fault_id in sorted(chosen) if wanted <= set(chosen[fault_id].tags)]


def all_tags() -> list[str]:
    """Every tag that a fault has, in alphabetical order."""
    return sorted({tag for fault in catalogue().values() for tag in fault.tags})


def _known_tag(tag: str) -> str:
    known = all_tags()
    if tag not in known:
        hint = nearest(tag, known) or f"the tags are {', '.join(known)}."
        raise UnknownFaultError(f"No fault has the tag {tag[:100]!r}; {hint}")
    return tag


def tls_host(fault_ids: Iterable[str]) -> str | None:
    """The name under which the bundled provider has to speak TLS, so that these faults can strike; None for HTTP."""
    ids = [fault_id for fault_id in fault_ids if fault_id.startswith("tls.")]
    if not ids:
        return None
    # An address has no labels that a wildcard could stand for.
    return "sso.idp.localhost" if "tls.wildcard-name" in ids else "127.0.0.1"
