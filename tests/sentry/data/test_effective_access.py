"""Effective access: roles with their scopes, teams, and the projects within reach."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import msgspec
import pytest

from ssocli.config.model import Config, Role
from ssocli.sentry.access import SCOPES, Access, effective_access
from ssocli.sentry.records import MemberRecord, UserRecord

NOW = 1_000_000.0
WEEK = 7 * 24 * 3600.0


def access(config: Config, role: str = "member", teams: tuple[str, ...] = ("web",), **given: Any) -> Access:
    user = UserRecord(
        id=1, email="a@acme.example", name="", avatar="", active=given.pop("active", True), has_password=False,
        has_second_factor=False, created_at=0.0, last_login_at=None,
        memberships=(MemberRecord(given.pop("member_of", "acme"), role, teams, given.pop("rank", 1)),),
    )  # fmt: skip
    acme = msgspec.structs.replace(config.organizations["acme"], **given.pop("organization", {}))
    usual: dict[str, Any] = {"has_provider": True, "sso_at": NOW - 10, "sso_expiry": WEEK, "now": NOW}
    return effective_access("acme", acme, user, **usual | given)


def denied(decision: Access) -> str:
    assert decision.denied is not None
    nothing = Access(decision.organization, decision.checks, decision.denied)
    assert decision == nothing, "who is denied is granted nothing"
    return decision.denied.name


def test_a_member_reaches_the_projects_of_own_teams(config: Config) -> None:
    granted = access(config, teams=("web", "support"))
    assert granted.denied is None
    assert (granted.role, granted.teams, granted.projects) == ("member", ("web", "support"), ("frontend", "helpdesk"))


def test_a_member_without_teams_reaches_nothing_in_a_closed_organization(config: Config) -> None:
    assert access(config, teams=()).projects == ()


@pytest.mark.parametrize(
    ("role", "everything"), [("member", False), ("admin", False), ("manager", True), ("owner", True)]
)
def test_global_roles_reach_every_project(config: Config, role: Role, everything: bool) -> None:
    projects = access(config, role, teams=("support",)).projects
    assert projects == (("backend", "frontend", "helpdesk") if everything else ("helpdesk",))


def test_open_membership_reaches_every_project_without_its_teams(config: Config) -> None:
    granted = access(config, teams=(), organization={"open_membership": True})
    assert (granted.projects, granted.teams) == (("backend", "frontend", "helpdesk"), ())


def test_a_team_that_was_removed_counts_no_more(config: Config) -> None:
    granted = access(config, teams=("web", "support"), organization={"teams": ["support"]})
    assert (granted.teams, granted.projects) == (("support",), ("helpdesk",))


@pytest.mark.parametrize(
    ("role", "has", "lacks"),
    [
        (
            "member",
            {"event:admin", "project:releases", "member:invite", "alerts:write"},
            {"project:write", "org:write"},
        ),
        ("admin", {"project:admin", "team:admin", "org:integrations"}, {"org:write", "member:write"}),
        ("manager", {"org:write", "member:admin", "project:releases"}, {"org:admin"}),
        ("owner", {"org:admin", "org:write", "member:admin"}, set()),
    ],
)
def test_roles_grant_their_scopes(config: Config, role: Role, has: set[str], lacks: set[str]) -> None:
    scopes = access(config, role).scopes
    assert has <= set(scopes)
    assert not lacks & set(scopes)
    assert len(scopes) == len(set(scopes))


def test_a_higher_role_grants_everything_of_a_lower_one() -> None:
    ranked = [set(scopes) for scopes in SCOPES.values()]
    assert all(lower < higher for lower, higher in itertools.pairwise(ranked))


def test_a_password_login_does_not_satisfy_required_sso(config: Config) -> None:
    assert denied(access(config, sso_at=None)) == "sso-required"
    assert denied(access(config, "owner", sso_at=None)) == "sso-required"


@pytest.mark.parametrize("given", [{"has_provider": False}, {"organization": {"require_sso": False}}])
def test_a_password_login_is_enough_where_sso_is_not_required(config: Config, given: dict[str, Any]) -> None:
    assert access(config, sso_at=None, **given).denied is None


def test_sso_counts_for_its_time(config: Config) -> None:
    assert access(config, sso_at=NOW - WEEK).denied is None
    assert denied(access(config, sso_at=NOW - WEEK - 1)) == "sso-expired"


def test_others_are_no_members(config: Config) -> None:
    assert denied(access(config, member_of="garage")) == "not-a-member"


def test_a_disabled_account_has_no_access(config: Config) -> None:
    assert denied(access(config, "owner", active=False)) == "disabled-account-session"


def test_members_beyond_the_seats_are_disabled(config: Config) -> None:
    assert access(config, rank=2, organization={"seats": 2}).denied is None
    assert denied(access(config, rank=3, organization={"seats": 2})) == "disabled-member"


def test_what_is_granted_can_be_written_into_the_trace(config: Config) -> None:
    granted = access(config)
    data = granted.as_data()
    assert msgspec.json.decode(msgspec.json.encode(data)) == data
    assert data["projects"] == ["frontend"]
    assert dataclasses.replace(granted, projects=()).as_data()["projects"] == []
