"""From validated claims to an identity, by the names that the provider's table gives them."""

from __future__ import annotations

from typing import Any

from ssocli.config.model import ClaimNames
from ssocli.sentry.auth.client import Client
from ssocli.sentry.provisioning import Identity


def identity_from_claims(client: Client, issuer: str, claims: dict[str, Any]) -> Identity:
    """The identity in the claims of ID token and userinfo. `issuer` is the one to store."""
    names: ClaimNames = client.provider.claims
    verified = claims.get("email_verified")
    return Identity(
        provider=client.key,
        issuer=issuer,
        subject=str(claims["sub"]),
        email=_text(claims, names.email) or None,
        email_verified=verified if isinstance(verified, bool) else None,
        name=_text(claims, names.name),
        avatar=_text(claims, names.avatar),
        groups=_groups(claims.get(names.groups)),
    )


def _text(claims: dict[str, Any], name: str) -> str:
    """The claim without surrounding space; empty if it is no text, as is half a surrogate pair, which JSON allows."""
    value = claims.get(name)
    if not isinstance(value, str) or not _is_unicode(value):
        return ""
    return value.strip()


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _groups(value: Any) -> tuple[str, ...] | None:
    """A list of names, or one name: providers that know a single group often send it bare."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list):
        return tuple(entry for entry in value if isinstance(entry, str))
    return None


def identity_from_profile(
    client: Client, issuer: str, profile: dict[str, Any], addresses: list[dict[str, Any]]
) -> Identity:
    """The identity in a GitHub-shaped profile.

    The address is the primary one, if possible a verified one: the public one of the profile proves nothing.
    The subject is the numeric id: a login name can be given up and taken by somebody else.
    """
    names = client.provider.claims
    primary = [entry for entry in addresses if entry.get("primary") is True and isinstance(entry.get("email"), str)]
    verified = [entry["email"] for entry in primary if entry.get("verified") is True]
    email = next(iter([*verified, *(entry["email"] for entry in primary)]), None)
    return Identity(
        provider=client.key,
        issuer=issuer,
        subject=str(profile["id"]),
        email=email,
        email_verified=None if email is None else email in verified,
        name=_text(profile, names.name) or _text(profile, "login"),
        avatar=_text(profile, names.avatar),
        groups=_groups(profile.get(names.groups)),
    )
