"""What judging a thing gives."""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.checks.check import Check
from ssocli.diagnose.blind import Blind


@dataclass(frozen=True, slots=True)
class Judged:
    """Checks about one thing. `observed`: about what really passed between the parties, not about how they are set up.

    `unknown` is what nobody told, `said` the identity provider's own words for its refusal, if it gave any.
    """

    place: str
    checks: tuple[Check, ...]
    observed: bool = False
    unknown: tuple[Blind, ...] = ()
    said: str = ""
