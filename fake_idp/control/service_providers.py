"""The SAML service providers of this namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from fake_idp import config
from fake_idp.config import SignatureAlgorithm
from fake_idp.control.problem import ProblemError, unknown
from fake_idp.control.route import Asked, Model
from fake_idp.directory import Directory
from fake_idp.saml import attributes, providers

if TYPE_CHECKING:
    from fake_idp.control.call import Call
    from fake_idp.saml.providers import ServiceProvider


class NewServiceProvider(Asked, frozen=True, kw_only=True):
    """A service provider by its metadata (XML), or by its entity ID and its services; the rest says how it is answered.

    The members are those of [[service_providers]] in a configuration file, but for those that name files.
    """

    metadata: str | None = None
    entity_id: str | None = None
    name: str | None = None
    assertion_consumer_services: tuple[str, ...] = ()
    single_logout_service: str | None = None
    single_logout_binding: Literal["redirect", "post"] = "redirect"
    authn_requests_signed: bool = False
    sign: Literal["assertion", "response", "both"] = "both"
    signature_algorithm: SignatureAlgorithm = "rsa-sha256"
    encrypt: bool = False
    content_encryption: Literal["aes128-gcm", "aes256-gcm", "aes128-cbc", "aes256-cbc"] = "aes256-gcm"
    key_transport: Literal["rsa-oaep-mgf1p", "rsa-oaep"] = "rsa-oaep-mgf1p"
    name_id_format: Literal["emailAddress", "persistent", "transient", "unspecified"] | None = None
    attributes: str | dict[str, str] = "plain"


class ServiceProviderView(Model, frozen=True, kw_only=True):
    """A service provider. `certificates` is how many of its signing certificates are known."""

    entity_id: str
    name: str
    assertion_consumer_services: tuple[str, ...]
    single_logout_service: str | None
    certificates: int
    encryption: bool
    authn_requests_signed: bool
    sign: str
    name_id_format: str | None


def listing(call: Call) -> list[ServiceProviderView]:
    """The service providers."""
    return [_shown(provider) for provider in _all(call).values()]


def get(call: Call, entity_id: str) -> ServiceProviderView:
    """One service provider."""
    return _shown(find(call, entity_id))


def add(call: Call, body: NewServiceProvider) -> ServiceProviderView:
    """Register a service provider; one of the same entity ID is replaced."""
    if body.metadata is None and not body.entity_id:
        raise ProblemError(
            422, "It is not said which service provider.", expected="metadata or entity_id", seen="neither"
        )
    if isinstance(body.attributes, str) and body.attributes not in attributes.bundled_sets():
        raise unknown("set of attributes", body.attributes, attributes.bundled_sets())
    members = {**msgspec.structs.asdict(body), "metadata": None}
    settings = config.ServiceProvider(**members)
    store = call.namespace.store
    if body.metadata is not None:
        return _shown(providers.register(store, body.metadata.encode("utf-8"), settings))
    provider = providers.configured(settings)
    store.service_providers.put(provider.entity_id, provider, providers.REGISTERED_FOR)
    return _shown(provider)


def delete(call: Call, entity_id: str) -> None:
    """Remove a service provider."""
    with call.namespace.store.lock:
        find(call, entity_id)
        call.namespace.store.service_providers.pop(entity_id)
        directory = call.namespace.directory
        known = zip(directory.config.service_providers, directory.service_providers.values(), strict=True)
        rest = tuple(settings for settings, provider in known if provider.entity_id != entity_id)
        call.namespace.directory = Directory(msgspec.structs.replace(directory.config, service_providers=rest))


def find(call: Call, entity_id: str) -> ServiceProvider:
    """The service provider of that entity ID; a problem if there is none."""
    known = _all(call)
    if entity_id not in known:
        raise unknown("service provider", entity_id, known)
    return known[entity_id]


def _all(call: Call) -> dict[str, ServiceProvider]:
    registered = {provider.entity_id: provider for provider in call.namespace.store.service_providers.values()}
    return {**call.namespace.directory.service_providers, **registered}


def _shown(provider: ServiceProvider) -> ServiceProviderView:
    return ServiceProviderView(
        entity_id=provider.entity_id,
        name=provider.name,
        assertion_consumer_services=tuple(service.location for service in provider.acs),
        single_logout_service=provider.slo.location if provider.slo else None,
        certificates=len(provider.certificates),
        encryption=provider.settings.encrypt,
        authn_requests_signed=provider.authn_requests_signed,
        sign=provider.settings.sign,
        name_id_format=provider.name_id_format,
    )
