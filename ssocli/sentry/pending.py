"""Logins on their way: through an identity provider, through a cross-site POST, through the second factor."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Literal

from ssocli.sentry import secrets
from ssocli.sentry.records import Method

Mode = Literal["query", "fragment", "form_post"]
# A posted response is fetched by the redirect that follows at once.
_POSTED_SECONDS = 60.0
_SECOND_FACTOR_SECONDS = 300.0
_FLASH_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """A login that waits for its response. `used`: one was delivered already. `request_id` is an AuthnRequest's."""

    state_hash: str
    trace_id: str
    organization: str
    provider: str
    nonce: str | None
    code_verifier: str | None
    request_id: str | None
    next_page: str
    started_at: float
    live: bool
    used: bool
    same_browser: bool


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """A user who proved the first factor and owes the second. `provider` is empty after a password login."""

    user_id: int
    method: Method
    trace_id: str
    organization: str
    provider: str
    next_page: str
    attempts: int


def start_login(
    db: sqlite3.Connection,
    *,
    state: str,
    browser: str,
    trace_id: str,
    organization: str,
    provider: str,
    next_page: str,
    now: float,
    lifetime: float,
    nonce: str | None = None,
    code_verifier: str | None = None,
    request_id: str | None = None,
) -> None:
    """Keep a started login for `lifetime` seconds, bound to the browser; others of the same browser stay.

    `state` is what comes back with the response: the state, or the RelayState of SAML.
    """
    db.execute(
        "INSERT INTO pending_logins (state_hash, browser_hash, trace_id, organization, provider, nonce, "
        "code_verifier, request_id, next_page, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            secrets.digest(state), secrets.digest(browser), trace_id, organization, provider, nonce,
            code_verifier, request_id, next_page, now, now + lifetime,
        ),
    )  # fmt: skip


def find_login(db: sqlite3.Connection, state: str, browser: str, now: float) -> PendingLogin | None:
    """The login with this state, whoever asks; `same_browser` says whether it was started here."""
    row = db.execute("SELECT * FROM pending_logins WHERE state_hash = ?", (secrets.digest(state),)).fetchone()
    return None if row is None else _pending(row, browser, now)


def find_request(db: sqlite3.Connection, request_id: str | None, browser: str, now: float) -> PendingLogin | None:
    """The login of this browser that sent the AuthnRequest with this ID."""
    row = db.execute(
        "SELECT * FROM pending_logins WHERE request_id = ? AND browser_hash = ?", (request_id, secrets.digest(browser))
    ).fetchone()
    return None if row is None else _pending(row, browser, now)


def newest_login(db: sqlite3.Connection, browser: str, now: float) -> PendingLogin | None:
    """The newest login of this browser that still waits for its response."""
    row = db.execute(
        "SELECT * FROM pending_logins WHERE browser_hash = ? AND used_at IS NULL AND expires_at > ? "
        "ORDER BY created_at DESC LIMIT 1",
        (secrets.digest(browser), now),
    ).fetchone()
    return None if row is None else _pending(row, browser, now)


def use_login(db: sqlite3.Connection, pending: PendingLogin, now: float) -> bool:
    """Take the login for its one response; False if another request was faster."""
    cursor = db.execute(
        "UPDATE pending_logins SET used_at = ? WHERE state_hash = ? AND used_at IS NULL AND expires_at > ?",
        (now, pending.state_hash, now),
    )
    return cursor.rowcount == 1


def keep_posted(db: sqlite3.Connection, mode: Mode, parameters: list[tuple[str, str]], now: float) -> str:
    """Keep a response that came by POST, and return the handle under which it can be fetched once."""
    handle = secrets.token()
    db.execute("DELETE FROM posted_responses WHERE expires_at < ?", (now,))
    db.execute(
        "INSERT INTO posted_responses (handle_hash, mode, parameters, expires_at) VALUES (?, ?, ?, ?)",
        (secrets.digest(handle), mode, json.dumps(parameters), now + _POSTED_SECONDS),
    )
    return handle


def take_posted(db: sqlite3.Connection, handle: str, now: float) -> tuple[Mode, list[tuple[str, str]]] | None:
    """The posted response with this handle, which is gone afterwards."""
    key = (secrets.digest(handle), now)
    row = db.execute("SELECT * FROM posted_responses WHERE handle_hash = ? AND expires_at > ?", key).fetchone()
    if row is None:
        return None
    db.execute("DELETE FROM posted_responses WHERE handle_hash = ?", key[:1])
    return row["mode"], [(name, value) for name, value in json.loads(row["parameters"])]


def owe_second_factor(db: sqlite3.Connection, browser: str, owed: SecondFactor, now: float) -> None:
    """Remember that this browser's user owes the second factor."""
    db.execute(
        "INSERT OR REPLACE INTO second_factors (browser_hash, user_id, method, trace_id, organization, provider, "
        "next_page, attempts, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            secrets.digest(browser), owed.user_id, owed.method, owed.trace_id, owed.organization, owed.provider,
            owed.next_page, owed.attempts, now + _SECOND_FACTOR_SECONDS,
        ),
    )  # fmt: skip


def owed_second_factor(db: sqlite3.Connection, browser: str, now: float) -> SecondFactor | None:
    """What this browser's user owes."""
    row = db.execute(
        "SELECT * FROM second_factors WHERE browser_hash = ? AND expires_at > ?", (secrets.digest(browser), now)
    ).fetchone()
    if row is None:
        return None
    return SecondFactor(
        row["user_id"], row["method"], row["trace_id"], row["organization"], row["provider"], row["next_page"],
        row["attempts"],
    )  # fmt: skip


def count_attempt(db: sqlite3.Connection, browser: str) -> None:
    """Note a wrong code."""
    db.execute("UPDATE second_factors SET attempts = attempts + 1 WHERE browser_hash = ?", (secrets.digest(browser),))


def settle_second_factor(db: sqlite3.Connection, browser: str) -> None:
    """Nothing is owed any more."""
    db.execute("DELETE FROM second_factors WHERE browser_hash = ?", (secrets.digest(browser),))


def flash(db: sqlite3.Connection, browser: str, message: str, now: float) -> None:
    """Keep a message for the browser's next page."""
    db.execute(
        "INSERT OR REPLACE INTO flashes (browser_hash, message, expires_at) VALUES (?, ?, ?)",
        (secrets.digest(browser), message, now + _FLASH_SECONDS),
    )


def take_flash(db: sqlite3.Connection, browser: str, now: float) -> str:
    """The message for this page, once; empty if there is none."""
    key = (secrets.digest(browser), now)
    row = db.execute("SELECT message FROM flashes WHERE browser_hash = ? AND expires_at > ?", key).fetchone()
    if row is None:
        return ""
    db.execute("DELETE FROM flashes WHERE browser_hash = ?", key[:1])
    return str(row["message"])


def _pending(row: sqlite3.Row, browser: str, now: float) -> PendingLogin:
    return PendingLogin(
        state_hash=row["state_hash"],
        trace_id=row["trace_id"],
        organization=row["organization"],
        provider=row["provider"],
        nonce=row["nonce"],
        code_verifier=row["code_verifier"],
        request_id=row["request_id"],
        next_page=row["next_page"],
        started_at=row["created_at"],
        live=row["used_at"] is None and row["expires_at"] > now,
        used=row["used_at"] is not None,
        same_browser=secrets.equal(row["browser_hash"], secrets.digest(browser)),
    )
