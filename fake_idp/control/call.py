"""One call of the control API: where it is made, and what its handlers need."""

from __future__ import annotations

import selectors
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fake_idp.app import DEFAULT_ISSUER
from fake_idp.control.problem import ProblemError, unknown
from fake_idp.recorder import Entry

if TYPE_CHECKING:
    from fake_idp.app import App
    from fake_idp.config import Client, Person
    from fake_idp.context import Context, Issuer, Namespace
    from fake_idp.web import Request


@dataclass(frozen=True, slots=True)
class Call:
    """The provider, the namespace that the call is for, and the request."""

    app: App
    namespace: Namespace
    request: Request

    @property
    def url(self) -> str:
        """What comes before every path in this namespace."""
        return self.app.base_url(self.request) + self.namespace.prefix

    def issuer(self, name: str = DEFAULT_ISSUER) -> Issuer:
        """The issuer of that name; a problem if there is none."""
        return self.issuer_at(f"{self.url}/{name}")

    def issuer_at(self, url: str) -> Issuer:
        """The issuer with that identifier; a problem if there is none."""
        try:
            return self.app.issuer(self.namespace, url)
        except LookupError as error:
            raise ProblemError(404, f"There is no such issuer: {error}.", seen=url) from error

    def context(self, issuer: Issuer) -> Context:
        """What the endpoints of `issuer` would have, without a place in the record."""
        entry = Entry(0, self.namespace.clock.now(), self.namespace.name, self.request.method, "", issuer=issuer.url)
        return self.app.context(self.request, self.namespace, issuer, entry, {})

    def person(self, username: str) -> Person:
        """The person of that username; a problem if there is none."""
        people = self.namespace.directory.people
        if username not in people:
            raise unknown("user", username, people)
        return people[username]

    def clients(self) -> dict[str, Client]:
        """The clients of the namespace: configured ones, then those registered since."""
        registered = {client.client_id: client for client in self.namespace.store.clients.values()}
        return {**self.namespace.directory.clients, **registered}

    def client(self, client_id: str) -> Client:
        """The client of that id; a problem if there is none."""
        clients = self.clients()
        if client_id not in clients:
            raise unknown("client", client_id, clients)
        return clients[client_id]

    def wanted(self) -> bool:
        """Whether the caller still waits for the answer, as far as that can be seen."""
        wire = self.request.environ.get("server.socket")
        if wire is None:
            return True
        try:
            with selectors.DefaultSelector() as selector:  # a plain read would wait as long as the wire may be silent
                selector.register(wire, selectors.EVENT_READ)
                # Past TLS, which allows no flags: only whether there is an end is of interest.
                return not selector.select(0) or socket.socket.recv(wire, 1, socket.MSG_PEEK) != b""
        except (OSError, ValueError):  # closed, by them or by us
            return False
