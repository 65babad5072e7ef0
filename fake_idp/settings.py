"""How an identity provider behaves, whatever its people and clients are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fake_idp.config import Lifetimes

LoginMode = Literal["page", "auto"]


@dataclass(frozen=True, slots=True)
class Settings:
    """`strict` turns every check on; `login="auto"` logs people in without a page.

    `public_url` is the scheme and host that issuers carry, for when the Host header is not what clients use.
    `redirect_hosts` may receive authorization responses beside this machine. `instance` identifies this process.
    `sign_saml_metadata` signs them for everybody and not only on request.
    `faults` are armed in every namespace. `control_token` is what the control API asks for, None for nothing.
    """

    strict: bool
    login: LoginMode
    public_url: str | None
    redirect_hosts: tuple[str, ...]
    lifetimes: Lifetimes
    instance: str
    sign_saml_metadata: bool
    faults: tuple[str, ...] = ()
    control_token: str | None = field(default=None, repr=False)
