"""What was given, put together: who the two parties are, as far as configuration and metadata say so."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ssocli.checks.document import Undecodable
from ssocli.checks.jose import Parsed, parse_compact
from ssocli.checks.saml_certificate import Certificate, read_certificates
from ssocli.checks.saml_metadata import IdpDescription, read_idp
from ssocli.checks.saml_tree import SAML, child, text_of
from ssocli.checks.sp_metadata import SpDescription, read_sp
from ssocli.config.load import parse
from ssocli.config.model import Config, FromEnvironment, OAuth2Provider, OidcProvider, Provider, Saml2Provider, reveal
from ssocli.config.placeholder import names_fake_idp, with_fake_idp
from ssocli.config.problem import ConfigError
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Kind
from ssocli.sentry.auth.client import Client, UnusableProviderError
from ssocli.sentry.auth.saml2.metadata import described
from ssocli.sentry.auth.saml2.service_provider import Addresses, ServiceProvider, addresses, read_service_provider

# Where `ssocli idp` listens: what the placeholder of the bundled identity provider means to a diagnosis.
_FAKE_IDP = "http://127.0.0.1:9500"
_CALLBACK = "/auth/sso/"


@dataclass(frozen=True)
class Setup:
    """One provider of a configuration. `problems` says why it cannot be used; `public_url` is None if nobody said."""

    place: str
    key: str
    provider: Provider
    config: Config
    folder: Path

    @property
    def public_url(self) -> str | None:
        """The application's public address, without a slash at its end."""
        return self.config.sentry.url.rstrip("/") if self.config.sentry.url else None

    @property
    def leeway(self) -> float:
        """The difference of clocks that is forgiven, in seconds."""
        return float(self.config.sentry.clock_leeway_seconds)

    @property
    def client(self) -> Client:
        """The application as a client; its secret may be in an environment that is not at hand."""
        provider = self.provider
        if isinstance(provider, Saml2Provider):
            raise TypeError(f"{self.key} is no provider of the OAuth family")
        secret = provider.client_secret
        try:
            known = reveal(secret)
        except KeyError:
            known = None
        return Client(self.key, provider, f"{self.public_url or ''}{_CALLBACK}", known)

    @property
    def has_secret(self) -> bool:
        """Whether the client secret can be read here."""
        return not isinstance(self.provider, Saml2Provider) and self.client.secret is not None

    @cached_property
    def service_provider(self) -> ServiceProvider | str:
        """The application as a service provider, or why its files cannot be used."""
        if not isinstance(self.provider, Saml2Provider):
            raise TypeError(f"{self.key} is no SAML provider")
        organization = self.config.organization_of(self.key)
        at = addresses(self.public_url, organization) if self.public_url else Addresses("", "", "")
        try:
            return read_service_provider(self.key, self.provider, at, self.folder)
        except UnusableProviderError as unusable:
            return str(unusable)

    @property
    def metadata(self) -> tuple[bytes, str] | None:
        """The identity provider's metadata as far as files say, and their place; None if they have to be fetched."""
        sp = self.service_provider
        if isinstance(sp, str) or not isinstance(self.provider, Saml2Provider) or self.provider.metadata_url:
            return None
        if sp.metadata is not None:
            return sp.metadata, f"{self.provider.metadata_file} (named by {self.place})"
        return described(sp), f"{self.place}, providers.{self.key}"


@dataclass(frozen=True)
class Material:
    """Everything that was given. `problems` are those of configurations that cannot be used, by place."""

    things: tuple[Thing, ...]
    setups: tuple[Setup, ...] = ()
    problems: tuple[tuple[str, tuple[str, ...]], ...] = ()
    wanted_provider: str | None = field(default=None)

    def of(self, *kinds: Kind) -> list[Thing]:
        """The things of these kinds, in the order in which they were given."""
        return [thing for thing in self.things if thing.kind in kinds]

    @property
    def discovery(self) -> tuple[dict[str, Any], Thing] | None:
        """The discovery document, the first."""
        return next(((thing.document, thing) for thing in self.of(Kind.DISCOVERY)), None)

    @property
    def jwks(self) -> Any:
        """The JWK set, of several the keys of all; None if there is none."""
        found = [thing.document for thing in self.of(Kind.JWKS)]
        if len(found) <= 1:
            return found[0] if found else None
        return {"keys": [key for each in found if isinstance(each.get("keys"), list) for key in each["keys"]]}

    @cached_property
    def idps(self) -> tuple[tuple[IdpDescription, str], ...]:
        """The identity providers in the metadata, given or named by the configuration, each with its place."""
        found = [
            (read_idp(thing.text.encode(), self._wanted_entity), thing.place) for thing in self.of(Kind.IDP_METADATA)
        ]
        for setup in self.saml_setups:
            if not found and (metadata := setup.metadata) is not None:
                found.append((read_idp(metadata[0], self._wanted_entity), metadata[1]))
        return tuple((idp, place) for idp, place in found if idp is not None)

    @property
    def sp(self) -> SpDescription | None:
        """The service provider in the metadata given."""
        return next((sp for thing in self.of(Kind.SP_METADATA) if (sp := read_sp(thing.text.encode()))), None)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates given as such."""
        read = [read_certificates(thing.text) for thing in self.of(Kind.CERTIFICATE)]
        return tuple(each for found in read if not isinstance(found, Undecodable) for each in found)

    @property
    def saml_setups(self) -> list[Setup]:
        """The configured SAML providers."""
        return [setup for setup in self.setups if isinstance(setup.provider, Saml2Provider)]

    @property
    def oauth_setups(self) -> list[Setup]:
        """The configured providers of the OAuth family."""
        return [setup for setup in self.setups if isinstance(setup.provider, OidcProvider | OAuth2Provider)]

    def oauth_setup(self, issuer: str | None = None) -> Setup | None:
        """The OAuth provider that is meant: the one with this issuer, or the only one."""
        found = self.oauth_setups
        exact = [
            setup for setup in found if isinstance(setup.provider, OidcProvider) and setup.provider.issuer == issuer
        ]
        return _only(exact, found)

    def saml_setup(self, issuer: str | None = None) -> Setup | None:
        """The SAML provider that is meant: the one with this entity ID, or the only one."""
        found = self.saml_setups
        exact = [
            setup
            for setup in found
            if (metadata := setup.metadata) is not None
            and (idp := read_idp(metadata[0], issuer)) is not None
            and idp.entity_id == issuer
        ]
        return _only(exact, found)

    def idp_for(self, issuer: str | None) -> tuple[IdpDescription, str] | None:
        """The identity provider with this entity ID, or the first."""
        exact = [each for each in self.idps if each[0].entity_id == issuer]
        return next(iter(exact or self.idps), None)

    @property
    def _wanted_entity(self) -> str | None:
        entity = [setup.provider.entity_id for setup in self.saml_setups if isinstance(setup.provider, Saml2Provider)]
        return entity[0] if len(entity) == 1 else None


def gather(things: tuple[Thing, ...], wanted_provider: str | None) -> Material:
    """Put the things together; configurations are read, and what is wrong with them is kept."""
    setups: list[Setup] = []
    problems: list[tuple[str, tuple[str, ...]]] = []
    for thing in things:
        if thing.kind is not Kind.CONFIG:
            continue
        try:
            config = parse(thing.text, thing.place)
        except ConfigError as error:
            problems.append((thing.place, tuple(str(problem) for problem in error.problems)))
            continue
        if names_fake_idp(config):
            config = with_fake_idp(config, _FAKE_IDP)
        folder = thing.folder or Path()
        found = [Setup(thing.place, key, provider, config, folder) for key, provider in config.providers.items()]
        setups += [setup for setup in found if wanted_provider in (None, setup.key)]
        for setup in found:
            reason = setup.service_provider if isinstance(setup.provider, Saml2Provider) else None
            if isinstance(reason, str):
                problems.append((thing.place, (f"{thing.place}: providers.{setup.key}: {reason}",)))
    return Material(things, tuple(setups), tuple(problems), wanted_provider)


def _only(exact: list[Setup], found: list[Setup]) -> Setup | None:
    """The first of those that fit exactly, or else the only one there is."""
    if exact:
        return exact[0]
    return found[0] if len(found) == 1 else None


def secret_values(setup: Setup) -> tuple[str, ...]:
    """The names of values that must not be shown."""
    secret = getattr(setup.provider, "client_secret", None)
    return () if isinstance(secret, FromEnvironment) else ("client_secret",)


def issuer_of(thing: Thing) -> str | None:
    """Who claims to have sent this message."""
    if thing.kind is Kind.JWT:
        parsed = parse_compact(thing.text)
        issuer = (parsed.claims or {}).get("iss") if isinstance(parsed, Parsed) else None
        return issuer if isinstance(issuer, str) else None
    if thing.message is None or isinstance(thing.message, Undecodable):
        return thing.parameter("iss")
    return (text_of(child(thing.message.root, f"{SAML}Issuer")) or "").strip() or None
