"""What the schema cannot say about a configuration: names that refer to other tables, keys that need each other."""

from __future__ import annotations

from collections.abc import Iterator

from ssocli.config.attribute_presets import ATTRIBUTE_PRESETS, attribute_names
from ssocli.config.model import Config, OAuth2Provider, OidcProvider, Saml2Provider
from ssocli.config.problem import Problem, nearest, quoted, shown


def contradictions(config: Config, file: str) -> Iterator[Problem]:
    """What the schema cannot say: names that refer to other tables."""
    organizations = list(config.organizations)
    for key, provider in config.providers.items():
        path = f"providers.{key}"
        if provider.organization is None and len(organizations) != 1:
            expected = f"one of {', '.join(organizations)}" if organizations else "an [organizations.NAME] table"
            yield Problem(file, f"{path}.organization", expected, "nothing")
        elif provider.organization is not None and provider.organization not in organizations:
            hint = nearest(provider.organization, organizations)
            expected = f"one of {', '.join(organizations) or '(no organizations are configured)'}"
            yield Problem(file, f"{path}.organization", expected, shown(provider.organization), hint)
        else:
            owner = config.organizations[provider.organization or organizations[0]]
            for group, teams in provider.teams.items():
                yield from _unknown_teams(teams, owner.teams, file, f"{path}.teams.{quoted(group)}")
        yield from (
            _of_saml(provider, file, path) if isinstance(provider, Saml2Provider) else _of_oauth(provider, file, path)
        )
    for key, organization in config.organizations.items():
        for project, teams in organization.projects.items():
            yield from _unknown_teams(teams, organization.teams, file, f"organizations.{key}.projects.{project}")
    for email, user in config.users.items():
        for slug in user.organizations:
            if slug not in organizations:
                path = f"users.{quoted(email)}.organizations.{slug}"
                yield Problem(
                    file, path, f"one of {', '.join(organizations)}", shown(slug), nearest(slug, organizations)
                )


def _of_oauth(provider: OidcProvider | OAuth2Provider, file: str, path: str) -> Iterator[Problem]:
    if provider.client_auth == "private_key_jwt" and not getattr(provider, "private_key", None):
        yield Problem(file, f"{path}.private_key", "a PEM file, because client_auth is private_key_jwt", "nothing")
    if provider.client_auth.startswith("client_secret") and provider.client_secret is None:
        expected = f"a secret, because client_auth is {provider.client_auth}"
        yield Problem(file, f"{path}.client_secret", expected, "nothing")


def _of_saml(provider: Saml2Provider, file: str, path: str) -> Iterator[Problem]:
    by_hand = {"sso_url": provider.sso_url, "certificates": provider.certificates, "slo_url": provider.slo_url}
    if provider.metadata_url and provider.metadata_file:
        yield Problem(file, f"{path}.metadata_file", "metadata_url or metadata_file", "both")
    if provider.metadata_url or provider.metadata_file:
        for name in (name for name, value in by_hand.items() if value):
            yield Problem(file, f"{path}.{name}", "nothing, because the metadata say it", "a value")
    else:
        needed = {"entity_id": provider.entity_id, "sso_url": provider.sso_url, "certificates": provider.certificates}
        missing = [name for name, value in needed.items() if not value]
        if len(missing) == len(needed):
            expected = "metadata_url, metadata_file, or entity_id with sso_url and certificates"
            yield Problem(file, path, expected, "none of them")
        else:
            for name in missing:
                yield Problem(file, f"{path}.{name}", "a value, because there are no metadata", "nothing")
    names = attribute_names(provider)
    for name in ("identifier", "user_email"):
        if not getattr(names, name):
            expected = f"the name of an attribute, NameID, or a preset ({', '.join(ATTRIBUTE_PRESETS)})"
            yield Problem(file, f"{path}.attributes.{name}", expected, "nothing")
    if not provider.private_key:
        for name in ("sign_requests", "certificate"):
            if getattr(provider, name):
                yield Problem(file, f"{path}.private_key", f"a PEM file, because {name} is set", "nothing")
    elif not provider.certificate:
        yield Problem(file, f"{path}.certificate", "a PEM file with the certificate of private_key", "nothing")
    if provider.force_authn and provider.is_passive:
        yield Problem(file, f"{path}.is_passive", "force_authn or is_passive (SAML Core 3.4.1)", "both")


def _unknown_teams(teams: list[str], known: list[str], file: str, path: str) -> Iterator[Problem]:
    for team in teams:
        if team not in known:
            expected = f"one of {', '.join(known)}" if known else "a team of the organization (it has none)"
            yield Problem(file, path, expected, shown(team), nearest(team, known))
