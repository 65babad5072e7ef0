"""What is said about a person, and to whom (OIDC Core 5.1, 5.4, 5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fake_idp.config import ClaimsShape, Person

SCOPE_CLAIMS = {
    "profile": (
        "name", "given_name", "family_name", "preferred_username", "picture", "locale", "updated_at",
    ),
    "email": ("email", "email_verified"),
    "groups": ("groups",),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}  # fmt: skip
UPDATED_AT = 1_767_225_600  # the bundled people do not change: 2026-01-01T00:00:00Z


def about(person: Person, shape: ClaimsShape) -> dict[str, Any]:
    """Everything that can be said about `person`, absent where there is nothing to say."""
    claims: dict[str, Any] = {
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "preferred_username": person.username,
        "picture": person.picture,
        "locale": person.locale,
        "updated_at": UPDATED_AT,
        "email": person.email,
        "email_verified": person.email_verified if person.email else None,
        "groups": list(person.groups) or None,
        "address": person.address or None,
        "phone_number": person.phone_number,
        "phone_number_verified": True if person.phone_number else None,
        **person.claims,
    }
    return {name: value for name, value in claims.items() if value is not None} | _hosted_domain(person, shape)


def released(
    person: Person, shape: ClaimsShape, scope: Iterable[str], requested: Mapping[str, Any], *, by_scope: bool = True
) -> dict[str, Any]:
    """The claims that the scope (unless `by_scope` is off) and the `claims` parameter's member ask for."""
    everything = about(person, shape)
    names = set(requested) | set(person.claims)
    if by_scope:
        names.update(name for value in scope for name in SCOPE_CLAIMS.get(value, ()))
        if "email" in scope:
            names.update(_hosted_domain(person, shape))
    return {name: value for name, value in everything.items() if name in names}


def _hosted_domain(person: Person, shape: ClaimsShape) -> dict[str, str]:
    """The domain of the organization that the account belongs to; consumer accounts have none."""
    domain = (person.email or "").rpartition("@")[2]
    if shape.hosted_domain is None or not domain or domain in shape.consumer_domains:
        return {}
    return {shape.hosted_domain: domain}
