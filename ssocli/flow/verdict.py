"""From a finished trace to the exit code."""

from __future__ import annotations

from ssocli.exit_code import ExitCode
from ssocli.steps import Step
from ssocli.trace import Outcome, Trace

_BY_STEP = {
    Step.USER_SELECTION: ExitCode.USAGE,
    Step.IDP_SELECTION: ExitCode.USAGE,
    Step.REDIRECT_TO_IDP: ExitCode.FINDINGS,
    Step.EXTERNAL_AUTHENTICATION: ExitCode.IDP_REFUSED,
    Step.TOKEN_GENERATION: ExitCode.IDP_REFUSED,
    Step.TOKEN_VALIDATION: ExitCode.TOKEN_REFUSED,
    Step.USER_PROVISIONING: ExitCode.PROVISIONING_FAILED,
    Step.SESSION_CREATION: ExitCode.ACCESS_REFUSED,
    Step.AUTHORIZATION: ExitCode.ACCESS_REFUSED,
    Step.REDIRECT_TO_DASHBOARD: ExitCode.FINDINGS,
}
# Findings that say "nothing answered": the provider's network is the cause, whatever step noticed it.
_UNREACHABLE = {
    "host-not-found",
    "connection-refused",
    "connection-reset",
    "tls-failure",
    "expired-certificate",
    "certificate-not-yet-valid",
    "wrong-certificate-name",
    "untrusted-certificate",
    "timeout",
    "identity-provider-unreachable",
}
_INCONCLUSIVE = {"page-not-understood"}
_TIMED_OUT = {"callback-timed-out"}


def exit_code(trace: Trace) -> ExitCode:
    """The exit code of a login."""
    if trace.outcome is Outcome.AUTHENTICATED:
        return ExitCode.OK
    if trace.outcome is Outcome.ERROR or trace.failure is None:
        return ExitCode.INTERNAL_ERROR
    names = {check.name for check in trace.step(trace.failure.step).checks if check.code == trace.failure.code}
    if names & _UNREACHABLE:
        return ExitCode.UNREACHABLE
    if names & _TIMED_OUT:
        return ExitCode.TIMED_OUT
    if names & _INCONCLUSIVE:
        return ExitCode.INCONCLUSIVE
    return _BY_STEP[trace.failure.step]
