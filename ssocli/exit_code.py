"""The exit codes of every command: the part of the result that a CI job reads first."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the exit status says; the numbers are permanent."""

    OK = 0  # authenticated, or everything was as expected
    FINDINGS = 1  # findings, or verdicts that differ from what was expected
    USAGE = 2  # the command line or the configuration is wrong
    UNREACHABLE = 3  # the identity provider (or the probed application) cannot be reached
    TIMED_OUT = 4  # nothing came back to the callback in time
    IDP_REFUSED = 5  # authentication at the identity provider failed
    TOKEN_REFUSED = 6  # the token did not pass validation
    PROVISIONING_FAILED = 7  # the user could not be created or updated
    ACCESS_REFUSED = 8  # signed in, but not let in: SSO required, disabled member, ...
    CANNOT_LISTEN = 9  # the callback listener or a server cannot bind its address
    INCONCLUSIVE = 10  # nothing can be said for certain
    INTERNAL_ERROR = 70  # a defect of this tool, never of the target
    INTERRUPTED = 130  # Ctrl-C
