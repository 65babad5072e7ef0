"""One login per fault: the bundled provider is made to fail in one precise way, and the trace is held against the plan.

Each fault declares what a correct client does and which finding it must cause in which step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Literal, Self

import msgspec

from ssocli import wire
from ssocli.checks.check import Status
from ssocli.config.load import default
from ssocli.config.model import Config, OidcProvider, reveal
from ssocli.flow.browser import Browser
from ssocli.flow.encryption import ENCRYPTION, let_encrypt, with_encryption
from ssocli.flow.expectation import AUTHENTICATED, outcome_of
from ssocli.flow.faults import tls_host
from ssocli.flow.login import LoginRequest, log_in
from ssocli.flow.person import Person
from ssocli.flow.stage import Servers, Stage, servers, stage
from ssocli.sentry.journal import SingleJournal
from ssocli.sentry.store import MEMORY, Store
from ssocli.trace import Outcome, Trace, TraceBuilder

if TYPE_CHECKING:
    from fake_idp.faults.fault import Fault

Verdict = Literal["as_expected", "differs", "not_reached"]

OIDC_PROVIDER, SAML_PROVIDER = "acme-oidc", "acme-saml"
# What is judged by a resource server, or by clients of grants that Sentry does not use.
_ELSEWHERE = {
    "access_token",
    "device",
    "introspection",
    "logout",
    "logout_token",
    "refresh",
    "refresh_id_token",
    "revocation",
    "saml_logout",
    "saml_replay",
}
# Faults that wait by nature are cut short: what they prove is that the client does not wait for ever.
_PATIENCE_SECONDS = 2
_MOST_AT_A_TIME = 16


@dataclass(frozen=True, slots=True)
class Simulated:
    """One fault and what became of the login. `found` are the names of the failed checks of the step that ended it."""

    fault: str
    reject: str
    expected: str
    actual: str
    found: tuple[str, ...]
    verdict: Verdict
    trace: Trace


def is_seen_by_a_login(fault: Fault) -> bool:
    """Whether a login at Sentry can notice this fault; the others strike a resource server or other grants."""
    return fault.point not in _ELSEWHERE


def provider_of(fault: Fault) -> str:
    """The provider of the embedded configuration whose protocol has the point of this fault."""
    return SAML_PROVIDER if fault.point.startswith("saml_") else OIDC_PROVIDER


def simulate(faults: Iterable[Fault]) -> Iterator[Simulated]:
    """Log in once per fault, each time at an emulated Sentry with an empty store and a provider without a past.

    Faults that wait by nature come last, all at the same time.
    """
    faults = list(faults)
    quick = [fault for fault in faults if "waits" not in fault.tags]
    waiting = [fault for fault in faults if "waits" in fault.tags]
    with Simulation() as simulation:
        yield from map(simulation.run, quick)
    if waiting:
        with ThreadPoolExecutor(_MOST_AT_A_TIME) as pool:
            yield from pool.map(_alone, waiting)


class Simulation:
    """Logins with one fault after another, on the same servers.

    What a login leaves behind is the store, which is emptied, and the provider's namespace, which is not used again.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._running: Servers | None = None
        self._store: Store | None = None
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def run(self, fault: Fault) -> Simulated:
        """Log in while this fault is armed; the servers start with the first one."""
        if tls_host([fault.id]) is not None:
            return _alone(fault)
        if self._running is None or self._store is None:
            self._store = self._stack.enter_context(Store.open(MEMORY))
            self._running = self._stack.enter_context(servers(default()))
        self._store.clear()
        self._number += 1
        with _Attempt() as attempt:
            setting = self._running.set(
                _config(fault.point),
                self._store,
                journal=attempt.journal,
                send=attempt.send,
                namespace=f"fault-{self._number}",
            )
            return attempt.made(setting, fault)


def _alone(fault: Fault) -> Simulated:
    """On servers of its own."""
    with (
        _Attempt() as attempt,
        stage(
            _config(fault.point),
            state=MEMORY,
            journal=attempt.journal,
            send=attempt.send,
            tls_host=tls_host([fault.id]),
        ) as setting,
    ):
        return attempt.made(setting, fault)


class _Attempt:
    """One login with a fault: its trace, and its connections."""

    def __init__(self) -> None:
        self.builder = TraceBuilder()
        self.journal = SingleJournal(self.builder)
        self._connections = wire.Connections()
        self.send = partial(
            wire.send,
            connections=self._connections,
            timeout=float(_PATIENCE_SECONDS),
            deadline=_PATIENCE_SECONDS,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._connections.close()

    def made(self, setting: Stage, fault: Fault) -> Simulated:
        """Log in on this stage while the fault is armed."""
        if setting.idp is None:
            raise RuntimeError("the embedded configuration starts the bundled provider")
        # Sentry may have several slow answers of the provider to wait for before it can answer the browser.
        longest = 5.0 * _PATIENCE_SECONDS
        patient = partial(self.send, timeout=longest, deadline=longest, tls=setting.trust)
        person = setting.config.people["alice"]
        request = LoginRequest("acme", provider_of(fault), Person("alice", reveal(person.password)))
        if fault.point == ENCRYPTION:
            let_encrypt(setting.idp, setting.namespace)
        with setting.idp.fault(fault.id, namespace=setting.namespace) as armed:
            log_in(setting.url, request, self.builder, Browser(self.builder.add_exchange, send=patient))
            fired = armed.fired
        trace = self.builder.finish()
        found = _findings(trace)
        return Simulated(
            fault.id,
            fault.reject,
            expectation(fault),
            outcome_of(trace),
            found,
            _verdict(fault, trace, found, fired),
            trace,
        )


def _verdict(fault: Fault, trace: Trace, found: tuple[str, ...], fired: int) -> Verdict:
    if not fired:
        return "not_reached"
    authenticated = trace.outcome is Outcome.AUTHENTICATED
    if fault.reject == "must_tolerate":
        return "as_expected" if authenticated else "differs"
    if fault.finding is None:
        # Nothing that this client could find: it may refuse, and must where the fault says so.
        return "as_expected" if trace.outcome is Outcome.REFUSED or fault.reject == "should_reject" else "differs"
    if authenticated:  # a warning is enough where a client should, but need not, refuse
        return "as_expected" if fault.reject == "should_reject" and fault.finding.name in found else "differs"
    refused_there = trace.failure is not None and trace.failure.step.value == fault.finding.step
    return "as_expected" if refused_there and fault.finding.name in found else "differs"


@cache
def _config(point: str) -> Config:
    """The embedded configuration; where a consent page or encryption is to fail, it is asked for."""
    config = default()
    config = msgspec.structs.replace(
        config, sentry=msgspec.structs.replace(config.sentry, http_timeout_seconds=_PATIENCE_SECONDS)
    )
    provider = config.providers[OIDC_PROVIDER]
    if point == "consent" and isinstance(provider, OidcProvider):
        asking = msgspec.structs.replace(provider, prompt="consent")
        config = msgspec.structs.replace(config, providers={**config.providers, OIDC_PROVIDER: asking})
    return with_encryption(config, SAML_PROVIDER) if point == ENCRYPTION else config


def expectation(fault: Fault) -> str:
    """What must happen: `authenticated`, or `STEP: finding`."""
    if not is_seen_by_a_login(fault):
        return "not noticed by a login"
    if fault.reject == "must_tolerate":
        return AUTHENTICATED
    return f"{fault.finding.step}: {fault.finding.name}" if fault.finding else "refused"


def _findings(trace: Trace) -> tuple[str, ...]:
    return tuple(check.name for step in trace.steps for check in step.checks if check.status is Status.FAILED)
