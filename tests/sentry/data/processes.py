"""What other processes do to the store: run as `python processes.py ACTION FILE...` by test_store_processes."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from pathlib import Path

from ssocli.config.load import parse
from ssocli.sentry import provisioning, sessions
from ssocli.sentry.provisioning import Identity
from ssocli.sentry.store import Store

CONFIG = parse(
    """
[organizations.acme]
teams = ["platform", "web"]
[providers.oidc]
type = "oidc"
issuer = "https://idp.example"
client_id = "sentry"
client_secret = "secret"
[providers.oidc.teams]
engineering = ["platform", "web"]
""",
    "test.toml",
)


def log_in(db: sqlite3.Connection, email: str = "alice@acme.example", subject: str = "s-1") -> str:
    """Steps 7 and 8 as the login does them in one transaction; what was decided."""
    identity = Identity("oidc", "https://idp.example", subject, email, name="Alice", groups=("engineering",))
    facts = provisioning.gather(db, identity, "acme")
    decision = provisioning.decide(identity, "acme", CONFIG.organizations["acme"], CONFIG.providers["oidc"], facts)
    if decision.refusal is None:
        user_id = provisioning.apply(db, decision, identity, "acme", facts, 100.0)
        token = sessions.create_session(db, user_id, "sso", "trace", 100.0, 50.0)
        sessions.complete_sso(db, token, "acme", "oidc", 100.0)
    return decision.action


def die_at(file: str, statement: int) -> None:
    """Log in, and be killed as by `kill -9` just before the n-th SQL statement (from 0) is carried out."""
    left = statement

    def count_down(_: str) -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    with Store.open(file) as store:
        with store.reading() as db:
            db.set_trace_callback(count_down)
        with store.transaction() as db:
            log_in(db)
        store.users()


def die_everywhere(file: str) -> None:
    """Be killed at every statement of a login, and say after each what is stored: rows of each table."""
    found = []
    for statement in range(1000):
        path = f"{file}-{statement}"
        Store.open(path).close()
        child = os.fork()
        if child == 0:
            die_at(path, statement)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        with Store.open(path) as store, store.reading() as db:
            tables = ("users", "identities", "members", "team_members", "sessions", "session_sso")
            found.append([db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables])
        if not os.WIFSIGNALED(status):
            break
    sys.stdout.write(json.dumps(found))


def log_in_many(file: str) -> None:
    """Log in the same twenty persons as another process does at the same time; say what was decided."""
    decided = []
    with Store.open(file) as store:
        Path(f"{file}-{os.getpid()}.ready").touch()
        sys.stdin.readline()
        for person in range(20):
            with store.transaction() as db:
                decided.append(log_in(db, f"person{person}@acme.example", f"s-{person}"))
    sys.stdout.write(json.dumps(decided))


def open_many(folder: str) -> None:
    """Make stores that another process makes at the same time."""
    for number in range(40):
        Store.open(f"{folder}/{number}.db").close()


if __name__ == "__main__":
    {"die": die_everywhere, "log_in": log_in_many, "open": open_many}[sys.argv[1]](sys.argv[2])
