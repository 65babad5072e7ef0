"""What judging a thing gives."""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.checks.check import Check
from ssocli.diagnose.blind import Blind
from ssocli.diagnosis import Kind
from ssocli.steps import Step
from ssocli.trace import Trace


@dataclass(frozen=True, slots=True)
class Judged:
    """Checks about one thing. `observed`: about what really passed between the parties, not about how they are set up.

    `step` is where they were made, None for the step that each rule declares. `unknown` is what nobody told, `said` the
    identity provider's own words for its refusal, if it gave any.
    """

    place: str
    checks: tuple[Check, ...]
    observed: bool = False
    unknown: tuple[Blind, ...] = ()
    said: str = ""
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What a capture or a trace tells: one line about it, and, if a login is in it, that login's steps and checks."""

    kind: Kind
    summary: str
    judged: tuple[Judged, ...] = ()
    trace: Trace | None = None
