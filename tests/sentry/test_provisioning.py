from __future__ import annotations

import logging
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.config.model import OidcProvider, Organization
from ssocli.sentry import accounts
from ssocli.sentry.provisioning import ROLES, Facts, Identity, apply, decide, gather
from ssocli.sentry.records import MemberRecord, UserRecord
from ssocli.sentry.store import Store
from ssocli.steps import Step
from ssocli.trace import Action, Outcome

from .provider import Provider
from .site import Browser, Site

ACME = Organization(default_role="member", teams=["platform", "web"])
PROVIDER = OidcProvider(
    issuer="https://idp.example",
    client_id="c",
    client_secret="s",
    roles={"leads": "manager", "bosses": "owner"},
    teams={"engineering": ["platform", "web"], "design": ["web"]},
)
ALICE = Identity(
    "oidc", "https://idp.example", "sub-1", email="alice@acme.example", name="Alice", groups=("engineering",)
)
USER = UserRecord(1, "alice@acme.example", "Alice", "", True, False, False, 0.0, None)
MEMBER = MemberRecord("acme", "member", ("platform", "web"), 1)
NOBODY = Facts(None, None, None, 0)
KNOWN = Facts(USER, MEMBER, 1, 1)


def test_an_unknown_identity_becomes_a_user() -> None:
    decision = decide(ALICE, "acme", ACME, PROVIDER, NOBODY)
    assert decision.action == "create"
    assert decision.changes == {"email": "alice@acme.example", "name": "Alice", "avatar": ""}
    assert (decision.role, decision.teams) == ("member", ("platform", "web"))


def test_a_known_identity_changes_nothing_that_is_the_same() -> None:
    decision = decide(ALICE, "acme", ACME, PROVIDER, KNOWN)
    assert (decision.action, decision.changes, decision.changed) == ("update", {}, ())


def test_only_what_changed_is_updated() -> None:
    moved = replace(ALICE, email="alice.a@acme.example", avatar="https://x/a.png", groups=("design", "leads"))
    decision = decide(moved, "acme", ACME, PROVIDER, KNOWN)
    assert decision.changes == {"email": "alice.a@acme.example", "avatar": "https://x/a.png"}
    assert decision.changed == ("email", "avatar", "role", "teams")


def test_what_the_provider_does_not_tell_stays() -> None:
    silent = Identity("oidc", "https://idp.example", "sub-1")
    facts = Facts(USER, replace(MEMBER, role="manager"), None, 1)
    decision = decide(silent, "acme", ACME, PROVIDER, facts)
    assert (decision.changes, decision.role, decision.teams, decision.changed) == ({}, "manager", None, ())


def test_a_profile_may_be_left_alone() -> None:
    settled = OidcProvider(issuer="https://idp.example", client_id="c", client_secret="s", update_profile=False)
    assert decide(replace(ALICE, name="Other"), "acme", ACME, settled, KNOWN).changes == {}


def test_a_user_of_another_organization_joins() -> None:
    decision = decide(ALICE, "acme", ACME, PROVIDER, Facts(USER, None, 1, 0))
    assert (decision.action, decision.changed) == ("update", ("membership",))


def test_an_address_that_somebody_else_has_is_not_taken_over() -> None:
    decision = decide(replace(ALICE, email="bob@acme.example"), "acme", ACME, PROVIDER, replace(KNOWN, email_holder=2))
    assert (decision.action, decision.changes) == ("update", {})


@given(st.lists(st.sampled_from(["leads", "bosses", "engineering", "x"])))
@settings(max_examples=50)
def test_the_highest_role_of_all_groups_wins(groups: list[str]) -> None:
    decision = decide(replace(ALICE, groups=tuple(groups)), "acme", ACME, PROVIDER, NOBODY)
    expected = max(
        (PROVIDER.roles[group] for group in groups if group in PROVIDER.roles), key=ROLES.index, default="member"
    )
    assert decision.role == expected


REFUSALS: list[tuple[str, dict[str, Any], str, str]] = [
    ("missing e-mail", {"email": None}, "", "PROV001"),
    ("duplicate e-mail", {"email": "PAT@garage.example"}, "", "PROV003"),
    ("domain", {}, 'allowed_domains = ["other.example"]', "PROV004"),
    ("seats", {}, "seats = 1", "PROV005"),
]


@pytest.mark.parametrize(("name", "told", "organization", "code"), REFUSALS)
def test_a_refusal_is_logged_and_says_to_contact_support(
    make_site: Callable[..., Site],
    caplog: pytest.LogCaptureFixture,
    name: str,
    told: dict[str, Any],
    organization: str,
    code: str,
) -> None:
    site = make_site(organization=organization)
    site.provider.told = told
    before = site.store.users()
    page = site.browser.log_in()
    assert page.status_code == 403
    failure = site.trace().failure
    assert failure is not None
    assert (failure.step, failure.code, failure.action) == (Step.USER_PROVISIONING, code, Action.CONTACT_SUPPORT)
    assert site.browser.alert == failure.user_message
    assert site.builder.trace_id in failure.user_message
    assert "contact help@acme.example" in failure.user_message
    assert 'data-testid="retry"' not in site.browser.text
    assert site.store.users() == before
    assert site.browser.cookie("sentrysid") is None
    [record] = [record for record in caplog.records if record.name == "ssocli.sentry"]
    assert record.levelno == logging.ERROR
    logged = vars(record)
    assert (logged["trace_id"], logged["provider"], logged["organization"], logged["code"]) == (
        site.builder.trace_id, "oidc", "acme", code,
    )  # fmt: skip


def test_a_disabled_user_is_refused(make_site: Callable[..., Site]) -> None:
    first = make_site()
    first.browser.log_in()
    second = make_site(store=first.store, user='[users."person1@acme.example"]\nactive = false')
    assert second.browser.log_in().status_code == 403
    assert second.findings() == [("user_provisioning", "PROV002")]
    # The session from before opens nothing either.
    first.browser.get("/organizations/acme/issues/")
    assert first.browser.page is not None
    assert first.browser.page.status_code == 403


def test_an_unverified_address_is_only_noted(site: Site) -> None:
    site.provider.told = {"email_verified": False}
    assert site.browser.log_in().status_code == 200
    assert site.findings() == [("user_provisioning", "PROV006")]
    assert site.trace().outcome is Outcome.AUTHENTICATED


def test_a_person_is_known_by_subject_and_not_by_address(site: Site, provider: Provider) -> None:
    site.browser.log_in()
    provider.claims = {"sub": "subject-9"}
    provider.told = {"sub": "subject-9", "email": "other@acme.example"}
    Browser(site).log_in()
    provider.claims = {}
    provider.told = {"email": "moved@acme.example"}
    Browser(site).log_in()
    assert [user.email for user in site.store.users()[1:]] == ["moved@acme.example", "other@acme.example"]


def test_an_issuers_alias_is_what_is_stored(provider: Provider) -> None:
    from ssocli.sentry.app import create_app

    site = Site(provider)
    site.app = create_app(
        site.config, site.store, journal=site.journal, url=site.url, issuer_aliases={provider.issuer: "{fake_idp}"}
    )
    Browser(site).log_in()
    assert site.store.users()[-1].identities[0].issuer == "{fake_idp}"
    site.close()


PROVISION = """
import os, signal, sys, time
from ssocli.config.model import OidcProvider, Organization
from ssocli.sentry import provisioning, sessions
from ssocli.sentry.provisioning import Identity
from ssocli.sentry.store import Store

path, stop = sys.argv[1], sys.argv[2]
identity = Identity("oidc", "https://idp.example", "sub-1", email="alice@acme.example", groups=("engineering",))
organization = Organization(teams=["platform"])
provider = OidcProvider(issuer="https://idp.example", client_id="c", teams={"engineering": ["platform"]})

def reach(point):
    if stop == point:
        os.kill(os.getpid(), signal.SIGKILL)

with Store.open(path) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    with store.transaction() as db:
        facts = provisioning.gather(db, identity, "acme")
        decision = provisioning.decide(identity, "acme", organization, provider, facts)
        create = provisioning.accounts.create_user
        put = provisioning.accounts.put_identity

        def create_user(*arguments):
            result = create(*arguments)
            reach("user")
            return result

        def put_identity(*arguments):
            put(*arguments)
            reach("identity")

        provisioning.accounts.create_user = create_user
        provisioning.accounts.put_identity = put_identity
        user = provisioning.apply(db, decision, identity, "acme", facts, time.time())
        reach("member")
        sessions.create_session(db, user, "sso", "trace", time.time(), 60)
        reach("session")
    reach("commit")
print(decision.action, user)
"""


def provision(path: Path, stop: str = "never") -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROVISION, str(path), stop],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("point", ["user", "identity", "member", "session"])
def test_a_crash_leaves_no_half_made_user(tmp_path: Path, point: str) -> None:
    path = tmp_path / "sentry.sqlite3"
    process = provision(path, point)
    process.communicate("go\n")
    assert process.returncode == -signal.SIGKILL
    with Store.open(path) as store, store.reading() as db:
        for table in ("users", "identities", "members", "team_members", "sessions"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0, table
    process = provision(path)
    assert process.communicate("go\n")[0] == "create 1\n"


def test_a_crash_after_the_commit_leaves_a_whole_user(tmp_path: Path) -> None:
    path = tmp_path / "sentry.sqlite3"
    provision(path, "commit").communicate("go\n")
    with Store.open(path) as store:
        [user] = store.users()
        assert len(user.identities) == 1
        assert user.memberships[0].teams == ("platform",)
        assert len(store.sessions(0.0)) == 1


def test_two_processes_make_one_user(tmp_path: Path) -> None:
    path = tmp_path / "sentry.sqlite3"
    processes = [provision(path) for _ in range(2)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = sorted(process.communicate()[0] for process in processes)
    assert answers == ["create 1\n", "update 1\n"]
    with Store.open(path) as store:
        assert len(store.users()) == 1


def test_parallel_logins_of_one_new_person_make_one_user(site: Site) -> None:
    import threading

    browsers = [Browser(site) for _ in range(6)]
    answers = [site.provider.authorize(browser.start()) for browser in browsers]
    threads = [
        threading.Thread(target=browser.get, args=("/auth/sso/",), kwargs=answer)
        for browser, answer in zip(browsers, answers, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [browser.path for browser in browsers] == ["/organizations/acme/issues/"] * 6
    assert len(site.store.users()) == 2
    assert len(site.store.sessions(site.clock.now())) == 6


def test_a_decision_is_carried_out_as_decided() -> None:
    with Store.open(":memory:") as store:
        with store.transaction() as db:
            facts = gather(db, ALICE, "acme")
            user_id = apply(db, decide(ALICE, "acme", ACME, PROVIDER, facts), ALICE, "acme", facts, 10.0)
        with store.transaction() as db:
            later = replace(ALICE, email="new@acme.example", groups=("design", "bosses"))
            facts = gather(db, later, "acme")
            assert apply(db, decide(later, "acme", ACME, PROVIDER, facts), later, "acme", facts, 20.0) == user_id
            assert accounts.find_user_by_email(db, "alice@acme.example") is None
            assert accounts.find_user_by_email(db, "NEW@acme.example") is not None
        [user] = store.users()
    assert (user.email, user.created_at, user.last_login_at) == ("new@acme.example", 10.0, 20.0)
    assert (user.memberships[0].role, user.memberships[0].teams) == ("owner", ("web",))
    assert (user.identities[0].created_at, user.identities[0].last_login_at) == (10.0, 20.0)
