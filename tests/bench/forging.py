"""What it costs to forge a SAML response: the time of a login with each fault beside that of one without."""

from __future__ import annotations

import statistics
import time
from typing import Any

from logins import Connection
from saml import ACS, ENTITY, request_query

POINTS = ("saml_assertion", "saml_response", "saml_signature", "saml_wrapping", "saml_canonicalization")


def forging(rounds: int) -> dict[str, Any]:
    """Milliseconds of a good login, of the median forged one and of the slowest, and which fault that is."""
    import msgspec

    from fake_idp import FakeIdP
    from fake_idp.config import ServiceProvider, load
    from fake_idp.faults.fault import catalogue

    provider = ServiceProvider(entity_id=ENTITY, assertion_consumer_services=(ACS,))
    faults = [fault.id for fault in catalogue().values() if fault.point in POINTS]
    good: list[float] = []
    forged: dict[str, float] = {}
    with FakeIdP(config=msgspec.structs.replace(load(), service_providers=(provider,)), login="auto") as idp:
        connection = Connection(idp.port)
        path = f"/default/saml/sso?{request_query()}"

        def log_in() -> float:
            started = time.perf_counter()
            status, _, body = connection.request("GET", path)
            if status != 200 or b"SAMLResponse" not in body:
                raise RuntimeError(f"no SAMLResponse, HTTP {status}: {body[:300]!r}")
            return (time.perf_counter() - started) * 1000

        try:
            for fault in faults:
                log_in()
                good.extend(log_in() for _ in range(rounds))
                with idp.fault(fault):
                    forged[fault] = statistics.median(log_in() for _ in range(rounds))
        finally:
            connection.close()
    slowest = max(forged, key=forged.__getitem__)
    return {
        "faults": len(faults),
        "good_ms": statistics.median(good),
        "forged_ms": statistics.median(forged.values()),
        "slowest_ms": forged[slowest],
        "slowest": slowest,
    }
