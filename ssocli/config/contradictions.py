"""What the schema cannot say about a configuration: names that refer to other tables, keys that need each other."""

from __future__ import annotations

from collections.abc import Iterator

from ssocli.config.model import Config
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
        if provider.client_auth == "private_key_jwt" and not getattr(provider, "private_key", None):
            yield Problem(file, f"{path}.private_key", "a PEM file, because client_auth is private_key_jwt", "nothing")
        if provider.client_auth.startswith("client_secret") and provider.client_secret is None:
            yield Problem(
                file, f"{path}.client_secret", f"a secret, because client_auth is {provider.client_auth}", "nothing"
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


def _unknown_teams(teams: list[str], known: list[str], file: str, path: str) -> Iterator[Problem]:
    for team in teams:
        if team not in known:
            expected = f"one of {', '.join(known)}" if known else "a team of the organization (it has none)"
            yield Problem(file, path, expected, shown(team), nearest(team, known))
