"""What the store holds, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Method = Literal["sso", "password"]


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """A person at an identity provider, and so a way into one user's account. Times are seconds since the epoch."""

    provider: str
    issuer: str
    subject: str
    created_at: float
    last_login_at: float


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A user's place in an organization. `rank` is the position in the order of joining, from 1."""

    organization: str
    role: str
    teams: tuple[str, ...]
    rank: int


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A user. `has_password` and `has_second_factor` stand for secrets that are not shown."""

    id: int
    email: str
    name: str
    avatar: str
    active: bool
    has_password: bool
    has_second_factor: bool
    created_at: float
    last_login_at: float | None
    identities: tuple[IdentityRecord, ...] = ()
    memberships: tuple[MemberRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session. `fingerprint` is the beginning of its token's hash, `sso` when SSO was completed where."""

    fingerprint: str
    user_id: int
    email: str
    method: Method
    trace_id: str
    created_at: float
    expires_at: float
    sso: dict[str, float]
