"""What faults change: the messages of an identity provider before they leave it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fake_idp import jws
from fake_idp.recorder import SECRET_PARAMETERS, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from fake_idp.config import Client, Person
    from fake_idp.context import Context
    from fake_idp.refusal import Refusal
    from fake_idp.web import Response

    Render = Callable[[Any, int, list[tuple[str, str]]], Response]


FORGED_IDENTITY = "mallory"


def forged_person(context: Context) -> Person:
    """The identity that forged documents carry: mallory, or the last of the configured people."""
    people = context.directory.people
    return people.get(FORGED_IDENTITY) or list(people.values())[-1]


@dataclass(slots=True)
class Answer:
    """An answer of an endpoint for programs: a document and how it is sent.

    `body` replaces the rendered document. `deliver` is called when everything else is done, to wait or to break the
    wire (by raising ConnectionResetError).
    """

    context: Context
    document: Any
    status: int
    headers: list[tuple[str, str]]
    render: Render
    body: bytes | None = None
    deliver: Callable[[socket | None], None] | None = None

    @property
    def wire(self) -> socket | None:
        """The socket underneath; None behind a server that does not give it."""
        wire: socket | None = self.context.request.environ.get("server.socket")
        return wire

    def set_header(self, name: str, value: str | None) -> None:
        """Replace a header, or with None remove it."""
        self.headers[:] = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))

    def refuse(self, error: str, status: int, description: str = "Ordered by a fault.") -> None:
        """Make it an OAuth error response (RFC 6749 5.2)."""
        self.document, self.status = {"error": error, "error_description": description}, status

    def response(self) -> Response:
        """The message as it leaves. A header that the fault set replaces the one of the rendering."""
        response = self.render(self.document, self.status, [])
        given = {name.lower() for name, _ in self.headers}
        response.headers[:] = [*(pair for pair in response.headers if pair[0].lower() not in given), *self.headers]
        if self.body is not None:
            response.body = self.body
        return response

    def shown(self) -> dict[str, Any]:
        """For the ledger."""
        shown = {"status": self.status, "headers": list(self.headers), "document": redacted(self.document)}
        if self.body is not None:
            shown["body"] = f"{len(self.body)} bytes in its place"
        if self.deliver is not None:
            shown["delivery"] = self.deliver.__name__.strip("_")
        return shown


@dataclass(slots=True)
class Token:
    """A JWT before it is signed. `text` replaces what header, claims and key would give."""

    context: Context
    header: dict[str, Any]
    claims: dict[str, Any]
    key: PrivateKeyTypes | bytes | None
    client: Client
    text: str | None = None

    @property
    def now(self) -> int:
        """The time of issue, in seconds since the epoch."""
        return self.context.now

    def signed(self) -> str:
        """The compact serialization of what is there now."""
        return jws.jwt(self.header, self.claims, self.key)

    def serialized(self) -> str:
        """The token as it leaves."""
        return self.signed() if self.text is None else self.text

    def shown(self) -> dict[str, Any]:
        """For the ledger."""
        shown: dict[str, Any] = {"header": _copy(self.header), "claims": _copy(self.claims)}
        return {**shown, "token": fingerprint(self.serialized())}


@dataclass(slots=True)
class AuthorizationResponse:
    """The answer that goes through the browser to the client. `page` replaces the way back by a page that stays."""

    context: Context
    redirect_uri: str
    mode: str
    parameters: list[tuple[str, str]]
    page: Response | None = None

    def get(self, name: str) -> str:
        """The value of a parameter, "" if it is not there."""
        return dict(self.parameters).get(name, "")

    def replace(self, name: str, *values: str) -> None:
        """Give `name` these values: none takes it away, two repeat it."""
        at = next((i for i, pair in enumerate(self.parameters) if pair[0] == name), len(self.parameters))
        rest = [pair for pair in self.parameters if pair[0] != name]
        self.parameters[:] = [*rest[:at], *((name, value) for value in values), *rest[at:]]

    def shown(self) -> dict[str, Any]:
        """For the ledger."""
        shown: dict[str, Any] = {
            "redirect_uri": self.redirect_uri,
            "mode": self.mode,
            "parameters": [(name, redacted({name: value})[name]) for name, value in self.parameters],
        }
        return shown if self.page is None else {**shown, "page": self.page.status}


@dataclass(slots=True)
class LoginAttempt:
    """What the person gets after giving good credentials: nothing in the way, a refusal, or another page."""

    context: Context
    person: Person
    refusal: Refusal | None = None
    page: Response | None = None

    def shown(self) -> dict[str, Any]:
        """For the ledger."""
        return {
            "refusal": self.refusal.sentence if self.refusal else None,
            "page": self.page.status if self.page else None,
        }


@dataclass(slots=True)
class Consent:
    """Whether the person is asked (and has already agreed, if `given`), and what scope the client gets."""

    context: Context
    given: bool
    asks: bool
    scope: tuple[str, ...]

    def shown(self) -> dict[str, Any]:
        """For the ledger."""
        return {"asks": self.asks, "scope": list(self.scope)}


@dataclass(slots=True)
class Time:
    """How far the provider's clock is off, in seconds, for tokens and the Date header."""

    context: Context
    skew: int = 0

    def shown(self) -> dict[str, Any]:
        """For the ledger."""
        return {"skew": self.skew}


@dataclass(slots=True)
class Logout:
    """Where the browser goes after a logout; None for nowhere. `page` is shown in place of that.

    `frames` are the front-channel logout pages of clients, loaded before; `kept` leaves the session as it is.
    """

    context: Context
    uri: str | None
    state: str | None
    frames: list[str]
    page: Response | None = None
    kept: bool = False

    def shown(self) -> dict[str, Any]:
        """For the ledger."""
        page = self.page.status if self.page else None
        return {"uri": self.uri, "state": self.state, "frames": list(self.frames), "page": page, "kept": self.kept}


def redacted(document: Any) -> Any:
    """A copy with every secret replaced by its fingerprint, and XML as text."""
    if hasattr(document, "getroottree"):
        from fake_idp.saml import xml

        return xml.serialize(document).decode("utf-8")
    if isinstance(document, dict):
        return {
            name: fingerprint(str(value)) if name in SECRET_PARAMETERS and value else redacted(value)
            for name, value in document.items()
        }
    return [redacted(item) for item in document] if isinstance(document, list) else document


def _copy(value: dict[str, Any]) -> Any:
    return json.loads(json.dumps(value))
