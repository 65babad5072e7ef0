"""A SAML provider's table of the configuration made ready for use: addresses, metadata, files and keys read."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ssocli.config.attribute_presets import attribute_names
from ssocli.config.model import AttributeNames, Saml2Provider
from ssocli.sentry.auth.client import UnusableProviderError, read_private_key, read_text

if TYPE_CHECKING:
    from ssocli.checks.saml_xml import Binding
    from ssocli.sentry.context import Sentry

_FILE = re.compile(r"[^\r\n]+\.(pem|crt|cer|cert)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where an organization is a service provider. The address of its metadata is its entity ID, as in Sentry."""

    entity_id: str
    acs: str
    sls: str


def addresses(sentry_url: str, organization: str) -> Addresses:
    """The addresses of an organization at a Sentry with this public URL."""
    return Addresses(*(f"{sentry_url}/saml/{name}/{organization}/" for name in ("metadata", "acs", "sls")))


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """Sentry as a service provider of one identity provider.

    `metadata` is what the file says, None if it must be fetched or the table itself says everything. `certificates`
    are the identity provider's as they were pasted; `private_key` and `certificate` are Sentry's own, in PEM.
    """

    key: str
    provider: Saml2Provider
    at: Addresses
    metadata: bytes | None = None
    certificates: tuple[str, ...] = ()
    private_key: str | None = field(default=None, repr=False)
    certificate: str | None = None

    @property
    def kind(self) -> str:
        """The protocol, for people."""
        return "SAML 2.0"

    @property
    def binding(self) -> Binding:
        """How requests are to be sent."""
        return "Redirect" if self.provider.binding == "redirect" else "POST"

    @property
    def names(self) -> AttributeNames:
        """Which attribute holds what."""
        return attribute_names(self.provider)

    @property
    def signing_key(self) -> str | None:
        """The key that messages must be signed with; None if they are not signed."""
        return self.private_key if self.provider.sign_requests else None

    @property
    def takes_unsolicited(self) -> bool:
        """Whether a login may begin at the identity provider: always at the real Sentry."""
        return self.provider.allow_idp_initiated or self.is_as_sentry

    @property
    def is_as_sentry(self) -> bool:
        """Whether the judgement is as lenient and as strict as the real Sentry's."""
        return self.provider.profile == "sentry"


def prepare_service_provider(sentry: Sentry, key: str, provider: Saml2Provider) -> ServiceProvider:
    """Sentry as a service provider of a configured identity provider. Raises UnusableProviderError."""
    at = addresses(sentry.url, sentry.config.organization_of(key))
    return read_service_provider(key, provider, at, sentry.config_dir or Path())


def read_service_provider(key: str, provider: Saml2Provider, at: Addresses, folder: Path) -> ServiceProvider:
    """The same at these addresses, with the files that its table names read from `folder`."""
    certificate = provider.certificate
    return ServiceProvider(
        key=key,
        provider=provider,
        at=at,
        metadata=_bytes(provider.metadata_file, folder) if provider.metadata_file else None,
        certificates=tuple(_pasted(entry, folder) for entry in provider.certificates),
        private_key=read_private_key(provider.private_key, folder) if provider.private_key else None,
        certificate=read_text(certificate, folder, "certificate") if certificate else None,
    )


def has_saml(sentry: Sentry, organization: str) -> bool:
    """Whether there is such an organization and it has a SAML provider."""
    return bool(_configured(sentry, organization))


def service_providers(sentry: Sentry, organization: str) -> dict[str, ServiceProvider]:
    """The organization as a service provider of each of its identity providers, without those that cannot be used.

    What is wrong with those is said in step 2 of a login with them.
    """
    prepared = {}
    for key, provider in _configured(sentry, organization).items():
        with contextlib.suppress(UnusableProviderError):
            prepared[key] = prepare_service_provider(sentry, key, provider)
    return prepared


def _configured(sentry: Sentry, organization: str) -> dict[str, Saml2Provider]:
    known = sentry.config.providers_of(organization) if organization in sentry.config.organizations else {}
    return {key: provider for key, provider in known.items() if isinstance(provider, Saml2Provider)}


def _pasted(entry: str, folder: Path) -> str:
    return read_text(entry, folder, "certificate") if _FILE.fullmatch(entry) else entry


def _bytes(file: str, folder: Path) -> bytes:
    try:
        return (folder / file).read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnusableProviderError(f"the metadata file {file!r} cannot be read: {reason}") from None
