"""One login per fault: the bundled provider is made to fail in one precise way, and the trace is held against the plan.

Each fault declares what a correct client does and which finding it must cause in which step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import msgspec

from ssocli import wire
from ssocli.checks.check import Status
from ssocli.config.load import default
from ssocli.config.model import Config, OidcProvider, reveal
from ssocli.flow.browser import Browser
from ssocli.flow.faults import tls_host
from ssocli.flow.login import LoginRequest, log_in
from ssocli.flow.person import Person
from ssocli.flow.stage import Stage, stage
from ssocli.sentry.journal import SingleJournal
from ssocli.trace import Outcome, Trace, TraceBuilder

if TYPE_CHECKING:
    from fake_idp.faults.fault import Fault

Verdict = Literal["as_expected", "differs", "not_reached"]

OIDC_PROVIDER, SAML_PROVIDER = "acme-oidc", "acme-saml"
# What is judged by a resource server, or by clients of grants that Sentry does not use.
_ELSEWHERE = {"access_token", "device", "introspection", "logout", "refresh", "refresh_id_token", "revocation"}
# Faults that wait by nature are cut short: what they prove is that the client does not wait for ever.
_PATIENCE_SECONDS = 2


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
    """Log in once per fault, each time at a fresh emulated Sentry with an empty store."""
    for fault in faults:
        yield _simulate(fault, _config(fault))


def _simulate(fault: Fault, config: Config) -> Simulated:
    builder = TraceBuilder()
    with wire.Connections() as connections:
        send = partial(wire.send, connections=connections, timeout=float(_PATIENCE_SECONDS), deadline=_PATIENCE_SECONDS)
        journal, host = SingleJournal(builder), tls_host([fault.id])
        with stage(config, state=":memory:", journal=journal, send=send, tls_host=host) as running:
            # Sentry may have several slow answers of the provider to wait for before it can answer the browser.
            longest = 5.0 * _PATIENCE_SECONDS
            patient = partial(send, timeout=longest, deadline=longest, tls=running.trust)
            fired = _log_in(running, fault, builder, Browser(builder.add_exchange, send=patient))
    trace = builder.finish()
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


def _log_in(running: Stage, fault: Fault, builder: TraceBuilder, browser: Browser) -> int:
    person = running.config.people["alice"]
    request = LoginRequest("acme", provider_of(fault), Person("alice", reveal(person.password)))
    if running.idp is None:
        raise RuntimeError("the embedded configuration starts the bundled provider")
    with running.idp.fault(fault.id) as armed:
        log_in(running.url, request, builder, browser)
        return armed.fired


def _config(fault: Fault) -> Config:
    """The embedded configuration; where a consent page is to fail, it is asked for."""
    config = default()
    config = msgspec.structs.replace(
        config, sentry=msgspec.structs.replace(config.sentry, http_timeout_seconds=_PATIENCE_SECONDS)
    )
    provider = config.providers[OIDC_PROVIDER]
    if fault.point == "consent" and isinstance(provider, OidcProvider):
        asking = msgspec.structs.replace(provider, prompt="consent")
        config = msgspec.structs.replace(config, providers={**config.providers, OIDC_PROVIDER: asking})
    return config


def expectation(fault: Fault) -> str:
    """What must happen: `authenticated`, or `STEP: finding`."""
    if not is_seen_by_a_login(fault):
        return "not noticed by a login"
    if fault.reject == "must_tolerate":
        return "authenticated"
    return f"{fault.finding.step}: {fault.finding.name}" if fault.finding else "refused"


def outcome_of(trace: Trace) -> str:
    """What happened, in the same words."""
    if trace.outcome is Outcome.AUTHENTICATED:
        return "authenticated"
    if trace.failure is None:
        return "tool error"
    step = trace.step(trace.failure.step)
    name = next((check.name for check in step.checks if check.code == trace.failure.code), trace.failure.code)
    return f"{trace.failure.step.value}: {name}"


def _findings(trace: Trace) -> tuple[str, ...]:
    return tuple(check.name for step in trace.steps for check in step.checks if check.status is Status.FAILED)
