"""What an endpoint is given: the request, the issuer it was sent to, and the state behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_idp.clock import Clock
    from fake_idp.config import Client, Person, Shape
    from fake_idp.directory import Directory
    from fake_idp.faults.engine import Faults
    from fake_idp.keys import KeySet
    from fake_idp.randomness import Randomness
    from fake_idp.recorder import Entry, Recorder
    from fake_idp.refusal import Refusal
    from fake_idp.settings import Settings
    from fake_idp.store import Store
    from fake_idp.web import Request


@dataclass(slots=True)
class Namespace:
    """The state of one group of tests: parallel ones use different namespaces and never meet.

    `prefix` is where its issuers are mounted. A change of people or clients puts another `directory` in place.
    """

    name: str
    prefix: str
    directory: Directory
    clock: Clock
    keys: KeySet
    store: Store
    recorder: Recorder
    faults: Faults


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer as it was addressed. `url` is its identifier; `path` is where it is mounted, "" at the root."""

    name: str
    url: str
    path: str
    shape: Shape

    def endpoint(self, name: str) -> str:
        """The advertised URL of an endpoint."""
        return self.url + self.shape.endpoints[name][0]


@dataclass(slots=True)
class Context:
    """One request on its way through an endpoint."""

    request: Request
    settings: Settings
    directory: Directory
    randomness: Randomness
    namespace: Namespace
    issuer: Issuer
    entry: Entry
    arguments: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The namespace's state."""
        return self.namespace.store

    @property
    def now(self) -> int:
        """The namespace's time, in whole seconds since the epoch."""
        return int(self.namespace.clock.now())

    def client(self, client_id: str) -> Client | None:
        """The client of that id: from the configuration or registered since, None if there is none."""
        return self.directory.clients.get(client_id) or self.store.clients.get(client_id)

    def person(self, username: str) -> Person:
        """The person of that username; only for usernames that came out of the directory."""
        return self.directory.people[username]

    def saw_client(self, client: Client) -> Client:
        """Note in the record who asked."""
        self.entry.client = client.client_id
        return client

    def note(self, refusal: Refusal) -> None:
        """Write into the record why the request is refused."""
        self.entry.accepted = False
        self.entry.error = refusal.error
        self.entry.reason = refusal.description + (f" Fix: {refusal.fix}" if refusal.fix else "")
