"""The sequence diagram of a login: who asked whom what, laid out in pixels; the template only draws it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from ssocli.checks.check import Status
from ssocli.exchange import Exchange, Sender
from ssocli.report.redact import Redactor
from ssocli.steps import Step
from ssocli.text import printable
from ssocli.trace import StepOutcome, Trace

_COLUMN, _MARGIN, _HEAD, _ROW, _BAND = 280, 110, 64, 42, 34
_CHARACTER = 7.3  # the width of one in the diagram's labels
_MOST_COLUMNS = 5
_MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Actor:
    """A lifeline: its title, the host under it, and where it stands."""

    title: str
    host: str
    x: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """One hop: the request from `x1` to `x2` at `y`, labelled, and its answer below it."""

    x1: int
    x2: int
    y: int
    label: str
    answer: str
    bad: bool

    @property
    def middle(self) -> int:
        """Where the labels are centred."""
        return (self.x1 + self.x2) // 2


@dataclass(frozen=True, slots=True)
class Band:
    """The title of a step across the diagram."""

    y: int
    title: str
    status: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """The whole diagram. `left_out` hops did not fit."""

    width: int
    height: int
    actors: tuple[Actor, ...]
    bands: tuple[Band, ...]
    arrows: tuple[Arrow, ...]
    left_out: int = 0


def sequence(trace: Trace, redactor: Redactor) -> Sequence | None:
    """The diagram of the hops that were seen; None if there were none."""
    steps = [step for step in trace.steps if step.status is not Status.NOT_REACHED]
    hops = [exchange for step in steps for exchange in step.exchanges]
    if not hops:
        return None
    application, provider = _parties(trace)
    hosts = list(dict.fromkeys(filter(None, (application, provider, *(_host(hop.url) for hop in hops)))))
    columns = {host: index + 1 for index, host in enumerate(hosts[: _MOST_COLUMNS - 1])}
    titles = {application: "Application", provider: "Identity provider"}
    actors = [Actor("Browser", "", _MARGIN)] + [
        Actor(titles.get(host, "Other host"), host, _x(index)) for host, index in columns.items()
    ]
    bands, arrows, y, drawn = [], [], _HEAD, 0
    for outcome in steps:
        bands.append(Band(y, f"{outcome.step.number}  {outcome.step.title}", outcome.status.value))
        y += _BAND
        for hop in outcome.exchanges:
            if drawn == _MOST_ROWS:
                break
            sender = 0 if hop.sender is Sender.BROWSER else columns.get(application, 0)
            receiver = columns.get(_host(hop.url), len(columns))
            # The application asks itself, as far as a proxy in front of it goes: drawn to the next lifeline.
            receiver = receiver if receiver != sender else (sender - 1 if sender else 1)
            arrows.append(_arrow(hop, _x(sender), _x(receiver), y + 19, redactor))
            y, drawn = y + _ROW, drawn + 1
        y += 6
    return Sequence(
        _x(len(columns)) + _MARGIN, y + 10, tuple(actors), tuple(bands), tuple(arrows), left_out=len(hops) - drawn
    )


def _parties(trace: Trace) -> tuple[str, str]:
    """The hosts of the application and of the identity provider; "" for one that was not seen."""
    visit = trace.step(Step.EXTERNAL_AUTHENTICATION).exchanges
    back_channel = [
        hop for step in trace.steps for hop in step.exchanges if hop.sender is Sender.SENTRY and step.step.number >= 3
    ]
    provider = next((_host(hop.url) for hop in (*visit, *back_channel)), "")
    front = (hop for hop in _hops(trace.steps) if hop.sender is Sender.BROWSER and _host(hop.url) != provider)
    return next((_host(hop.url) for hop in front), ""), provider


def _hops(steps: Iterable[StepOutcome]) -> Iterable[Exchange]:
    return (hop for step in steps for hop in step.exchanges)


def _arrow(hop: Exchange, start: int, end: int, y: int, redactor: Redactor) -> Arrow:
    parts = urlsplit(redactor.url(hop.url))
    query = f"?{parts.query}" if parts.query else ""
    if hop.error is not None:
        answer = hop.error.kind.replace("_", " ")
    else:
        answer = str(hop.response.status) if hop.response else "no answer"
    location = hop.response.header("Location") if hop.response else None
    if location:
        answer += f" to {_host(location) or urlsplit(location).path}"
    bad = hop.error is not None or hop.response is None or hop.response.status >= 400
    room = int((abs(end - start) - 16) / _CHARACTER)
    return Arrow(start, end, y, _short(f"{hop.method} {parts.path or '/'}{query}", room), _short(answer, room), bad)


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _short(text: str, room: int) -> str:
    shown = printable(text)
    return shown if len(shown) <= room else f"{shown[: room - 1]}…"


def _x(column: int) -> int:
    return _MARGIN + column * _COLUMN
