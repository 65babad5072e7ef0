"""Where to mend it, in the words of the product: which page, which field. The texts are in `products.toml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from msgspec import Struct, toml

from ssocli.checks.check import Check, Owner
from ssocli.checks.document import Undecodable
from ssocli.config.model import OAuth2Provider, OidcProvider, Saml2Provider
from ssocli.diagnose.material import Material, issuer_of
from ssocli.diagnosis import Kind

_APPLICATION = "sentry"


class Product(Struct, frozen=True, forbid_unknown_fields=True):
    """A product: its name, patterns of the addresses by which it is recognised, and its fields by topic."""

    name: str
    addresses: tuple[str, ...]
    fields: dict[str, str]


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    topics: dict[str, tuple[str, ...]]
    products: dict[str, Product]


@cache
def _file() -> _File:
    return toml.decode((Path(__file__).parent / "products.toml").read_bytes(), type=_File)


def product_of(material: Material) -> str | None:
    """The identity provider's product, recognised by its addresses; None if it is not known."""
    for address in _addresses(material):
        for key, product in _file().products.items():
            if any(re.search(pattern, address) for pattern in product.addresses):
                return key
    return None


def where_to_mend(check: Check, product: str | None) -> str:
    """The place in the product of whoever has to mend it; "" if it is not known."""
    key = _APPLICATION if check.owner is Owner.APP else product if check.owner is Owner.IDP else None
    known = _file().products.get(key or "")
    topic = next((topic for topic, codes in _file().topics.items() if check.code.startswith(codes)), None)
    field = known.fields.get(topic or "") if known else None
    return f"{known.name}: {field}" if known and field else ""


def _addresses(material: Material) -> list[str]:
    """Everything by which the identity provider may be known, the most telling first."""
    found: list[str] = []
    for setup in material.setups:
        match setup.provider:
            case OidcProvider(issuer=issuer):
                found.append(issuer)
            case OAuth2Provider(authorization_endpoint=endpoint):
                found.append(endpoint)
            case Saml2Provider() as provider:
                found += [each for each in (provider.metadata_url, provider.entity_id, provider.sso_url) if each]
    for idp, _ in material.idps:
        found += [idp.entity_id, *idp.sso.values()]
    for thing in material.things:
        if thing.kind is Kind.DISCOVERY:
            found += [str(thing.document.get(name)) for name in ("issuer", "authorization_endpoint")]
        elif thing.kind in (Kind.AUTHORIZATION_URL, Kind.DISCOVERY_URL, Kind.METADATA_URL):
            found.append(thing.url)
        elif thing.kind in (Kind.JWT, Kind.SAML_RESPONSE) and not isinstance(thing.message, Undecodable):
            found.append(issuer_of(thing) or "")
    return found
