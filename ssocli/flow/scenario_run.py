"""Run a scenario: its logins one after another at the same emulated Sentry, each held against what it must come to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ssocli import wire
from ssocli.checks.check import Status
from ssocli.config.model import Config, Saml2Provider, reveal
from ssocli.config.placeholder import names_fake_idp
from ssocli.flow.browser import Browser
from ssocli.flow.browser.cookies import CookieJar
from ssocli.flow.expectation import outcome_of
from ssocli.flow.faults import tls_host
from ssocli.flow.login import LoginRequest, log_in, log_in_with_password
from ssocli.flow.person import Person
from ssocli.flow.scenario import Expect, Given, Loaded
from ssocli.flow.simulation import Verdict
from ssocli.flow.stage import Stage, stage
from ssocli.sentry.journal import SingleJournal
from ssocli.sentry.store import MEMORY
from ssocli.trace import Trace, TraceBuilder

# Where the bundled provider answers, nobody has to wait for a slow network; faults that wait by nature are cut short.
_BUNDLED_PATIENCE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Played:
    """One login of a scenario: what was expected, what was seen, and whether that is the same."""

    expected: str
    actual: str
    verdict: Verdict
    trace: Trace


def play(loaded: Loaded) -> Iterator[Played]:
    """Run the logins. Raises StoreError, and KeyError for a secret whose environment variable is not set."""
    scenario, config = loaded.scenario, _patient(loaded.config)
    state = scenario.given.state
    with ExitStack() as running:
        connections = running.enter_context(wire.Connections())
        patience = float(config.sentry.http_timeout_seconds)
        send = partial(wire.send, connections=connections, timeout=patience, deadline=patience)
        journal = SingleJournal(TraceBuilder())
        setting = running.enter_context(
            stage(
                config,
                state=state if state == MEMORY else str(loaded.file.parent / state),
                journal=journal,
                send=send,
                config_dir=loaded.file.parent,
                tls_host=tls_host(arm.fault for arm in scenario.arm),
            )
        )
        armed = [setting.idp.arm(arm.fault, **arm.conditions()) for arm in scenario.arm if setting.idp is not None]
        played = []
        longest = 5 * patience  # while the browser waits, Sentry may have to wait for several answers itself
        patient = partial(send, timeout=longest, deadline=longest, tls=setting.trust)
        jar = CookieJar()
        for given, expect, same_browser in scenario.logins():
            if same_browser:
                _log_out(setting, Browser(_ignored, jar=jar, send=patient))
            else:
                jar = CookieJar()
            journal.builder = TraceBuilder()
            browser = Browser(journal.builder.add_exchange, jar=jar, send=patient)
            request = _request(given, loaded, setting)
            drive = log_in if given.method == "sso" else log_in_with_password
            drive(setting.url, request, journal.builder, browser)
            played.append(_judge(expect, journal.builder.finish()))
    unfired = [fault.fault.id for fault in armed if not fault.fired]
    for login in played:
        if unfired and login.verdict == "as_expected":
            never = f"{', '.join(unfired)} never fired"
            yield Played(
                f"{login.expected}, after the fault", f"{login.actual}, and {never}", "not_reached", login.trace
            )
        else:
            yield login


def _judge(expect: Expect, trace: Trace) -> Played:
    """Hold a login against what it must come to; only what differs is said of what was seen."""
    rows = list(_compared(expect, trace))
    differing = [(wanted, seen) for wanted, seen, same in rows if not same]
    ending = outcome_of(trace)
    if not differing:
        return Played("; ".join(wanted for wanted, _, _ in rows) or "anything", ending, "as_expected", trace)
    expected, actual = (list(column) for column in zip(*differing, strict=True))
    if ending not in actual:
        actual.insert(0, ending)
    return Played("; ".join(expected), "; ".join(actual), "differs", trace)


def _compared(expect: Expect, trace: Trace) -> Iterator[tuple[str, str, bool]]:
    """Each thing that is expected: in words, as it was seen, and whether it is so."""
    ending = expect.ending()
    if ending is not None:
        yield str(ending), outcome_of(trace), ending.is_met_by(trace)
    if expect.outcome is not None and (ending is None or expect.outcome != "authenticated"):
        yield expect.outcome, trace.outcome.value, trace.outcome.value == expect.outcome
    broken = [check for step in trace.steps for check in step.checks if check.status in {Status.FAILED, Status.WARNED}]
    for warning in expect.warnings:
        made = any(warning.lower() in {check.code.lower(), check.name} for check in broken)
        yield f"the finding {warning}", ", ".join(check.name for check in broken) or "no finding", made
    told = trace.failure.user_message if trace.failure else ""
    if expect.user_message is not None:
        yield f'told "{expect.user_message}"', f'told "{told}"', expect.user_message in told
    landed = urlsplit(str((trace.session or {}).get("landed_on") or ""))._replace(scheme="", netloc="").geturl()
    if expect.landed_on is not None:
        yield f"landed on {expect.landed_on}", f"landed on {landed or 'nothing'}", expect.landed_on in landed
    for table, wanted in (("user", expect.user), ("access", expect.access)):
        seen = getattr(trace, table) or {}
        for name, value in msgspec.structs.asdict(wanted).items():
            if value is not None:
                yield _member(table, name, value), _member(table, name, seen.get(name)), _same(value, seen.get(name))


def _member(table: str, name: str, value: Any) -> str:
    text = ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value).lower()
    return f"{table} {name} {text if isinstance(value, (list, bool)) else value}"


def _same(wanted: Any, seen: Any) -> bool:
    if isinstance(wanted, list) and isinstance(seen, list):
        return sorted(wanted) == sorted(seen)
    return bool(wanted == seen)


def _request(given: Given, loaded: Loaded, setting: Stage) -> LoginRequest:
    config = setting.config
    provider = given.provider or _default_provider(loaded, given.organization)
    organization = given.organization or config.organization_of(provider)
    next_url = given.next
    if given.method == "password":
        user = config.users.get(given.user)
        password = given.password or (reveal(user.password) if user else None)
        person = Person(given.user, password, reveal(user.totp_secret) if user else None)
        # Without a page to land on, the login page leads to the user's first organization.
        next_url = next_url or f"/organizations/{organization}/issues/"
    else:
        known = config.people.get(given.user.partition("+")[0])
        password = given.password or (reveal(known.password) if known else None)
        name = (known.username if known and given.user in config.people else None) or given.user
        person = Person(name, password, reveal(known.totp_secret) if known else None)
    return LoginRequest(organization, provider, person, given.login_hint, next_url, given.deny)


def _default_provider(loaded: Loaded, organization: str | None) -> str:
    """The first provider, of those that an armed fault can strike if one has a protocol."""
    config = loaded.config
    providers = config.providers_of(organization) if organization else config.providers
    wants_saml = any(arm.fault.startswith("saml_") for arm in loaded.scenario.arm)
    saml = (key for key, provider in providers.items() if wants_saml and isinstance(provider, Saml2Provider))
    return next(saml, None) or next(iter(providers))


def _patient(config: Config) -> Config:
    if not names_fake_idp(config):
        return config
    patience = min(config.sentry.http_timeout_seconds, _BUNDLED_PATIENCE_SECONDS)
    return msgspec.structs.replace(config, sentry=msgspec.structs.replace(config.sentry, http_timeout_seconds=patience))


def _log_out(setting: Stage, browser: Browser) -> None:
    """End the session at Sentry, if there is one; a later login in this browser may find the provider's."""
    page = browser.open(f"{setting.url}/auth/login/")
    form = next((form for form in page.forms if form.action.endswith("/auth/logout/")), None)
    if form is not None:
        browser.submit(form)


def _ignored(_exchange: object) -> None:
    """The observer of what belongs to no login."""
