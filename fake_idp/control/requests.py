"""The recorded requests: look, wait for one, and assert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from fake_idp.control import transcript
from fake_idp.control.problem import ProblemError
from fake_idp.control.route import Asked, Done, Model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fake_idp.control.call import Call
    from fake_idp.recorder import Entry

Timeout = Annotated[float, Meta(ge=0, le=60)]
Number = Annotated[int, Meta(ge=0, le=2**53)]
MAX_MISSES = 5


class RequestMatch(Asked, frozen=True, kw_only=True):
    """Which requests; all if nothing is said. `after` is a number: only later ones."""

    endpoint: str | None = None
    client: str | None = None
    user: str | None = None
    flow: str | None = None
    issuer: str | None = None
    method: str | None = None
    status: Annotated[int, Meta(ge=0, le=999)] | None = None
    accepted: bool | None = None
    fault: str | None = None
    outgoing: bool | None = None
    after: Number = 0

    def misses(self, entry: Entry) -> list[str]:
        """Why `entry` is none of these: one sentence per member."""
        return [
            f"{name} is {seen!r}, not {wanted!r}"
            for name in _COMPARED
            if (wanted := getattr(self, name)) is not None and (seen := getattr(entry, name)) != wanted
        ] + [f"the fault {fault} did not strike it" for fault in (self.fault,) if fault not in (None, *entry.faults)]

    def __str__(self) -> str:
        asked, anything = msgspec.structs.asdict(self), msgspec.structs.asdict(RequestMatch())
        return ", ".join(f"{name} {asked[name]!r}" for name in asked if asked[name] != anything[name]) or "any request"

    def covers(self, entry: Entry) -> bool:
        """Whether `entry` is one of these."""
        return entry.number > self.after and not self.misses(entry)


_COMPARED = ("endpoint", "client", "user", "flow", "issuer", "method", "status", "accepted", "outgoing")


class RequestQuery(RequestMatch, frozen=True, kw_only=True):
    """Which requests, at most how many (the latest), and whether to show secrets and raw bytes."""

    limit: Annotated[int, Meta(ge=1, le=2000)] = 100
    secrets: bool = False


class SecretsQuery(Asked, frozen=True, kw_only=True):
    """Whether to show secrets and raw bytes."""

    secrets: bool = False


class Take(Asked, frozen=True, kw_only=True):
    """Which request, and how many seconds to wait for it."""

    match: RequestMatch = RequestMatch()
    timeout: Timeout = 0
    secrets: bool = False


class Taken(Model, frozen=True, kw_only=True):
    """The request; None if there was none in time."""

    request: transcript.Recorded | None


class Count(Asked, frozen=True, kw_only=True):
    """How many there must be; at least one if nothing is said."""

    exactly: Number | None = None
    at_least: Number | None = None
    at_most: Number | None = None

    def holds(self, count: int) -> bool:
        """Whether `count` is right."""
        if self == Count():
            return count >= 1
        return (
            self.exactly in (None, count)
            and (self.at_least is None or count >= self.at_least)
            and (self.at_most is None or count <= self.at_most)
        )

    def __str__(self) -> str:
        said = [f"{name.replace('_', ' ')} {n}" for name, n in msgspec.structs.asdict(self).items() if n is not None]
        return " and ".join(said) or "at least 1"


class Verify(Asked, frozen=True, kw_only=True):
    """How many requests there must be, in which order others came, and how many seconds to wait until it is so."""

    match: RequestMatch | None = None
    count: Count = Count()
    order: tuple[RequestMatch, ...] = ()
    within: Timeout = 0


class Verified(Model, frozen=True, kw_only=True):
    """The numbers of the requests that matched, and of those that stand for the order."""

    matched: tuple[int, ...]
    ordered: tuple[int, ...]


def listing(call: Call, query: RequestQuery) -> list[transcript.Recorded]:
    """The recorded requests, oldest first."""
    found = [entry for entry in call.namespace.recorder.requests() if entry.complete and query.covers(entry)]
    return [shown(call, entry, secrets=query.secrets) for entry in found[-query.limit :]]


def get(call: Call, number: int, query: SecretsQuery) -> transcript.Recorded:
    """One recorded request."""
    for entry in call.namespace.recorder.requests():
        if entry.number == number:
            return shown(call, entry, secrets=query.secrets)
    raise ProblemError(404, "No recorded request has this number.", expected="one of the last 2000", seen=str(number))


def clear(call: Call) -> Done:
    """Forget the recorded requests."""
    count = len(call.namespace.recorder.requests())
    call.namespace.recorder.clear()
    return Done(count=count)


def take(call: Call, body: Take) -> Taken:
    """Wait for a request that nobody took before, and take it."""

    def first(entries: list[Entry]) -> Entry | None:
        for entry in entries:
            if not entry.taken and body.match.covers(entry):
                entry.taken = True
                return entry
        return None

    entry = call.namespace.recorder.wait_for(first, body.timeout, call.wanted)
    return Taken(request=None if entry is None else shown(call, entry, secrets=body.secrets))


def verify(call: Call, body: Verify) -> Verified:
    """Assert how many requests there were, and in which order; 417 if it is not so."""
    match = body.match or RequestMatch()
    entries: list[Entry] = []
    matched: list[int] = []
    ordered: list[int] = []

    def judge(now: list[Entry]) -> Verified | None:
        entries[:] = now
        matched[:] = [entry.number for entry in entries if match.covers(entry)]
        ordered[:] = _in_order(entries, body.order)
        if _right_number(body, matched) and len(ordered) == len(body.order):
            return Verified(matched=tuple(matched), ordered=tuple(ordered))
        return None

    verified = call.namespace.recorder.wait_for(judge, body.within, call.wanted)
    if verified is not None:
        return verified
    if not _right_number(body, matched):
        raise ProblemError(
            417, "The number of such requests is not right.", expected=str(body.count), seen=str(len(matched)),
            errors=_nearest_misses(entries, match),
        )  # fmt: skip
    missing = body.order[len(ordered)]
    raise ProblemError(
        417, f"The requests did not come in this order: number {len(ordered) + 1} is missing.", expected=str(missing),
        seen=", ".join(entry.endpoint for entry in entries[-20:]) or "no requests",
        errors=_nearest_misses(entries, missing),
    )  # fmt: skip


def _right_number(body: Verify, matched: list[int]) -> bool:
    """Whether as many requests matched as there must be; without a match, the number does not count."""
    return body.match is None or body.count.holds(len(matched))


def shown(call: Call, entry: Entry, *, secrets: bool = False) -> transcript.Recorded:
    """A recorded request, for the answer."""
    return transcript.recorded(entry, "strict" if call.app.settings.strict else "permissive", secrets=secrets)


def _in_order(entries: Iterable[Entry], order: tuple[RequestMatch, ...]) -> list[int]:
    """The numbers of requests that came one after the other, as far as `order` was followed."""
    found: list[int] = []
    for entry in entries:
        if len(found) < len(order) and order[len(found)].covers(entry):
            found.append(entry.number)
    return found


def _nearest_misses(entries: list[Entry], match: RequestMatch) -> list[str]:
    """Requests that are not quite what was looked for, the nearest first."""
    missed = [(entry, misses) for entry in entries if (misses := match.misses(entry))]
    return [
        f"request {entry.number} ({entry.method} {entry.url[:100]}): {'; '.join(misses)}"
        for entry, misses in sorted(missed, key=lambda pair: len(pair[1]))[:MAX_MISSES]
    ]
