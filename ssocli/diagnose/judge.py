"""Every thing judged against what is known, by the rules that a login uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssocli.diagnose import judge_settings
from ssocli.diagnose.judged import Judged
from ssocli.diagnose.known import Known
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Kind

_SAML = {Kind.SAML_RESPONSE, Kind.SAML_REQUEST}
_OAUTH = {Kind.JWT, Kind.AUTHORIZATION_URL, Kind.CALLBACK_URL, Kind.TOKEN_RESPONSE}

# What names the person who logged in.
_PEOPLE = {Kind.SAML_RESPONSE, Kind.JWT, Kind.TOKEN_RESPONSE}


def judge(things: Sequence[Thing], known: Known, now: float | None, clock: float) -> Iterator[Judged]:
    """All that can be judged. `now`: the moment in question, None for that of each message; `clock`: the real time."""
    yield from judge_settings.judge(things, known, clock if now is None else now)
    for thing in things:
        # Imported here: most questions are about one protocol, and each brings its libraries along.
        if thing.kind in _SAML:
            from ssocli.diagnose import judge_saml

            yield judge_saml.judge(thing, known, now, clock)
        elif thing.kind in _OAUTH:
            from ssocli.diagnose import judge_oidc

            yield from judge_oidc.judge(thing, known, now, clock)
    if sum(thing.kind in _PEOPLE for thing in things) > 1:
        from ssocli.diagnose import judge_people

        yield from judge_people.judge(things, known)
