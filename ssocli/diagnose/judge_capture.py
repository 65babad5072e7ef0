"""A capture of the browser: the logins in it, one of them told as ten steps, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from ssocli.checks.check import Check, Status
from ssocli.diagnose import capture
from ssocli.diagnose.blind import Blind
from ssocli.diagnose.capture import CaptureError, ObservedLogin
from ssocli.diagnose.judged import Judged, Observed
from ssocli.diagnose.known import Known
from ssocli.diagnose.thing import Thing
from ssocli.steps import Step
from ssocli.trace import Outcome, StepOutcome, Trace

_PARTIES = Blind(frozenset(), "", "the provider's configuration, or the metadata and keys of both parties")


def judge(thing: Thing, known: Known) -> Observed:
    """The capture, by its last login that failed, or its last one if none did. Never raises."""
    try:
        found = capture.read(thing.data, thing.place)
    except CaptureError as error:
        return Observed(thing.kind, str(error))
    logins = capture.find_logins(found)
    notes = "".join(f"; {note}" for note in found.notes)
    if not logins:
        return Observed(found.kind, f"{len(found.hops)} requests, and no single sign-on among them{notes}")
    traces = [capture.rebuild(login, _party(known)) for login in logins]
    failed = [number for number, trace in enumerate(traces) if trace.outcome is not Outcome.AUTHENTICATED]
    chosen = failed[-1] if failed else len(traces) - 1
    login, trace = logins[chosen], traces[chosen]
    which = f"login {chosen + 1} of {len(logins)}, " if len(logins) > 1 else ""
    ends = f", {len(failed)} of them failed" if len(logins) > 1 and failed else ""
    count = f"{len(logins)} {'login' if len(logins) == 1 else 'logins'}"
    summary = f"{len(found.hops)} requests by {found.creator}, {count}{ends}; {which}{_titled(login)}{notes}"
    judged = tuple(_step(outcome, login, thing.place, trace, known) for outcome in trace.steps)
    return Observed(found.kind, summary, judged, trace)


def _titled(login: ObservedLogin) -> str:
    return f"{login.protocol} from {login.app or 'an unknown application'} at {login.idp or 'an unknown provider'}"


def _party(known: Known) -> capture.Known:
    configured = known.configured
    oidc = configured.oidc if configured else None
    sp = configured.service_provider if configured else None
    return capture.Known(
        issuer=known.issuer,
        discovery=known.discovery,
        jwks=known.jwks,
        algorithms=tuple(oidc.algorithms) if oidc else ("RS256",),
        client_id=oidc.client_id if oidc else None,
        idp=known.idp,
        sp_entity_id=known.sp_entity_id,
        acs_url=known.acs_url,
        attributes=sp.names if sp else None,
        decryption_key=sp.private_key if sp else None,
        leeway=configured.leeway if configured else capture.Known().leeway,
    )


def _step(outcome: StepOutcome, login: ObservedLogin, place: str, trace: Trace, known: Known) -> Judged:
    failure = trace.failure
    said = failure.user_message if failure is not None and failure.step is outcome.step else ""
    refused = " ".join(check.actual for check in _broken(outcome.checks))
    is_lacking = outcome.status is Status.SKIPPED and known.idp is None and known.issuer is None
    return Judged(
        f"{place}, {_hop(outcome.step, login)}" if _hop(outcome.step, login) else place,
        outcome.checks,
        observed=True,
        unknown=(_PARTIES,) if is_lacking else (),
        said=f"{said} {refused}".strip(),
        step=outcome.step,
    )


def _broken(checks: Sequence[Check]) -> list[Check]:
    return [check for check in checks if check.status is Status.FAILED]


def _hop(step: Step, login: ObservedLogin) -> str:
    """Where in the file the step is: the message that it is about, or the last request of the login."""
    message = login.request if step is Step.REDIRECT_TO_IDP else login.response
    if message is not None:
        return message.hop.place
    return login.hops[-1].place if login.hops else ""
