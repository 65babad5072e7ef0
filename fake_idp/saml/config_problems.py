"""What is wrong with the SAML parts of a configuration file. Imported only for files that have any."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fake_idp.config import ServiceProvider
from fake_idp.keys import read_private
from fake_idp.refusal import RefusedError
from fake_idp.saml import certificates, encryption, providers
from fake_idp.saml.attributes import bundled_sets

if TYPE_CHECKING:
    from collections.abc import Iterable


def of_service_providers(rows: Iterable[ServiceProvider]) -> Iterable[str]:
    """Files that cannot be used, names that are there twice or lead nowhere."""
    seen: dict[str, int] = {}
    for index, settings in enumerate(rows):
        place = f"service_providers[{index}]"
        if isinstance(settings.attributes, str) and settings.attributes not in bundled_sets():
            yield f"{place}.attributes: expected a table or {_one_of(bundled_sets())}, found {settings.attributes!r}"
        try:
            provider = providers.configured(settings)
            if settings.encrypt:
                encryption.recipient_key(provider)
        except RefusedError as refused:
            yield f"{place}: {refused.refusal.description}"
            continue
        except (OSError, ValueError) as error:
            yield f"{place}: {error}"
            continue
        first = seen.setdefault(provider.entity_id, index)
        if first != index:
            yield f"{place}: the entity ID {provider.entity_id!r} is already in service_providers[{first}]"


def of_certificate(certificate_file: str, key_file: str) -> str | None:
    """Why the certificate is not one of the key; None if it is."""
    private: Any = read_private(key_file)
    try:
        public = certificates.public_key(certificates.read(Path(certificate_file).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        return f"expected a certificate in {certificate_file}: {error}"
    return None if public == private.public_key() else f"expected a certificate of the key in {key_file}, found another"


def _one_of(names: Iterable[str]) -> str:
    return " or ".join(names)
