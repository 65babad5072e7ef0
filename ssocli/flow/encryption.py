"""Logins with encrypted assertions: Sentry gets a key, and the bundled identity provider its certificate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from ssocli.config.model import Config, Saml2Provider

if TYPE_CHECKING:
    from fake_idp import FakeIdP

ENCRYPTION = "saml_encryption"  # the point whose faults need an encrypted assertion
_AS_LONG_AS_IT_RUNS = 10 * 365 * 24 * 3600.0


def with_encryption(config: Config, provider: str) -> Config:
    """The configuration in which this SAML provider must encrypt, for the key in the bundled fixtures."""
    known = config.providers[provider]
    if not isinstance(known, Saml2Provider):
        raise TypeError(f"expected a SAML provider, got {provider}")
    insisting = msgspec.structs.replace(known, private_key=_key_file(), want_encrypted_assertion=True)
    return msgspec.structs.replace(config, providers={**config.providers, provider: insisting})


def let_encrypt(idp: FakeIdP, namespace: str) -> None:
    """Make the bundled identity provider encrypt for every service provider of the namespace, for that same key."""
    from fake_idp.config import ServiceProvider
    from fake_idp.keys import SigningKey
    from fake_idp.saml import certificates

    certificate = certificates.of_key(SigningKey("sentry", {}, _key_file()))
    service_providers = idp.app.namespace(namespace).store.service_providers
    for known in service_providers.values():
        encrypted = replace(known, encryption_certificate=certificate, settings=ServiceProvider(encrypt=True))
        service_providers.put(known.entity_id, encrypted, _AS_LONG_AS_IT_RUNS)


def _key_file() -> str:
    from fake_idp.data import fixtures

    return str(fixtures() / "sentry-jwt.pem")
