"""The configuration itself: each provider's table as the rules of `configuration` want it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ssocli.checks import configuration as rules
from ssocli.checks.check import evaluate
from ssocli.config.attribute_presets import attribute_names
from ssocli.config.model import OAuth2Provider, OidcProvider, Saml2Provider
from ssocli.diagnose.judged import Judged
from ssocli.diagnose.material import Material, Setup, secret_values
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider

_ADDRESSES = (
    *("issuer", "discovery_url", "authorization_endpoint", "token_endpoint", "api_url"),
    *("metadata_url", "sso_url", "slo_url"),
)


def judge(material: Material, judged: Judged) -> None:
    """Judge every configuration that was given."""
    for place, problems in material.problems:
        judged.add(evaluate("configuration", rules.ConfigurationContext(problems=problems)), place)
    for setup in material.setups:
        judged.add(evaluate("configuration", context(setup)), f"{setup.place}, providers.{setup.key}")


def context(setup: Setup) -> rules.ConfigurationContext:
    """One provider's table as its rules see it."""
    provider, organization = setup.provider, setup.config.organizations.get(setup.config.organization_of(setup.key))
    values = tuple(_values(msgspec.to_builtins(provider)))
    certificates: tuple[str, ...] = ()
    if isinstance(provider, Saml2Provider) and isinstance(setup.service_provider, ServiceProvider):
        certificates = setup.service_provider.certificates
    domains = [*(organization.allowed_domains if organization else []), *getattr(provider, "hosted_domains", [])]
    return rules.ConfigurationContext(
        kind=_kind(provider),
        public_url=setup.public_url,
        values=values,
        addresses=tuple((name, value) for name, value in values if name in _ADDRESSES),
        secret_names=secret_values(setup),
        scopes=None if isinstance(provider, Saml2Provider) else tuple(provider.scopes),
        email_claim=attribute_names(provider).user_email
        if isinstance(provider, Saml2Provider)
        else provider.claims.email,
        algorithms=tuple(getattr(provider, "algorithms", ())),
        certificates=certificates,
        domains=tuple(domains),
        required_organization=getattr(provider, "required_organization", None),
        leeway=setup.leeway,
    )


def _kind(provider: OidcProvider | OAuth2Provider | Saml2Provider) -> str:
    return {OidcProvider: "oidc", OAuth2Provider: "oauth2"}.get(type(provider), "saml2")


def _values(table: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a table by its dotted name; certificates apart, which are judged by themselves."""
    for name, value in table.items():
        path = f"{prefix}{name}"
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, dict):
            yield from _values(value, f"{path}.")
        elif isinstance(value, list) and name != "certificates":
            yield from ((path, item) for item in value if isinstance(item, str))
