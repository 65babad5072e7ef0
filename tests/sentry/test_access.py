from __future__ import annotations

from collections.abc import Callable

import pytest

from ssocli.config.model import Organization, Role
from ssocli.sentry.access import SCOPES, effective_access
from ssocli.sentry.records import MemberRecord, UserRecord
from ssocli.steps import Step

from .provider import Provider
from .site import Browser, Site

PROJECTS = {"backend": ["platform"], "frontend": ["web", "platform"], "helpdesk": ["support"]}
CLOSED = Organization(open_membership=False, teams=["platform", "web", "support"], projects=PROJECTS)
OPEN = Organization(open_membership=True, teams=["platform", "web", "support"], projects=PROJECTS)


def user(role: Role, *teams: str) -> UserRecord:
    member = MemberRecord("acme", role, teams, 1)
    return UserRecord(1, "alice@acme.example", "Alice", "", True, False, False, 0.0, None, (), (member,))


def access(organization: Organization, who: UserRecord, **change: object):  # type: ignore[no-untyped-def]
    options = {"has_provider": True, "sso_at": 50.0, "sso_expiry": 100.0, "now": 100.0, **change}
    return effective_access("acme", organization, who, **options)  # type: ignore[arg-type]


def test_each_role_has_the_scopes_of_the_one_below_and_more() -> None:
    assert set(SCOPES["owner"]) - set(SCOPES["manager"]) == {"org:admin"}
    assert set(SCOPES["manager"]) - set(SCOPES["admin"]) == {"org:write", "member:write", "member:admin"}
    assert set(SCOPES["admin"]) - set(SCOPES["member"]) == {
        "project:write", "project:admin", "org:integrations", "team:write", "team:admin",
    }  # fmt: skip
    assert set(SCOPES["member"]) == {
        "event:read", "event:write", "event:admin", "project:read", "project:releases", "org:read", "member:read",
        "member:invite", "team:read", "alerts:read", "alerts:write",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("organization", "who", "reach"),
    [
        (CLOSED, user("member", "web"), ("frontend",)),
        (CLOSED, user("member", "platform"), ("backend", "frontend")),
        (CLOSED, user("admin"), ()),
        (CLOSED, user("manager"), ("backend", "frontend", "helpdesk")),
        (CLOSED, user("owner", "web"), ("backend", "frontend", "helpdesk")),
        (OPEN, user("member"), ("backend", "frontend", "helpdesk")),
    ],
)
def test_projects_are_reached_by_team_role_or_openness(
    organization: Organization, who: UserRecord, reach: tuple[str, ...]
) -> None:
    assert access(organization, who).projects == reach


def test_a_team_that_was_deleted_counts_no_more() -> None:
    granted = access(Organization(open_membership=False, teams=["web"], projects=PROJECTS), user("member", "support"))
    assert (granted.teams, granted.projects) == ((), ())


def test_who_is_denied_has_nothing() -> None:
    denied = access(CLOSED, user("owner", "web"), sso_at=None)
    assert denied.denied is not None
    assert denied.denied.name == "sso-required"
    assert (denied.role, denied.scopes, denied.teams, denied.projects) == ("", (), (), ())


def test_without_a_provider_nobody_is_asked_for_sso() -> None:
    assert access(CLOSED, user("member"), sso_at=None, has_provider=False).denied is None


def test_a_member_beyond_the_seats_is_disabled(make_site: Callable[..., Site], provider: Provider) -> None:
    site = make_site()
    site.browser.log_in()  # after pat, the second member
    smaller = make_site(store=site.store, organization="seats = 1")
    page = smaller.browser.log_in()
    assert (page.status_code, smaller.browser.path) == (403, "/organizations/acme/disabled-member/")
    assert "no free seat" in smaller.browser.alert
    failure = smaller.trace().failure
    assert failure is not None
    assert (failure.step, failure.code) == (Step.AUTHORIZATION, "ACC005")
    assert failure.user_message == smaller.browser.alert
    page = smaller.browser.get("/api/0/organizations/acme/projects/")
    assert (page.status_code, page.json["detail"]["code"]) == (401, "member-disabled-over-limit")  # type: ignore[index]
    smaller.browser.get("/organizations/acme/issues/")
    assert smaller.browser.path == "/organizations/acme/disabled-member/"


def test_the_disabled_members_page_is_for_disabled_members(site: Site) -> None:
    site.browser.get("/organizations/acme/disabled-member/")
    assert site.browser.path == "/auth/login/"
    site.browser.log_in()
    site.browser.get("/organizations/acme/disabled-member/")
    assert site.browser.path == "/organizations/acme/issues/"


def test_the_api_tells_the_projects_in_reach(make_site: Callable[..., Site], provider: Provider) -> None:
    site = make_site(settings='client_secret = "x"\nteams = { engineering = ["web"] }')
    site.browser.log_in()
    page = site.browser.get("/api/0/organizations/acme/projects/")
    assert page.json == [{"slug": "frontend", "teams": ["web"], "isMember": True}]
    assert page.headers["Cache-Control"] == "no-store"


def test_the_api_refuses_as_sentry_does(site: Site) -> None:
    page = site.browser.get("/api/0/organizations/acme/projects/")
    assert page.status_code == 401
    assert site.browser.get("/api/0/organizations/nowhere/projects/").status_code == 404
    site.browser.log_in()
    page = site.browser.get("/api/0/organizations/garage/projects/")
    assert (page.status_code, page.json["detail"]["code"]) == (403, "not-a-member")  # type: ignore[index]


def test_another_organizations_dashboard_is_closed(site: Site) -> None:
    site.browser.log_in()
    page = site.browser.get("/organizations/garage/issues/")
    assert page.status_code == 403
    assert "not a member of garage" in site.browser.alert
    assert site.browser.get("/organizations/nowhere/issues/").status_code == 404


def test_the_start_page_leads_home_or_to_the_login(site: Site) -> None:
    site.browser.get("/")
    assert site.browser.path == "/auth/login/"
    site.browser.log_in()
    site.browser.get("/")
    assert site.browser.path == "/organizations/acme/issues/"


def test_a_dashboard_without_a_session_asks_to_log_in_and_comes_back(site: Site) -> None:
    page = site.browser.client.get("/organizations/acme/issues/")
    assert page.headers["Location"] == "/auth/login/acme/?next=%2Forganizations%2Facme%2Fissues%2F"


def test_a_landing_page_that_does_not_exist_is_a_warning(site: Site) -> None:
    page = site.browser.log_in("/organizations/acme/nothing/")
    assert page.status_code == 404
    outcome = site.trace().step(Step.REDIRECT_TO_DASHBOARD)
    assert (outcome.status.value, "HTTP 404" in outcome.summary) == ("warned", True)


def test_a_redirect_that_nobody_follows_is_not_concluded(site: Site) -> None:
    sent = site.provider.authorize(site.browser.start())
    site.browser.client.get("/auth/sso/", query_string=sent)
    assert (site.builder.current, site.builder.concluded) == (Step.REDIRECT_TO_DASHBOARD, False)
    site.browser.client.get("/favicon.ico", headers={"Sec-Fetch-Dest": "image"})
    Browser(site).client.get("/organizations/acme/issues/")  # another browser, without the session
    assert (site.builder.current, site.builder.concluded) == (Step.REDIRECT_TO_DASHBOARD, False)
    site.browser.client.get("/organizations/acme/issues/")
    assert site.builder.concluded
