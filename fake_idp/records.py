"""What the store keeps: sessions, logins under way, grants and the tokens made from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fake_idp.config import Client, Person
    from fake_idp.oidc.authorization_request import AuthorizationRequest
    from fake_idp.saml.providers import ServiceProvider


@dataclass(frozen=True, slots=True)
class Session:
    """A person's login at the identity provider, in one browser, at one issuer. `auth_time` in seconds."""

    sid: str
    username: str
    issuer: str
    auth_time: int
    amr: tuple[str, ...]
    acr: str
    csrf: str


@dataclass(slots=True)
class Pending:
    """A login under way, from the authorization request until its answer."""

    id: str
    csrf: str
    browser: str
    issuer: str
    flow: str
    request: AuthorizationRequest | DeviceRequest | SsoRequest
    session: Session | None = None
    username: str | None = None  # whose password was right, while the second factor is awaited
    consented: bool = False


@dataclass(slots=True)
class Grant:
    """What a person (or, without a session, the client itself) has granted; all tokens of one login share it."""

    client: Client
    issuer: str
    flow: str
    scope: tuple[str, ...]
    session: Session | None = None
    redirect_uri: str | None = None  # as the authorization request named it, None if it did not
    nonce: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str = "S256"
    claims: dict[str, Any] = field(default_factory=dict)
    code_expires: int = 0
    redeemed: bool = False
    revoked: str | None = None  # why


@dataclass(slots=True)
class AccessToken:
    """An issued access token. Times in seconds since the epoch."""

    grant: Grant
    scope: tuple[str, ...]
    jti: str
    issued: int
    expires: int
    audience: str
    revoked: bool = False


@dataclass(slots=True)
class RefreshToken:
    """An issued refresh token; `used` once it was exchanged for its successor."""

    grant: Grant
    scope: tuple[str, ...]
    issued: int
    expires: int
    used: bool = False


@dataclass(slots=True)
class DeviceRequest:
    """A device that waits for its person (RFC 8628). `interval` and `polled` in seconds; `grant` once approved."""

    client: Client
    issuer: str
    flow: str
    scope: tuple[str, ...]
    user_code: str
    expires: int
    interval: int
    polled: float = 0.0
    denied: bool = False
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class SamlReplyTo:
    """Where a SAML response goes, and what it repeats of the request; one that nobody asked for repeats nothing."""

    provider: ServiceProvider
    acs: str
    in_response_to: str | None = None
    relay_state: str | None = None


@dataclass(frozen=True, slots=True)
class SsoRequest:
    """What a service provider asks for (SAML Core 3.4.1). `contexts` are the authentication context classes."""

    reply_to: SamlReplyTo
    name_id_format: str | None = None
    sp_name_qualifier: str | None = None
    allow_create: bool = True
    force_authn: bool = False
    is_passive: bool = False
    contexts: tuple[str, ...] = ()
    comparison: str = "exact"
    hinted: Person | None = None
