"""What is known of the two sides of a login beside the capture: from a configuration, metadata, a key set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ssocli.checks.check import Check, Status
from ssocli.checks.saml_metadata import IdpDescription
from ssocli.config.model import AttributeNames


@dataclass(frozen=True, slots=True)
class Known:
    """Everything may be left out; rules that would need it are then skipped.

    `issuer`, `discovery` (the document), `jwks` and `algorithms` are the OpenID provider's, `idp` the SAML identity
    provider's metadata. `client_id`, `sp_entity_id`, `acs_url`, `attributes` and `decryption_key` (PEM) are what the
    application is configured with. `leeway`, in seconds, is the difference of clocks that is forgiven.
    """

    issuer: str | None = None
    discovery: dict[str, Any] | None = None
    jwks: Any = None
    algorithms: tuple[str, ...] = ("RS256",)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    idp: IdpDescription | None = None
    sp_entity_id: str | None = None
    acs_url: str | None = None
    attributes: AttributeNames | None = None
    decryption_key: str | None = field(default=None, repr=False)
    leeway: float = 180.0


def unjudged(checks: Iterable[Check], names: Callable[[str], bool], reason: str) -> tuple[Check, ...]:
    """The checks, with those of these names skipped: what they compare with is not known."""
    return tuple(
        replace(check, status=Status.SKIPPED, expected="", actual=reason, evidence="") if names(check.name) else check
        for check in checks
    )
