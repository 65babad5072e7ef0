"""The set-up of logins: servers that are set for one login after another, which know nothing of each other."""

from __future__ import annotations

from functools import partial

from ssocli import wire
from ssocli.config.load import default
from ssocli.flow.browser import Browser
from ssocli.flow.login import LoginRequest, log_in
from ssocli.flow.person import Person
from ssocli.flow.stage import Stage, servers
from ssocli.sentry.journal import SingleJournal
from ssocli.sentry.store import MEMORY, Store
from ssocli.trace import Outcome, Trace, TraceBuilder


def login(setting: Stage, journal: SingleJournal, provider: str = "acme-oidc") -> Trace:
    with wire.Connections() as connections:
        send = partial(wire.send, connections=connections)
        browser = Browser(journal.builder.add_exchange, send=send)
        log_in(setting.url, LoginRequest("acme", provider, Person("alice", "password")), journal.builder, browser)
    return journal.builder.finish()


def test_a_cleared_store_and_another_namespace_leave_nothing_of_the_login_before() -> None:
    with Store.open(MEMORY) as store, servers(default()) as running:
        for namespace in ("one", "two"):
            store.clear()
            journal = SingleJournal(TraceBuilder())
            setting = running.set(default(), store, journal=journal, send=wire.send, namespace=namespace)
            trace = login(setting, journal)
            assert trace.outcome is Outcome.AUTHENTICATED
            assert trace.user is not None
            assert trace.user["created"]
            assert running.idp is not None
            assert {entry.namespace for entry in running.idp.requests(namespace=namespace)} == {namespace}
        assert running.idp.requests() == []


def test_saml_works_in_a_namespace_too() -> None:
    with Store.open(MEMORY) as store, servers(default()) as running:
        journal = SingleJournal(TraceBuilder())
        setting = running.set(default(), store, journal=journal, send=wire.send, namespace="saml")
        assert login(setting, journal, "acme-saml").outcome is Outcome.AUTHENTICATED


def test_without_clearing_the_second_login_updates_the_user() -> None:
    with Store.open(MEMORY) as store, servers(default()) as running:
        created = []
        for namespace in ("one", "two"):
            journal = SingleJournal(TraceBuilder())
            setting = running.set(default(), store, journal=journal, send=wire.send, namespace=namespace)
            created.append((login(setting, journal).user or {})["created"])
    assert created == [True, False]
