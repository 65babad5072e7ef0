"""What a service provider learns about a person beside the name (SAML Core 2.7.3)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from fake_idp.data import fixtures
from fake_idp.oidc import claims
from fake_idp.saml.names import BASIC_NAME, URI_NAME

if TYPE_CHECKING:
    from fake_idp.config import Person, Shape
    from fake_idp.saml.providers import ServiceProvider


@dataclass(frozen=True, slots=True)
class Attribute:
    """A name with its values; the format of the name follows from the name."""

    name: str
    values: tuple[str, ...]

    @property
    def name_format(self) -> str:
        """Names that are URIs, and plain ones."""
        return URI_NAME if ":" in self.name else BASIC_NAME


def released(person: Person, provider: ServiceProvider, shape: Shape) -> tuple[Attribute, ...]:
    """The attributes in the order of the provider's set, then those of the person alone; none without a value."""
    known = {**claims.about(person, shape.claims), "sub": person.sub, "username": person.username}
    mapping = provider.settings.attributes
    names = bundled_sets()[mapping] if isinstance(mapping, str) else mapping
    values = {name: known.get(source) for name, source in names.items()}
    values |= {name: value for name, value in person.claims.items() if name not in values}
    values |= person.saml_attributes
    return tuple(Attribute(name, _texts(value)) for name, value in values.items() if value not in (None, "", (), []))


@cache
def bundled_sets() -> dict[str, dict[str, str]]:
    """The sets that `attributes` of a service provider may name."""
    return tomllib.loads((fixtures() / "attributes.toml").read_text(encoding="utf-8"))


def _texts(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, (list, tuple)) else [value]
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)
