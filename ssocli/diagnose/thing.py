"""One thing that was given, recognised: what it is, and its content out of all wrappings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ssocli.checks.document import Undecodable
from ssocli.checks.saml_xml import XmlMessage
from ssocli.diagnosis import Input, Kind


@dataclass(frozen=True, slots=True)
class Given:
    """What the person gave: the octets, the name by which messages call them, and the directory they lie in."""

    place: str
    data: bytes = field(repr=False)
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """A recognised input.

    `text` is its content as text (XML, JSON, PEM, token, message), `document` the decoded JSON. A SAML message is in
    `message`, with the reason if it cannot be read. `url` is where a message was on its way to, `parameters` what went
    with it and `mode` how (`query`, `fragment`, `form_post`). `wrapping` names what was taken off, outermost first.
    """

    kind: Kind
    place: str
    summary: str
    text: str = field(default="", repr=False)
    document: Any = field(default=None, repr=False)
    message: XmlMessage | Undecodable | None = None
    url: str = ""
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    mode: str = "query"
    wrapping: tuple[str, ...] = ()
    folder: Path | None = None

    def parameter(self, name: str) -> str | None:
        """The first value of a parameter that came with it; None if there is none."""
        return next((value for key, value in self.parameters if key == name), None)

    @property
    def input(self) -> Input:
        """What the report says of it."""
        wrapped = f" (it was {', then '.join(self.wrapping)})" if self.wrapping else ""
        return Input(self.kind, self.place, self.summary + wrapped)
