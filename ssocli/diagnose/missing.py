"""What else to send, where the inputs alone do not tell."""

from __future__ import annotations

from collections.abc import Iterator

from ssocli.diagnose.judged import Judged
from ssocli.diagnose.material import Material
from ssocli.diagnose.unknown import what_to_send
from ssocli.diagnosis import Kind

_HAR = "a HAR file of the failed login, recorded in the user's browser from the login page on (with the log preserved)"


def missing(material: Material, judged: Judged, *, has_root: bool) -> tuple[str, ...]:
    """What to ask for: nothing when the root cause is known."""
    return () if has_root else tuple(dict.fromkeys(_wanted(material, judged)))


def _wanted(material: Material, judged: Judged) -> Iterator[str]:
    for thing in material.of(Kind.UNKNOWN):
        yield f"something else instead of {thing.place}: {thing.summary}"
    for thing in material.of(Kind.ERROR_TEXT):
        yield f"what led to the message in {thing.place}: {_HAR}"
    if len(material.setups) > 1 and any(thing.kind is not Kind.CONFIG for thing in material.things):
        names = ", ".join(setup.key for setup in material.setups)
        yield f"which provider is meant (--provider): {names}"
    yield from what_to_send(judged.unknown)
    if not judged.is_telling:
        yield _HAR
