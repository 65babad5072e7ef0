"""Service providers: what is known of one, and where that comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fake_idp import config
from fake_idp.saml import certificates
from fake_idp.saml.names import FORMATS, POST, REDIRECT

if TYPE_CHECKING:
    from fake_idp.context import Context
    from fake_idp.store import Store

REGISTERED_FOR = math.inf  # whatever the clock is set to


@dataclass(frozen=True, slots=True)
class AssertionConsumerService:
    """Where responses may go (SAML Metadata 2.4.4)."""

    location: str
    binding: str = POST
    index: int = 0
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class SingleLogoutService:
    """Where logout messages go; answers may have a place of their own (SAML Metadata 2.2.2)."""

    location: str
    binding: str = REDIRECT
    response_location: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """A service provider. Certificates are in DER; `settings` say how it is answered."""

    entity_id: str
    name: str
    registered: bool = True
    acs: tuple[AssertionConsumerService, ...] = ()
    slo: SingleLogoutService | None = None
    certificates: tuple[bytes, ...] = ()
    encryption_certificate: bytes | None = None
    authn_requests_signed: bool = False
    name_id_format: str | None = None
    settings: config.ServiceProvider = field(default_factory=config.ServiceProvider)

    @property
    def default_acs(self) -> AssertionConsumerService | None:
        """The one for requests that name none: marked as default, else the first (SAML Metadata 2.2.3)."""
        usable = [service for service in self.acs if service.binding == POST]
        return next((service for service in usable if service.is_default), usable[0] if usable else None)


def find(context: Context, entity_id: str) -> ServiceProvider:
    """The service provider of that name. One that is not registered has nothing but the name."""
    known = context.store.service_providers.get(entity_id) or context.directory.service_providers.get(entity_id)
    return known or ServiceProvider(entity_id, entity_id, registered=False)


def registered(context: Context) -> list[ServiceProvider]:
    """Those in the configuration, then those registered since."""
    return [*context.directory.service_providers.values(), *context.store.service_providers.values()]


def register(store: Store, metadata: bytes, settings: config.ServiceProvider) -> ServiceProvider:
    """Make a service provider known from now on, by its metadata and what completes them. Raises RefusedError."""
    from fake_idp.saml import sp_metadata

    provider = _completed(sp_metadata.read(metadata), settings)
    store.service_providers.put(provider.entity_id, provider, REGISTERED_FOR)
    return provider


def configured(settings: config.ServiceProvider) -> ServiceProvider:
    """The service provider that a table of the configuration means, with what its metadata file says.

    Raises OSError and RefusedError for a file that cannot be used, ValueError for a table without an entity ID.
    """
    provider = ServiceProvider("", "")
    if settings.metadata is not None:
        from fake_idp.saml import sp_metadata

        provider = sp_metadata.read(Path(settings.metadata).read_bytes())
    return _completed(provider, settings)


def _completed(provider: ServiceProvider, settings: config.ServiceProvider) -> ServiceProvider:
    entity_id = settings.entity_id or provider.entity_id
    if not entity_id:
        raise ValueError("expected entity_id or metadata, found neither")
    return replace(
        provider,
        entity_id=entity_id,
        name=settings.name or provider.name or entity_id,
        acs=(*map(AssertionConsumerService, settings.assertion_consumer_services), *provider.acs),
        slo=_slo(settings) or provider.slo,
        certificates=(*map(_certificate, settings.certificates), *provider.certificates),
        encryption_certificate=_certificate(settings.encryption_certificate)
        if settings.encryption_certificate
        else provider.encryption_certificate,
        authn_requests_signed=settings.authn_requests_signed or provider.authn_requests_signed,
        name_id_format=_format(settings.name_id_format) or provider.name_id_format,
        settings=settings,
    )


def _slo(settings: config.ServiceProvider) -> SingleLogoutService | None:
    if settings.single_logout_service is None:
        return None
    binding = REDIRECT if settings.single_logout_binding == "redirect" else POST
    return SingleLogoutService(settings.single_logout_service, binding)


def _format(short: str | None) -> str | None:
    """`persistent` and the like with the whole name."""
    return next((name for name in FORMATS if name.endswith(f":{short}")), None)


def _certificate(file: str) -> bytes:
    return certificates.read(Path(file).read_text(encoding="utf-8"))
