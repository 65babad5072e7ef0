"""One thing that was given, unwrapped: what it is, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from ssocli.checks.saml_xml import Binding
from ssocli.diagnosis import Kind


@dataclass(frozen=True, slots=True)
class Thing:
    """`place` is where it was found. `text` is a token, a URL, a PEM, a configuration or a message; `data` a document.

    Of a SAML message `url` is where it goes or came to ("" if nobody knows), `packed` the parameter as it was sent, by
    `binding`; `parameters` are those of the URL or form around it. `mode` is how an authorization response came.
    `problem` says in half a sentence what an unknown thing is, or why a known one cannot be read.
    """

    kind: Kind
    place: str
    text: str = field(default="", repr=False)
    data: bytes = field(default=b"", repr=False)
    url: str = ""
    packed: str = field(default="", repr=False)
    binding: Binding = "POST"
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    mode: str = "query"
    problem: str = ""

    def first(self, name: str) -> str | None:
        """The first value of a parameter, None if it is absent."""
        return next((value for key, value in self.parameters if key == name), None)
