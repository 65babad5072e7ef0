"""What the inputs together tell about the two parties: against this the messages are judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ssocli.checks.document import Undecodable, json_object
from ssocli.checks.jose import Parsed, parse_compact
from ssocli.checks.saml_metadata import IdpDescription, read_idp
from ssocli.checks.saml_xml import read_xml
from ssocli.checks.sp_metadata import SpDescription, read_sp
from ssocli.config import load
from ssocli.config.model import Config, OidcProvider, Provider, Saml2Provider
from ssocli.config.problem import ConfigError
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Kind
from ssocli.sentry.auth.client import UnusableProviderError
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider, addresses, read_service_provider

# Where the emulated Sentry is, if the configuration does not say.
_URL = "http://127.0.0.1:9501"


@dataclass(frozen=True, slots=True)
class Configured:
    """A provider's table of a configuration file. `problem` says why it cannot be used, in half a sentence."""

    place: str
    key: str
    provider: Provider
    sentry_url: str
    redirect_uri: str
    leeway: float
    service_provider: ServiceProvider | None = None
    problem: str = ""
    allowed_domains: tuple[str, ...] = ()

    @property
    def oidc(self) -> OidcProvider | None:
        """The table, if it is one of an OpenID provider."""
        return self.provider if isinstance(self.provider, OidcProvider) else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the request of this login said, if it was given; None where it did not say."""

    request_id: str | None = None
    relay_state: str | None = None
    state: str | None = None
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known; None or empty where nothing is. Of several inputs of a kind the first counts.

    `metadata` is the identity provider's document and `metadata_place` where it stands; `has_discovery` is whether the
    discovery document was given (`discovery`, at `discovery_place`). `asked` is the request of the same login.
    """

    configured: Configured | None = None
    problems: tuple[tuple[str, str], ...] = ()
    metadata: bytes | None = None
    metadata_place: str = ""
    idp: IdpDescription | None = None
    sp_entity_id: str | None = None
    acs_url: str | None = None
    sp_place: str = ""
    signs_requests: bool | None = None
    discovery: dict[str, Any] | None = None
    discovery_place: str = ""
    jwks: Any = None
    jwks_place: str = ""
    asked: Asked | None = None

    @property
    def issuer(self) -> str | None:
        """The OpenID provider's issuer: the configured one, or the discovery document's."""
        oidc = self.configured and self.configured.oidc
        if oidc:
            return oidc.issuer
        found = (self.discovery or {}).get("issuer")
        return found if isinstance(found, str) else None


def provider_names(things: Sequence[Thing]) -> list[str]:
    """The providers of the configurations that can be read, in their order."""
    tables, _ = _tables(things, {})
    return [table.key for table in tables]


def gather(things: Sequence[Thing], provider: str | None, folders: dict[str, Path]) -> Known:
    """What these things tell. `provider` is the table meant; `folders` where each configuration looks for its files."""
    tables, problems = _tables(things, folders)
    configured = _chosen(tables, things, provider)
    sp = configured.service_provider if configured else None
    metadata, metadata_place = _metadata(things, configured)
    given_sp = next((thing for thing in things if thing.kind is Kind.SP_METADATA), None)
    described_sp = read_sp(given_sp.data) if given_sp else None
    entity_id, acs = (sp.at.entity_id, sp.at.acs) if sp else _service_provider(described_sp)
    discovery = next((thing for thing in things if thing.kind is Kind.DISCOVERY), None)
    jwks = next((thing for thing in things if thing.kind is Kind.JWKS), None)
    wanted = sp.provider.entity_id if sp else None
    return Known(
        configured=configured,
        problems=problems,
        metadata=metadata,
        metadata_place=metadata_place,
        idp=None if metadata is None else read_idp(metadata, wanted) or read_idp(metadata),
        sp_entity_id=entity_id,
        acs_url=acs,
        signs_requests=sp.provider.sign_requests if sp else described_sp.signs_requests if described_sp else None,
        sp_place=configured.place if sp and configured else given_sp.place if given_sp else "",
        discovery=json_object(discovery.data) if discovery else None,
        discovery_place=discovery.place if discovery else "",
        jwks=_key_set(jwks),
        jwks_place=jwks.place if jwks else "",
        asked=_asked(things),
    )


def _asked(things: Sequence[Thing]) -> Asked | None:
    """What the first request among the things says."""
    for thing in things:
        if thing.kind is Kind.SAML_REQUEST and not isinstance(root := read_xml(thing.data), Undecodable):
            return Asked(request_id=root.get("ID"), relay_state=thing.first("RelayState"))
        if thing.kind is Kind.AUTHORIZATION_URL:
            return Asked(state=thing.first("state"), nonce=thing.first("nonce"))
    return None


def _tables(things: Sequence[Thing], folders: dict[str, Path]) -> tuple[list[Configured], tuple[tuple[str, str], ...]]:
    tables, problems = [], []
    for thing in things:
        if thing.kind is not Kind.CONFIG:
            continue
        try:
            config = load.parse(thing.text, thing.place)
        except ConfigError as error:
            problems += [(thing.place, str(problem)) for problem in error.problems]
            continue
        tables += [_table(config, key, thing.place, folders.get(thing.place, Path())) for key in config.providers]
    return tables, tuple(problems)


def _table(config: Config, key: str, place: str, folder: Path) -> Configured:
    provider, url = config.providers[key], (config.sentry.url or _URL).rstrip("/")
    service_provider, problem = None, ""
    if isinstance(provider, Saml2Provider):
        at = addresses(url, config.organization_of(key))
        try:
            service_provider = read_service_provider(key, provider, at, folder)
        except UnusableProviderError as error:
            problem = str(error)
    leeway = float(config.sentry.clock_leeway_seconds)
    organization = config.organizations[config.organization_of(key)]
    return Configured(
        place=place,
        key=key,
        provider=provider,
        sentry_url=url,
        redirect_uri=f"{url}/auth/sso/",
        leeway=leeway,
        service_provider=service_provider,
        problem=problem,
        allowed_domains=tuple(organization.allowed_domains),
    )


def _chosen(tables: list[Configured], things: Sequence[Thing], wanted: str | None) -> Configured | None:
    """The table that is meant: the one named, else the one whose party or protocol the other inputs speak of."""
    if wanted is not None:
        return next((table for table in tables if table.key == wanted), None)
    if len(tables) < 2:
        return tables[0] if tables else None
    parties, kinds = _parties(things), {thing.kind for thing in things}
    saml = kinds & {Kind.SAML_RESPONSE, Kind.SAML_REQUEST, Kind.IDP_METADATA, Kind.SP_METADATA}

    def fits(table: Configured) -> tuple[bool, bool]:
        provider = table.provider
        names = {getattr(provider, name, None) for name in ("issuer", "entity_id", "client_id")}
        return bool(names & parties), isinstance(provider, Saml2Provider) == bool(saml)

    return max(tables, key=fits)


def _parties(things: Sequence[Thing]) -> set[str | None]:
    """Who is named in the messages: issuers, entity IDs, audiences and clients."""
    found: set[str | None] = set()
    for thing in things:
        if thing.kind is Kind.JWT and isinstance(parsed := parse_compact(thing.text), Parsed) and parsed.claims:
            audience = parsed.claims.get("aud")
            values = [parsed.claims.get("iss"), *(audience if isinstance(audience, list) else [audience])]
            found.update(value for value in values if isinstance(value, str))
        elif thing.kind is Kind.DISCOVERY:
            found.add((json_object(thing.data) or {}).get("issuer"))
        elif thing.kind in {Kind.AUTHORIZATION_URL, Kind.CALLBACK_URL}:
            found.update((thing.first("client_id"), thing.first("iss")))
        elif thing.kind is Kind.IDP_METADATA and (idp := read_idp(thing.data)) is not None:
            found.add(idp.entity_id)
    return found - {None}


def _metadata(things: Sequence[Thing], configured: Configured | None) -> tuple[bytes | None, str]:
    """The identity provider's metadata: what was given, what the configuration names, or what its table says."""
    given = next((thing for thing in things if thing.kind is Kind.IDP_METADATA), None)
    if given is not None:
        return given.data, given.place
    sp = configured.service_provider if configured else None
    if configured is None or sp is None:
        return None, ""
    if sp.metadata is not None:
        return sp.metadata, f"{sp.provider.metadata_file} (named in {configured.place})"
    if sp.provider.metadata_url:
        return None, ""
    # It brings a good deal of the standard library along.
    from ssocli.sentry.auth.saml2.metadata import described

    return described(sp), configured.place


def _service_provider(sp: SpDescription | None) -> tuple[str | None, str | None]:
    """Entity ID and ACS URL (for POST; the default, else the first) of a service provider's metadata."""
    return (None, None) if sp is None else (sp.entity_id, next(iter(sp.acs_urls), None))


def _key_set(thing: Thing | None) -> Any:
    """The JWK set; a single key becomes a set of one."""
    if thing is None:
        return None
    document = json_object(thing.data) or {}
    return {"keys": [document]} if "kty" in document and "keys" not in document else document
