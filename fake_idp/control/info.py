"""Who answers here, and where everything is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fake_idp.control.clock import ClockState, state
from fake_idp.control.route import VERSION, Model
from fake_idp.settings import LoginMode

if TYPE_CHECKING:
    from fake_idp.control.call import Call


class IssuerInfo(Model, frozen=True, kw_only=True):
    """An issuer. `discovery` is None for one that is no OpenID provider, `saml_metadata` for one without SAML."""

    name: str
    url: str
    discovery: str | None
    saml_metadata: str | None


class Info(Model, frozen=True, kw_only=True):
    """The provider: `instance` is the identifier of this very process, as in /healthz and the ready line."""

    instance: str
    namespace: str
    control: str
    openapi: str
    rules: Literal["strict", "permissive"]
    login: LoginMode
    issuers: tuple[IssuerInfo, ...]
    clock: ClockState


def get(call: Call) -> Info:
    """Instance, issuers and mode."""
    settings = call.app.settings
    return Info(
        instance=settings.instance,
        namespace=call.namespace.name,
        control=call.url + VERSION,
        openapi=f"{call.url}{VERSION}/openapi.json",
        rules="strict" if settings.strict else "permissive",
        login=settings.login,
        issuers=issuers(call),
        clock=state(call.namespace.clock),
    )


def issuers(call: Call) -> tuple[IssuerInfo, ...]:
    """The configured issuers, as this namespace has them."""
    found = [call.issuer(configured.name) for configured in call.app.config.issuers]
    return tuple(
        IssuerInfo(
            name=issuer.name,
            url=issuer.url,
            discovery=issuer.endpoint("discovery") if "discovery" in issuer.shape.endpoints else None,
            saml_metadata=issuer.endpoint("saml_metadata") if "saml_metadata" in issuer.shape.endpoints else None,
        )
        for issuer in found
    )
