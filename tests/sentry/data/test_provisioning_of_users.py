"""Provisioning on a real store: who is created, what is updated, who is refused, and what is never done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Severity, Status
from ssocli.config.load import parse
from ssocli.config.model import Config, OidcProvider, Role
from ssocli.sentry import accounts, provisioning
from ssocli.sentry.provisioning import Decision, Identity
from ssocli.sentry.records import UserRecord
from ssocli.sentry.store import Store
from tests.sentry.data.conftest import CONFIG

Tell = Callable[..., Identity]


def provision(store: Store, config: Config, identity: Identity, slug: str = "acme", now: float = 100.0) -> Decision:
    """What the login does in step 7, in one transaction."""
    with store.transaction() as db:
        facts = provisioning.gather(db, identity, slug)
        provider = config.providers[identity.provider]
        decision = provisioning.decide(identity, slug, config.organizations[slug], provider, facts)
        if decision.refusal is None:
            provisioning.apply(db, decision, identity, slug, facts, now)
    return decision


def with_organization(config: Config, **changes: Any) -> Config:
    acme = msgspec.structs.replace(config.organizations["acme"], **changes)
    return msgspec.structs.replace(config, organizations={**config.organizations, "acme": acme})


def with_provider(config: Config, **changes: Any) -> Config:
    provider = config.providers["acme-oidc"]
    assert isinstance(provider, OidcProvider)
    changed = msgspec.structs.replace(provider, **changes)
    return msgspec.structs.replace(config, providers={**config.providers, "acme-oidc": changed})


def only_user(store: Store) -> UserRecord:
    (user,) = store.users()
    return user


def test_a_stranger_becomes_a_user_and_a_member(store: Store, config: Config, alice: Tell) -> None:
    decision = provision(store, config, alice())
    user = only_user(store)
    assert (decision.action, decision.refusal) == ("create", None)
    assert decision.reason == "subject s-1 of acme-oidc was unknown"
    assert (user.email, user.name, user.avatar) == ("alice@acme.example", "Alice", "https://acme.example/alice.png")
    assert (user.created_at, user.last_login_at, user.active, user.has_password) == (100.0, 100.0, True, False)
    assert [(entry.provider, entry.issuer, entry.subject) for entry in user.identities] == [
        ("acme-oidc", "https://idp.example", "s-1")
    ]
    assert [(entry.organization, entry.role, entry.teams) for entry in user.memberships] == [
        ("acme", "member", ("platform", "web"))
    ]


def test_the_same_person_again_changes_nothing_but_the_last_login(store: Store, config: Config, alice: Tell) -> None:
    provision(store, config, alice(), now=100.0)
    before = only_user(store)
    decision = provision(store, config, alice(), now=200.0)
    after = only_user(store)
    assert (decision.action, decision.changed) == ("update", ())
    assert (after.created_at, after.last_login_at) == (100.0, 200.0)
    assert (after.identities[0].created_at, after.identities[0].last_login_at) == (100.0, 200.0)
    assert (after.name, after.email, after.memberships) == (before.name, before.email, before.memberships)


@pytest.mark.parametrize(
    ("told", "changed"),
    [
        ({"name": "Alice Arnold"}, ("name",)),
        ({"email": "a.arnold@acme.example"}, ("email",)),
        ({"avatar": "https://acme.example/new.png"}, ("avatar",)),
        ({"name": "A", "email": "a@acme.example"}, ("email", "name")),
        ({"groups": ("owners", "engineering")}, ("role",)),
        ({"groups": ("support",)}, ("teams",)),
        ({"groups": ()}, ("teams",)),
    ],
)
def test_what_the_provider_tells_otherwise_is_updated(
    store: Store, config: Config, alice: Tell, told: dict[str, Any], changed: tuple[str, ...]
) -> None:
    provision(store, config, alice())
    assert provision(store, config, alice(**told)).changed == changed
    user = only_user(store)
    for field in {"name", "email", "avatar"} & set(changed):
        assert getattr(user, field) == told[field]
    assert provision(store, config, alice(**told)).changed == (), "the second time nothing is left to change"


def test_what_the_provider_leaves_out_stays(store: Store, config: Config, alice: Tell) -> None:
    provision(store, config, alice(groups=("owners", "engineering")))
    decision = provision(store, config, alice(email=None, name="", avatar="", groups=None))
    user = only_user(store)
    assert (decision.refusal, decision.changed) == (None, ())
    assert (user.email, user.name) == ("alice@acme.example", "Alice")
    assert (user.memberships[0].role, user.memberships[0].teams) == ("owner", ("platform", "web"))


def test_a_profile_that_is_not_to_be_updated_stays(store: Store, config: Config, alice: Tell) -> None:
    keeping = with_provider(config, update_profile=False)
    provision(store, keeping, alice())
    decision = provision(store, keeping, alice(name="Mallory", email="m@acme.example", groups=("managers",)))
    assert (only_user(store).name, only_user(store).email) == ("Alice", "alice@acme.example")
    assert decision.changed == ("role", "teams"), "what may be done is not the profile"


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (("managers", "owners"), "owner"),
        (("owners", "managers"), "owner"),
        (("managers",), "manager"),
        (("nobody-knows",), "admin"),
        (None, "admin"),
    ],
)
def test_the_highest_mapped_role_wins_else_the_default(
    store: Store, config: Config, alice: Tell, groups: tuple[str, ...] | None, role: Role
) -> None:
    provision(store, with_organization(config, default_role="admin"), alice(groups=groups))
    assert only_user(store).memberships[0].role == role


def test_who_leaves_a_group_loses_its_role(store: Store, config: Config, alice: Tell) -> None:
    provision(store, config, alice(groups=("owners",)))
    assert provision(store, config, alice(groups=("engineering",))).changed == ("role", "teams")
    assert only_user(store).memberships[0].role == "member"


def test_a_removed_member_joins_again(store: Store, config: Config, alice: Tell) -> None:
    provision(store, config, alice())
    with store.transaction() as db:
        db.execute("DELETE FROM members")
    assert "membership" in provision(store, config, alice()).changed
    assert only_user(store).memberships[0].teams == ("platform", "web")


@pytest.mark.parametrize(
    "stranger",
    [{"subject": "s-2"}, {"issuer": "https://other.example"}, {"provider": "garage-oidc"}],
)
def test_the_same_address_from_another_identity_is_never_linked(
    store: Store, config: Config, alice: Tell, stranger: dict[str, str]
) -> None:
    provision(store, config, alice())
    before = only_user(store)
    decision = provision(store, config, alice(email="ALICE@acme.example", **stranger), now=200.0)
    assert decision.refusal is not None
    assert (decision.refusal.name, decision.action) == ("duplicate-email", "refuse")
    assert only_user(store) == before


def test_a_configured_user_is_not_taken_over_through_its_address(store: Store, config: Config, alice: Tell) -> None:
    with store.transaction() as db:
        accounts.create_user(db, "alice@acme.example", "The first", "", 1.0)
    decision = provision(store, config, alice())
    assert decision.refusal is not None
    assert decision.refusal.name == "duplicate-email"
    assert only_user(store).identities == ()


def test_a_known_user_does_not_take_another_ones_address(store: Store, config: Config, alice: Tell) -> None:
    provision(store, config, alice())
    provision(store, config, alice(subject="s-2", email="bob@acme.example", name="Bob"))
    decision = provision(store, config, alice(email="Bob@acme.example"))
    (warning,) = [check for check in decision.checks if check.status is Status.FAILED]
    assert (warning.name, warning.severity, decision.changed) == ("duplicate-email", Severity.WARNING, ())
    assert [user.email for user in store.users()] == ["alice@acme.example", "bob@acme.example"]


@pytest.mark.parametrize(
    ("told", "name", "actual"),
    [
        ({"email": None}, "missing-email", "none"),
        ({"email": ""}, "missing-email", "none"),
        ({"email": "alice"}, "missing-email", "alice"),
        ({"email": "@acme.example"}, "missing-email", "@acme.example"),
        ({"email": "alice arnold@acme.example"}, "missing-email", "alice arnold@acme.example"),
        ({"email": "alice\u200b@acme.example"}, "missing-email", "alice\\u200b@acme.example"),
        ({"email": "alice\ud800@acme.example"}, "missing-email", "alice\\ud800@acme.example"),
        ({"email": "alice@evil.example"}, "email-domain-not-allowed", "evil.example"),
        ({"email": "alice@acme.example@evil.example"}, "email-domain-not-allowed", "evil.example"),
        ({"email": "alice@sub.acme.example"}, "email-domain-not-allowed", "sub.acme.example"),
        ({"email": "alice@notacme.example"}, "email-domain-not-allowed", "notacme.example"),
    ],
)
def test_an_address_that_will_not_do_is_refused(
    store: Store, config: Config, alice: Tell, told: dict[str, Any], name: str, actual: str
) -> None:
    decision = provision(store, config, alice(**told))
    assert decision.refusal is not None
    assert (decision.refusal.name, decision.refusal.actual) == (name, actual)
    assert f"{name}: expected " in decision.reason
    assert store.users() == []


def test_an_endless_address_is_refused(store: Store, config: Config, alice: Tell) -> None:
    fitting = "a" * (254 - len("@acme.example")) + "@acme.example"
    assert provision(store, config, alice(email="a" + fitting)).action == "refuse"
    assert provision(store, config, alice(email=fitting)).action == "create"


def test_the_domain_is_compared_without_regard_to_case(store: Store, config: Config, alice: Tell) -> None:
    assert provision(store, config, alice(email="Alice@ACME.Example")).action == "create"


def test_an_unverified_address_is_only_worth_knowing(store: Store, config: Config, alice: Tell) -> None:
    decision = provision(store, config, alice(email_verified=False))
    (finding,) = [check for check in decision.checks if check.status is Status.FAILED]
    assert (finding.name, finding.severity) == ("unverified-email", Severity.INFO)
    assert decision.action == "create"


def test_a_disabled_user_is_refused_and_left_as_it_is(store: Store, config: Config, alice: Tell) -> None:
    provision(store, config, alice())
    with store.transaction() as db:
        accounts.put_security(db, 1, active=False, totp_secret=None)
    before = only_user(store)
    decision = provision(store, config, alice(name="New", groups=("owners",)), now=200.0)
    assert decision.refusal is not None
    assert decision.refusal.name == "disabled-user"
    assert only_user(store) == before


def test_the_seat_limit_stops_new_members_only(store: Store, config: Config, alice: Tell) -> None:
    one_seat = with_organization(config, seats=1)
    provision(store, one_seat, alice())
    refused = provision(store, one_seat, alice(subject="s-2", email="bob@acme.example"))
    assert refused.refusal is not None
    assert (refused.refusal.name, refused.refusal.actual) == ("seat-limit-reached", "1 members")
    assert len(store.users()) == 1
    assert provision(store, one_seat, alice(), now=200.0).action == "update"


def test_a_healthy_login_has_no_finding(store: Store, config: Config, alice: Tell) -> None:
    checks = [*provision(store, config, alice()).checks, *provision(store, config, alice()).checks]
    assert {check.status for check in checks} == {Status.PASSED, Status.SKIPPED}


def test_a_name_that_utf_8_cannot_hold_is_stored_without_what_it_cannot(
    store: Store, config: Config, alice: Tell
) -> None:
    assert provision(store, config, alice(name="Al\ud800ice" + "x" * 5000)).action == "create"
    assert only_user(store).name == "Al?ice" + "x" * 1994


# Everything that JSON can carry in a string, lone surrogates included; step 6 has made sure of an ASCII subject.
ANYTHING = st.text(st.characters(categories=["L", "N", "P", "S", "Z", "C"]), max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    email=st.one_of(st.none(), ANYTHING, ANYTHING.map(lambda name: f"{name}@acme.example")),
    name=ANYTHING,
    avatar=ANYTHING,
    groups=st.one_of(st.none(), st.lists(st.one_of(ANYTHING, st.just("owners"))).map(tuple)),
)
def test_whatever_the_provider_tells_is_judged_and_stored_or_refused(
    email: str | None, name: str, avatar: str, groups: tuple[str, ...] | None
) -> None:
    config = parse(CONFIG, "test.toml")
    identity = Identity("acme-oidc", "https://idp.example", "s-1", email, None, name, avatar, groups)
    with Store.open(":memory:") as store:
        decision = provision(store, config, identity)
        assert not [check for check in decision.checks if check.status is Status.TOOL_ERROR]
        users = store.users()
        assert len(users) == (decision.action == "create")
        if users:
            assert users[0].email == email
            assert provision(store, config, identity).changed == ()
