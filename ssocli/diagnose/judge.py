"""Every thing judged against what is known, by the rules that a login uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssocli.diagnose import judge_oidc, judge_people, judge_saml, judge_settings
from ssocli.diagnose.judged import Judged
from ssocli.diagnose.known import Known
from ssocli.diagnose.thing import Thing


def judge(things: Sequence[Thing], known: Known, now: float | None, clock: float) -> Iterator[Judged]:
    """All that can be judged. `now`: the moment in question, None for that of each message; `clock`: the real time."""
    yield from judge_settings.judge(things, known, clock if now is None else now)
    for thing in things:
        if thing.kind in judge_saml.KINDS:
            yield judge_saml.judge(thing, known, now, clock)
        elif thing.kind in judge_oidc.KINDS:
            yield from judge_oidc.judge(thing, known, now, clock)
    yield from judge_people.judge(things, known)
