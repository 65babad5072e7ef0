"""The users of the configuration, put into the store before anybody logs in."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from ssocli.config.model import Config, Secret, User, reveal
from ssocli.sentry import accounts, passwords
from ssocli.sentry.store import Store


def seed(store: Store, config: Config, now: float) -> None:
    """Make each configured user exist as configured; what the configuration does not say stays as it is.

    Passwords come later (`renewed_hash`): hashing one takes longer than the rest of a start.
    `now` is seconds since the epoch.
    """
    if config.users:
        with store.transaction() as db:
            _seed(db, config.users, now)


def _seed(db: sqlite3.Connection, users: Mapping[str, User], now: float) -> None:
    for email, entry in users.items():
        known = accounts.find_user_by_email(db, email)
        user_id = known.id if known else accounts.create_user(db, email, entry.name, "", now)
        if known and entry.name and entry.name != known.name:
            accounts.update_profile(db, user_id, {"name": entry.name})
        accounts.put_security(db, user_id, active=entry.active, totp_secret=_secret(entry.totp_secret))
        for organization, role in entry.organizations.items():
            accounts.put_member(db, organization, user_id, role, None, now)


def renewed_hash(email: str, stored: str | None, users: Mapping[str, User]) -> str | None:
    """The hash to store of this user's configured password; None if there is none or it is the stored one already."""
    key = accounts.email_key(email)
    entry = next((user for address, user in users.items() if accounts.email_key(address) == key), None)
    configured = _secret(entry.password) if entry else None
    if configured is None or passwords.verify_password(configured, stored):
        return None
    return passwords.hash_password(configured)


def _secret(secret: Secret | None) -> str | None:
    """The secret; None if there is none or its environment variable is not set (which is reported elsewhere)."""
    try:
        return reveal(secret)
    except KeyError:
        return None
