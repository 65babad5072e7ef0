"""The people and clients that were configured, and how they are found."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_idp.config import Client, Config, Person
    from fake_idp.saml.providers import ServiceProvider


class Directory:
    """An index over a configuration. It never changes: who changes somebody makes another one."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.people: dict[str, Person] = {person.username: person for person in config.people}
        self.clients: dict[str, Client] = {client.client_id: client for client in config.clients}
        self.default_person: Person = self.people[config.default_person or config.people[0].username]
        self._hints: dict[str, Person] = {}
        for person in config.people:
            handles = (person.username, person.email, person.sub, person.github.login if person.github else None)
            for handle in handles:
                if handle:
                    self._hints.setdefault(handle.lower(), person)

    @cached_property
    def service_providers(self) -> dict[str, ServiceProvider]:
        """The SAML service providers by entity ID; their files are read when the first one is asked for."""
        from fake_idp.saml import providers

        return {known.entity_id: known for known in map(providers.configured, self.config.service_providers)}

    def find(self, hint: str) -> Person | None:
        """The person with that username, e-mail address, subject or GitHub login, in any case."""
        return self._hints.get(hint.strip().lower())
