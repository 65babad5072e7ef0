"""The same login in the person's own browser: open the login page, then watch the trace until the login is over."""

from __future__ import annotations

import time
import webbrowser
from collections.abc import Callable
from urllib.parse import urlencode

from ssocli.checks.authentication import AuthenticationContext
from ssocli.checks.check import evaluate, first_blocking
from ssocli.steps import Step
from ssocli.trace import TraceBuilder

_POLL_SECONDS = 0.05
# The last page is still on its way to the browser when the trace is complete.
_DELIVERY_SECONDS = 1.0
# A person may mistype the organization, and try again.
_CORRECTABLE = {Step.USER_SELECTION, Step.IDP_SELECTION}


def log_in_by_hand(
    sentry: str,
    trace: TraceBuilder,
    *,
    organization: str,
    next_url: str,
    timeout: float,
    say: Callable[[str], None],
    open_it: bool,
) -> None:
    """Wait until the person has logged in, was refused, or `timeout` seconds have passed.

    A browser that cannot be opened is no error: the address is printed in any case.
    """
    query = urlencode({"next": next_url}) if next_url else ""
    url = f"{sentry}/auth/login/{organization}/" + (f"?{query}" if query else "")
    trace.begin(Step.USER_SELECTION)
    say(f"Log in at {url}")
    if open_it:
        try:
            opened = webbrowser.open(url)
        except webbrowser.Error:
            opened = False
        if not opened:
            say("No browser could be opened here: open the address yourself. Ctrl-C ends the wait.")
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        failure = trace.failure
        if failure is not None and failure.step not in _CORRECTABLE:
            break
        if trace.current is Step.REDIRECT_TO_DASHBOARD and trace.concluded:
            break
        trace.begin_after(Step.REDIRECT_TO_IDP, Step.EXTERNAL_AUTHENTICATION)
        time.sleep(_POLL_SECONDS)
    else:
        _time_out(trace, timeout)
        return
    time.sleep(_DELIVERY_SECONDS)


def _time_out(trace: TraceBuilder, timeout: float) -> None:
    said = f"nothing came back within {timeout:.0f} s"
    checks = evaluate("authentication", AuthenticationContext("timed_out", said))
    blocking = first_blocking(checks)
    if trace.failure is None and blocking is not None:
        if trace.current in {Step.USER_SELECTION, Step.IDP_SELECTION, Step.REDIRECT_TO_IDP}:
            trace.begin(Step.EXTERNAL_AUTHENTICATION)
        trace.add_checks(checks)
        trace.fail(blocking.code, said, "")
