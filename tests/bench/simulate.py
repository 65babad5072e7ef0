"""The whole catalogue of faults against the emulated Sentry, in one process: what one fault costs on average."""

from __future__ import annotations

import time


def simulation() -> dict[str, float]:
    """Milliseconds per fault that does not wait by nature, how many there were, and the seconds of all that do."""
    from fake_idp.faults.fault import catalogue
    from ssocli.flow.simulation import is_seen_by_a_login, simulate

    faults = [fault for fault in catalogue().values() if is_seen_by_a_login(fault)]
    quick = [fault for fault in faults if "waits" not in fault.tags]
    waiting = [fault for fault in faults if "waits" in fault.tags]
    list(simulate(quick[:5]))  # imports
    started = time.perf_counter()
    differing = [result.fault for result in simulate(quick) if result.verdict != "as_expected"]
    elapsed = time.perf_counter() - started
    if differing:
        raise RuntimeError(f"these went otherwise than declared, so this measures nothing: {', '.join(differing)}")
    started = time.perf_counter()
    list(simulate(waiting))
    return {
        "faults": len(quick),
        "ms_per_fault": elapsed * 1000 / len(quick),
        "waiting_faults": len(waiting),
        "waiting_seconds": time.perf_counter() - started,
    }
