"""A capture: what a browser sent and got, in order, each with its place in the file."""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.diagnosis import Kind
from ssocli.exchange import Exchange


class CaptureError(Exception):
    """The file is no capture, or none that can be read; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of the browser. `place` is where it stands in the file (`entry 7`).

    `started` is in seconds since the epoch, None if the capture does not say. `is_navigation`: it is for a page and not
    for a part of one.
    """

    place: str
    started: float | None
    exchange: Exchange
    is_navigation: bool


@dataclass(frozen=True, slots=True)
class Capture:
    """A whole file. `notes` are sentences about what could not be read."""

    kind: Kind
    place: str
    creator: str
    hops: tuple[Hop, ...]
    notes: tuple[str, ...] = ()
