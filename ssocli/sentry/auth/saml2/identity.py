"""From a verified assertion to an identity, by the names that the provider's table gives its attributes."""

from __future__ import annotations

from ssocli.checks.saml_response import Assertion
from ssocli.config.attribute_presets import NAME_ID
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider
from ssocli.sentry.provisioning import Identity


def identity_from_assertion(sp: ServiceProvider, issuer: str, assertion: Assertion) -> Identity:
    """The identity. `issuer` is the one to store."""
    names = sp.names
    first, last = _text(assertion, names.first_name), _text(assertion, names.last_name)
    return Identity(
        provider=sp.key,
        issuer=issuer,
        subject=_text(assertion, names.identifier),
        email=_text(assertion, names.user_email) or None,
        name=" ".join(part for part in (first, last) if part),
        groups=assertion.attributes.get(names.groups),
    )


def _text(assertion: Assertion, name: str) -> str:
    """The first value, as Sentry takes it."""
    if name == NAME_ID:
        return (assertion.name_id or "").strip()
    return next((value.strip() for value in assertion.attributes.get(name, ())), "")
